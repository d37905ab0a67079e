/** @jsxImportSource preact */
// The states, colored by a measure. Each state is a check box that filters the other charts.
import { memo } from "preact/compat";
import { height, outlines, width } from "virtual:states";
import { stateName } from "./states";
import { onKey } from "./bars";
import { classes, CLASSES } from "./colors";

export interface StateValue {
  readonly code: string;
  readonly value: number | null;
  readonly text: string;
}

interface Properties {
  readonly label: string;
  readonly values: ReadonlyMap<string, StateValue>;
  readonly chosen: readonly string[];
  readonly short: (value: number) => string;
  /** The numbers of all maps that share a color scale; by default, those of this map. */
  readonly scale?: readonly (number | null)[];
  /** The text of a state without a number. */
  readonly none?: string;
  /** Omitted if the map is read-only. */
  readonly onToggle?: (code: string) => void;
}

/** States too small to click; they have a button beside the map. */
const SMALL = ["VT", "NH", "MA", "RI", "CT", "NJ", "DE", "MD", "DC"];
const SIDE = { x: width - 66, y: 236, step: 27 };

export const StateMap = memo(({ label, values, chosen, short, scale, none = "no awards", onToggle }: Properties) => {
  const all = outlines.map(({ code }) => values.get(code)?.value ?? null);
  const { color, steps } = classes(scale ?? all);
  const has = { zero: all.includes(0), unknown: all.includes(null) };
  const about = (code: string) => {
    const found = values.get(code);
    return { text: found?.text ?? none, fill: color(found?.value ?? null), isChosen: chosen.includes(code) };
  };
  const properties = (code: string) => {
    const { text, fill, isChosen } = about(code);
    if (!onToggle) return { role: "img", "aria-label": `${stateName(code)}: ${text}`, class: `state still ${fill}` } as const;
    const toggle = () => onToggle(code);
    return {
      role: "checkbox",
      "aria-checked": isChosen,
      "aria-label": `${stateName(code)}: ${text}`,
      class: `state ${fill}${isChosen ? " chosen" : chosen.length > 0 ? " others" : ""}`,
      onClick: toggle,
      onKeyDown: (event: KeyboardEvent) => onKey(event, toggle),
    } as const;
  };
  return (
    <div class="chart">
      <svg viewBox={`0 0 ${width} ${height}`} role="group" aria-label={label} class="map">
        <Nothing />
        {[...outlines].sort((one, other) => Number(chosen.includes(one.code)) - Number(chosen.includes(other.code))).map(({ code, path, inset }) => (
          <g key={code} {...properties(code)} {...(onToggle && { tabindex: 0 })}>
            {inset && <rect class="inset" x={inset[0]} y={inset[1]} width={inset[2]} height={inset[3]} rx={4} />}
            <path d={path}>
              <title>{`${stateName(code)}: ${about(code).text}`}</title>
            </path>
            {inset && <text class="code" x={inset[0] + 6} y={inset[1] + 14}>{code}</text>}
          </g>
        ))}
        {SMALL.map((code, index) => (
          <g key={`small ${code}`} {...properties(code)} tabindex={-1} aria-hidden="true" transform={`translate(${SIDE.x} ${SIDE.y + index * SIDE.step})`}>
            <rect width={20} height={20} rx={3} />
            <text class="code" x={26} y={15}>{code}</text>
          </g>
        ))}
      </svg>
      <Legend {...{ steps, has, short }} unknown={none === "no awards" ? "unknown" : none} />
    </div>
  );
});

/** The pattern for unknown values. */
export const Nothing = () => (
  <defs>
    <pattern id="nothing" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="ground" width="6" height="6" />
      <line class="stripe" x1="0" y1="0" x2="0" y2="6" />
    </pattern>
  </defs>
);

interface LegendProperties {
  readonly steps: readonly (readonly [number, number])[];
  readonly has: { readonly zero: boolean; readonly unknown: boolean };
  readonly short: (value: number) => string;
  /** The label of the striped pattern. */
  readonly unknown?: string;
}

export function Legend({ steps, has, short, unknown = "unknown" }: LegendProperties) {
  return (
    <ul class="legend" aria-label="Colors">
      {steps.map(([from, to], index) => (
        <li key={index}>
          <i class={`swatch color${index + CLASSES - steps.length}`} />
          {from === to ? short(from) : `${short(from)} – ${short(to)}`}
        </li>
      ))}
      {has.zero && <li><i class="swatch zero" />0</li>}
      {has.unknown && <li><i class="swatch nothing" />{unknown}</li>}
    </ul>
  );
}
