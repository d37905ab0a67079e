import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { follow } from "../src/live";
import type { Dataset, Source } from "../src/live";

vi.mock("virtual:documents", () => ({ default: { live: { text: "subscription Live { live { dataset { revision loadedAt } } }", hash: "h" } } }));

class Fake implements Source {
  readyState = 1;
  isClosed = false;
  readonly url: string;
  readonly #listeners = new Map<string, (event: { data?: unknown }) => void>();
  constructor(url: string) {
    this.url = url;
  }
  addEventListener(type: string, listener: (event: { data?: unknown }) => void) {
    this.#listeners.set(type, listener);
  }
  close() {
    this.isClosed = true;
  }
  tell(type: string, data?: unknown) {
    this.#listeners.get(type)?.({ data });
  }
}

let sources: Fake[];
let told: Dataset[];
let isHidden: boolean;
let turn: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  [sources, told, isHidden] = [[], [], false];
  follow((dataset) => told.push(dataset), {
    isHidden: () => isHidden,
    onTurn: (turned) => {
      turn = turned;
    },
    source: (url) => {
      const source = new Fake(url);
      sources.push(source);
      return source;
    },
  });
});
afterEach(() => vi.useRealTimers());

const said = (revision: number) => JSON.stringify({ data: { live: { dataset: { revision, loadedAt: null } } } });

test("the revision is told at once, and after each load", () => {
  expect(new URL(sources[0]!.url, "http://x").searchParams.get("query")).toContain("subscription Live");
  sources[0]!.tell("next", said(2));
  sources[0]!.tell("next", said(3));
  sources[0]!.tell("next", JSON.stringify({ errors: [{ message: "too busy" }], data: null }));
  sources[0]!.tell("next", "half");
  expect(told.map(({ revision }) => revision)).toEqual([2, 3]);
});

test("a hidden page does not listen, and hears what it missed when it is back", () => {
  isHidden = true;
  turn();
  expect([sources[0]!.isClosed, sources.length]).toEqual([true, 1]);
  isHidden = false;
  turn();
  expect([sources[1]!.isClosed, sources.length]).toEqual([false, 2]);
});

test("a refusal is asked again after a while, and a broken connection is the browser's to mend", async () => {
  sources[0]!.tell("error");
  await vi.advanceTimersByTimeAsync(120_000);
  expect(sources).toHaveLength(1);
  sources[0]!.readyState = 2;
  sources[0]!.tell("error");
  expect(sources).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sources).toHaveLength(2);
  sources[1]!.tell("complete");
  await vi.advanceTimersByTimeAsync(60_000);
  expect([sources.length, sources[1]!.isClosed]).toEqual([3, true]);
});
