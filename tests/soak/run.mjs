// Sends four times as many requests as the server can answer, and checks that it keeps working.
//
//     node tests/soak/run.mjs PROGRAM [SECONDS [URL]]
//
// It creates a synthetic dataset of scale 0.1 (or uses the server at URL), measures latency without load and maximum
// throughput, and then sends four times as many requests per second for SECONDS (600), without waiting for answers. No
// answer is cached, so the server computes each. The first requests are a burst that has to wait: in a run of less than
// a minute they are more than 1 % of all. A tenth of all requests are the most expensive ones allowed
// (`tests/load/attacks.mjs`), from eight other addresses where the machine has them. It fails if
// - the 99th percentile of the other requests exceeds both 100 ms and ten times that without load,
// - a response is neither an answer nor 503 with the code OVERLOADED and `Retry-After`,
// - the memory of the server grows by more than a tenth in the second half,
// - or the server is not healthy at the end.
// The queries are those of a dashboard: a row, a page, nested pages, a filtered page with its count, sums.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { dearQuery } from '../load/attacks.mjs';
import { serving } from '../program.mjs';

const [program, seconds = '600', elsewhere] = process.argv.slice(2);
if (!program) throw new Error('name the program: node tests/soak/run.mjs PROGRAM [SECONDS [URL]]');

const TIMES = 4;
const WARM_UP = 5;
// Where all of them wait for answers, a request is not sent: that is told, too.
const CONNECTIONS = 256;
// One request in so many is an attack; none where all of 127.0.0.0/8 is not this machine.
const ATTACK = process.platform === 'linux' ? 10 : Infinity;
const ATTACKERS = Array.from({ length: 8 }, (_, number) => `127.0.0.${2 + number}`);
const QUERIES = [
  '{ agencies(first: 1, filter: { state: { eq: "TX" } }) { nodes { name state population } } }',
  '{ grants(first: 100) { nodes { awardNumber fiscalYear federalShare status } } }',
  `{ agencies(first: 50, filter: { state: { eq: "CA" } }) { nodes { name grants(first: 10) { nodes {
      awardNumber federalShare program { code } officersFunded { nodes { kind funded } } } } } } }`,
  `{ grants(first: 20, filter: { fiscalYear: { gte: 2015 }, federalShare: { gt: 250000 } },
      orderBy: [{ field: FEDERAL_SHARE, direction: DESC }]) {
      totalCount nodes { awardNumber agency { name state } } } }`,
  '{ grants { groups(by: [FISCAL_YEAR]) { nodes { key { fiscalYear } count federalShare { sum avg } } } } }',
  `{ trainees { groups(by: [AGENCY_STATE, COMPLETED_ON_YEAR, ROLE], first: 200) { nodes {
      key { agencyState completedOnYear role } count hours { sum } } } } }`,
].map((query) => JSON.stringify({ query }));

/**
 * A connection that sends one request at a time. It speaks just enough HTTP to know where a response ends: a
 * whole client would need more of the machine than the server does, and measure itself.
 */
class Client {
  constructor(url, from) {
    this.url = new URL(url);
    this.from = from;
    this.usual = QUERIES.map((body) => this.request(body));
  }

  request(body) {
    const head = `POST ${this.url.pathname} HTTP/1.1\r\nhost: ${this.url.host}\r\n`;
    const length = Buffer.byteLength(body);
    return Buffer.from(`${head}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`);
  }

  /** Sends a query, and tells its status, whether it is as it must be, and its milliseconds. */
  ask(number) {
    const began = performance.now();
    return new Promise((resolve) => {
      this.done = (status, good) => {
        this.done = () => {};
        resolve({ status, good, took: performance.now() - began });
      };
      this.parts = [];
      this.missing = -1;
      if (!this.socket || this.socket.destroyed) {
        const { port, hostname: host } = this.url;
        this.socket = connect({ port: Number(port), host, localAddress: this.from }).setNoDelay(true);
        this.socket.on('data', (part) => this.read(part));
        this.socket.on('error', () => this.socket.destroy());
        this.socket.on('close', () => this.done(0, false));
      }
      this.socket.write(this.from ? this.request(dearQuery(number)) : this.usual[number % this.usual.length]);
    });
  }

