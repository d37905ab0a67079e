// Asks the queries of the benchmark and the research questions of databases that are loaded already, from the
// in-memory copy and in SQL, checks that all answers are equal, and prints the times as a table in Markdown:
//
//     node tests/bench/scaling.mjs PROGRAM URL [URL...]
//
// The first database also answers from the copy; every database answers with `--aggregates sql`. Deadlines and price
// limits are raised, and no answers and no rows are cached. A time is the median of three answers (TIMES sets how many),
// or the only one if it took longer than ten seconds. No answer may take longer than ten minutes (DEADLINE sets the
// seconds). Memory is that of the server, after all queries. It needs Node 20.19.

import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listen, within } from '../program.mjs';
import { memory } from './processes.mjs';
import { QUERIES, bodies } from './queries.mjs';

const [program, ...databases] = process.argv.slice(2);
if (databases.length === 0) {
  console.error('usage: node tests/bench/scaling.mjs PROGRAM URL [URL...]');
  process.exit(2);
}

const RESEARCH = join(import.meta.dirname, '../queries/research');
/** The agency that the benchmark asks for. */
const AGENCY = 5;
const TIMES = Number(process.env.TIMES ?? 3);
/** From how many milliseconds on one answer is enough. */
const LONG = 10_000;
const OPTIONS = [
  '--listen', '127.0.0.1:0', '--log', 'warn,cops_graphql::cli=info', '--database-connections', '8',
  '--deadline', process.env.DEADLINE ?? '600',
  '--cache-size', '0', '--row-cache-size', '0', '--max-cost', '100000000', '--max-memory', '2048',
  '--max-memory-of-all', '4096',
];

function questions() {
  const of = QUERIES.map((query) => ({ title: query.title, body: bodies('cops-graphql', query, [AGENCY])[0] }));
  // Question 25 compares two loads.
  for (const file of readdirSync(RESEARCH).filter((name) => /^(?!25).*\.graphql$/.test(name)).sort()) {
    const query = readFileSync(join(RESEARCH, file), 'utf8');
    const title = `${basename(file, '.graphql').slice(0, 2)}: ${query.split('\n')[0].slice(2).replace(/\.$/, '')}`;
    of.push({ title, body: JSON.stringify({ query }) });
  }
  return of;
}

async function ask(url, body) {
  const began = performance.now();
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data, errors } = await response.json();
  return { took: performance.now() - began, answer: errors?.[0].extensions?.code ?? errors?.[0].message ?? JSON.stringify(data) };
}

async function measure(url, body) {
  const all = [];
  while (all.length < TIMES) {
    all.push(await ask(url, body));
    if (all.at(-1).took > LONG) return all.at(-1);
  }
  return all.sort((a, b) => a.took - b.took)[Math.floor(TIMES / 2)];
}

/** Waits for the copy of a large dataset, which takes minutes. */
async function copied(url) {
  while (!(await fetch(new URL('/health/ready', url))).ok) await new Promise((resolve) => setTimeout(resolve, 100));
}

const digits = (milliseconds) => (milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0));

await within(async (_, children) => {
  const servers = [{ database: databases[0], aggregates: 'memory' }];
  for (const database of databases) servers.push({ database, aggregates: 'sql' });
  const rows = questions().map(({ title, body }) => ({ title, body, cells: [], answers: [] }));
  const [started, used] = [[], []];
  for (const { database, aggregates } of servers) {
    const args = ['--database', database, '--aggregates', aggregates, ...OPTIONS];
    const began = performance.now();
    const { url, child } = await listen(program, args, children);
    await copied(url);
    started.push(((performance.now() - began) / 1000).toFixed(1));
    for (const row of rows) {
      const { took, answer } = await measure(url, row.body);
      console.error(`${aggregates} ${digits(took)} ms ${row.title}`);
      const isRefused = !answer.startsWith('{');
      row.cells.push(isRefused ? answer : digits(took));
      if (!isRefused) row.answers.push(answer);
    }
    used.push(memory(child.pid).toFixed(0));
    child.kill('SIGTERM');
  }
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log(line(['milliseconds', ...servers.map(({ aggregates }, n) => `${aggregates} ${Math.max(n, 1)}`)]));
  console.log(line(['---', ...servers.map(() => '--:')]));
  for (const { title, cells } of rows) console.log(line([title, ...cells]));
  console.log(line(['seconds until ready', ...started]));
  console.log(line(['MiB of memory', ...used]));
  const different = rows.filter(({ answers }) => new Set(answers).size > 1);
  for (const { title } of different) console.error(`error: the answers differ: ${title}`);
  if (different.length > 0) process.exitCode = 1;
});
