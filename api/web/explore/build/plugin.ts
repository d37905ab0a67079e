// Provides the documents to the page as the module `virtual:documents`, and to the server as `documents.json`.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";
import { documents } from "./documents.ts";

const NAME = "virtual:documents";

export function graphqlDocuments(folder: string): Plugin {
  let out = "";
  return {
    name: "graphql-documents",
    configResolved: (config) => {
      out = resolve(config.root, config.build.outDir);
    },
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(documents(folder))};` : undefined),
    writeBundle: async () => {
      const texts = Object.entries(documents(folder)).map(([name, { text }]) => [`explore/${name}`, text]);
      await writeFile(join(out, "documents.json"), `${JSON.stringify(Object.fromEntries(texts), null, 1)}\n`);
    },
  };
}
