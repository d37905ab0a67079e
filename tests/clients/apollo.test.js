// Apollo Client: pages, fragments, variables, errors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CombinedGraphQLErrors, gql } from '@apollo/client';
import { filter, firstValueFrom } from 'rxjs';
import { client } from './apollo.js';

const AGENCIES = gql`
  query Agencies($filter: AgencyFilter, $first: Int, $after: String, $last: Int, $before: String) {
    agencies(
      filter: $filter
      orderBy: [{ field: STATE, direction: DESC }]
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
      edges {
        cursor
        node {
          id
          state
        }
      }
    }
  }
`;

const agencies = (data) => data.agencies;
const ids = ({ edges }) => edges.map(({ node }) => node.id);

/** The variables of the page after this one, and of the page before it: null where there is none. */
const forwards = ({ hasNextPage, endCursor }) => (hasNextPage ? { after: endCursor } : null);
const backwards = ({ hasPreviousPage, startCursor }) => (
  hasPreviousPage ? { first: null, last: 70, before: startCursor } : null
);

/** Reads a list with `fetchMore` until its end, as an endless list on a page does. */
async function readAll(apollo, options, connection, more) {
  const list = apollo.watchQuery(options);
  const subscription = list.subscribe();
  const shown = async () => {
    const { data } = await firstValueFrom(list.pipe(filter(({ loading }) => !loading)));
    return connection(data);
  };
  let all = await shown();
  let pages = 1;
  for (let next = more(all.pageInfo); next; next = more(all.pageInfo)) {
    assert.ok(pages < 200, 'the list does not end');
    await list.fetchMore({ variables: next });
    all = await shown();
    pages += 1;
  }
  subscription.unsubscribe();
  return { all, pages };
}

test('Apollo: a list is paged to its end, and every row comes once', async () => {
  const { apollo, notes } = client();
  const whole = { query: AGENCIES, variables: { first: 100 } };
  const { all, pages } = await readAll(apollo, whole, agencies, forwards);
  assert.ok(all.totalCount > 200, `${all.totalCount} rows are too few to page`);
  assert.equal(pages, Math.ceil(all.totalCount / 100));
  assert.equal(notes.length, pages);
  assert.equal(ids(all).length, all.totalCount);
  assert.equal(new Set(ids(all)).size, all.totalCount);
  const states = all.edges.map(({ node }) => node.state).filter((state) => state !== null);
  assert.deepEqual(states, states.toSorted().reverse());

  // From the cache the whole list comes without a request.
  const { data } = await apollo.query({ ...whole, fetchPolicy: 'cache-only' });
  assert.deepEqual(ids(data.agencies), ids(all));
  assert.equal(notes.length, pages);

  // From the back it is the same list.
  const last = { query: AGENCIES, variables: { last: 70 } };
  const back = await readAll(client().apollo, last, agencies, backwards);
  assert.deepEqual(ids(back.all), ids(all));
  assert.equal(back.pages, Math.ceil(all.totalCount / 70));
});

test('Apollo: two lists with different filters are kept apart', async () => {
  const { apollo } = client();
  const known = { swornOfficers: { gte: 50 } };
  const parts = [];
  for (const keep of [known, { not: known }, null]) {
    const part = { query: AGENCIES, variables: { filter: keep, first: 90 } };
    const { all } = await readAll(apollo, part, agencies, forwards);
    assert.equal(ids(all).length, all.totalCount);
    parts.push(ids(all));
  }
  const [large, others, all] = parts;
  assert.ok(large.length > 0 && others.length > 0);
  assert.deepEqual([...large, ...others].toSorted(), all.toSorted());
});

