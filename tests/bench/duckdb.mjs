// An HTTP server for DuckDB over the program's own Parquet files: it receives the name of a query and sends the rows of
// its SQL as JSON. The rows are in memory, in DuckDB's own tables, which is its fastest setup.
//
// node duckdb.mjs FOLDER

import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const [folder] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:');
const main = await instance.connect();
for (const table of ['agencies', 'grants', 'trainees']) {
  await main.run(`CREATE TABLE ${table} AS SELECT * FROM read_parquet('${join(folder, table)}.parquet')`);
}
const text = (name) => readFileSync(join(import.meta.dirname, 'queries', name, 'duckdb.sql'), 'utf8');
const sql = Object.fromEntries(['trainees', 'years'].map((name) => [name, text(name)]));

// Statements on one connection wait for each other.
const connections = await Promise.all(Array.from({ length: 8 }, () => instance.connect()));
let next = 0;

const server = createServer(async (request, response) => {
  try {
    const { query } = await json(request);
    next = (next + 1) % connections.length;
    const found = await connections[next].runAndReadAll(sql[query]);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(found.getRowObjectsJson()));
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.error(`listening on http://127.0.0.1:${server.address().port}/graphql`);
