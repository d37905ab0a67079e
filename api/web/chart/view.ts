// The visible part of the map.
import { height, width } from "virtual:states";

/** The view box of some outlines, with a margin. */
export function view(paths: readonly string[], isAll: boolean): [number, number, number, number] {
  if (paths.length === 0 || isAll) return [0, 0, width, height];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const path of paths) {
    const numbers = path.match(/-?\d+(\.\d+)?/g)!;
    for (let index = 0; index + 1 < numbers.length; index += 2) {
      const [x, y] = [Number(numbers[index]), Number(numbers[index + 1])];
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    }
  }
  const margin = Math.max(right - left, bottom - top) * 0.03;
  // Never taller than wide, so that the map keeps its place on the page.
  const [wide, tall] = [right - left + 2 * margin, bottom - top + 2 * margin];
  const grown = Math.max(wide, (tall * width) / height);
  return [left - margin - (grown - wide) / 2, top - margin, grown, tall];
}
