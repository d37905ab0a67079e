import { expect, test } from "vitest";
import { read, whole } from "../src/price";

test("a query is priced once it is whole, with the variables and the operation that it has", () => {
  expect(whole("{ a", "", null)).toBeNull();
  expect(whole("query A($x: Int) { a }", "{ half", "A")).toBeNull();
  expect(JSON.parse(whole("query A($x: Int) { a }", '{ "x": 1 }', "A")!)).toEqual({ query: "query A($x: Int) { a }", operationName: "A", variables: { x: 1 } });
  expect(whole("subscription { live { a } }", "", null)).toBeNull();
  // The editor may name an operation that is no longer there.
  expect(JSON.parse(whole("query B { a }", "", "A")!)).toEqual({ query: "query B { a }" });
});

test("a price, or why there is none", () => {
  expect(read({ data: {}, extensions: { cost: { price: 15, actual: null } } })).toEqual({ points: 15, refused: null });
  expect(read({ errors: [{ message: "too expensive" }], extensions: { cost: { price: 900, actual: null } } })).toEqual({ points: 900, refused: "too expensive" });
  expect(read({ errors: [{ message: "no field" }], extensions: { cost: { price: 0 } } })).toEqual({ points: null, refused: "no field" });
  for (const nothing of [null, 7, {}, { data: {} }]) expect(read(nothing)).toBeNull();
});
