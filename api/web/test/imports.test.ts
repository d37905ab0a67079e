// A file uses what stands below it: no circle of imports, and charts that know neither page.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = ["src", "chart", "explore/src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name)),
);

/** The files that each file names, types and all. */
const imports = new Map(
  files.map((file) => {
    const named = [...readFileSync(join(root, file), "utf8").matchAll(/(?:from|import\(|import) ?"(\.[^"?]+)"/g)].map(([, path]) => normalize(join(dirname(file), path!)));
    return [file, named.flatMap((path) => files.filter((other) => [path, `${path}.ts`, `${path}.tsx`].includes(other)))];
  }),
);

/** The first circle, if there is one. */
function circle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const found = visit(next, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return null;
}

test("no imports go around in a circle", () => {
  expect([...imports.values()].flat().length).toBeGreaterThan(150);
  expect(circle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]))).toEqual(["b", "c", "b"]);
  expect(circle(imports)).toBeNull();
});

test("charts know neither page", () => {
  const strange = [...imports].filter(([file]) => file.startsWith("chart/")).flatMap(([file, named]) => named.filter((path) => !path.startsWith("chart/")).map((path) => `${file}: ${path}`));
  expect(strange).toEqual([]);
});
