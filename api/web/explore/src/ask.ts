// Sends the page's queries: by GET, so that browsers and proxies can cache answers, and by the hash of a document, so
// that URLs are short. If the server does not know the hash, the document is sent once.
import documents from "virtual:documents";

/** The revision that an answer is of. */
export interface Of {
  readonly revision: number;
  readonly synthetic: boolean;
}

export interface Answer<T> {
  readonly data: T;
  readonly of: Of;
}

export type Trouble =
  /** Nothing answers at the address. */
  | "unreachable"
  /** The server is busy, or the client asked for too much. */
  | "busy"
  /** The revision is not available. */
  | "revision"
  /** The request is wrong. */
  | "refused";

export class AskError extends Error {
  readonly trouble: Trouble;
  /** When to try again, in seconds. Null if that would not help. */
  readonly retryAfter: number | null;
  constructor(trouble: Trouble, message: string, retryAfter: number | null = null) {
    super(message);
    this.trouble = trouble;
    this.retryAfter = retryAfter;
  }
}

export type Variables = Readonly<Record<string, unknown>>;

export interface Ask {
  /** The name of a document. */
  readonly document: string;
  readonly variables: Variables;
  /** Null for the newest. */
  readonly revision: string | null;
}

export const ENDPOINT = "/graphql";

/** The text of a document. */
export function text(name: string): string {
  return found(name).text;
}

function found(name: string) {
  const document = documents[name];
  if (!document) throw new Error(`there is no document ${name}`);
  return document;
}

/** The URL of a query. With `query` it has the whole document, which any server understands. */
export function address({ document, variables, revision }: Ask, query: boolean): string {
  const { text, hash } = found(document);
  const parameters = new URLSearchParams();
  if (query) parameters.set("query", text);
  const taken = used(text, variables);
  if (Object.keys(taken).length > 0) parameters.set("variables", JSON.stringify(taken));
  const extensions = {
    persistedQuery: { version: 1, sha256Hash: hash },
    ...(revision !== null && { revision: /^\d+$/.test(revision) ? Number(revision) : revision }),
  };
  parameters.set("extensions", JSON.stringify(extensions));
  return `${ENDPOINT}?${parameters}`;
}

/** The variables that a document uses. */
export function used(text: string, variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name, value]) => value !== undefined && new RegExp(`\\$${name}\\b`).test(text)));
}

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: { readonly dataset?: Of };
}

/**
 * Sends a query and returns the answer, or throws an `AskError`. An abort is rethrown as it is. `fresh` bypasses the
 * browser's cache, which may hold older data.
 */
export async function ask<T>(what: Ask, signal?: AbortSignal, fresh = false): Promise<Answer<T>> {
  const cache: RequestCache = fresh ? "no-cache" : "default";
  let { response, body } = await get(address(what, false), { signal, cache });
  if (body?.errors?.[0]?.extensions?.code === "PERSISTED_QUERY_NOT_FOUND") {
    ({ response, body } = await get(address(what, true), { signal, cache }));
  }
  return taken<T>(response, body);
}

interface Get {
  readonly signal?: AbortSignal | undefined;
  readonly cache?: RequestCache;
  readonly headers?: Record<string, string>;
}

async function get(url: string, { signal, cache = "default", headers = {} }: Get): Promise<{ response: Response; body: Body | null }> {
  const response = await reach(url, { headers: { Accept: "application/json", ...headers }, cache, ...(signal && { signal }) });
  const text = await response.text().catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw unreachable();
  });
  try {
    return { response, body: JSON.parse(text) as Body };
  } catch {
    return { response, body: null };
  }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable();
  }
}

const unreachable = () => new AskError("unreachable", "The server does not respond.", 3);

function taken<T>(response: Response, body: Body | null): Answer<T> {
  const [error] = body?.errors ?? [];
  if (error || !response.ok || !body || body.data === undefined || body.data === null) {
    throw trouble(response, error?.extensions?.code, error?.message ?? `The response is ${response.status} ${response.statusText}.`);
  }
  const of = body.extensions?.dataset;
  if (!of) throw new AskError("refused", "The answer does not name its revision.");
  return { data: body.data as T, of };
}

function trouble(response: Response, code: string | undefined, message: string): AskError {
  const seconds = Number(response.headers.get("Retry-After") ?? "");
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? seconds : 2;
  if (code === "REVISION_GONE" || code === "NO_SUCH_REVISION" || code === "DATASET_CHANGED") return new AskError("revision", message);
  if (response.status === 429 || response.status === 503 || response.status === 504 || code === "TIMEOUT") return new AskError("busy", message, retryAfter);
  if (response.status >= 500) return new AskError("unreachable", message, retryAfter);
  return new AskError("refused", message);
}

/** The answer as a file. */
export async function file(what: Ask, type: "text/csv" | "application/vnd.apache.parquet"): Promise<Blob> {
  const response = await reach(address(what, true), { headers: { Accept: type } });
  if (response.ok) return response.blob();
  const body = (await response.json().catch(() => null)) as Body | null;
  return taken<never>(response, body).data;
}

export interface Citation {
  readonly text: string;
  readonly bibtex: string;
  readonly cslJson: unknown;
}

/** How to cite the answer. */
export async function citation(what: Ask): Promise<Citation> {
  const { response, body } = await get(address(what, true), { headers: { "GraphQL-Cite": "1" } });
  taken(response, body);
  const citation = (body?.extensions as { citation?: Citation } | undefined)?.citation;
  if (!citation) throw new AskError("refused", "The server returned no citation for this answer.");
  return citation;
}
