// urql: variables, GET, fragments, its document cache, errors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';
import { GRAPHQL, wire } from './wire.js';

/** A client as an application makes it, and the notes of what it sends. */
function client(options = {}) {
  const { fetch, notes } = wire();
  const exchanges = [cacheExchange, fetchExchange];
  return { urql: new Client({ url: GRAPHQL, exchanges, fetch, preferGetMethod: false, ...options }), notes };
}

const codes = ({ graphQLErrors }) => graphQLErrors.map(({ extensions }) => extensions.code);

const Place = gql`
  fragment Place on Agency {
    id
    name
    state
  }
`;
const AGENCIES = gql`
  query Agencies($filter: AgencyFilter!, $first: Int = 5) {
    agencies(filter: $filter, first: $first, orderBy: [{ field: NAME }]) {
      totalCount
      nodes {
        ...Place
        kind
      }
    }
  }
  ${Place}
`;

test('urql: variables and fragments arrive, and a second reader is served from the cache', async () => {
  const { urql, notes } = client();
  const variables = { filter: { kind: { eq: 'MUNICIPAL_POLICE' }, state: { isNull: false } } };
  const { data, error } = await urql.query(AGENCIES, variables).toPromise();
  assert.equal(error?.message, undefined);
  const { totalCount, nodes } = data.agencies;
  assert.ok(totalCount > 5);
  assert.equal(nodes.length, 5);
  for (const node of nodes) {
    assert.equal(node.__typename, 'Agency');
    assert.equal(node.kind, 'MUNICIPAL_POLICE');
    assert.match(node.state, /^[A-Z]{2}$/);
  }
  const again = await urql.query(AGENCIES, variables).toPromise();
  assert.deepEqual(again.data, data);
  assert.deepEqual(notes.map(({ method, status }) => [method, status]), [['POST', 200]]);
});

test('urql: a query goes by GET, as short as it is or however long', async () => {
  const variables = { filter: { population: { gte: 1000 } }, first: 2 };
  const posted = await client().urql.query(AGENCIES, variables).toPromise();
  for (const preferGetMethod of ['within-url-limit', 'force']) {
    const { urql, notes } = client({ preferGetMethod });
    const { data, error } = await urql.query(AGENCIES, variables).toPromise();
    assert.equal(error?.message, undefined);
    assert.deepEqual(data, posted.data);
    assert.deepEqual(notes.map(({ method, status }) => [method, status]), [['GET', 200]]);
  }
  // What does not fit into 2,048 characters is posted, unless it is forced: both must be answered.
  const names = Array.from({ length: 200 }, (_, n) => `nobody ${n}`);
  const many = { filter: { name: { notIn: names } }, first: 2 };
  for (const [preferGetMethod, method] of [['within-url-limit', 'POST'], ['force', 'GET']]) {
    const { urql, notes } = client({ preferGetMethod });
    const { data, error } = await urql.query(AGENCIES, many).toPromise();
    assert.equal(error?.message, undefined);
    assert.equal(data.agencies.nodes.length, 2);
    assert.deepEqual(notes.map((note) => note.method), [method]);
  }
});

test('urql: errors arrive with their codes, and a bad argument refuses the whole request', async () => {
  for (const preferGetMethod of [false, 'force']) {
    const { urql, notes } = client({ preferGetMethod });
    const large = await urql.query(AGENCIES, { filter: {}, first: 101 }).toPromise();
    assert.equal(large.error.networkError, undefined);
    assert.deepEqual(codes(large.error), ['PAGE_TOO_LARGE']);
    const wrong = await urql.query(AGENCIES, { filter: { nobody: { eq: 1 } } }).toPromise();
    assert.deepEqual(codes(wrong.error), ['BAD_ARGUMENT']);
    const part = gql`
      query Part {
        dataset {
          revision
        }
        agency(by: { id: "x" }) {
          name
        }
      }
    `;
    const { data, error } = await urql.query(part, {}).toPromise();
    assert.equal(data, undefined);
    assert.equal(error.graphQLErrors[0].path, undefined);
    assert.deepEqual(codes(error), ['INVALID_ID']);
    assert.deepEqual(notes.map(({ status }) => status), [400, 400, 400]);
  }
});
