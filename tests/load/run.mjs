// Attacks a server from eight addresses, and checks that another client is served and that work ends when its client
// disconnects.
//
//     node tests/load/run.mjs PROGRAM [SECONDS [SCALE [TIMES]]]
//
// It starts a server over a synthetic dataset of SCALE (0.1), and measures a small query and `/health/live` for a
// single client. Then 64 connections from 127.0.0.2 to 127.0.0.9 send the most expensive requests allowed for SECONDS
// (20); a third of them disconnect early, and another address holds as many half-sent requests as it may. It fails if
// - a small query or a request for `/health/live` fails,
// - 1 % of the client's queries take more than MOST ms and more than TIMES (20) as long as without the attack,
// - the server still works after all clients have disconnected,
// - or it uses more than 512 MiB.
// It needs Linux's loopback network, where all of 127.0.0.0/8 is this machine, and `/proc`; without them it is skipped
// with a message.

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { serving } from '../program.mjs';
import { KINDS, attack } from './attacks.mjs';
import { listener } from './process.mjs';

const [program, seconds = '20', scale = '0.1', times = '20'] = process.argv.slice(2);
if (isMainThread && !program) throw new Error('name the program: node tests/load/run.mjs PROGRAM [SECONDS [SCALE [TIMES]]]');
if (isMainThread && process.platform !== 'linux') {
  console.log('skipped: it needs the loopback network and /proc of Linux');
  process.exit(0);
}

/** The milliseconds that one in a hundred small queries may take. */
const MOST = 100;
/** How many times as long as alone, where that is more: what a debug build or a busy machine makes of it. */
const TIMES = Number(times);
const ATTACKERS = 8;
const CONNECTIONS = 8;
const SMALL = JSON.stringify({ query: '{ agencies(first: 5) { nodes { name state } } }' });

/** Sends a request from an address; gives its status, its text and its milliseconds. `hangUp` are those after which it goes. */
function ask(url, { from = '127.0.0.1', body, path = '/graphql', headers: more = {}, hangUp } = {}) {
  const began = performance.now();
  return new Promise((resolve) => {
    const method = body ? 'POST' : 'GET';
    const headers = { ...more, ...(body ? { 'content-type': 'application/json' } : {}) };
    const sent = request(new URL(path, url), { method, headers, localAddress: from, agent: false }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', () => resolve({ status: 0 }));
      response.on('end', () => {
        resolve({ status: response.statusCode, text: `${Buffer.concat(parts)}`, took: performance.now() - began });
      });
    });
    sent.on('error', () => resolve({ status: 0, took: performance.now() - began }));
    if (hangUp) setTimeout(() => sent.destroy(), hangUp);
    sent.end(body);
  });
}

const percentile = (values, part) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
};

/** What another client meets for so many milliseconds. It has a thread of its own: the attackers keep this one busy. */
async function meets(url, duration) {
  const end = performance.now() + duration;
  const found = { query: [], live: [], failed: [] };
  while (performance.now() < end) {
    const query = await ask(url, { body: SMALL });
    if (query.status !== 200 || query.text.includes('"errors"')) found.failed.push(`query ${query.status} ${query.text}`);
    found.query.push(query.took);
    const live = await ask(url, { path: '/health/live' });
    if (live.status !== 200) found.failed.push(`live ${live.status}`);
    found.live.push(live.took);
    await sleep(20);
  }
  return found;
}

function victim(url, duration) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { url, duration } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function run(url) {
  const { port, hostname } = new URL(url);
  const pid = listener(port);
  const cpu = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  for (let warm = 0; warm < 20; warm += 1) await ask(url, { body: SMALL });
  const alone = await victim(url, 3000);

  const half = Array.from({ length: 900 }, () => {
    const socket = connect({ port, host: hostname, localAddress: '127.0.0.10' });
    socket.on('error', () => {});
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-le');
    return socket;
  });
  const end = performance.now() + Number(seconds) * 1000;
  const counts = {};
  const attackers = Array.from({ length: ATTACKERS * CONNECTIONS }, async (_, index) => {
    const from = `127.0.0.${2 + (index % ATTACKERS)}`;
    for (let n = index; performance.now() < end; n += ATTACKERS * CONNECTIONS + 1) {
      const hangUp = n % 3 === 0 ? 100 : undefined;
      const { status, text = '' } = await ask(url, { from, ...attack(n), hangUp });
      const code = text.match(/"code":"(\w+)"/)?.[1];
      const what = hangUp && status === 0 ? 'hung up' : `${status} ${code ?? ''}`.trim();
      counts[what] = (counts[what] ?? 0) + 1;
      // Who asks again at once takes more of this machine than of the server.
      if (status === 503) await sleep(50);
    }
  });
  const attacked = await victim(url, Number(seconds) * 1000);
  await Promise.all(attackers);
  for (const socket of half) socket.destroy();
  // All at once, and gone: what they asked for ends with them.
  await Promise.all(Array.from({ length: 4 * KINDS }, (_, n) =>
    ask(url, { from: `127.0.0.${2 + (n % ATTACKERS)}`, ...attack(1000 + n), hangUp: 300 })));
  await sleep(300);
  const before = cpu();
  await sleep(2000);
  const after = cpu() - before;
  const memory = Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]) / 1024;

  const tell = (values) => `p50 ${percentile(values, 0.5).toFixed(1)}, p99 ${percentile(values, 0.99).toFixed(1)} ms`;
  console.log(`alone: query ${tell(alone.query)}; live ${tell(alone.live)}`);
  console.log(`attacked: query ${tell(attacked.query)}; live ${tell(attacked.live)}; of ${attacked.query.length}`);
  console.log(`attackers: ${Object.entries(counts).map(([what, count]) => `${count} ${what}`).join(', ')}`);
  console.log(`CPU after all hung up ${after.toFixed(2)} s; VmHWM ${memory.toFixed(0)} MiB`);
  const late = (values, usual) => percentile(values, 0.99) > Math.max(MOST, TIMES * percentile(usual, 0.99));
  const wrong = Object.keys(counts).filter((what) => /^(0|500|502)/.test(what));
  const failures = [
    attacked.failed.length > 0 && `${attacked.failed.length} of another client failed: ${attacked.failed[0]}`,
    late(attacked.query, alone.query) && 'the small queries of another client took too long',
    late(attacked.live, alone.live) && '/health/live took too long',
    wrong.length > 0 && `attackers met ${wrong.join(', ')}`,
    after > 0.2 && 'the server works though nobody waits',
    memory > 512 && 'the server took more than 512 MiB',
  ].filter(Boolean);
  for (const failure of failures) console.error(`error: ${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

if (isMainThread) {
  const args = ['--cache-size', '0', '--log', 'error,cops_graphql=info'];
  await serving(program, { scale: Number(scale), args }, run);
} else {
  parentPort.postMessage(await meets(workerData.url, workerData.duration));
}
