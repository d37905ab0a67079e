// Builds the playground and the explorer in a temporary folder, and compares them with the committed `dist/`.
//
// Files are compared before compression, because versions of Node may compress the same text differently.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { build } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));

/** The files in a folder by name, decompressed. */
async function contents(folder) {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (path) => {
    const bytes = await readFile(path);
    return [path.slice(folder.length + 1), path.endsWith(".br") ? brotliDecompressSync(bytes) : bytes];
  };
  return new Map(await Promise.all(files.map(read)));
}

const again = await mkdtemp(join(tmpdir(), "pages-"));
try {
  await build({ root, logLevel: "warn", build: { outDir: again, emptyOutDir: true } });
  const explorer = join(root, "explore");
  const configFile = join(explorer, "vite.config.ts");
  await build({ root: explorer, configFile, logLevel: "warn", build: { outDir: join(again, "explore"), emptyOutDir: true } });
  const [committed, built] = await Promise.all([contents(join(root, "dist")), contents(again)]);
  const different = [...new Set([...committed.keys(), ...built.keys()])].filter((name) => {
    const [one, other] = [committed.get(name), built.get(name)];
    return one === undefined || other === undefined || !one.equals(other);
  });
  if (different.length > 0) {
    console.error(`api/web/dist is stale: ${different.sort().join(", ")}`);
    console.error("Run `npm ci && npm run build` in api/web, and commit the result.");
    process.exitCode = 1;
  } else {
    console.log(`api/web/dist is up to date: ${built.size} files.`);
  }
} finally {
  await rm(again, { recursive: true });
}
