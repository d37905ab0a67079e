// Apollo Client: persisted queries, and GET.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gql } from '@apollo/client';
import { client, sha256 } from './apollo.js';

/** A document that no other test sends, so that the server does not know it. */
const fresh = (name) => gql`
  query ${name}($first: Int) {
    agencies(first: $first) {
      totalCount
      edges {
        node {
          id
        }
      }
    }
  }
`;

test('Apollo: a persisted query is sent once over POST, and named from then on', async () => {
  const query = fresh('PersistedByPost');
  const first = client({ persisted: {} });
  const { data } = await first.apollo.query({ query, variables: { first: 2 } });
  assert.equal(data.agencies.edges.length, 2);
  const [asked, told] = first.notes;
  assert.equal(first.notes.length, 2);
  assert.equal(asked.body.query, undefined);
  assert.equal(asked.answer.errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND');
  assert.equal(sha256(told.body.query), told.body.extensions.persistedQuery.sha256Hash);

  const second = client({ persisted: {} });
  const { data: named } = await second.apollo.query({ query, variables: { first: 3 } });
  assert.equal(named.agencies.edges.length, 3);
  assert.equal(second.notes.length, 1);
  assert.equal(second.notes[0].method, 'POST');
  assert.equal(second.notes[0].body.query, undefined);
});

test('Apollo: a persisted query is named by GET, in a URL that proxies can keep', async () => {
  const query = fresh('PersistedByGet');
  const persisted = { useGETForHashedQueries: true };
  const first = client({ persisted });
  const { data } = await first.apollo.query({ query, variables: { first: 2 } });
  assert.deepEqual(first.notes.map(({ method }) => method), ['GET', 'POST']);

  const second = client({ persisted });
  const { data: named } = await second.apollo.query({ query, variables: { first: 2 } });
  assert.deepEqual(named, data);
  const [note] = second.notes;
  assert.equal(second.notes.length, 1);
  assert.equal(note.method, 'GET');
  assert.equal(note.url.searchParams.has('query'), false);
  assert.equal(JSON.parse(note.url.searchParams.get('variables')).first, 2);
  assert.match(note.headers.get('etag'), /^"/);
  assert.match(note.headers.get('cache-control'), /public/);
  assert.match(note.headers.get('cache-status'), /hit/);
});

test('Apollo: a whole query goes by GET where the application wants it', async () => {
  const { apollo, notes } = client({ http: { useGETForQueries: true } });
  const { data } = await apollo.query({ query: fresh('ByGet'), variables: { first: 1 } });
  assert.equal(data.agencies.edges.length, 1);
  assert.deepEqual(notes.map(({ method }) => method), ['GET']);
});
