// graphql-request: variables, GET, fragments, headers, errors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError, GraphQLClient, gql } from 'graphql-request';
import { GRAPHQL, wire } from './wire.js';

/** A client as a script makes it, and the notes of what it sends. */
function client(options = {}) {
  const { fetch, notes } = wire();
  return { requests: new GraphQLClient(GRAPHQL, { fetch, ...options }), notes };
}

const GRANTS = gql`
  fragment Award on Grant {
    id
    fiscalYear
    federalShare
    program {
      code
    }
  }
  query Grants($years: [Int!]!, $first: Int, $after: String) {
    grants(
      filter: { fiscalYear: { in: $years } }
      orderBy: [{ field: FEDERAL_SHARE, direction: DESC }]
      first: $first
      after: $after
    ) {
      totalCount
      totals {
        federalShare {
          sum
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...Award
      }
    }
  }
`;

test('graphql-request: a script reads a whole list, and its sum is that of the server', async () => {
  for (const method of ['POST', 'GET']) {
    const { requests, notes } = client({ method });
    const variables = { years: [2009, 2010, 2011], first: 30, after: null };
    const rows = [];
    let page;
    do {
      ({ grants: page } = await requests.request(GRANTS, variables));
      rows.push(...page.nodes);
      variables.after = page.pageInfo.endCursor;
      assert.ok(notes.length < 100, 'the list does not end');
    } while (page.pageInfo.hasNextPage);
    assert.ok(notes.length > 1, 'this should take several pages');
    assert.ok(notes.every((note) => note.method === method && note.status === 200));
    assert.equal(rows.length, page.totalCount);
    assert.equal(new Set(rows.map(({ id }) => id)).size, page.totalCount);
    const cents = rows.reduce((sum, { federalShare }) => sum + Math.round((federalShare ?? 0) * 100), 0);
    assert.equal(page.totals.federalShare.sum, cents / 100);
  }
});

test('graphql-request: the revision is beside the answer, and the headers of a cache are on it', async () => {
  const { requests } = client({ method: 'GET' });
  const answer = await requests.rawRequest('{ dataset { revision synthetic } }');
  const { data, extensions, headers, status } = answer;
  assert.equal(status, 200);
  assert.deepEqual(extensions.dataset, data.dataset);
  assert.equal(data.dataset.synthetic, true);
  assert.match(headers.get('etag'), /^"/);
});

test('graphql-request: errors arrive with their codes', async () => {
  for (const method of ['POST', 'GET']) {
    const { requests } = client({ method });
    const wrong = [
      [GRANTS, { years: [2010], first: 101 }, 'PAGE_TOO_LARGE'],
      [GRANTS, { years: [2010], after: 'x' }, 'INVALID_CURSOR'],
      [GRANTS, { years: ['x'] }, 'BAD_ARGUMENT'],
      ['{ grants { nothing } }', {}, 'INVALID_QUERY'],
    ];
    for (const [query, variables, code] of wrong) {
      await assert.rejects(requests.request(query, variables), (error) => {
        assert.ok(error instanceof ClientError, `${code}: ${error}`);
        assert.deepEqual(error.response.errors.map(({ extensions }) => extensions.code), [code]);
        assert.equal(error.response.status, 400);
        return true;
      });
    }
  }
});

test('graphql-request: a list of requests is refused in words, unless the operator takes them', async () => {
  const { requests } = client();
  const list = requests.batchRequests([{ document: '{ dataset { revision } }' }]);
  await assert.rejects(list, /this server takes one request at a time.*BAD_REQUEST/s);
});
