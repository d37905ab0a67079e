import { defineConfig } from "vite";
import { stateOutlines } from "./chart/build/states-plugin.ts";
import { embed } from "./embed.ts";

export default defineConfig({
  base: "/playground/",
  build: {
    target: "es2023",
    // Every asset is a file, because the page's Content-Security-Policy forbids `data:` URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "assets/licenses.md" },
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // Packages have "use client" directives for server-side rendering, which this page does not use.
      checks: { moduleLevelDirective: false },
      // Our code changes more often than our dependencies. A separate chunk for them stays the same in caches and
      // in the repository.
      output: {
        codeSplitting: { groups: [{ name: "vendor", test: /node_modules\/(?!monaco-|prettier)/ }] },
      },
    },
  },
  worker: { format: "es" },
  plugins: [stateOutlines(), embed()],
});
