// Runs the audits of graphql-http against the program: `node audit.js PROGRAM`.
//
// The program is started on a database of its own, empty but for the reference data, and stopped at the
// end. Every audit must come out `ok`: those that the specification only recommends, too.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serverAudits } from 'graphql-http';

/** The audits of the version of graphql-http that is locked: fewer would mean that some were not run. */
const AUDITS = 61;

/** Starts the program, and gives its address once it says that it serves. */
async function start(program, folder) {
  const database = `sqlite://${join(folder, 'audits.db')}`;
  const server = spawn(program, ['--empty', '--listen', '127.0.0.1:0', '--database', database], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = [];
  const url = await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${said.join('\n')}`)));
    createInterface({ input: server.stderr }).on('line', (line) => {
      said.push(line);
      const found = line.match(/serving GraphQL on (http:\S+\/graphql)/);
      if (found) resolve(found[1]);
    });
  });
  server.removeAllListeners('exit');
  return { server, url };
}

const [program] = process.argv.slice(2);
if (!program) {
  console.error('usage: node audit.js PROGRAM');
  process.exit(2);
}
const folder = await mkdtemp(join(tmpdir(), 'http-audits-'));
let wrong = 0;
try {
  const { server, url } = await start(program, folder);
  try {
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
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = wrong === 0 ? 0 : 1;
