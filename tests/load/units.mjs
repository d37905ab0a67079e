// Compares the prices and costs of queries with the clock: a point is 20 microseconds of processor time.
//
//     LOAD_REQUESTS=/tmp/requests cargo test -p tests a_price_says
//     node tests/load/units.mjs PROGRAM /tmp/requests [COUNT [SCALE]]
//
// It starts a server without a cache over a synthetic dataset of SCALE (1), sends COUNT (500) of the requests three
// times each, and reports the ratio of the price and the cost of each to the shortest time that the server ran for it.
// It needs Linux, and an otherwise idle machine.

import { readFileSync } from 'node:fs';
import { serving } from '../program.mjs';
import { listener, ran } from './process.mjs';

const [program, requests, count = '500', scale = '1'] = process.argv.slice(2);
if (!requests) throw new Error('name both: node tests/load/units.mjs PROGRAM REQUESTS [COUNT [SCALE]]');

const POINT = 20_000;

async function measure(url) {
  const pid = listener(new URL(url).port);
  const all = readFileSync(requests, 'utf8').split('\n').filter(Boolean);
  const step = Math.max(1, Math.floor(all.length / Number(count)));
  const [prices, costs] = [[], []];
  for (let index = 0; index < all.length; index += step) {
    const body = JSON.stringify({ query: all[index] });
    const headers = { 'content-type': 'application/json', 'graphql-cost': 'report' };
    const ask = async () => (await fetch(url, { method: 'POST', headers, body })).json();
    const { errors, extensions } = await ask();
    if (errors) continue;
    let least = Infinity;
    for (let time = 0; time < 3; time += 1) {
      const before = ran(pid);
      await ask();
      least = Math.min(least, ran(pid) - before);
    }
    const points = Math.max(1, least / POINT);
    prices.push(extensions.cost.price / points);
    costs.push(extensions.cost.actual / points);
  }
  for (const [name, ratios] of [['price', prices], ['cost', costs]]) {
    ratios.sort((a, b) => a - b);
    const at = (part) => ratios[Math.min(ratios.length - 1, Math.floor(part * ratios.length))].toFixed(2);
    const within = (most) => ratios.filter((ratio) => ratio <= most && ratio >= 1 / most).length / ratios.length;
    console.log(
      `${name} / points run: median ${at(0.5)}, 5 % below ${at(0.05)}, 5 % above ${at(0.95)};`,
      `within 3 ${(within(3) * 100).toFixed(1)} %, within 10 ${(within(10) * 100).toFixed(1)} % of ${ratios.length}`,
    );
  }
}

const args = ['--cache-size', '0', '--row-cache-size', '0', '--log', 'error,cops_graphql=info'];
await serving(program, { scale: Number(scale), args }, measure);
