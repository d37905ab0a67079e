import { formatResult } from "@graphiql/toolkit";
import { expect, test } from "vitest";
import { recall, take } from "../src/answer";

const asked = { query: "{ a }", operationName: null };

test("what stands beside an answer is kept by the text that is shown", () => {
  const dataset = { revision: 3, synthetic: true };
  const reads = [{ table: "grants", purpose: "page of grants", rows: 10, milliseconds: 1.5 }];
  const shown = take(
    { data: { a: 1 }, extensions: { dataset, cost: { price: 120, actual: 80 }, explain: { milliseconds: 2, reads } } },
    34,
    asked,
  );
  expect(shown).toEqual({ data: { a: 1 }, extensions: { dataset } });
  expect(recall(formatResult(shown))).toEqual({
    milliseconds: 34,
    cost: { price: 120, actual: 80 },
    explanation: { milliseconds: 2, reads },
    asked,
  });
  expect(recall("{}")).toBeNull();
  expect(recall(null)).toBeNull();
});

test("what the server does not say, or says in another shape, is nothing", () => {
  const shown = take({ data: { a: 2 }, extensions: { cost: { note: "x" }, explain: { reads: 7 } } }, 1, asked);
  expect(shown).toEqual({ data: { a: 2 } });
  expect(recall(formatResult(shown))).toEqual({ milliseconds: 1, cost: null, explanation: null, asked });
});

test("an answer without extensions is shown as it is, with its time", () => {
  const shown = take({ data: { a: 3 } }, 5, asked);
  expect(recall(formatResult(shown))).toEqual({ milliseconds: 5, cost: null, explanation: null, asked });
});

test("old answers are forgotten", () => {
  const texts = Array.from({ length: 60 }, (_, index) => formatResult(take({ data: { index } }, index, asked)));
  expect(recall(texts[0])).toBeNull();
  expect(recall(texts[59])?.milliseconds).toBe(59);
});
