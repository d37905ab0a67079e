// The program as the JavaScript tests run it: on a database of its own, at a port that is free, without
// the settings of whoever runs the tests, and never longer than they.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a start may take, in milliseconds: a debug build on a busy machine takes a few seconds. */
const PATIENCE = 60_000;

/** What interrupts tests, by hand or by whoever runs them. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'];

/** Runs the program, tells its lines on standard error to `hear`, and remembers it among `children`. */
function run(program, args, children, hear) {
  const child = spawn(program, args, { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  createInterface({ input: child.stderr }).on('line', hear);
  return child;
}

/** Resolves when the program has ended well; rejects with what it said when it has not. */
async function finish(program, args, children) {
  const said = [];
  const child = run(program, args, children, (line) => said.push(line));
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args[0]} ended with ${code ?? signal}:\n${said.join('\n')}`);
}

/** Starts the server, and gives the address of GraphQL once it says that it serves there. */
async function listen(program, args, children) {
  const said = [];
  return new Promise((resolve, reject) => {
    const child = run(program, args, children, (line) => {
      said.push(line);
      const found = line.match(/serving GraphQL on (http:\S+\/graphql)/);
      if (found) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      reject(new Error(`the server ended with ${code ?? signal}:\n${said.join('\n')}`));
    });
    sleep(PATIENCE, undefined, { ref: false }).then(() => {
      reject(new Error(`the server does not serve after ${PATIENCE} ms:\n${said.join('\n')}`));
    });
  });
}

/** Waits until the server says that it can answer all there is to ask. */
async function ready(url) {
  const health = new URL('/health/ready', url);
  const end = Date.now() + PATIENCE;
  for (;;) {
    const response = await fetch(health);
    const answer = await response.text();
    if (response.ok) return;
    if (Date.now() > end) throw new Error(`the server is not ready after ${PATIENCE} ms: ${answer}`);
    await sleep(50);
  }
}

/** Asks a child to end, and ends it where it does not. */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}

/**
 * Starts the server, gives `use` its address once it is ready, and stops it when `use` is done, or when
 * this process is interrupted.
 *
 * `args` are more arguments of the server.
 *
 * The dataset is the synthetic one of `scale`, or, without a scale, that of an empty database.
 */
export async function serving(program, { scale, args = [] }, use) {
  const folder = await mkdtemp(join(tmpdir(), 'cops-graphql-'));
  const database = ['--database', `sqlite://${join(folder, 'test.db')}`];
  const children = [];
  const leave = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const interrupt = (signal) => process.exit(128 + constants.signals[signal]);
  process.once('exit', leave);
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    if (scale) await finish(program, ['demo', ...database, '--scale', `${scale}`], children);
    const kind = scale ? [] : ['--empty'];
    const all = [...database, ...kind, ...args, '--listen', '127.0.0.1:0'];
    const url = await listen(program, all, children);
    await ready(url);
    return await use(url);
  } finally {
    await Promise.all(children.map(stop));
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
    process.removeListener('exit', leave);
    await rm(folder, { recursive: true, force: true });
  }
}
