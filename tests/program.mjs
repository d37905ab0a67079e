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

/** The lines of a program that are remembered, to be told where it fails: it may say one for each request. */
const LINES = 100;

/** What interrupts tests, by hand or by whoever runs them. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'];

/** Runs a program, tells the lines that it says to `hear`, and remembers it among `children`. */
function run(program, args, children, hear, env = {}) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', hear);
  return child;
}

function remember(said, line) {
  said.push(line);
  if (said.length > LINES) said.shift();
}

/** Resolves when the program has ended well; rejects with what it said when it has not. */
export async function finish(program, args, children) {
  const said = [];
  const child = run(program, args, children, (line) => remember(said, line));
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args[0]} ended with ${code ?? signal}:\n${said.join('\n')}`);
}

/** Starts a server, and gives its address and the child once it says where it serves. */
export async function listen(program, args, children, env) {
  const said = [];
  return new Promise((resolve, reject) => {
    const hear = (line) => {
      remember(said, line);
      const found = line.match(/(?:serving|listening) .*(http:\S+\/graphql)/);
      if (found) resolve({ url: found[1], child });
    };
    const child = run(program, args, children, hear, env);
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
export async function ready(url) {
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
 * Gives `use` a folder and a list of children, and removes the one and ends the others when `use` is done, or
 * when this process is interrupted.
 */
export async function within(use) {
  const folder = await mkdtemp(join(tmpdir(), 'cops-graphql-'));
  const children = [];
  const leave = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const interrupt = (signal) => process.exit(128 + constants.signals[signal]);
  process.once('exit', leave);
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    return await use(folder, children);
  } finally {
    await Promise.all(children.map(stop));
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
    process.removeListener('exit', leave);
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Starts the server, gives `use` its address once it is ready, and stops it when `use` is done.
 *
 * `args` are more arguments of the server. `use` is also given `load`, which runs another command on its database in a process
 * of its own, and the `folder` for its files.
 *
 * The dataset is the synthetic one of `scale`, or, without a scale, that of an empty database.
 */
export function serving(program, { scale, args = [] }, use) {
  return within(async (folder, children) => {
    const database = ['--database', `sqlite://${join(folder, 'test.db')}`];
    if (scale) await finish(program, ['demo', ...database, '--scale', `${scale}`], children);
    const kind = scale ? [] : ['--empty'];
    const all = [...database, ...kind, ...args, '--listen', '127.0.0.1:0'];
    const { url } = await listen(program, all, children);
    await ready(url);
    const load = (...command) => finish(program, [...command, ...database], children);
    return use(url, { load, folder });
  });
}
