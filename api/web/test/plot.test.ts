import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSchema } from "graphql";
import { expect, test } from "vitest";
import type { JsonObject } from "../src/json";
import { plot } from "../src/plot";
import { responseTypes } from "../src/response-types";
import { NotAPicture, shape } from "../src/shape";
import type { Choice } from "../src/shape";
import { table } from "../src/table";

const schema = buildSchema(readFileSync(fileURLToPath(new URL("../../../schema.graphql", import.meta.url)), "utf8"));

/** What the answer of a query is drawn as. */
function drawn(query: string, data: JsonObject, choice: Choice = {}) {
  return plot(shape(table(data), responseTypes(schema, query, null)), choice);
}
const groups = (by: string, nodes: JsonObject[], fields = "count federalShare { sum missing }") => ({
  query: `{ grants { groups(by: [FISCAL_YEAR]) { nodes { key { ${by} } ${fields} } } } }`,
  data: { grants: { groups: { nodes } } },
});
const node = (key: JsonObject, sum: number | null, missing = 0): JsonObject => ({ key, count: 7, federalShare: { sum, missing } });

test("the types of an answer are those of what was asked, whatever it is called, and through fragments", () => {
  const query = `query A($x: Int) { g: grants { ...F groups(by: [FISCAL_YEAR]) { nodes { ... on GrantGroup { year: key { fiscalYear } } } } } }
    fragment F on GrantConnection { totals { real: federalShare(inDollarsOf: $x) { sum } } }
    query B { dataset { revision } }`;
  const types = responseTypes(schema, query, "A");
  expect([...types].map(([path, { type, field }]) => [path, type, field])).toEqual([
    ["g.totals.real.sum", "Dollars", "sum"],
    ["g.groups.nodes.year.fiscalYear", "Int", "fiscalYear"],
  ]);
  expect([...responseTypes(schema, query, "B").keys()]).toEqual(["dataset.revision"]);
  expect(responseTypes(schema, "{ half", null).size).toBe(0);
  expect(responseTypes(schema, "{ ...F } fragment F on Query { ...F dataset { revision } }", null).size).toBe(1);
});

test("a year makes lines, with a gap where a year has no row, and says what is not drawn", () => {
  const { query, data } = groups("fiscalYear", [node({ fiscalYear: null }, 5), node({ fiscalYear: 2010 }, 10, 3), node({ fiscalYear: 2012 }, 30)]);
  const { kind, kinds, panels, notes, title, range, short } = drawn(query, data);
  expect([kind, kinds, title, range, short(1_500_000)]).toEqual(["lines", ["lines", "bars"], "Federal share by fiscal year", [0, 30], "$1.5 M"]);
  expect(panels.map(({ points }) => points.map(({ x, values }) => [x, values[0]]))).toEqual([[[2010, 10], [2011, null], [2012, 30]]]);
  expect(notes).toEqual(["Not drawn: $5 with an unknown fiscal year.", "Federal share leaves out 3 rows of unknown value."]);
});

test("a state makes a map, anything else bars, and a hand may choose another chart and number", () => {
  const state = groups("agencyState", [node({ agencyState: "CA" }, 1), node({ agencyState: "TX" }, 2)]);
  expect(drawn(state.query, state.data)).toMatchObject({ kind: "map", kinds: ["map", "bars"] });
  expect(drawn(state.query, state.data, { kind: "bars", measure: "count" })).toMatchObject({ kind: "bars", title: "Count by agency state", panels: [{ points: [{ label: "CA", values: [7] }, { label: "TX", values: [7] }] }] });
  // What cannot be is not: a state has no line.
  expect(drawn(state.query, state.data, { kind: "lines" }).kind).toBe("map");
  const status = groups("status", [node({ status: "OPEN" }, 1), node({ status: null }, 2)]);
  expect(drawn(status.query, status.data).panels[0]!.points.map(({ label }) => label)).toEqual(["Open", "Unknown"]);
});

test("a second key makes small multiples on one scale, by the key that a hand chooses", () => {
  const rows = [node({ fiscalYear: 2010, status: "OPEN" }, 1), node({ fiscalYear: 2010, status: "CLOSED" }, 8), node({ fiscalYear: 2011, status: "OPEN" }, 3)];
  const { query, data } = groups("fiscalYear status", rows);
  const two = drawn(query, data);
  expect(two).toMatchObject({ kind: "lines", title: "Federal share by fiscal year, for each status", range: [0, 8] });
  expect(two.panels.map(({ title, points }) => [title, points.map(({ values }) => values[0])])).toEqual([["Open", [1, 3]], ["Closed", [8, null]]]);
  const swapped = drawn(query, data, { by: "fiscalYear" });
  expect(swapped).toMatchObject({ kind: "bars", panels: [{ title: "2010", points: [{ label: "Open" }, { label: "Closed" }] }, { title: "2011" }] });
  const three = groups("fiscalYear status instrument", [node({ fiscalYear: 1, status: "OPEN", instrument: null }, 1)]);
  expect(() => drawn(three.query, three.data)).toThrow(/at most two keys, and these groups have 3/);
});

