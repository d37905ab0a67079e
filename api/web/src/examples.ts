// The worked examples of `examples/`: one file each, and beside it its variables where it has any.
//
// A file begins with a comment. Its first line says for whom the example is, and its title; the comment
// goes on with what the example teaches. A test of the workspace runs each against the server.

/** A worked example. */
export interface Example {
  /** The name of its file, without number and extension. */
  readonly slug: string;
  /** Who asks such a thing. */
  readonly audience: string;
  readonly title: string;
  readonly query: string;
  /** JSON text; empty where there are none. */
  readonly variables: string;
}

const queries = import.meta.glob<string>("../examples/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../examples/*.json", { query: "?raw", import: "default", eager: true });

/** All of them, in the order of their numbers. */
export const examples: readonly Example[] = Object.entries(queries)
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([path, query]) => example(path, query, variables[path.replace(/graphql$/, "json")] ?? ""));

/**
 * A query whose comment has a line for each paragraph: files have lines of a width of their own, and the editor breaks
 * lines where it ends, so that a text which is broken already would be ragged.
 */
export function unwrapped(query: string): string {
  return query.replace(/^# (?=\S)(?:.*\n# (?=\S))+.*$/gm, (paragraph) => paragraph.replaceAll("\n# ", " "));
}

export function example(path: string, query: string, variables: string): Example {
  const [, slug] = /\/\d+-([^/]+)\.graphql$/.exec(path) ?? [];
  const [, audience, title] = /^# ([^:\n]+): (.+)\n/.exec(query) ?? [];
  if (slug === undefined || audience === undefined || title === undefined) {
    throw new Error(`${path}: an example is called 01-slug.graphql and begins with "# Audience: Title"`);
  }
  return { slug, audience, title, query: unwrapped(query), variables };
}
