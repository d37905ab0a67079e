// Columns by fiscal year, with a brush: drag to choose years, or move its two handles by the arrow keys.
import { scaleBand, scaleLinear } from "d3-scale";
import { memo } from "preact/compat";
import { useRef } from "preact/hooks";
import { useWidth } from "./width";

export interface YearColumn {
  readonly year: number;
  /** Null: not known. */
  readonly value: number | null;
  readonly text: string;
}

export interface Brush {
  readonly from: number;
  readonly to: number;
}

interface Properties {
  readonly label: string;
  /** Every year from the first to the last. */
  readonly columns: readonly YearColumn[];
  readonly brush?: Brush | null;
  readonly short: (value: number) => string;
  /** Told at each step; at the last one `settled` is true. Left out where years are not to be chosen. */
  readonly onBrush?: (brush: Brush | null, settled: boolean) => void;
}

const HEIGHT = 200;
const TOP = 10;
const BOTTOM = 24;
const LEFT = 52;
const HANDLE = 9;

export const Timeline = memo((properties: Properties) => {
  const [element, width] = useWidth();
  return (
    <div ref={element} class="chart">
      {width > 0 && properties.columns.length > 0 && <Drawn {...properties} width={width} />}
    </div>
  );
});

type Drag = { readonly kind: "new" | "from" | "to" | "move"; readonly at: number; readonly brush: Brush | null };

function Drawn({ label, columns, brush = null, short, onBrush, width }: Properties & { readonly width: number }) {
  const [first, last] = [columns[0]!.year, columns.at(-1)!.year];
  const x = scaleBand(columns.map(({ year }) => year), [LEFT, width - 8]).paddingInner(0.18).paddingOuter(0.1);
  const values = columns.map(({ value }) => value ?? 0);
  const isFlat = values.every((value) => value === 0);
  const y = scaleLinear([Math.min(0, ...values), isFlat ? 1 : Math.max(...values, 0)], [HEIGHT - BOTTOM, TOP]).nice(4);
  const drag = useRef<Drag | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const start = (year: number) => x(year)! - (x.step() - x.bandwidth()) / 2;
  const end = (year: number) => start(year) + x.step();

  const told = (next: Brush | null, settled: boolean) => onBrush?.(next, settled);
  const place = (event: PointerEvent) => event.clientX - svg.current!.getBoundingClientRect().left;
  const yearAt = (pixels: number) => Math.max(first, Math.min(last, first + Math.floor((pixels - start(first)) / x.step())));

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const pixels = place(event);
    const at = yearAt(pixels);
    svg.current!.setPointerCapture(event.pointerId);
    if (brush && Math.abs(pixels - start(brush.from)) < HANDLE) drag.current = { kind: "from", at, brush };
    else if (brush && Math.abs(pixels - end(brush.to)) < HANDLE) drag.current = { kind: "to", at, brush };
    else if (brush && brush.to > brush.from && at >= brush.from && at <= brush.to) drag.current = { kind: "move", at, brush };
    else {
      drag.current = { kind: "new", at, brush };
      told({ from: at, to: at }, false);
    }
  };
  const moved = (event: PointerEvent): Brush | null => {
    const { kind, at, brush } = drag.current!;
    const now = yearAt(place(event));
    if (kind === "new") return ordered(at, now);
    if (kind === "from") return ordered(now, brush!.to);
    if (kind === "to") return ordered(brush!.from, now);
    const by = Math.max(first - brush!.from, Math.min(last - brush!.to, now - at));
    return { from: brush!.from + by, to: brush!.to + by };
  };
  const move = (event: PointerEvent) => {
    if (!drag.current) return;
    const next = moved(event);
    if (next?.from !== brush?.from || next?.to !== brush?.to) told(next, false);
  };
  const up = (event: PointerEvent) => {
    if (!drag.current) return;
    const { kind, at, brush: before } = drag.current;
    const next = moved(event);
    drag.current = null;
    // A click on the one year that was chosen takes the choice away; one inside of several years chooses that year.
    const isClick = kind === "new" && before?.from === at && before.to === at && next?.from === next?.to;
    const isInside = kind === "move" && next?.from === before?.from;
    told(isClick ? null : isInside ? { from: at, to: at } : next, true);
  };
  const cancel = () => {
    if (!drag.current) return;
    told(drag.current.brush, true);
    drag.current = null;
  };
  const step = (which: "from" | "to") => (event: KeyboardEvent) => {
    const now = brush ?? { from: first, to: last };
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5, Home: first - now[which], End: last - now[which] }[event.key];
    if (event.key === "Escape" || event.key === "Delete") told(null, true);
    else if (by === undefined) return;
    else {
      const moved = Math.max(first, Math.min(last, now[which] + by));
      told(which === "from" ? { from: Math.min(moved, now.to), to: now.to } : { from: now.from, to: Math.max(moved, now.from) }, true);
    }
    event.preventDefault();
  };

  const every = Math.ceil(columns.length / Math.max(1, Math.floor((width - LEFT) / 46)));
  const handles = brush ?? { from: first, to: last };
  return (
    <svg
      ref={svg}
      width={width}
      height={HEIGHT}
      role="group"
      aria-label={label}
      class={onBrush ? "timeline" : "timeline still"}
      {...(onBrush && { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: cancel })}
    >
      {(isFlat ? [0] : y.ticks(4)).map((tick) => (
        <g key={tick} class="tick">
          <line x1={LEFT} x2={width - 8} y1={y(tick)} y2={y(tick)} />
          <text x={LEFT - 6} y={y(tick)} dy="0.35em" text-anchor="end">{short(tick)}</text>
        </g>
      ))}
      {brush && <rect class="brush" x={start(brush.from)} y={TOP - 6} width={end(brush.to) - start(brush.from)} height={HEIGHT - BOTTOM - TOP + 6} rx={3} />}
      {columns.map(({ year, value, text }, index) => (
        <g key={year} class={`column${brush && (year < brush.from || year > brush.to) ? " others" : ""}`}>
          <rect class="row" x={start(year)} width={x.step()} y={TOP} height={HEIGHT - BOTTOM - TOP}>
            <title>{`${year}: ${text}`}</title>
          </rect>
          {value !== null && (
            <rect class="value" x={x(year)!} width={x.bandwidth()} y={Math.min(y(value), y(0))} height={Math.max(Math.abs(y(0) - y(value)), value === 0 ? 0 : 1)} rx={1.5} />
          )}
          {index % every === 0 && <text class="year" x={x(year)! + x.bandwidth() / 2} y={HEIGHT - 7} text-anchor="middle">{year}</text>}
        </g>
      ))}
      <line class="axis" x1={LEFT} x2={width - 8} y1={y(0)} y2={y(0)} />
      {onBrush && (["from", "to"] as const).map((which) => (
        <g
          key={which}
          class={`handle${brush ? "" : " resting"}`}
          role="slider"
          tabindex={0}
          aria-label={which === "from" ? "First fiscal year" : "Last fiscal year"}
          aria-valuemin={first}
          aria-valuemax={last}
          aria-valuenow={handles[which]}
          transform={`translate(${which === "from" ? start(handles.from) : end(handles.to)} ${(HEIGHT - BOTTOM + TOP) / 2 - 6})`}
          onKeyDown={step(which)}
        >
          <rect x={-4} y={-15} width={8} height={30} rx={4} />
          <path d="M-1 -5V5M1 -5V5" />
        </g>
      ))}
    </svg>
  );
}

const ordered = (one: number, other: number): Brush => ({ from: Math.min(one, other), to: Math.max(one, other) });
