// Sends the same queries over the same rows to several servers, checks that the answers are equal, and measures.
//
// See `run` beside this file, which builds what it needs.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { finish, within } from '../program.mjs';
import { ask, cluster, idle, statements } from './database.mjs';
import { memory, postgresWorked, postmaster, worked } from './processes.mjs';
import { QUERIES, bodies, meaning } from './queries.mjs';
import { report } from './report.mjs';
import { SERVERS, VIEW } from './servers.mjs';

const { values: options } = parseArgs({
  options: {
    program: { type: 'string' },
    'by-hand': { type: 'string' },
    scale: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '5' },
    database: { type: 'string' },
    vary: { type: 'boolean', default: false },
    only: { type: 'string' },
    out: { type: 'string' },
  },
});

/** How many ask at once. */
const CLIENTS = [1, 32];
/** How long a server is asked before it is measured, in seconds. */
const WARM_UP = 1;
/** How many answers a figure is of at least, and how long they are waited for, in seconds. */
const [ENOUGH, PATIENCE] = [20, 30];
/** How often a server is asked to see what it does in the database. */
const COUNTED = 20;
/** How many agencies there are at scale 1, and how many are asked for in turn with `--vary`. */
const [AGENCIES, VARIED] = [18_000, 500];

async function post(url, body) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (!response.ok) throw new Error(`status ${response.status} for ${body}: ${await response.text()}`);
  return response.json();
}

/** What every server says to a query must be the same, value by value. */
async function agree(query, servers) {
  let [first, expected] = [];
  for (const { kind, title, url, agencies } of servers) {
    const asked = bodies(kind, query, agencies);
    if (asked === undefined) continue;
    const said = [];
    for (const body of asked) said.push(meaning(kind, query, await post(url, body)));
    if (first === undefined) {
      [first, expected] = [title, said];
    } else if (!isDeepStrictEqual(JSON.parse(JSON.stringify(said)), expected)) {
      const differs = said.findIndex((one, n) => JSON.stringify(one) !== JSON.stringify(expected[n]));
      const show = (value) => JSON.stringify(value[differs]).slice(0, 2_000);
      throw new Error(`${query.name}: ${title} says\n${show(said)}\nand ${first}\n${show(expected)}`);
    }
  }
  const rows = Array.isArray(expected[0]) ? expected[0].length : 1;
  if (expected[0] === null || rows === 0) throw new Error(`${query.name}: nothing is answered`);
}

/** Sends requests for so many seconds, and tells what came of it. */
async function wrk({ url }, file, clients, seconds) {
  const args = ['-t1', `-c${clients}`, `-d${seconds}s`, '--timeout', '30s', '-s', join(import.meta.dirname, 'wrk.lua')];
  const child = spawn('wrk', [...args, url, '--', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`wrk ended with ${code}:\n${said}`);
  return JSON.parse(said.trim().split('\n').at(-1));
}

/** The same, and what it costs: the microseconds of CPU of an answer, the server's own and PostgreSQL's. */
async function run(server, file, clients, seconds, { database, first }) {
  await idle(database);
  const work = () => [worked(server.pid), first && postgresWorked(first)];
  const before = work();
  const { requests, micros, bad, p50, p99 } = await wrk(server, file, clients, seconds);
  if (bad > 0) throw new Error(`${server.title}: ${bad} requests failed, and ${requests} were answered`);
  if (requests < ENOUGH && seconds < PATIENCE) return run(server, file, clients, PATIENCE, { database, first });
  if (requests === 0) throw new Error(`${server.title} answered nothing within ${seconds} s`);
  const [own, postgres] = work().map((after, n) => ((after - before[n]) * 1e6) / requests);
  return { rate: (requests * 1e6) / micros, p50, p99, own, postgres };
}

/** How many statements one request costs. */
async function counted(database, server, body) {
  await post(server.url, body);
  const before = server.statements ? await server.statements() : statements(database);
  if (before === undefined) return undefined;
  for (let n = 0; n < COUNTED; n += 1) await post(server.url, body);
  const after = server.statements ? await server.statements() : statements(database);
  return Math.round((after - before) / COUNTED);
}

/** Measures a server with a query. */
async function measure(server, query, { folder, ...of }) {
  const asked = bodies(server.kind, query, server.agencies);
  if (asked === undefined) return undefined;
  const file = join(folder, 'bodies');
  writeFileSync(file, `${asked.join('\n')}\n`);
  await wrk(server, file, CLIENTS.at(-1), WARM_UP);
  const found = { statements: server.counts.get(query.name) };
  for (const clients of CLIENTS) found[clients] = await run(server, file, clients, Number(options.seconds), of);
  found.memory = memory(server.pid);
  return found;
}

async function bench(database, folder, children) {
  const length = Math.min(VARIED, Math.floor(AGENCIES * Number(options.scale)));
  const agencies = options.vary ? Array.from({ length }, (_, n) => n + 1) : [5];
  const sqlite = `sqlite://${join(folder, 'bench.db')}`;
  console.error('making the same rows in SQLite');
  await finish(options.program, ['demo', '--database', sqlite, '--scale', options.scale], children);
  ask(database, VIEW);
  try {
    ask(database, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  } catch {
    console.error('statements are not counted: PostgreSQL does not let this user, or has no pg_stat_statements');
  }
  ask(database, 'VACUUM ANALYZE');
  const servers = [];
  for (const start of SERVERS) {
    if (options.only && options.only !== start.kind) continue;
    const began = performance.now();
    const server = await start({ ...options, database, sqlite, children });
    server.ready = (performance.now() - began) / 1000;
    console.error(`counting the statements of ${server.title}`);
    server.agencies = agencies;
    server.counts = new Map();
    for (const query of QUERIES) {
      const asked = bodies(server.kind, query, agencies);
      if (asked) server.counts.set(query.name, await counted(database, server, asked[0]));
    }
    servers.push(server);
  }
  const check = async () => {
    for (const query of QUERIES) await agree(query, servers);
  };
  await check();
  console.error(`all say the same: ${servers.map(({ title }) => title).join('; ')}`);
  if (options.seconds === '0') return undefined;
  const first = postmaster(database);
  const found = [];
  for (const query of QUERIES) {
    console.error(`measuring: ${query.title}`);
    for (const server of servers) {
      found.push({ query, server, measured: await measure(server, query, { folder, database, first }) });
    }
  }
  await check();
  return { found, servers };
}

try {
  execFileSync('which', ['wrk'], { stdio: 'ignore' });
} catch {
  console.error('error: there is no wrk: apt-get install wrk');
  process.exit(2);
}
if (!options.program || !options['by-hand']) {
  console.error('usage: see tests/bench/run');
  process.exit(2);
}
await within(async (folder, children) => {
  const made = options.database ? undefined : await cluster(folder);
  const leave = () => made?.stop();
  // Before the folder goes in which it is.
  process.prependOnceListener('exit', leave);
  const database = options.database ?? made.url;
  try {
    if (made) {
      console.error('making the rows in PostgreSQL');
      await finish(options.program, ['demo', '--database', database, '--scale', options.scale], children);
    }
    const results = await bench(database, folder, children);
    if (results === undefined) return;
    const postgres = { version: ask(database, 'SHOW server_version'), buffers: ask(database, 'SHOW shared_buffers') };
    const written = report({ ...results, options, clients: CLIENTS, postgres });
    process.stdout.write(written);
    if (options.out) writeFileSync(options.out, written);
  } finally {
    process.removeListener('exit', leave);
    leave();
    if (options.database) ask(database, 'DROP SCHEMA IF EXISTS bench CASCADE');
  }
});
