// A link that opens the playground with a query, its variables and the operation that names the tab.
//
// All of it stands in the fragment, which browsers do not send: what somebody asks stays between those who
// have the link. Headers are left out, since they are where secrets would be.

/** What a link shares. */
export interface Shared {
  readonly query: string;
  /** JSON text, as it stands in the editor; empty where there are none. */
  readonly variables: string;
  /** The operation that is chosen, by which the tab is called. */
  readonly operationName: string | null;
}

/** The link to `shared`, on the page at `page`. */
export function link(page: string, shared: Shared): string {
  const fragment = new URLSearchParams({ query: shared.query });
  if (shared.variables.trim() !== "") fragment.set("variables", shared.variables);
  if (shared.operationName !== null) fragment.set("operationName", shared.operationName);
  const url = new URL(page);
  url.hash = fragment.toString();
  return url.href;
}

/** What a fragment shares, with or without its `#`; null where it is something else. */
export function read(fragment: string): Shared | null {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const query = parameters.get("query");
  if (query === null || query.trim() === "") return null;
  return {
    query,
    variables: parameters.get("variables") ?? "",
    operationName: parameters.get("operationName") || null,
  };
}

/** The slug of the example that a fragment asks for, such as `#example=money-by-year`. */
export function readExample(fragment: string): string | null {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("example");
}
