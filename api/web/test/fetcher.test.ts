import { expect, test } from "vitest";
import { address, current } from "../src/fetcher";

test("an operation that the text no longer has is not asked for", () => {
  const query = "query BeforeAndAfter { dataset { revision } }";
  expect(current({ query, operationName: "Before", variables: { n: 1 } })).toEqual({ query, variables: { n: 1 } });
});

test("all else is sent as it is", () => {
  const two = "query A { dataset { revision } } query B { dataset { synthetic } }";
  for (const [query, operationName] of [[two, "B"], ["{ dataset { revision } }", null]] as const) {
    const parameters = { query, operationName };
    expect(current(parameters)).toBe(parameters);
  }
});

test("what is looked at before it is run goes by GET, without its comments", () => {
  const query = "# for people\nquery A($n: Int) {\n  a(n: $n)\n}\n";
  const { searchParams } = new URL(address("http://x/graphql", { query, variables: '{\n "n": 1 }', operationName: "A" }));
  expect(Object.fromEntries(searchParams)).toEqual({ query: "query A($n:Int){a(n:$n)}", variables: '{"n":1}', operationName: "A" });
  expect(address("/graphql", { query: "{ a }", variables: " ", operationName: null })).toBe("/graphql?query=%7Ba%7D");
});
