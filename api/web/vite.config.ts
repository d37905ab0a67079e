import { defineConfig } from "vite";
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
    },
  },
  worker: { format: "es" },
  plugins: [embed()],
});
