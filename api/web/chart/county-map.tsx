/** @jsxImportSource preact */
// Counties, colored by a measure: of the selected states, or of the country.
import { memo } from "preact/compat";
import { useMemo } from "preact/hooks";
import { outlines } from "virtual:states";
import { onKey } from "./bars";
import { classes } from "./colors";
import type { CountyOutline } from "./counties";
import { Legend, Nothing } from "./map";
import type { StateValue } from "./map";
import { view } from "./view";

interface Properties {
  readonly label: string;
  readonly counties: readonly CountyOutline[];
  /** By FIPS code. */
  readonly values: ReadonlyMap<string, StateValue>;
  readonly states: readonly string[];
  readonly chosen: readonly string[];
  /** The value and the text of a county without awards. */
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
      <svg viewBox={view(borders.map(({ path }) => path), borders.length === outlines.length).join(" ")} role="group" aria-label={label} class="map counties">
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