test('Apollo: a list inside an object is paged where it is', async () => {
  const { apollo } = client();
  const { data: most } = await apollo.query({
    query: gql`
      query MostFunded {
        grants {
          groups(
            by: [AGENCY]
            having: { agencies: { gt: 0 } }
            orderBy: [{ measure: COUNT, direction: DESC }]
            first: 1
          ) {
            nodes {
              key {
                agency {
                  id
                }
              }
              count
            }
          }
        }
      }
    `,
  });
  const [{ key, count }] = most.grants.groups.nodes;
  assert.ok(count > 2);
  const query = gql`
    query GrantsOf($id: ID!, $after: String) {
      agency(by: { id: $id }) {
        id
        grants(first: 2, after: $after, orderBy: [{ field: FEDERAL_SHARE, direction: DESC }]) {
          pageInfo {
            hasNextPage
            endCursor
          }
          edges {
            node {
              id
              federalShare
            }
          }
        }
      }
    }
  `;
  const list = { query, variables: { id: key.agency.id } };
  const { all, pages } = await readAll(apollo, list, ({ agency }) => agency.grants, forwards);
  assert.equal(pages, Math.ceil(count / 2));
  assert.equal(all.edges.length, count);
  assert.equal(new Set(ids(all)).size, count);
});

test('Apollo: fragments on objects, interfaces and unions come together', async () => {
  const { apollo, cache } = client();
  const query = gql`
    fragment Place on Agency {
      agency: name
      city
      state
    }
    fragment Who on Recipient {
      __typename
      ... on Node {
        id
      }
      ... on Agency {
        ...Place
      }
      ... on Organization {
        organization: name
      }
    }
    query Recipients($organizations: GrantFilter) {
      toAgencies: grants(first: 3, filter: { agency: {} }) {
        nodes {
          id
          recipient {
            ...Who
          }
        }
      }
      toOrganizations: grants(first: 3, filter: $organizations) {
        nodes {
          id
          recipient {
            ...Who
          }
        }
      }
    }
  `;
  const { data } = await apollo.query({ query, variables: { organizations: { organization: {} } } });
  for (const [list, type] of [[data.toAgencies, 'Agency'], [data.toOrganizations, 'Organization']]) {
    assert.equal(list.nodes.length, 3);
    for (const { recipient } of list.nodes) {
      assert.equal(recipient.__typename, type);
      assert.equal(typeof recipient[type.toLowerCase()], 'string');
      assert.equal('city' in recipient, type === 'Agency');
    }
  }
  // What the cache knows by its global id, the server knows by it, too.
  const { id, organization: name } = data.toOrganizations.nodes[0].recipient;
  assert.equal(cache.extract()[`Organization:${id}`].name, name);
  const { data: again } = await apollo.query({
    query: gql`
      query ById($id: ID!) {
        node(id: $id) {
          id
          ... on Organization {
            name
          }
        }
      }
    `,
    variables: { id },
    fetchPolicy: 'network-only',
  });
  assert.deepEqual(again.node, { __typename: 'Organization', id, name });
});

test('Apollo: errors arrive with their codes', async () => {
  for (const http of [{}, { useGETForQueries: true }]) {
    const { apollo } = client({ http });
    const wrong = [
      [gql`query { agencies(first: 101) { totalCount } }`, 'PAGE_TOO_LARGE'],
      [gql`query { grants(after: "x") { totalCount } }`, 'INVALID_CURSOR'],
      [gql`query { agency(by: { id: "x" }) { name } }`, 'INVALID_ID'],
      [gql`query { agencies { nothing } }`, 'INVALID_QUERY'],
    ];
    for (const [query, code] of wrong) {
      await assert.rejects(apollo.query({ query }), (error) => {
        assert.ok(CombinedGraphQLErrors.is(error), `${code}: ${error}`);
        assert.equal(error.errors.length, 1);
        assert.equal(error.errors[0].extensions.code, code);
        // It is the request that is refused, not a field of it.
        assert.equal(error.errors[0].path, undefined);
        return true;
      });
    }
    const query = gql`query { dataset { revision } agency(by: { id: "x" }) { name } }`;
    const { data, error } = await apollo.query({ query, errorPolicy: 'all' });
    assert.equal(data, undefined);
    assert.equal(error.errors[0].extensions.code, 'INVALID_ID');
  }
});
