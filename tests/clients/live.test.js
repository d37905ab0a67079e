// Live queries with common clients: graphql-ws, graphql-sse, Apollo Client's split link and urql. Another process loads
// a file, as in practice.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { Client, cacheExchange, fetchExchange, gql as urqlGql, subscriptionExchange } from '@urql/core';
import WebSocket from 'ws';
import { serving } from '../program.mjs';

const LIVE = 'subscription Courses($hours: Hours) { live { trainings(filter: { hours: { gte: $hours } }) { totalCount } } }';
const CHANGED = 'subscription { datasetChanged { revision previousRevision loads tables { table added } } }';

/** Gives `use` a server of its own, and what loads so many courses into it. */
function live(use) {
  return serving(process.env.PROGRAM, {}, async (url, { load, folder }) => {
    let loads = 0;
    const courses = async (count) => {
      loads += 1;
      const rows = Array.from({ length: count }, (_, n) => `Course ${loads}.${n},,,,8,ONLINE,,2020,`);
      const file = join(folder, `courses-${loads}.csv`);
      const header = 'title,acronym,provider,topics,hours,modality,certified_by,first_year,note';
      writeFileSync(file, `${[header, ...rows].join('\n')}\n`);
      await load('import', 'trainings', file);
    };
    await use(url, courses);
  });
}

/** What arrives, one after another. `sink` is for what calls back. */
function arrivals() {
  const [came, waiting] = [[], []];
  const put = (one) => (waiting.length > 0 ? waiting.shift()(one) : came.push(one));
  const next = async () => {
    const one = came.length > 0 ? came.shift() : await new Promise((resolve) => waiting.push(resolve));
    if (one.error) throw one.error;
    return one.value;
  };
  const sink = {
    next: (value) => put({ value }),
    error: (error) => put({ error }),
    complete: () => put({ value: 'complete' }),
  };
  return { next, sink };
}

const socketUrl = (url) => `${url.replace('http', 'ws')}/ws`;
const socket = (url, options = {}) =>
  createWsClient({ url: socketUrl(url), webSocketImpl: WebSocket, retryAttempts: 0, ...options });

test('graphql-ws: a live query, what a load changed, and a query over one connection', () =>
  live(async (url, courses) => {
    const client = socket(url, { keepAlive: 100 });
    const [answers, changes, once, wrong] = [arrivals(), arrivals(), arrivals(), arrivals()];
    const end = client.subscribe({ query: LIVE, variables: { hours: 4 } }, answers.sink);
    client.subscribe({ query: CHANGED }, changes.sink);
    const first = await answers.next();
    const { revision } = first.extensions.dataset;
    const before = first.data.live.trainings.totalCount;
    client.subscribe({ query: '{ dataset { revision } }' }, once.sink);
    assert.deepEqual((await once.next()).data, { dataset: { revision } });
    assert.equal(await once.next(), 'complete');
    client.subscribe({ query: 'subscription { live { nothing } }' }, wrong.sink);
    await assert.rejects(wrong.next(), ([error]) => {
      assert.match(error.message, /no field "nothing" in Query/);
      assert.equal(error.extensions.code, 'INVALID_QUERY');
      return true;
    });
    await courses(2);
    assert.deepEqual((await answers.next()).data, { live: { trainings: { totalCount: before + 2 } } });
    const { datasetChanged } = (await changes.next()).data;
    const tables = [{ table: 'trainings', added: 2 }];
    assert.deepEqual(datasetChanged, { revision: revision + 1, previousRevision: revision, loads: 1, tables });
    end();
    await client.dispose();
  }));

test('graphql-sse: a live query, a query, and an error, each over a connection of its own', () =>
  live(async (url, courses) => {
    const client = createSseClient({ url, retryAttempts: 0 });
    const answers = client.iterate({ query: LIVE, variables: { hours: 4 } });
    const before = (await answers.next()).value.data.live.trainings.totalCount;
    await courses(2);
    const { value } = await answers.next();
    assert.equal(value.data.live.trainings.totalCount, before + 2);
    await answers.return();
    const once = client.iterate({ query: '{ dataset { revision } }' });
    const { revision } = value.extensions.dataset;
    assert.deepEqual((await once.next()).value.data, { dataset: { revision } });
    assert.equal((await once.next()).done, true);
    const wrong = client.iterate({ query: 'subscription { live { nothing } }' });
    assert.match((await wrong.next()).value.errors[0].message, /no field "nothing"/);
    client.dispose();
  }));

test('Apollo Client: a split link sends subscriptions by WebSocket, and the rest by HTTP', () =>
  live(async (url, courses) => {
    const client = socket(url);
    const isSubscription = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
    const link = ApolloLink.split(isSubscription, new GraphQLWsLink(client), new HttpLink({ uri: url }));
    const apollo = new ApolloClient({ link, cache: new InMemoryCache() });
    const { data } = await apollo.query({ query: gql`{ trainings { totalCount } }` });
    const before = data.trainings.totalCount;
    const answers = arrivals();
    const open = apollo.subscribe({ query: gql(LIVE), variables: { hours: 0 } }).subscribe(answers.sink);
    assert.equal((await answers.next()).error?.message, undefined);
    await courses(2);
    const { live } = (await answers.next()).data;
    assert.ok(live.trainings.totalCount >= 2 && live.trainings.totalCount <= before + 2);
    open.unsubscribe();
    apollo.stop();
    await client.dispose();
  }));

test('urql: subscriptions by graphql-ws, and by its own events', () =>
  live(async (url, courses) => {
    const client = socket(url);
    const forward = (operation) => ({
      subscribe: (sink) => ({ unsubscribe: client.subscribe({ ...operation, query: operation.query ?? '' }, sink) }),
    });
    const bySocket = [cacheExchange, fetchExchange, subscriptionExchange({ forwardSubscription: forward })];
    const query = urqlGql(LIVE);
    for (const options of [{ exchanges: bySocket }, { exchanges: [cacheExchange, fetchExchange], fetchSubscriptions: true }]) {
      const urql = new Client({ url, preferGetMethod: false, ...options });
      const answers = arrivals();
      const open = urql.subscription(query, { hours: 4 }).subscribe(answers.sink.next);
      const { data, error } = await answers.next();
      assert.equal(error?.message, undefined);
      const { totalCount } = data.live.trainings;
      await courses(2);
      assert.equal((await answers.next()).data.live.trainings.totalCount, totalCount + 2);
      open.unsubscribe();
    }
    await client.dispose();
  }));
