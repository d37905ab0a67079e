import { expect, test } from "vitest";
import { classes } from "../colors";
import { shortened } from "../letters";
import { counted, short } from "../numbers";
import { wrapped } from "../picture";

test("numbers are short, and never one that is another", () => {
  const cases: [number, string][] = [
    [0, "0"], [7, "7"], [7.25, "7.3"], [999, "999"], [999.7, "1 K"], [1000, "1 K"], [1234, "1.2 K"], [99_949, "99.9 K"], [99_950, "100 K"], [999_949, "1 M"],
    [141_318.2, "141 K"], [1_500_000, "1.5 M"], [16_106_993_829.69, "16.1 B"], [-2_500, "−2.5 K"],
  ];
  for (const [value, text] of cases) expect(short(value), String(value)).toBe(text);
  expect(short(16_106_993_829.69, "$")).toBe("$16.1 B");
  expect(short(-5, "$")).toBe("−$5");
  expect([counted(1, "award"), counted(1200, "agency", "agencies")]).toEqual(["1 award", "1,200 agencies"]);
});

test("colors have about as many states each, and keep zero and the unknown apart", () => {
  const { color, steps } = classes([null, 0, ...Array.from({ length: 50 }, (_, index) => index + 1)]);
  expect(steps).toEqual([[1, 10], [11, 20], [21, 30], [31, 40], [41, 50]]);
  expect([null, 0, 1, 11, 50].map(color)).toEqual(["nothing", "zero", "color0", "color1", "color4"]);
  // Fewer values than colors: the darkest are used.
  expect(classes([5, 5, 9]).steps).toEqual([[5, 5], [9, 9]]);
  expect(classes([5, 5, 9]).color(5)).toBe("color3");
  expect(classes([null, 0]).steps).toEqual([]);
  expect(classes([-3, 4]).color(-3)).toBe("color3");
});

test("texts fit their place", () => {
  const width = (text: string) => text.length;
  expect(shortened("Municipal police", 30, width)).toBe("Municipal police");
  expect(shortened("Municipal police", 11, width)).toBe("Municipal…");
  expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
});
