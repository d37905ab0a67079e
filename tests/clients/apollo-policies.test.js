// The policies of docs/apollo.md, exactly as shown: one selection does not overwrite another.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { scratch } from './scratch.js';
import { GRAPHQL, wire } from './wire.js';

const folder = scratch();
const page = readFileSync(join(import.meta.dirname, '../../docs/apollo.md'), 'utf8');
const [, text] = /^```js\n(import .*?)^```$/ms.exec(page);
const path = join(folder, 'policies.mjs');
writeFileSync(path, text);
const { typePolicies } = await import(pathToFileURL(path).href);

/** A client with the policies, or with those of Apollo alone. */
async function client(grow) {
  const { fetch, notes } = wire();
  const link = new HttpLink({ uri: GRAPHQL, fetch });
  const plain = new ApolloClient({ link, cache: new InMemoryCache() });
  if (!grow) return { apollo: plain, notes };
  const { data } = await plain.query({ query: gql`{ __type(name: "Node") { possibleTypes { name } } }` });
  const rows = data.__type.possibleTypes.map(({ name }) => name);
  assert.ok(rows.length > 10);
  notes.length = 0;
  const cache = new InMemoryCache({ possibleTypes: { Node: rows }, typePolicies: typePolicies(rows, grow) });
  return { apollo: new ApolloClient({ link, cache }), notes };
}

const COUNT = gql`{ grants(filter: { fiscalYear: { gte: 2010 } }) { totals { count federalShare { sum } } } }`;
const MEDIAN = gql`{ grants(filter: { fiscalYear: { gte: 2010 } }) { totals { federalShare { median } agencies } } }`;
const BY_YEAR = gql`{ grants { groups(by: [FISCAL_YEAR]) { nodes { key { fiscalYear } count } } } }`;
const MONEY_BY_YEAR = gql`{ grants { groups(by: [FISCAL_YEAR]) { nodes { federalShare { sum } } } } }`;

/** What the first of two queries has of the cache, after the second came. */
async function kept(apollo, first, second) {
  const { data: before } = await apollo.query({ query: first });
  await apollo.query({ query: second });
  const { data: after } = await apollo.query({ query: first, fetchPolicy: 'cache-only' });
  return { before, after };
}

test('Apollo: a second selection of totals or groups does not lose the first', async () => {
  for (const grow of [{}, { Query: ['grants'] }]) {
    const { apollo, notes } = await client(grow);
    for (const [first, second] of [[COUNT, MEDIAN], [BY_YEAR, MONEY_BY_YEAR]]) {
      const { before, after } = await kept(apollo, first, second);
      assert.deepEqual(after, before);
    }
    assert.equal(notes.length, 4);
    const both = gql`{ grants { groups(by: [FISCAL_YEAR]) { nodes { key { fiscalYear } federalShare { sum } } } } }`;
    const { data } = await apollo.query({ query: both, fetchPolicy: 'cache-only' });
    const { data: sent } = await apollo.query({ query: both, fetchPolicy: 'network-only' });
    assert.deepEqual(data, sent);
  }
  // Without the policies it does, or they would not be needed.
  const { apollo } = await client();
  const { before, after } = await kept(apollo, COUNT, MEDIAN);
  assert.ok(before && !after?.grants?.totals?.federalShare?.sum);
});

test('Apollo: a list grows, and keeps its totals', async () => {
  const { apollo } = await client({ Query: ['grants'] });
  const query = gql`
    query Grants($after: String) {
      grants(first: 40, after: $after) {
        totals { count }
        pageInfo { hasNextPage endCursor }
        edges { node { id federalShare } }
      }
    }
  `;
  const totals = gql`{ grants { totals { federalShare { sum } } } }`;
  const list = apollo.watchQuery({ query });
  const subscription = list.subscribe();
  const { data: first } = await apollo.query({ query });
  await apollo.query({ query: totals });
  await list.fetchMore({ variables: { after: first.grants.pageInfo.endCursor } });
  const { data: grown } = await apollo.query({ query, fetchPolicy: 'cache-only' });
  const ids = grown.grants.edges.map(({ node }) => node.id);
  assert.equal(new Set(ids).size, 80);
  assert.deepEqual(grown.grants.totals, first.grants.totals);
  const { data: sum } = await apollo.query({ query: totals, fetchPolicy: 'cache-only' });
  assert.equal(typeof sum.grants.totals.federalShare.sum, 'number');
  subscription.unsubscribe();
});
