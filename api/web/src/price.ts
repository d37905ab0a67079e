// The price of the query in the editor, updated while you type. The server prices the query and does not run it.
import { useGraphiQL } from "@graphiql/react";
import { parse } from "graphql";
import { useEffect, useState } from "react";
import { isObject, type JsonObject } from "./json";
import { isSubscription } from "./subscribe";

/** How long to wait after the last keystroke, in milliseconds. */
const REST = 300;

/** A price, or why the server would refuse the query. */
export interface Price {
  readonly points: number | null;
  readonly refused: string | null;
}

export function usePrice(url: string): Price | null {
  const { query, variables, operationName } = useGraphiQL((state) => {
    const tab = state.tabs[state.activeTabIndex];
    return { query: tab?.query ?? "", variables: tab?.variables ?? "", operationName: tab?.operationName ?? null };
  });
  const [price, setPrice] = useState<Price | null>(null);
  useEffect(() => {
    const body = whole(query, variables, operationName);
    if (body === null) {
      setPrice(null);
      return;
    }
    const abort = new AbortController();
    const rest = setTimeout(() => {
      priced(url, body, abort.signal).then(setPrice, () => {
        if (!abort.signal.aborted) setPrice(null);
      });
    }, REST);
    return () => {
      clearTimeout(rest);
      abort.abort();
    };
  }, [url, query, variables, operationName]);
  return price;
}

/**
 * The request body, or null while the query does not parse. A subscription has no price: its cost depends on how often
 * data are loaded.
 */
export function whole(query: string, variables: string, operationName: string | null): string | null {
  if (isSubscription({ query, operationName })) return null;
  try {
    const names = parse(query).definitions.flatMap((definition) => ("name" in definition && definition.name ? [definition.name.value] : []));
    const name = operationName !== null && names.includes(operationName) ? { operationName } : {};
    return JSON.stringify({ query, ...name, ...(variables.trim() !== "" && { variables: JSON.parse(variables) as JsonObject }) });
  } catch {
    return null;
  }
}

async function priced(url: string, body: string, signal: AbortSignal): Promise<Price | null> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "Content-Type": "application/json", "GraphQL-Cost": "validate" },
    signal,
  });
  return read(await response.json());
}

/** Reads the price from the answer to a pricing request. */
export function read(answer: unknown): Price | null {
  if (!isObject(answer)) return null;
  const { extensions, errors } = answer;
  const cost = isObject(extensions) && isObject(extensions["cost"]) ? extensions["cost"]["price"] : null;
  const error = Array.isArray(errors) && isObject(errors[0]) ? errors[0]["message"] : null;
  const points = typeof cost === "number" && cost > 0 ? cost : null;
  const refused = typeof error === "string" ? error : null;
  return points === null && refused === null ? null : { points, refused };
}
