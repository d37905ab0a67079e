import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { generated, target } from "../build/codegen";
import { documents } from "../build/documents";

const folder = fileURLToPath(new URL("../queries", import.meta.url));
const schema = buildSchema(readFileSync(join(folder, "../../../../schema.graphql"), "utf8"));

test("each document is one that the schema takes", () => {
  const built = documents(folder);
  expect(Object.keys(built)).toContain("overview/dollars/years");
  for (const [name, { text }] of Object.entries(built)) expect(validate(schema, parse(text)), name).toEqual([]);
});

test("the query of a picture has nothing that it does not need", () => {
  const { text } = documents(folder)["overview/officers/years"]!;
  expect(text).toMatch(/^query Years\(/);
  expect(text).not.toContain("$years");
  expect(text).not.toContain("inDollarsOf");
  expect(text.match(/grants\(/g)).toHaveLength(1);
});

test("a list that is cut out has its fragments", () => {
  const { text } = documents(folder)["neighbors/above"]!;
  expect(text).toMatch(/^query Above\(\$kind: AgencyKind!, \$population: Int!\)/);
  expect(text).toContain("fragment Neighbor on Agency");
});

test("a file has the whole list", () => {
  const { text } = documents(folder)["awards/file"]!;
  expect(text).toMatch(/^query Awards\(\$filter: GrantFilter! = \{\}, \$orderBy: \[GrantOrder!\]\)/);
  expect(text).toContain("grants(filter: $filter, orderBy: $orderBy) {\n    nodes {");
});

// The whole schema is parsed twice, which takes longer than the default of 5 s on a busy machine.
test("the types are those of the schema", { timeout: 60_000 }, async () => {
  const written = await generated();
  if (process.env["UPDATE_TYPES"]) writeFileSync(target, written);
  expect(readFileSync(target, "utf8"), "run `npm run codegen`").toBe(written);
});
