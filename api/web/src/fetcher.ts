// How the playground sends a query: a POST that can be stopped.
import type { Fetcher, FetcherParams, Observable } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { take } from "./answer";
import { isObject, type JsonObject } from "./json";

/** What GraphiQL asks for when it reads the schema. */
const INTROSPECTION = "IntrospectionQuery";

/** The one way in which GraphiQL observes: with an object, not with functions. */
interface Observer {
  next(answer: ExecutionResult): void;
  error(error: unknown): void;
  complete(): void;
}

/**
 * A fetcher for the server at `url`. It gives an observable, not a promise, since GraphiQL's button to stop,
 * and its leaving a tab, end what an observable has begun.
 */
export function fetcher(url: string): Fetcher {
  return (parameters, options) => {
    const own = parameters.operationName !== INTROSPECTION;
    const asked = own ? { "GraphQL-Cost": "report", "GraphQL-Explain": "1" } : {};
    const subscribe = (observer: Observer) => {
      const abort = new AbortController();
      send(url, JSON.stringify(current(parameters)), { ...asked, ...options?.headers }, abort.signal).then(
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
 * What is sent: without the name of an operation that is nowhere in the text. GraphiQL notes a tenth of a second late
 * which operations a changed text has, and may be told to run it before that.
 */
export function current(parameters: FetcherParams): FetcherParams {
  const { operationName, ...rest } = parameters;
  return operationName && !new RegExp(`\\b${operationName}\\b`).test(parameters.query) ? rest : parameters;
}

async function send(url: string, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<JsonObject> {
  const began = performance.now();
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      "Content-Type": "application/json",
      ...headers,
    },
    signal,
  });
  const text = await response.text();
  const milliseconds = performance.now() - began;
  const answer = parse(text);
  if (answer === null) {
    throw new Error(`The server answered ${response.status} ${response.statusText} with something that is not GraphQL: ${text.slice(0, 200)}`);
  }
  return take(answer, milliseconds);
}

function parse(text: string): JsonObject | null {
  try {
    const answer: unknown = JSON.parse(text);
    return isObject(answer) ? answer : null;
  } catch {
    return null;
  }
}
