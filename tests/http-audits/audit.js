// Runs the audits of graphql-http against the program: `node audit.js PROGRAM`.
//
// The program runs on a database with only the reference data. Every audit must be `ok`, including those that the
// specification only recommends.

import { serverAudits } from 'graphql-http';
import { serving } from '../program.mjs';

/** The audits of the version of graphql-http that is locked: fewer would mean that some were not run. */
const AUDITS = 61;

const [program] = process.argv.slice(2);
if (!program) {
  console.error('usage: node audit.js PROGRAM');
  process.exit(2);
}
let wrong = 0;
await serving(program, {}, async (url) => {
  const audits = serverAudits({ url });
  for (const { id, name, fn } of audits) {
    const { status, reason } = await fn();
    if (status !== 'ok') {
      wrong += 1;
      console.error(`${status} ${id} ${name}: ${reason}`);
    }
  }
  console.log(`${audits.length - wrong} of ${audits.length} audits are ok`);
  if (audits.length !== AUDITS) {
    wrong += 1;
    console.error(`there should be ${AUDITS} audits: look at what changed, and say so here`);
  }
});
process.exitCode = wrong === 0 ? 0 : 1;
