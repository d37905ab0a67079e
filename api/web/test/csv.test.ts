import { expect, test } from "vitest";
import { csv } from "../src/csv";
import { NotATable, table as tableOf } from "../src/table";

function table(data: Parameters<typeof tableOf>[0]) {
  const table = tableOf(data);
  return { csv: csv(table), rows: table.rows.length, more: table.more };
}

const lines = (csv: string) => csv.trimEnd().split("\r\n");

test("the nodes of a connection are the rows, and nested objects are dotted columns", () => {
  const data = {
    grants: {
      totalCount: 2,
      nodes: [
        { awardNumber: "A-1", agency: { name: "One", county: { fips: "06037" } }, federalShare: 12.5 },
        { awardNumber: "A-2", agency: null, federalShare: null },
      ],
    },
  };
  expect(table(data)).toEqual({
    csv: "awardNumber,agency.name,agency.county.fips,federalShare\r\nA-1,One,06037,12.5\r\nA-2,,,\r\n",
    rows: 2,
    more: false,
  });
});

test("an object that is null in the first row keeps its columns in their place", () => {
  const data = { a: { nodes: [{ x: null, y: 1 }, { x: { z: 2 }, y: 3 }] } };
  expect(lines(table(data).csv)).toEqual(["x.z,y", ",1", "2,3"]);
});

test("a column that is null everywhere is a column", () => {
  expect(table({ a: [{ x: null }, { x: null }] }).csv).toBe('x\r\n""\r\n""\r\n');
});

test("edges and groups are rows too", () => {
  const edges = { a: { edges: [{ cursor: "c", node: { name: "n" } }] } };
  expect(lines(table(edges).csv)).toEqual(["cursor,node.name", "c,n"]);
  const groups = { grants: { totals: { count: 9 }, groups: { nodes: [{ key: { fiscalYear: 2020 }, federalShare: { sum: 1 } }] } } };
  expect(lines(table(groups).csv)).toEqual(["key.fiscalYear,federalShare.sum", "2020,1"]);
});

test("an answer without a list is one row", () => {
  const data = { officersFunded: { totals: { funded: { sum: 3.5, missing: 0 }, hiredRate: 0.9 } } };
  expect(lines(table(data).csv)).toEqual([
    "officersFunded.totals.funded.sum,officersFunded.totals.funded.missing,officersFunded.totals.hiredRate",
    "3.5,0,0.9",
  ]);
});

test("plain values in a list share a cell", () => {
  const data = { trainings: { nodes: [{ title: "T", topics: ["a", "b"] }, { title: "U", topics: [] }] } };
  expect(lines(table(data).csv)).toEqual(["title,topics", "T,a; b", "U,"]);
});

test("what would run as a formula is text", () => {
  const cells = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1", "a=b", "A-1"];
  const data = { a: { nodes: cells.map((name) => ({ name })) } };
  const { csv } = table(data);
  for (const cell of cells.slice(0, 8)) expect(csv).toContain(`'${cell}`);
  expect(csv).toContain("\r\na=b\r\nA-1\r\n");
  // A number is no text: it may be negative.
  expect(lines(table({ a: { nodes: [{ n: -5 }] } }).csv)).toEqual(["n", "-5"]);
});

test("commas, quotes and line ends are quoted", () => {
  const data = { a: { nodes: [{ x: 'a "b", c', y: "one\ntwo", z: " padded " }] } };
  expect(table(data).csv).toBe('x,y,z\r\n"a ""b"", c","one\ntwo"," padded "\r\n');
});

test("whether the list goes on is told where the answer tells it", () => {
  const page = (about: object) => table({ a: { ...about, nodes: [{ x: 1 }] } }).more;
  expect(page({})).toBe(false);
  expect(page({ totalCount: 1 })).toBe(false);
  expect(page({ totalCount: 2 })).toBe(true);
  expect(page({ pageInfo: { hasNextPage: true } })).toBe(true);
  expect(page({ pageInfo: { hasPreviousPage: true } })).toBe(true);
});

test("what is not a table says what to do", () => {
  const cases: [Parameters<typeof table>[0], RegExp][] = [
    [{ a: { nodes: [{ b: { nodes: [{ c: 1 }] } }] } }, /`a\.nodes\.b\.nodes` is a list within a row/],
    [{ a: { nodes: [{ x: 1 }] }, b: { nodes: [{ y: 1 }] } }, /2 lists, `a\.nodes` and `b\.nodes`/],
    [{ a: { nodes: [] } }, /no rows/],
  ];
  for (const [data, message] of cases) {
    expect(() => table(data)).toThrow(NotATable);
    expect(() => table(data)).toThrow(message);
  }
});
