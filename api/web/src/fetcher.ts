// Sends the playground's queries, as POST requests that can be canceled.
import type { Fetcher, FetcherParams, Observable } from "@graphiql/toolkit";
import { stripIgnoredCharacters, type ExecutionResult } from "graphql";
import { take, type Asked } from "./answer";
import { isObject, type JsonObject } from "./json";
import { isSubscription, subscribe } from "./subscribe";

/** The operation by which GraphiQL reads the schema. */
const INTROSPECTION = "IntrospectionQuery";

/** GraphiQL always observes with an object, never with functions. */
interface Observer {
  next(answer: ExecutionResult): void;
  error(error: unknown): void;
  complete(): void;
}

/**
 * A fetcher for the server at `url`. It returns an observable, not a promise, because GraphiQL can cancel an
 * observable when you press Stop or leave a tab.
 */
export function fetcher(url: string): Fetcher {
  return (parameters, options) => {
    if (isSubscription(parameters)) return { subscribe: (observer: Observer) => subscribed(url, parameters, options?.headers as Headers | undefined, observer) } as Observable<ExecutionResult>;
    const own = parameters.operationName !== INTROSPECTION;
    const reports = own ? { "GraphQL-Cost": "report", "GraphQL-Explain": "1" } : {};
    const subscribe = (observer: Observer) => {
      const abort = new AbortController();
      const headers = { ...reports, ...(options?.headers as Headers | undefined) };
      send(url, current(parameters), headers, abort.signal).then(
        (answer) => {
          observer.next(answer);
          observer.complete();
        },
        (error: unknown) => {
          if (!abort.signal.aborted) observer.error(error);
        },
      );
      return { unsubscribe: () => abort.abort() };
    };
    return { subscribe } as Observable<ExecutionResult>;
  };
}

/**
 * Drops an operation name that is not in the query. GraphiQL updates its list of operations 0.1 s after a change, and
 * you may run the query before that.
 */
export function current(parameters: FetcherParams): FetcherParams {
  const { operationName, ...rest } = parameters;
  return operationName && !new RegExp(`\\b${operationName}\\b`).test(parameters.query) ? rest : parameters;
}

type Headers = Record<string, string>;

/** Passes answers on until the server or the user ends the subscription. */
function subscribed(url: string, parameters: FetcherParams, headers: Headers | undefined, observer: Observer) {
  const abort = new AbortController();
  const asked = current(parameters);
  const about = { query: asked.query, operationName: asked.operationName ?? null };
  let began: number | null = performance.now();
  const next = (answer: JsonObject) => {
    observer.next(take(answer, began === null ? null : performance.now() - began, about));
    began = null;
  };
  subscribe(url, JSON.stringify(asked), headers ?? {}, next, abort.signal).then(
    () => observer.complete(),
    (error: unknown) => {
      if (!abort.signal.aborted) observer.error(error);
    },
  );
  return { unsubscribe: () => abort.abort() };
}

/** The contents of the editors. */
interface Text {
  readonly query: string;
  /** JSON; empty if there are none. */
  readonly variables: string;
  readonly operationName: string | null;
}

/** Sends a GET request, which browsers and proxies cache, and returns the answer to show. */
export function look(url: string, asked: Text, signal: AbortSignal): Promise<JsonObject> {
  return answered(address(url, asked), { signal }, asked);
}

/** The URL of a query, without its comments and spaces. */
export function address(url: string, { query, variables, operationName }: Text): string {
  const parameters = new URLSearchParams({ query: stripIgnoredCharacters(query) });
  if (variables.trim() !== "") parameters.set("variables", JSON.stringify(JSON.parse(variables)));
  if (operationName !== null) parameters.set("operationName", operationName);
  return `${url}?${parameters}`;
}

/** Sends a POST request, and returns the answer to show. */
function send(url: string, asked: FetcherParams, headers: Headers, signal: AbortSignal): Promise<JsonObject> {
  const init = { method: "POST", body: JSON.stringify(asked), headers: { "Content-Type": "application/json", ...headers }, signal };
  return answered(url, init, { query: asked.query, operationName: asked.operationName ?? null });
}

async function answered(url: string, init: RequestInit & { headers?: Record<string, string> }, asked: Asked): Promise<JsonObject> {
  const began = performance.now();
  const response = await fetch(url, {
    ...init,
    headers: { Accept: "application/graphql-response+json, application/json;q=0.9", ...init.headers },
  });
  const text = await response.text();
  const milliseconds = performance.now() - began;
  const answer = parse(text);
  if (answer === null) {
    throw new Error(`The response is not GraphQL (${response.status} ${response.statusText}): ${text.slice(0, 200)}`);
  }
  return take(answer, milliseconds, asked);
}

function parse(text: string): JsonObject | null {
  try {
    const answer: unknown = JSON.parse(text);
    return isObject(answer) ? answer : null;
  } catch {
    return null;
  }
}
