// A link that opens the playground with a query, its variables and the operation that names the tab.
//
// All of it stands in the fragment, which browsers do not send: what somebody asks stays between those who
// have the link. Headers are left out, since they are where secrets would be.

/** How the answer is shown. */
export interface View {
  readonly as: "json" | "table" | "chart";
  /** What is drawn, where that was chosen: the kind of chart, the path of the number, the key of small multiples. */
  readonly chart?: string;
  readonly measure?: string;
  readonly by?: string;
}

/** What a link shares. */
export interface Shared {
  readonly query: string;
  /** JSON text, as it stands in the editor; empty where there are none. */
  readonly variables: string;
  /** The operation that is chosen, by which the tab is called. */
  readonly operationName: string | null;
  /** How the answer is shown; null where nobody chose. */
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

/** What a fragment shares, with or without its `#`; null where it is something else. */
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

/** The slug of the example that a fragment asks for, such as `#example=money-by-year`. */
export function readExample(fragment: string): string | null {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("example");
}
