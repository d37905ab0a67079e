/** @jsxImportSource preact */
// Columns by fiscal year, with a brush: drag to select years, or move its two handles with the arrow keys.
import { scaleLinear } from "d3-scale";
import type { ScaleLinear } from "d3-scale";
import { memo } from "preact/compat";
import { useRef } from "preact/hooks";
import { begun, dragged, released, start, stepped, visible } from "./brush";
import type { Axis, Brush, Drag } from "./brush";
import { place, useWidth } from "./width";

export interface YearColumn {
  readonly year: number;
  /** Null if unknown. */
  readonly value: number | null;
  readonly text: string;
}

interface Properties {
  readonly label: string;
  /** Every year from the first to the last. */
  readonly columns: readonly YearColumn[];
  readonly brush?: Brush | null;
  readonly short: (value: number) => string;
  /** Called at each step; `settled` is true at the last one. Omitted if years cannot be selected. */
  readonly onBrush?: (brush: Brush | null, settled: boolean) => void;
}

type Y = ScaleLinear<number, number>;

const HEIGHT = 200;
const TOP = 10;
const BOTTOM = 24;
const LEFT = 52;
const RIGHT = 8;
/** The gap between two columns, as a fraction of a year. */
const GAP = 0.16;
/** The width of a year's label. */
const LETTERS = 46;

export const Timeline = memo((properties: Properties) => {
  const [element, width] = useWidth();
  return (
    <div ref={element} class="chart" style={place(HEIGHT)}>
      {width > 0 && properties.columns.length > 0 && <Drawn {...properties} width={width} />}
    </div>
  );
});

function Drawn({ label, columns, brush = null, short, onBrush, width }: Properties & { readonly width: number }) {
  const [first, last] = [columns[0]!.year, columns.at(-1)!.year];
  const axis: Axis = { first, last, left: LEFT, step: (width - LEFT - RIGHT) / columns.length };
  const values = columns.map(({ value }) => value ?? 0);
  const isFlat = values.every((value) => value === 0);
  const y = scaleLinear([Math.min(0, ...values), isFlat ? 1 : Math.max(...values, 0)], [HEIGHT - BOTTOM, TOP]).nice(4);
  const seen = visible(axis, brush);
  const pointer = usePointer(axis, seen, onBrush);
  return (
    <svg width={width} height={HEIGHT} role="group" aria-label={label} class={onBrush ? "timeline" : "timeline still"} {...pointer}>
      {(isFlat ? [0] : y.ticks(4)).map((tick) => (
        <g key={tick} class="tick">
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text x={LEFT - 6} y={y(tick)} dy="0.35em" text-anchor="end">{short(tick)}</text>
        </g>
      ))}
      {seen && <rect class="brush" x={start(axis, seen.from)} y={TOP - 6} width={(seen.to - seen.from + 1) * axis.step} height={HEIGHT - BOTTOM - TOP + 6} rx={3} />}
      <Columns {...{ columns, axis, y, brush }} />
      <line class="axis" x1={LEFT} x2={width - RIGHT} y1={y(0)} y2={y(0)} />
      {onBrush && (["from", "to"] as const).map((which) => <Handle key={which} {...{ which, axis, onBrush }} brush={seen} />)}
    </svg>
  );
}

function usePointer(axis: Axis, brush: Brush | null, onBrush: Properties["onBrush"]) {
  const drag = useRef<Drag | null>(null);
  if (!onBrush) return {};
  const pixels = (event: PointerEvent) => event.clientX - (event.currentTarget as Element).getBoundingClientRect().left;
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      drag.current = begun(axis, brush, pixels(event));
      if (drag.current.kind === "new") onBrush({ from: drag.current.at, to: drag.current.at }, false);
    },
    onPointerMove: (event: PointerEvent) => {
      if (!drag.current) return;
      const next = dragged(axis, drag.current, pixels(event));
      if (next.from !== brush?.from || next.to !== brush.to) onBrush(next, false);
    },
    onPointerUp: (event: PointerEvent) => {
      if (!drag.current) return;
      onBrush(released(axis, drag.current, pixels(event)), true);
      drag.current = null;
    },
    onPointerCancel: () => {
      if (drag.current) onBrush(drag.current.before, true);
      drag.current = null;
    },
  };
}

interface ColumnsProperties {
  readonly columns: readonly YearColumn[];
  readonly axis: Axis;
  readonly y: Y;
  readonly brush: Brush | null;
}

function Columns({ columns, axis, y, brush }: ColumnsProperties) {
  const every = Math.ceil(columns.length / Math.max(1, Math.floor((axis.step * columns.length) / LETTERS)));
  const wide = axis.step * (1 - GAP);
  return (
    <>
      {columns.map(({ year, value, text }, index) => {
        const left = start(axis, year);
        return (
          <g key={year} class={`column${brush && (year < brush.from || year > brush.to) ? " others" : ""}`}>
            <rect class="row" x={left} width={axis.step} y={TOP} height={HEIGHT - BOTTOM - TOP}>
              <title>{`${year}: ${text}`}</title>
            </rect>
            {value !== null && value !== 0 && (
              <rect class="value" x={left + (axis.step - wide) / 2} width={wide} y={Math.min(y(value), y(0))} height={Math.max(Math.abs(y(0) - y(value)), 1)} rx={1.5} />
            )}
            {index % every === 0 && <text class="year" x={left + axis.step / 2} y={HEIGHT - 7} text-anchor="middle">{year}</text>}
          </g>
        );
      })}
    </>
  );
}

interface HandleProperties {
  readonly which: keyof Brush;
  readonly axis: Axis;
  readonly brush: Brush | null;
  readonly onBrush: NonNullable<Properties["onBrush"]>;
}

function Handle({ which, axis, brush, onBrush }: HandleProperties) {
  const { first, last } = axis;
  const year = (brush ?? { from: first, to: last })[which];
  const onKeyDown = (event: KeyboardEvent) => {
    const next = stepped(axis, brush, which, event.key);
    if (next === undefined) return;
    onBrush(next, true);
    event.preventDefault();
  };
  return (
    <g
      class={`handle${brush ? "" : " resting"}`}
      role="slider"
      tabindex={0}
      aria-label={which === "from" ? "First fiscal year" : "Last fiscal year"}
      aria-valuemin={first}
      aria-valuemax={last}
      aria-valuenow={year}
      transform={`translate(${start(axis, which === "from" ? year : year + 1)} ${(HEIGHT - BOTTOM + TOP) / 2 - 6})`}
      onKeyDown={onKeyDown}
    >
      <rect x={-4} y={-15} width={8} height={30} rx={4} />
      <path d="M-1 -5V5M1 -5V5" />
    </g>
  );
}
