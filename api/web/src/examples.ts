// The worked examples of `examples/`: one file each, with an optional JSON file of variables beside it.
//
// A file starts with a comment. Its first line has the audience and the title; the rest says what the example
// teaches. `tests/examples.rs` runs each.

/** A worked example. */
export interface Example {
  /** The name of its file, without the number and the extension. */
  readonly slug: string;
  /** Who it is for. */
  readonly audience: string;
  readonly title: string;
  readonly query: string;
  /** JSON text; empty if there are none. */
  readonly variables: string;
}

const queries = import.meta.glob<string>("../examples/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../examples/*.json", { query: "?raw", import: "default", eager: true });

/** All of them, in the order of their numbers. */
export const examples: readonly Example[] = Object.entries(queries)
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([path, query]) => example(path, query, variables[path.replace(/graphql$/, "json")] ?? ""));

/** Joins the lines of each paragraph in the comment, because the editor wraps lines itself. */
export function unwrapped(query: string): string {
  return query.replace(/^# (?=\S)(?:.*\n# (?=\S))+.*$/gm, (paragraph) => paragraph.replaceAll("\n# ", " "));
}

export function example(path: string, query: string, variables: string): Example {
  const [, slug] = /\/\d+-([^/]+)\.graphql$/.exec(path) ?? [];
  const [, audience, title] = /^# ([^:\n]+): (.+)\n/.exec(query) ?? [];
  if (slug === undefined || audience === undefined || title === undefined) {
    throw new Error(`${path}: an example must be named 01-slug.graphql and start with "# Audience: Title"`);
  }
  return { slug, audience, title, query: unwrapped(query), variables };
}
