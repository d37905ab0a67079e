// Provides the outlines of the states as the module `virtual:states`.
import type { Plugin } from "vite";
import { HEIGHT, outlines, WIDTH } from "./states.ts";

const NAME = "virtual:states";

export function stateOutlines(): Plugin {
  return {
    name: "state-outlines",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) =>
      id === `\0${NAME}`
        ? `export const width = ${WIDTH};\nexport const height = ${HEIGHT};\nexport const outlines = ${JSON.stringify(outlines())};`
        : undefined,
  };
}