  read(part) {
    this.parts.push(part);
    if (this.missing < 0) {
      const text = Buffer.concat(this.parts).toString('latin1');
      const ends = text.indexOf('\r\n\r\n') + 4;
      if (ends < 4) return;
      this.head = text.slice(0, ends).toLowerCase();
      this.missing = Number(this.head.match(/\r\ncontent-length: (\d+)/)[1]) + ends - text.length;
    } else {
      this.missing -= part.length;
    }
    if (this.missing > 0) return;
    const status = Number(this.head.slice(9, 12));
    const text = Buffer.concat(this.parts);
    const busy = this.head.includes('\r\nretry-after: 1\r\n') && text.includes('OVERLOADED');
    this.done(status, status === 200 ? !text.includes('"errors"') : busy);
  }

  end() {
    this.socket?.destroy();
  }
}

const percentile = (values, part) => {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
};

/** So many clients, each of which asks as soon as it has its answer. */
async function closed(url, count, duration) {
  const [end, took] = [performance.now() + duration * 1000, []];
  await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const client = new Client(url);
      for (let n = number; performance.now() < end; n += 1) {
        const answer = await client.ask(n);
        if (!answer.good) throw new Error(`status ${answer.status} without load`);
        if (answer.status === 200) took.push(answer.took);
      }
      client.end();
    }),
  );
  return took;
}

/** So many requests a second, whether answers come or not. */
async function open(url, rate, duration, memory) {
  const free = Array.from({ length: CONNECTIONS }, () => new Client(url));
  const attackers = Array.from({ length: 64 }, (_, number) => new Client(url, ATTACKERS[number % 8]));
  const all = [...free, ...attackers];
  const found = { took: [], attacks: 0, refused: 0, unsent: 0, wrong: [], memory: [] };
  const began = performance.now();
  let sent = 0;
  while (performance.now() - began < duration * 1000) {
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    for (; sent < due; sent += 1) {
      if (sent % ATTACK === 0) {
        const attacker = attackers.pop();
        attacker?.ask(sent).then(() => attackers.push(attacker));
        found.attacks += Number(Boolean(attacker));
        continue;
      }
      const client = free.pop();
      if (!client) {
        found.unsent += 1;
        continue;
      }
      client.ask(sent).then(({ status, good, took }) => {
        free.push(client);
        if (!good) found.wrong.push(status);
        else if (status === 200) found.took.push(took);
        else found.refused += 1;
      });
    }
    if (found.memory.length < (performance.now() - began) / 1000) found.memory.push(memory());
    await sleep(1);
  }
  while (free.length < CONNECTIONS) await sleep(10);
  for (const client of all) client.end();
  return found;
}

async function soak(url) {
  const { port } = new URL(url);
  const socket = execFileSync('ss', ['-Hltnp', `sport = :${port}`]).toString();
  const pid = socket.match(/pid=(\d+)/)[1];
  const memory = () => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
  await closed(url, 2, WARM_UP);
  const alone = percentile(await closed(url, 1, WARM_UP * 2), 0.99);
  const most = (await closed(url, 8, WARM_UP * 2)).length / (WARM_UP * 2);
  const rate = Math.round(most * TIMES);
  console.log(`without load p99 ${alone.toFixed(1)} ms; at most ${most.toFixed(0)} answers/s; now ${rate} requests/s`);
  const found = await open(url, rate, Number(seconds), memory);
  const p99 = percentile(found.took, 0.99);
  const half = found.memory.slice(Math.floor(found.memory.length / 2));
  const growth = Math.max(...half) / half[0] - 1;
  const per = (count) => (count / Number(seconds)).toFixed(0);
  console.log(
    `answered ${per(found.took.length)}/s, p50 ${percentile(found.took, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms;`,
    `refused ${per(found.refused)}/s; attacks ${per(found.attacks)}/s; not sent ${per(found.unsent)}/s; wrong ${found.wrong.length};`,
    `memory ${Math.round(found.memory[0] / 1024)} to ${Math.round(found.memory.at(-1) / 1024)} MiB`,
  );
  const last = new Client(url);
  const after = await last.ask(0);
  last.end();
  const failures = [
    p99 > Math.max(100, 10 * alone) && 'what was answered took more than 100 ms, and ten times as long as without load',
    found.wrong.length > 0 && `some were neither answered nor refused: ${[...new Set(found.wrong)]}`,
    found.took.length === 0 && 'nothing was answered',
    growth > 0.1 && `the memory grew by ${(growth * 100).toFixed(0)} %`,
    after.status !== 200 && `after it, the status is ${after.status}`,
  ].filter(Boolean);
  for (const failure of failures) console.error(`error: ${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

if (elsewhere) await soak(elsewhere);
else await serving(program, { scale: 0.1, args: ['--cache-size', '0', '--max-connections-per-address', '300'] }, soak);
