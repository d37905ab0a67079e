import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { embed } from "../embed.ts";
import { graphqlDocuments } from "./build/plugin.ts";
import { stateOutlines } from "../chart/build/states-plugin.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/explore/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    outDir: here("../dist/explore"),
    emptyOutDir: true,
    // Every asset is a file, because the page's Content-Security-Policy forbids `data:` URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "assets/licenses.md" },
    rolldownOptions: {
      // The map of counties loads its own packages on demand.
      output: { codeSplitting: { groups: [{ name: "vendor", test: /node_modules\/(?!d3-geo|topojson-client|us-atlas)/ }] } },
    },
  },
  server: { proxy: { "/graphql": "http://127.0.0.1:8080", "/playground": "http://127.0.0.1:8080" } },
  plugins: [graphqlDocuments(here("queries")), stateOutlines(), embed()],
});