test("the state of whoever received something is one key", () => {
  const rows = [node({ agencyState: "CA", organizationState: null }, 1.1), node({ agencyState: null, organizationState: "CA" }, 2.2), node({ agencyState: null, organizationState: null }, 4)];
  const { query, data } = groups("agencyState organizationState", rows, "count dollarsPerResident federalShare { sum missing }");
  const map = drawn(query, data);
  expect(map).toMatchObject({ kind: "map", by: null, title: "Federal share by state", panels: [{ points: [{ id: "CA", values: [3.3] }] }] });
  expect(map.notes).toEqual(["Not drawn: $4 with an unknown state."]);
  expect(drawn(query, data, { kind: "bars" }).panels[0]!.points.map(({ label, values }) => [label, values[0]])).toEqual([["CA", 3.3], ["Unknown", 4]]);
  // A rate does not add up.
  const rates = (one: number | null) => [{ key: { agencyState: "CA", organizationState: null }, dollarsPerResident: 5 }, { key: { agencyState: null, organizationState: "CA" }, dollarsPerResident: one }];
  const rate = (one: number | null) => groups("agencyState organizationState", rates(one), "dollarsPerResident");
  expect(drawn(rate(null).query, rate(null).data).panels[0]!.points[0]!.values).toEqual([5]);
  expect(() => drawn(rate(1).query, rate(1).data)).toThrow(/cannot be added up/);
});

test("subtotals and all others are not drawn among their parts", () => {
  const levels = groups("fiscalYear", [{ level: 0, ...node({ fiscalYear: null }, 3) }, { level: 1, ...node({ fiscalYear: 2010 }, 3) }], "level count federalShare { sum missing }");
  const { panels, notes } = drawn(levels.query, levels.data);
  expect([panels[0]!.points.length, notes]).toEqual([1, ["Subtotals are left out.", "There is only one group."]]);
  const top = groups("agencyState", [{ isOthers: false, ...node({ agencyState: "CA" }, 1) }, { isOthers: true, ...node({ agencyState: null }, 9) }], "isOthers count federalShare { sum missing }");
  expect(drawn(top.query, top.data)).toMatchObject({ kind: "bars", panels: [{ points: [{ label: "CA" }, { label: "All others" }] }] });
  expect(drawn(top.query, top.data, { kind: "map" }).notes).toEqual(["Not drawn: $9 in the group of all others."]);
});

test("two ways of one number are two lines", () => {
  const fields = "nominal: federalShare { sum } real: federalShare(inDollarsOf: 2024) { sum }";
  const rows = [2010, 2011].map((fiscalYear) => ({ key: { fiscalYear }, nominal: { sum: 1 }, real: { sum: 2 } }));
  const { query, data } = groups("fiscalYear", rows, fields);
  expect(drawn(query, data).drawn.map(({ label }) => label)).toEqual(["Nominal", "Real"]);
  expect(drawn(query, data, { measure: "real.sum" }).drawn.map(({ label }) => label)).toEqual(["Real"]);
});

test("other rows are drawn by what they are called, and one row by its numbers of one kind", () => {
  const agencies = drawn("{ agencies { nodes { name state population latitude } } }", {
    agencies: { nodes: [{ name: "A", state: "CA", population: 5, latitude: 1 }, { name: "A", state: "TX", population: null, latitude: 2 }] },
  });
  expect(agencies.panels[0]!.points.map(({ label, values }) => [label, values[0]])).toEqual([["A, CA", 5], ["A, TX", null]]);
  expect(agencies.measures.map(({ path }) => path)).toEqual(["population"]);
  const prices = drawn("{ priceIndexes { nodes { year value } } }", { priceIndexes: { nodes: [{ year: 2001, value: 2 }, { year: 2000, value: 1 }] } });
  expect(prices).toMatchObject({ kind: "lines", panels: [{ points: [{ x: 2000 }, { x: 2001 }] }] });
  const funnel = drawn("{ officersFunded { totals { requested { sum missing } funded { sum missing } hiredRate } } }", {
    officersFunded: { totals: { requested: { sum: 9, missing: 0 }, funded: { sum: 4, missing: 2 }, hiredRate: 0.5 } },
  });
  expect(funnel.title).toBe("Officers funded");
  expect(funnel.panels[0]!.points.map(({ label, values }) => [label, values[0]])).toEqual([["Requested", 9], ["Funded", 4]]);
  expect(funnel.notes).toEqual(["Only numbers of one kind are drawn.", "Funded leaves out 2 rows of unknown value."]);
});

test("what would mislead is refused, and says why", () => {
  const twice = groups("program { category } fiscalYear", [node({ program: { category: "HIRING" }, fiscalYear: 2010 }, 1), node({ program: { category: "HIRING" }, fiscalYear: 2010 }, 2)]);
  const cases: [string, JsonObject, RegExp][] = [
    [twice.query, twice.data, /Two rows have the same fiscal year, 2010/],
    ["{ dataset { revision } }", { dataset: { revision: 3 } }, /more than one number/],
    ["{ programs { nodes { code name } } }", { programs: { nodes: [{ code: "A", name: "B" }] } }, /no numbers/],
    ["{ publishedFigures { nodes { metric value } } }", { publishedFigures: { nodes: [{ metric: "PEOPLE_TRAINED", value: 7 }] } }, /no numbers/],
    ["{ agencies { nodes { population } } }", { agencies: { nodes: [{ population: 3 }] } }, /Select a name/],
  ];
  for (const [query, data, message] of cases) {
    expect(() => drawn(query, data)).toThrow(NotAPicture);
    expect(() => drawn(query, data)).toThrow(message);
  }
});
