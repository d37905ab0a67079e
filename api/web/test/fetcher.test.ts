import { expect, test } from "vitest";
import { current } from "../src/fetcher";

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
