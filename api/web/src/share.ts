// A link that opens the playground with a query, its variables and its operation name.
//
// All of it is in the fragment, which browsers do not send, so the query stays with the people who have the link.
// Headers are left out, because they may hold secrets.

/** How the answer is shown. */
export interface View {
  readonly as: "json" | "table" | "chart";
  /** The chart, if chosen: its kind, the path of the number, the key of the small multiples. */
  readonly chart?: string;
  readonly measure?: string;
  readonly by?: string;
}

/** The contents of a link. */
export interface Shared {
  readonly query: string;
  /** JSON text, as in the editor; empty if there are none. */
  readonly variables: string;
  /** The chosen operation, which names the tab. */
  readonly operationName: string | null;
  /** How the answer is shown; null if the user did not choose. */
  readonly view: View | null;
}

/** The link to `shared`, on the page at `page`. */
export function link(page: string, shared: Shared): string {
  const fragment = new URLSearchParams({ query: shared.query });
  if (shared.variables.trim() !== "") fragment.set("variables", shared.variables);
  if (shared.operationName !== null) fragment.set("operationName", shared.operationName);
  const { view } = shared;
  if (view) fragment.set("view", view.as);
  for (const name of CHOSEN) if (view?.[name]) fragment.set(name, view[name]);
  const url = new URL(page);
  url.hash = fragment.toString();
  return url.href;
}

/** Reads a fragment, with or without its `#`; null if it has no query. */
export function read(fragment: string): Shared | null {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const query = parameters.get("query");
  if (query === null || query.trim() === "") return null;
  return {
    query,
    variables: parameters.get("variables") ?? "",
    operationName: parameters.get("operationName") || null,
    view: readView(parameters),
  };
}

const CHOSEN = ["chart", "measure", "by"] as const;

function readView(parameters: URLSearchParams): View | null {
  const as = (["json", "table", "chart"] as const).find((as) => as === parameters.get("view"));
  if (as === undefined) return null;
  return { as, ...Object.fromEntries(CHOSEN.flatMap((name) => (parameters.get(name) ? [[name, parameters.get(name)]] : []))) };
}

/** The slug of the example in a fragment such as `#example=money-by-year`. */
export function readExample(fragment: string): string | null {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("example");
}
