// Relay: the compiler accepts the schema and the documents in `relay/`, and the compiled documents run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { before, test } from 'node:test';
import compiler from 'relay-compiler';
import relay from 'relay-runtime';
import { SCHEMA, scratch } from './scratch.js';
import { GRAPHQL, wire } from './wire.js';

const { Environment, Network, RecordSource, Store } = relay;
const folder = scratch();
const artifacts = join(folder, 'artifacts');

/** A query or fragment that the compiler made. */
const made = (name) => createRequire(import.meta.url)(join(artifacts, `${name}.graphql.js`));

before(() => {
  mkdirSync(artifacts);
  const config = {
    src: relative(folder, join(import.meta.dirname, 'relay')),
    schema: relative(folder, SCHEMA),
    artifactDirectory: './artifacts',
    language: 'javascript',
    eagerEsModules: false,
    noFutureProofEnums: true,
  };
  const path = join(folder, 'relay.config.json');
  writeFileSync(path, JSON.stringify(config));
  try {
    execFileSync(compiler, [path, '--noWatchman'], { cwd: folder, stdio: 'pipe' });
  } catch ({ status, stdout, stderr }) {
    throw new Error(`relay-compiler ended with ${status}:\n${stdout}${stderr}`);
  }
});

/** A store that is filled by the server, and the notes of what it asks for. */
function application() {
  const { fetch, notes } = wire();
  const network = Network.create(async ({ text }, variables) => {
    const response = await fetch(GRAPHQL, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  return { environment: new Environment({ network, store: new Store(new RecordSource()) }), notes };
}

/** Asks for a query, keeps its answer, and gives a reader of it. */
async function show(environment, name, variables) {
  const query = made(name);
  const operation = relay.createOperationDescriptor(query, variables);
  environment.retain(operation);
  await relay.fetchQuery(environment, query, variables).toPromise();
  return () => environment.lookup(operation.fragment).data;
}

/** What a component reads: a fragment, of the object that holds it. */
function fragment(environment, name, parent) {
  const selector = relay.getSingularSelector(made(name), parent);
  const { data, isMissingData } = environment.lookup(selector);
  assert.equal(isMissingData, false, `${name} misses data`);
  return data;
}

test('Relay: a connection of the root is paged to its end', async () => {
  const { environment, notes } = application();
  const screen = await show(environment, 'agenciesScreenQuery', { state: null, count: 100 });
  const read = () => fragment(environment, 'agencies_list', screen()).agencies;
  let list = read();
  while (list.pageInfo.hasNextPage) {
    assert.ok(notes.length < 100, 'the list does not end');
    const variables = { state: null, count: 100, cursor: list.pageInfo.endCursor };
    await relay.fetchQuery(environment, made('agenciesPaginationQuery'), variables).toPromise();
    list = read();
  }
  assert.ok(list.totalCount > 200);
  assert.equal(notes.length, Math.ceil(list.totalCount / 100));
  assert.equal(new Set(list.edges.map(({ node }) => node.id)).size, list.totalCount);
  assert.equal(list.edges.length, list.totalCount);
  const rows = list.edges.map(({ node }) => fragment(environment, 'agencies_row', node).population);
  const known = rows.filter((population) => population !== null);
  assert.deepEqual(known, known.toSorted((one, other) => other - one));
});

test('Relay: an object is refetched through node, and so is the list inside it', async () => {
  const { environment } = application();
  const spending = `{ grants { groups(by: [AGENCY], having: { agencies: { gt: 0 } },
    orderBy: [{ measure: COUNT, direction: DESC }], first: 1) { nodes { count key { agency { id } } } } } }`;
  const response = await fetch(`${GRAPHQL}?query=${encodeURIComponent(spending)}`);
  const [{ count, key }] = (await response.json()).data.grants.groups.nodes;
  const { id } = key.agency;

  const screen = await show(environment, 'agencyScreenQuery', { id });
  const details = () => fragment(environment, 'agency_details', screen().agency);
  const before = details();
  assert.equal(before.id, id);
  await relay.fetchQuery(environment, made('agencyDetailsQuery'), { id }).toPromise();
  assert.deepEqual(details(), before);

  const read = () => fragment(environment, 'agency_grants', screen().agency).grants;
  let grants = read();
  assert.equal(grants.edges.length, 2);
  while (grants.pageInfo.hasNextPage) {
    const variables = { id, first: 2, after: grants.pageInfo.endCursor };
    await relay.fetchQuery(environment, made('agencyGrantsQuery'), variables).toPromise();
    grants = read();
  }
  assert.equal(new Set(grants.edges.map(({ node }) => node.id)).size, count);
  assert.equal(grants.edges.length, count);
  assert.ok(grants.edges.every(({ node }) => node.recipient.agencyName === before.name));
});

test('Relay: groups are paged like rows', async () => {
  const { environment, notes } = application();
  const filter = { fiscalYear: { gte: 2015 } };
  const screen = await show(environment, 'spendingScreenQuery', { filter });
  const read = () => fragment(environment, 'spending_groups', screen()).grants.groups;
  let groups = read();
  while (groups.pageInfo.hasNextPage) {
    assert.ok(notes.length < 100, 'the groups do not end');
    const variables = { filter, count: 50, cursor: groups.pageInfo.endCursor };
    await relay.fetchQuery(environment, made('spendingGroupsQuery'), variables).toPromise();
    groups = read();
  }
  assert.ok(notes.length > 2);
  const keys = groups.edges.map(({ node }) => `${node.key.agencyState} ${node.key.fiscalYear}`);
  assert.equal(new Set(keys).size, keys.length);
  const cents = groups.edges.reduce((sum, { node }) => sum + Math.round(node.federalShare.sum * 100), 0);
  assert.equal(screen().grants.totals.federalShare.sum, cents / 100);
});
