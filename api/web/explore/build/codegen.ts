// Writes `src/operations.ts`: the types of the answers and variables of the documents in `queries/`, from
// `schema.graphql`.
//
// `npm run codegen` writes it, and a test compares the file with what it would write.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// All three must be CommonJS: otherwise there are two copies of graphql-js, which reject each other's schemas.
const require = createRequire(import.meta.url);
const { codegen }: typeof import("@graphql-codegen/core") = require("@graphql-codegen/core");
const operations: typeof import("@graphql-codegen/typescript-operations") = require("@graphql-codegen/typescript-operations");
const { buildSchema, parse }: typeof import("graphql") = require("graphql");

const folder = fileURLToPath(new URL("..", import.meta.url));
export const target = join(folder, "src/operations.ts");

/** The text of the file. */
export async function generated(): Promise<string> {
  const text = (name: string) => readFileSync(join(folder, "queries", name), "utf8");
  const graphql = (of: string) => readdirSync(join(folder, "queries", of)).filter((name) => name.endsWith(".graphql")).sort();
  // The page uses one of the fragments at a time, so each of their fields except the count may be missing.
  const measures = graphql("measures").map((name) => /\{(.*)\}\s*$/s.exec(text(`measures/${name}`))![1]!.replace(/\bcount\b/, ""));
  const measure = `fragment Measure on GrantGroup { count ... @include(if: true) { ${measures.join(" ")} } }`;
  const sources = [...graphql(".").map(text), measure].map((source, index) => ({ location: `${index}.graphql`, document: parse(source) }));
  const schema = readFileSync(join(folder, "../../../schema.graphql"), "utf8");
  return codegen({
    filename: target,
    schema: parse(schema),
    schemaAst: buildSchema(schema),
    documents: sources,
    plugins: [{ operations: {} }],
    pluginMap: { operations },
    config: {
      enumType: "string-literal",
      enumsAsTypes: true,
      skipTypename: true,
      disableDescriptions: true,
      avoidOptionals: false,
      useTypeImports: true,
      scalars: { Dollars: "number", Officers: "number", BigInt: "number", Date: "string", DateTime: "string", Ori: "string", State: "string", Hours: "number", IndexPoints: "number", ID: "string" },
    },
  });
}

