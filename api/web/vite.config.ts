import { defineConfig } from "vite";
import { stateOutlines } from "./chart/build/states-plugin.ts";
import { embed } from "./embed.ts";

export default defineConfig({
  base: "/playground/",
  build: {
    target: "es2023",
    // Every asset is a file: a `data:` URL would need a hole in the page's Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "assets/licenses.md" },
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // Packages say "use client" to frameworks that render on a server, which none is here.
      checks: { moduleLevelDirective: false },
      // What is ours changes more often than what is not: a change of it should leave the rest as it is, in
      // caches and in the history of this project.
      output: {
        codeSplitting: { groups: [{ name: "vendor", test: /node_modules\/(?!monaco-|prettier)/ }] },
      },
    },
  },
  worker: { format: "es" },
  plugins: [stateOutlines(), embed()],
});
