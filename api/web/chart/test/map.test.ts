import { expect, test } from "vitest";
import { HEIGHT, outlines, WIDTH } from "../build/states";
import { states } from "../states";

test("every state and territory is on the map, inside of it", () => {
  const drawn = outlines();
  expect(drawn.map(({ code }) => code)).toEqual(states.map(({ code }) => code));
  for (const { code, path } of drawn) {
    const numbers = path.match(/-?\d+(\.\d+)?/g)!.map(Number);
    const [xs, ys] = [0, 1].map((odd) => numbers.filter((_, index) => index % 2 === odd)) as [number[], number[]];
    expect(Math.min(...xs), code).toBeGreaterThanOrEqual(0);
    expect(Math.max(...xs), code).toBeLessThanOrEqual(WIDTH);
    expect(Math.min(...ys), code).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ys), code).toBeLessThanOrEqual(HEIGHT);
    expect(Math.max(...xs) - Math.min(...xs), code).toBeGreaterThan(3);
  }
  expect(JSON.stringify(drawn).length).toBeLessThan(120_000);
});
