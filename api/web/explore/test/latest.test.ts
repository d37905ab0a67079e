import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, AskError } from "../src/ask";
import { Latest } from "../src/latest";

vi.mock("virtual:documents", () => ({ default: { one: { text: "query One($n: Int) { one(n: $n) }", hash: "c0ffee" } } }));

interface Call {
  readonly url: URL;
  readonly cache: RequestCache | undefined;
  readonly answer: (body: unknown, init?: ResponseInit) => void;
  readonly fail: () => void;
  readonly isAborted: () => boolean;
}

let calls: Call[];
beforeEach(() => {
  calls = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      calls.push({
        url: new URL(url, "http://test"),
        cache: init.cache,
        answer: (body, init) => resolve(new Response(JSON.stringify(body), init)),
        fail: () => reject(new TypeError("failed to fetch")),
        isAborted: () => init.signal?.aborted === true,
      });
    }),
  );
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const of = { revision: 3, synthetic: false };
const wish = (n: number) => ({ document: "one", variables: { n }, revision: null });
const body = (n: number) => ({ data: { one: n }, extensions: { dataset: of } });
const settled = () => vi.advanceTimersByTimeAsync(0);
const latest = () => new Latest<{ one: number }>(async () => {});
const variables = (call: Call) => JSON.parse(call.url.searchParams.get("variables")!) as unknown;

test("a question is a GET by the hash of its document, and tells the document once where it is not known", async () => {
  const answer = ask({ document: "one", variables: { n: 1, other: 2, none: undefined }, revision: "4" });
  expect(calls[0]!.url.pathname).toBe("/graphql");
  expect(variables(calls[0]!)).toEqual({ n: 1 });
  expect(calls[0]!.url.searchParams.has("query")).toBe(false);
  const extensions = { persistedQuery: { version: 1, sha256Hash: "c0ffee" }, revision: 4 };
  expect(JSON.parse(calls[0]!.url.searchParams.get("extensions")!)).toEqual(extensions);
  calls[0]!.answer({ errors: [{ message: "PersistedQueryNotFound", extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }] });
  await settled();
  expect(calls[1]!.url.searchParams.get("query")).toMatch(/^query One/);
  calls[1]!.answer(body(1));
  expect(await answer).toEqual({ data: { one: 1 }, of });
});

test("what is the matter is told apart", async () => {
  const cases: [(call: Call) => void, Partial<AskError>][] = [
    [(call) => call.fail(), { trouble: "unreachable", retryAfter: 3 }],
    [(call) => call.answer({ errors: [{ message: "too many", extensions: { code: "OVERLOADED" } }] }, { status: 503, headers: { "Retry-After": "7" } }), { trouble: "busy", retryAfter: 7, message: "too many" }],
    [(call) => call.answer({ errors: [{ message: "slow down", extensions: { code: "RATE_LIMITED" } }] }, { status: 429 }), { trouble: "busy", retryAfter: 2 }],
    [(call) => call.answer({ errors: [{ message: "there is no revision 9", extensions: { code: "NO_SUCH_REVISION" } }] }, { status: 409 }), { trouble: "revision", retryAfter: null }],
    [(call) => call.answer({ errors: [{ message: "bad", extensions: { code: "BAD_ARGUMENT" } }] }), { trouble: "refused", message: "bad" }],
    // An answer with a hole is no answer.
    [(call) => call.answer({ data: { one: null }, errors: [{ message: "broken" }], extensions: { dataset: of } }), { trouble: "refused", message: "broken" }],
    [(call) => call.answer("<html>", { status: 502, statusText: "Bad Gateway" }), { trouble: "unreachable" }],
  ];
  for (const [reply, expected] of cases) {
    const answer = ask({ document: "one", variables: {}, revision: null });
    reply(calls.at(-1)!);
    await expect(answer).rejects.toMatchObject(expected);
  }
});

test("a patient wish waits for the answer before it, and only the newest is asked", async () => {
  const one = latest();
  one.wish(wish(1));
  one.wish(wish(2), true);
  one.wish(wish(3), true);
  expect(calls).toHaveLength(1);
  calls[0]!.answer(body(1));
  await settled();
  expect(one.shown.value.answer?.data).toEqual({ one: 1 });
  expect(calls.map(variables)).toEqual([{ n: 1 }, { n: 3 }]);
  calls[1]!.answer(body(3));
  await settled();
  expect(one.shown.value).toMatchObject({ answer: { data: { one: 3 } }, asked: wish(3), isLoading: false, error: null });
});

test("a click aborts what was asked before, and what comes late is not shown", async () => {
  const one = latest();
  one.wish(wish(1));
  one.wish(wish(2));
  expect(calls[0]!.isAborted()).toBe(true);
  calls[1]!.answer(body(2));
  await settled();
  expect(one.shown.value.answer?.data).toEqual({ one: 2 });
});

test("an answer that is at hand is not asked again, until the data change", async () => {
  const one = latest();
  for (const n of [1, 2]) {
    one.wish(wish(n));
    calls.at(-1)!.answer(body(n));
    await settled();
  }
  one.wish(wish(1));
  await settled();
  expect(calls).toHaveLength(2);
  expect(one.shown.value.answer?.data).toEqual({ one: 1 });
  one.forget();
  one.wish(wish(1));
  expect(calls).toHaveLength(3);
});

test("what is of older data than another answer is asked again, once", async () => {
  const one = latest();
  one.wish(wish(1));
  calls[0]!.answer(body(1));
  await settled();
  one.forget();
  one.renew(of.revision);
  expect(calls).toHaveLength(1);
  one.renew(of.revision + 1);
  expect(calls.map(variables)).toEqual([{ n: 1 }, { n: 1 }]);
  // What the browser keeps may be the older one.
  expect(calls.map(({ cache }) => cache)).toEqual(["default", "no-cache"]);
  // The server lags behind: it is not asked for ever.
  calls[1]!.answer(body(1));
  await settled();
  one.renew(of.revision + 1);
  expect(calls).toHaveLength(2);
});

test("a server that is gone is asked again, and what was shown stays", async () => {
  const one = latest();
  one.wish(wish(1));
  calls[0]!.answer(body(1));
  await settled();
  one.wish(wish(2));
  calls[1]!.fail();
  await settled();
  expect(one.shown.value).toMatchObject({ answer: { data: { one: 1 } }, asked: wish(1), error: { trouble: "unreachable" } });
  await vi.advanceTimersByTimeAsync(3000);
  calls[2]!.answer(body(2));
  await settled();
  expect(one.shown.value).toMatchObject({ answer: { data: { one: 2 } }, error: null });
  // What is refused is not asked again.
  one.wish(wish(4));
  calls[3]!.answer({ errors: [{ message: "no" }] });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(4);
  expect(one.shown.value.error?.message).toBe("no");
});
