// The counties, colored by a measure: those of the states that are chosen, or of the country.
import { memo } from "preact/compat";
import { useMemo } from "preact/hooks";
import { outlines, width, height } from "virtual:states";
import { onKey } from "./bars";
import { classes } from "./colors";
import type { CountyOutline } from "./counties";
import { Legend, Nothing } from "./map";
import type { StateValue } from "./map";

interface Properties {
  readonly label: string;
  readonly counties: readonly CountyOutline[];
  /** By FIPS code. */
  readonly values: ReadonlyMap<string, StateValue>;
  readonly states: readonly string[];
  readonly chosen: readonly string[];
  /** What stands for a county without awards. */
  readonly none: { readonly value: number | null; readonly text: string };
  readonly short: (value: number) => string;
  readonly onToggle: (fips: string) => void;
}

export const CountyMap = memo(({ label, counties, values, states, chosen, none, short, onToggle }: Properties) => {
  const shown = useMemo(() => (states.length === 0 ? counties : counties.filter(({ state }) => states.includes(state))), [counties, states]);
  const of = ({ fips }: CountyOutline) => values.get(fips) ?? none;
  const all = shown.map((county) => of(county).value);
  const { color, steps } = classes(all);
  const toggle = (target: EventTarget | null) => {
    const fips = (target as Element | null)?.closest("[data-fips]")?.getAttribute("data-fips");
    if (fips) onToggle(fips);
  };
  const borders = states.length === 0 ? outlines : outlines.filter(({ code }) => states.includes(code));
  const first = chosen.find((fips) => shown.some((county) => county.fips === fips)) ?? shown[0]?.fips;
  return (
    <div class="chart">
      <svg viewBox={view(borders.map(({ path }) => path)).join(" ")} role="group" aria-label={label} class="map counties">
        <Nothing />
        <g onClick={(event) => toggle(event.target)}>
          {shown.map((county) => {
            const { value, text } = of(county);
            const isChosen = chosen.includes(county.fips);
            return (
              <g
                key={county.fips}
                data-fips={county.fips}
                role="checkbox"
                tabindex={county.fips === first ? 0 : -1}
                aria-checked={isChosen}
                aria-label={`${county.name}, ${county.state}: ${text}`}
                class={`state ${color(value)}${isChosen ? " chosen" : ""}`}
                onKeyDown={(event) => onKey(event, () => onToggle(county.fips))}
              >
                <path d={county.path}>
                  <title>{`${county.name}, ${county.state}: ${text}`}</title>
                </path>
              </g>
            );
          })}
        </g>
        {borders.map(({ code, path }) => <path key={code} class="border" d={path} />)}
      </svg>
      <Legend {...{ steps, short }} has={{ zero: all.includes(0), unknown: all.includes(null) }} />
    </div>
  );
});

/** The part of the map that shows some outlines, with a margin. */
export function view(paths: readonly string[]): [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const path of paths) {
    const numbers = path.match(/-?\d+(\.\d+)?/g)!;
    for (let index = 0; index + 1 < numbers.length; index += 2) {
      const [x, y] = [Number(numbers[index]), Number(numbers[index + 1])];
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    }
  }
  if (paths.length === 0 || paths.length === outlines.length) return [0, 0, width, height];
  const margin = Math.max(right - left, bottom - top) * 0.03;
  // No taller than wide: the picture keeps its place on the page.
  const [wide, tall] = [right - left + 2 * margin, bottom - top + 2 * margin];
  const grown = Math.max(wide, (tall * width) / height);
  return [left - margin - (grown - wide) / 2, top - margin, grown, tall];
}
