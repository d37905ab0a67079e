// Compares how the program interprets documents with graphql-js: `node run.mjs PROGRAM [--documents N] [--seed N]`.
//
// A difference fails, and is reported with the seed that reproduces it. If graphql-js accepts a request that the
// program refuses because of a limit of this API or an argument that is invalid for the data (LIMITS), that is no
// difference.

import { parseArgs } from 'node:util';

import { serving } from '../program.mjs';
import { coercion } from './coercion.mjs';
import { documents } from './documents.mjs';
import { introspection } from './introspection.mjs';
import { responses } from './responses.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { documents: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const [program] = positionals;
if (!program) {
  console.error('usage: node run.mjs PROGRAM [--documents N] [--seed N] [--only PART]');
  process.exit(2);
}
const parts = { documents, coercion, introspection, responses };
const options = { documents: Number(values.documents), seed: Number(values.seed) };
let wrong = 0;
// Wide limits, so that what is refused is refused for what it means.
const WIDE = Object.entries({ tokens: 1e6, fields: 1e5, aliases: 1e5, alias: 1e4, document: 1e6, body: 2e6, cost: 1e8, depth: 30, directives: 1e3 });
const args = ['--cache-size', '0', ...WIDE.flatMap(([name, most]) => [`--max-${name}`, `${most}`])];
await serving(program, { scale: 0.01, args }, async (url) => {
  for (const [name, part] of Object.entries(parts)) {
    if (values.only && values.only !== name) continue;
    const began = Date.now();
    const { checked, differences } = await part(url, options);
    wrong += differences.length;
    for (const difference of differences.slice(0, 12)) console.error(difference, '\n');
    console.log(`${name}: ${checked}; ${differences.length} differences; ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }
});
process.exitCode = wrong === 0 ? 0 : 1;
