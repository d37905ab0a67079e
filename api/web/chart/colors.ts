// The color classes of a map.
import { scaleQuantile } from "d3-scale";

/** The number of colors, from the lightest to the darkest; reversed on a dark page. */
export const CLASSES = 5;

/** Quantiles: the colors show the order of the states, and the legend shows the numbers. */
export function classes(values: readonly (number | null)[]): { color: (value: number | null) => string; steps: [number, number][] } {
  const known = values.filter((value) => value !== null).filter((value) => value !== 0);
  const distinct = [...new Set(known)].sort((one, other) => one - other);
  if (distinct.length === 0) return { color: (value) => (value === null ? "nothing" : "zero"), steps: [] };
  const steps = distinct.length <= CLASSES ? distinct.map((value): [number, number] => [value, value]) : quantiles(known);
  const shift = CLASSES - steps.length;
  const place = (value: number) => steps.findIndex(([from, to]) => value >= from && value <= to);
  return { color: (value) => (value === null ? "nothing" : value === 0 ? "zero" : `color${shift + place(value)}`), steps };
}

function quantiles(values: readonly number[]): [number, number][] {
  const scale = scaleQuantile(values, Array.from({ length: CLASSES }, (_, index) => index));
  return scale.range().flatMap((index): [number, number][] => {
    const inside = values.filter((value) => scale(value) === index);
    return inside.length === 0 ? [] : [[Math.min(...inside), Math.max(...inside)]];
  });
}
