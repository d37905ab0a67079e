// Data that are loaded while somebody looks: the server says that there are new ones, and the page shows them.
//
// A live query tells the revision at once and after each load, so nothing is missed while nobody listens. A page that is
// hidden does not listen: a browser has few connections to a server, and all of its pages share them.
import { address } from "./ask";
import type { LiveSubscription } from "./operations";

export type Dataset = LiveSubscription["live"]["dataset"];

/** How long to wait where the server does not want to tell, in milliseconds: it may be busy, or know no subscriptions. */
const AGAIN = 60_000;

/** What is used of an `EventSource`. */
export interface Source {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
  close(): void;
}

const CLOSED = 2;

export interface Page {
  readonly isHidden: () => boolean;
  /** Calls whenever the page is hidden or shown. */
  readonly onTurn: (turned: () => void) => void;
  readonly source: (url: string) => Source;
}

const here: Page = {
  isHidden: () => document.hidden,
  onTurn: (turned) => {
    document.addEventListener("visibilitychange", turned);
    // Pages that are kept for the way back have no connections.
    addEventListener("pagehide", turned);
    addEventListener("pageshow", turned);
  },
  source: (url) => new EventSource(url) as Source,
};

/** Tells of the dataset that there is, whenever it is another one, as long as the page is looked at. */
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
    // A connection that broke is opened again by the browser; a refusal is not.
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
