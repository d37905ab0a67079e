// Follows data that are loaded while the page is open.
//
// A live query sends the revision at once and after each load, so nothing is missed while the page does not listen. A
// hidden page does not listen, because a browser has few connections to a server, shared by all its pages.
import { address } from "./ask";
import type { LiveSubscription } from "./operations";

export type Dataset = LiveSubscription["live"]["dataset"];

/** How long to wait if the server refuses, in milliseconds: it may be busy, or have no subscriptions. */
const AGAIN = 60_000;

/** The part of an `EventSource` used here. */
export interface Source {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
  close(): void;
}

const CLOSED = 2;

export interface Page {
  readonly isHidden: () => boolean;
  /** Registers a callback for when the page is hidden or shown. */
  readonly onTurn: (turned: () => void) => void;
  readonly source: (url: string) => Source;
}

const here: Page = {
  isHidden: () => document.hidden,
  onTurn: (turned) => {
    document.addEventListener("visibilitychange", turned);
    // Pages in the back-forward cache have no connections.
    addEventListener("pagehide", turned);
    addEventListener("pageshow", turned);
  },
  source: (url) => new EventSource(url) as Source,
};

/** Reports the dataset whenever it changes while the page is visible. */
export function follow(told: (dataset: Dataset) => void, page: Page = here): void {
  const url = address({ document: "live", variables: {}, revision: null }, true);
  let source: Source | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  const listen = () => {
    clearTimeout(again);
    source?.close();
    source = null;
    if (page.isHidden()) return;
    const opened = page.source(url);
    source = opened;
    opened.addEventListener("next", ({ data }) => {
      const dataset = read(data);
      if (dataset) told(dataset);
    });
    const later = () => {
      opened.close();
      clearTimeout(again);
      again = setTimeout(listen, AGAIN);
    };
    opened.addEventListener("complete", later);
    // The browser reconnects after a broken connection, but not after a refusal.
    opened.addEventListener("error", () => opened.readyState === CLOSED && later());
  };
  page.onTurn(listen);
  listen();
}

function read(data: unknown): Dataset | null {
  try {
    const answer = JSON.parse(String(data)) as { data?: LiveSubscription | null };
    return answer.data?.live.dataset ?? null;
  } catch {
    return null;
  }
}
