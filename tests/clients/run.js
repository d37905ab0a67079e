// Runs real clients and tools against the program: `node run.js PROGRAM [TEST...]`.
//
// The program serves a small synthetic dataset while the tests run, and stops at the end. Each test file is a process
// of its own, which finds the address in `GRAPHQL_URL`.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { serving } from '../program.mjs';

const here = import.meta.dirname;

/** How large the dataset is: 0.02 makes 360 agencies, 930 grants and 12,000 trainees. */
const SCALE = 0.02;

/** How long all may take, in milliseconds. */
const LIMIT = 180_000;

const [program, ...chosen] = process.argv.slice(2);
if (!program) {
  console.error('usage: node run.js PROGRAM [TEST...]');
  process.exit(2);
}
const all = readdirSync(here).filter((name) => name.endsWith('.test.js'));
const names = chosen.length > 0 ? chosen.map((name) => `${name}.test.js`) : all;
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`there is no ${unknown.join(', ')} here, only ${all.join(', ')}`);
  process.exit(2);
}

// However this ends, the tests end with it.
const end = new AbortController();
process.once('exit', () => end.abort());
const late = setTimeout(() => {
  console.error(`this takes longer than ${LIMIT / 1000} s: something hangs`);
  process.exit(1);
}, LIMIT);
let passed = 0;
let failed = 0;
await serving(program, { scale: SCALE }, async (url) => {
  process.env.GRAPHQL_URL = url;
  process.env.PROGRAM = program;
  const files = names.map((name) => join(here, name));
  const tests = run({ files, concurrency: 2, signal: end.signal });
  tests.on('test:pass', () => { passed += 1; });
  tests.on('test:fail', () => { failed += 1; });
  for await (const text of tests.compose(new spec())) process.stdout.write(text);
});
clearTimeout(late);
if (passed + failed === 0) console.error('no test ran');
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
