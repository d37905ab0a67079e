import { afterEach, expect, test, vi } from "vitest";
import type { JsonObject } from "../src/json";
import { events, isSubscription, subscribe } from "../src/subscribe";

const stream = (chunks: readonly string[]) =>
  new ReadableStream<string>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

test("what is a subscription", () => {
  expect(isSubscription({ query: "subscription { live { a } }" })).toBe(true);
  expect(isSubscription({ query: "query A { a } subscription B { b }", operationName: "B" })).toBe(true);
  expect(isSubscription({ query: "query A { a } subscription B { b }", operationName: "A" })).toBe(false);
  expect(isSubscription({ query: "{ subscription }" })).toBe(false);
  expect(isSubscription({ query: "subscription {" })).toBe(false);
});

test("events are read wherever the stream is cut", async () => {
  const text = ':\n\nevent: next\ndata: {"a":1}\n\n: still here\n\nevent: next\ndata: {"a":\ndata: 2}\n\nevent: complete\ndata:\n\n';
  const expected = [{ event: "next", data: '{"a":1}' }, { event: "next", data: '{"a":\n2}' }, { event: "complete", data: "" }];
  for (const size of [1, 2, 7, 1000]) {
    const chunks = text.match(new RegExp(`[^]{1,${size}}`, "g"))!;
    const found = [];
    for await (const event of events(stream(chunks))) found.push(event);
    expect(found, `${size}`).toEqual(expected);
  }
  const found = [];
  for await (const event of events(stream([text.replaceAll("\n", "\r\n")]))) found.push(event);
  expect(found).toEqual(expected);
});

afterEach(() => vi.unstubAllGlobals());

async function answers(response: Response): Promise<JsonObject[]> {
  vi.stubGlobal("fetch", async () => response);
  const found: JsonObject[] = [];
  await subscribe("/graphql", "{}", {}, (answer) => found.push(answer), new AbortController().signal);
  return found;
}
const sent = (text: string) => new Response(text, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });

test("each answer comes in turn, until the server is done", async () => {
  expect(await answers(sent('event: next\ndata: {"data":1}\n\nevent: next\ndata: {"data":2}\n\nevent: complete\ndata:\n\n'))).toEqual([{ data: 1 }, { data: 2 }]);
});

test("what is no stream is shown as it is, and a connection that breaks off says so", async () => {
  expect(await answers(Response.json({ errors: [{ message: "no" }] }, { status: 400 }))).toEqual([{ errors: [{ message: "no" }] }]);
  await expect(answers(new Response("<html>", { status: 502 }))).rejects.toThrow(/not an event stream \(502/);
  await expect(answers(sent('event: next\ndata: {"data":1}\n\n'))).rejects.toThrow(/Run the subscription again/);
});
