/** @jsxImportSource preact */
// Bars by category. Each bar is a check box that filters the other charts.
import { scaleLinear } from "d3-scale";
import { memo } from "preact/compat";
import { shortened, textWidth } from "./letters";
import { place, useWidth } from "./width";

export interface Bar {
  readonly id: string;
  readonly label: string;
  /** Null if unknown, or if there are no rows. */
  readonly value: number | null;
  /** The short number, or why there is none. */
  readonly text: string;
  /** The full number. */
  readonly full: string;
  readonly isChosen: boolean;
}

interface Properties {
  readonly label: string;
  readonly bars: readonly Bar[];
  /** The range of all charts that share a scale; by default, that of the bars. */
  readonly range?: readonly [number, number];
  /** Omitted if the bars are read-only. */
  readonly onToggle?: (id: string) => void;
}

const ROW = 26;
/** The gap between a name, a bar and a number. */
const GAP = 8;

export const Bars = memo(({ label, bars, range, onToggle }: Properties) => {
  const [element, width] = useWidth();
  return (
    <div ref={element} class="chart" style={place(bars.length * ROW)}>
      {width > 0 && <Drawn {...{ label, bars, width }} {...(range && { range })} {...(onToggle && { onToggle })} />}
    </div>
  );
});

function Drawn({ label, bars, range, onToggle, width }: Properties & { readonly width: number }) {
  const indent = onToggle ? 22 : 2;
  const left = Math.min(indent + Math.max(...bars.map((bar) => textWidth(bar.label)), 0) + GAP, width * 0.5);
  const right = Math.max(...bars.map((bar) => textWidth(bar.text)), 0) + GAP;
  const [least, greatest] = range ?? [Math.min(0, ...bars.map((bar) => bar.value ?? 0)), Math.max(0, ...bars.map((bar) => bar.value ?? 0))];
  const x = scaleLinear([least, greatest > least ? greatest : 1], [left, Math.max(left + 20, width - right)]);
  const isAnyChosen = bars.some((bar) => bar.isChosen);
  return (
    <svg width={width} height={bars.length * ROW} role="group" aria-label={label} class="bars">
      {bars.map((bar, index) => {
        const toggle = onToggle && (() => onToggle(bar.id));
        const box = toggle && {
          role: "checkbox" as const,
          tabindex: 0,
          "aria-checked": bar.isChosen,
          onClick: toggle,
          onKeyDown: (event: KeyboardEvent) => onKey(event, toggle),
        };
        const end = bar.value === null ? left : Math.max(x(0), x(bar.value));
        const state = bar.isChosen ? " chosen" : isAnyChosen ? " others" : "";
        return (
          <g
            key={bar.id}
            class={`bar${state}${toggle ? "" : " still"}`}
            {...(box ?? { role: "img" as const })}
            aria-label={`${bar.label}: ${bar.full}`}
            transform={`translate(0 ${index * ROW})`}
          >
            <title>{`${bar.label}: ${bar.full}`}</title>
            <rect class="row" width={width} height={ROW - 2} y={1} rx={4} />
            {toggle && <Box isChosen={bar.isChosen} />}
            <text x={indent} y={ROW / 2} dy="0.35em" class="name">
              {shortened(bar.label, left - indent - GAP)}
            </text>
            {bar.value !== null && (
              <rect class="value" x={Math.min(x(0), x(bar.value))} y={5} width={Math.max(Math.abs(x(bar.value) - x(0)), bar.value === 0 ? 0 : 1)} height={ROW - 10} rx={2} />
            )}
            <text x={end + 6} y={ROW / 2} dy="0.35em" class={bar.value === null ? "number none" : "number"}>
              {bar.text}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function Box({ isChosen }: { readonly isChosen: boolean }) {
  return (
    <g class="box" transform={`translate(4 ${ROW / 2 - 6})`}>
      <rect width={12} height={12} rx={3} />
      {isChosen && <path d="M2.8 6.2 5.2 8.6 9.4 3.6" />}
    </g>
  );
}

/** Enter and Space toggle a bar; arrow keys move between bars. */
export function onKey(event: KeyboardEvent, choose: () => void): void {
  const element = event.currentTarget as Element;
  const step = { ArrowDown: "nextElementSibling", ArrowRight: "nextElementSibling", ArrowUp: "previousElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
  if (event.key === "Enter" || event.key === " ") choose();
  else if (step) (element[step as "nextElementSibling"] as SVGElement | null)?.focus();
  else return;
  event.preventDefault();
}
