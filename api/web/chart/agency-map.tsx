/** @jsxImportSource preact */
// Agencies on a map: the area of a circle shows the number. Keyboard users reach them in the table of agencies.
import { scaleSqrt } from "d3-scale";
import { memo } from "preact/compat";
import { height, outlines, width } from "virtual:states";
import { countryPoint } from "./points";
import { view } from "./view";

export interface Place {
  readonly id: string;
  readonly name: string;
  readonly state: string | null;
  readonly longitude: number;
  readonly latitude: number;
  readonly value: number | null;
  readonly text: string;
  /** The page of the agency. */
  readonly href: string | null;
}

interface Properties {
  readonly label: string;
  readonly places: readonly Place[];
  /** The states shown; empty for all. */
  readonly states: readonly string[];
  readonly short: (value: number) => string;
}

/** The radius of the largest circle, in thousandths of the width of the map. */
const GREATEST = 13;

export const AgencyMap = memo(({ label, places, states, short }: Properties) => {
  const shown = states.length === 0 ? outlines : outlines.filter(({ code }) => states.includes(code));
  const [left, top, wide, tall] = shown.length === 0 ? [0, 0, width, height] : view(shown.map(({ path }) => path), shown.length === outlines.length);
  const greatest = Math.max(...places.map(({ value }) => value ?? 0), 0) || 1;
  const radius = scaleSqrt([0, greatest], [0, (GREATEST / 1000) * wide]);
  const circles = places.flatMap((place) => {
    const point = place.value !== null && place.value > 0 ? countryPoint(place.longitude, place.latitude) : null;
    return point ? [{ ...place, point, value: place.value! }] : [];
  });
  return (
    <div class="chart">
      <svg viewBox={`${left} ${top} ${wide} ${tall}`} role="group" aria-label={label} class="map agencies">
        {shown.map(({ code, path, inset }) => (
          <g key={code} class="land">
            {inset && <rect class="inset" x={inset[0]} y={inset[1]} width={inset[2]} height={inset[3]} rx={4} />}
            <path d={path} />
          </g>
        ))}
        {circles.map(({ id, name, state, point: [x, y], value, text, href }) => {
          const words = `${name}, ${state ?? "state unknown"}: ${text}`;
          const circle = <circle cx={x} cy={y} r={radius(value)}><title>{words}</title></circle>;
          return href === null ? <g key={id} class="place">{circle}</g> : <a key={id} class="place" href={href} tabindex={-1} aria-label={words}>{circle}</a>;
        })}
      </svg>
      <p class="legend">The area of a circle is the number of an agency; the largest is {short(greatest)}.</p>
    </div>
  );
});
