// The program under test, over a small dataset, behind a proxy that counts the bytes sent.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * Starts the program over a synthetic dataset, or over none; gives where it is reached, the bytes that it has sent so far,
 * a way to run its commands, one to load a file of agencies, and an end of it.
 */
export async function start(binary, { synthetic = true, scale = 0.05 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "cops-browser-"));
  const database = `sqlite://${join(folder, "test.db")}`;
  // Not at once: the wire below is of this process, and the command may ask the server over it.
  const run = (...args) => new Promise((resolve) => {
    execFile(binary, ["--database", database, ...args], (error, stdout, stderr) => resolve({ status: error ? error.code : 0, stdout, stderr }));
  });
  if (synthetic) {
    const made = await run("demo", "--scale", String(scale));
    if (made.status !== 0) throw new Error(`no dataset: ${made.stderr}`);
  }
  const load = async (agencies) => {
    const file = join(folder, "agencies.csv");
    const rows = agencies.map(([ori, name]) => `${ori},City,,${name},${name},\n`);
    writeFileSync(file, `ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n${rows.join("")}`);
    const loaded = await run("import", "fbi-agencies", file);
    if (loaded.status !== 0) throw new Error(`not loaded: ${loaded.stdout}${loaded.stderr}`);
  };
  const empty = synthetic ? [] : ["--empty"];
  const child = spawn(binary, ["--database", database, "--listen", "127.0.0.1:0", ...empty], { stdio: ["ignore", "ignore", "pipe"] });
  const log = createInterface({ input: child.stderr });
  const port = await new Promise((resolve, reject) => {
    log.on("line", (line) => {
      const found = /serving GraphQL on http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
      if (found) resolve(Number(found[1]));
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const wire = await counted(port);
  return {
    url: `http://127.0.0.1:${wire.port}`,
    sent: wire.sent,
    run,
    load,
    stop() {
      child.removeAllListeners("exit");
      child.kill();
      wire.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A port that leads to another, and counts the bytes that come back: heads of answers and all. */
async function counted(port) {
  let bytes = 0;
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    upstream.on("data", (chunk) => (bytes += chunk.length));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: server.address().port, sent: () => bytes, close };
}
