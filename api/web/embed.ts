// Prepares a build for embedding in the server: compresses each asset with Brotli at the highest quality, and writes
// `assets.rs`, which lists them for the compiler.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "vite";

/** The plugin; it works on the `assets` folder of the build. */
export function embed(): Plugin {
  let folder = "";
  return {
    name: "embed",
    apply: "build",
    configResolved: (config) => {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      order: "post",
      sequential: true,
      handler: async () => {
        const names = (await readdir(join(folder, "assets"))).filter((name) => !name.endsWith(".br")).sort();
        for (const name of names) {
          const path = join(folder, "assets", name);
          const bytes = await readFile(path);
          await writeFile(`${path}.br`, brotli(bytes));
          await rm(path);
        }
        await writeFile(join(folder, "assets.rs"), index(names));
      },
    },
  };
}

function brotli(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

function index(names: string[]): string {
  const entries = names.map((name) => `    ("${name}", include_bytes!("assets/${name}.br").as_slice()),\n`);
  return `// Written by \`npm run build\` in api/web.\n&[\n${entries.join("")}]\n`;
}
