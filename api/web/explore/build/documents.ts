// Builds the documents of the page from `queries/`.
//
// A file is one document. A file that spreads `...Measure` becomes one document per fragment in `queries/measures/`,
// named `overview/dollars` and so on. Each list of `overview` and `neighbors` also becomes a document of its own, named
// `overview/dollars/years`, so that the query a chart links to cannot differ from the query it was drawn from. A paged
// list also becomes `awards/file`, which has all rows and nothing else.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, print, visit } from "graphql";
import type { DocumentNode, OperationDefinitionNode } from "graphql";

/** A built document. */
export interface BuiltDocument {
  readonly text: string;
  /** The SHA-256 of the text, by which the server finds it. */
  readonly hash: string;
}

/** Documents whose lists become documents, too. */
const CUT = ["overview", "neighbors"];
/** Documents of a page whose whole list becomes a document, too. */
const PAGED = ["agencies", "awards", "agency-outcomes", "award-claims", "award-obligations", "award-officers"];

/** All documents of a folder. */
export function documents(folder: string): Record<string, BuiltDocument> {
  const read = (name: string) => parse(readFileSync(join(folder, name), "utf8"));
  const names = (of: string) =>
    readdirSync(join(folder, of)).filter((name) => name.endsWith(".graphql")).map((name) => name.replace(/\.graphql$/, "")).sort();
  const measures = names("measures").map((name) => ({ name, fragment: read(`measures/${name}.graphql`) }));
  const built: Record<string, BuiltDocument> = {};
  for (const name of names(".")) {
    const document = read(`${name}.graphql`);
    const isCut = CUT.includes(name);
    if (!spreads(document).has("Measure")) {
      built[name] = finished(document);
      if (PAGED.includes(name)) built[`${name}/file`] = finished(whole(document));
      for (const [alias, part] of isCut ? parts(document) : []) built[`${name}/${alias}`] = finished(part);
      continue;
    }
    for (const { name: measure, fragment } of measures) {
      const both = { ...document, definitions: [...document.definitions, ...fragment.definitions] };
      built[`${name}/${measure}`] = finished(used(both));
      const pictures = isCut ? parts(both) : [];
      for (const [alias, part] of pictures) built[`${name}/${measure}/${alias}`] = finished(part);
    }
  }
  return built;
}

/** One document for each root field of a document. */
function parts(document: DocumentNode): [string, DocumentNode][] {
  const operation = document.definitions.find((definition) => definition.kind === "OperationDefinition");
  if (!operation) throw new Error("a document without an operation");
  return operation.selectionSet.selections.map((selection) => {
    if (selection.kind !== "Field") throw new Error("the root has fields only");
    const alias = selection.alias?.value ?? selection.name.value;
    const { alias: _, ...field } = selection;
    const name = { ...operation.name!, value: alias.replace(/^./, (first) => first.toUpperCase()) };
    const only: OperationDefinitionNode = { ...operation, name, selectionSet: { ...operation.selectionSet, selections: [field] } };
    return [alias, used({ ...document, definitions: document.definitions.map((definition) => (definition === operation ? only : definition)) })];
  });
}

/** A document without the page arguments of its list. */
function whole(document: DocumentNode): DocumentNode {
  const page = ["first", "after", "last", "before"];
  return used(visit(document, {
    Field: ({ name }) => (["totalCount", "pageInfo"].includes(name.value) ? null : undefined),
    Argument: ({ name }) => (page.includes(name.value) ? null : undefined),
  }));
}

/** A document without unused fragments and variables. */
function used(document: DocumentNode): DocumentNode {
  const spread = spreads(document);
  const kept = { ...document, definitions: document.definitions.filter((definition) => definition.kind !== "FragmentDefinition" || spread.has(definition.name.value)) };
  const variables = new Set<string>();
  visit(kept, {
    VariableDefinition: () => false,
    Variable: (variable) => {
      variables.add(variable.name.value);
    },
  });
  return visit(kept, {
    VariableDefinition: (definition) => (variables.has(definition.variable.name.value) ? undefined : null),
  });
}

/** The fragments that a document spreads. */
function spreads(document: DocumentNode): Set<string> {
  const found = new Set<string>();
  visit(document, {
    FragmentSpread: ({ name }) => {
      found.add(name.value);
    },
  });
  return found;
}

function finished(document: DocumentNode): BuiltDocument {
  const text = print(document);
  return { text, hash: createHash("sha256").update(text).digest("hex") };
}
