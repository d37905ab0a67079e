// A program that leans on the generated types: it compiles only if they say what it expects, and it runs
// only if the server says what they say.

import assert from 'node:assert/strict';
import { GraphQLClient } from 'graphql-request';
import {
  AwardsDocument,
  SpendingDocument,
  type AwardsQuery,
  type AwardsQueryVariables,
  type SpendingQuery,
  type SpendingQueryVariables,
} from './operations.js';
import type { Grant, Scalars } from './schema.js';

/** Fails to compile unless the two types are one and the same; `any` is the same as nothing else. */
type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends (<T>() => T extends Other ? 1 : 2) ? true : false;
function same<One, Other>(_: Same<One, Other>): void {}

type Group = SpendingQuery['grants']['groups']['nodes'][number];
type Award = AwardsQuery['grants']['nodes'][number];
type Agency = Extract<Award['recipient'], { __typename: 'Agency' }>;
type Organization = Extract<Award['recipient'], { __typename: 'Organization' }>;

same<Scalars['Dollars'], { input: number | string; output: number }>(true);
same<Group['key'], { agencyState: string | null; fiscalYear: number | null }>(true);
same<Group['count'], number>(true);
same<Group['federalShare']['sum'], number | null>(true);
same<Group['officersFunded']['sum'], number | null>(true);
same<Group['small']['federalShare']['missing'], number>(true);
same<SpendingQuery['dataset']['loadedAt'], string | null>(true);
same<Award['obligatedOn'], string | null>(true);
same<Award['status'], NonNullable<Grant['status']> | null>(true);
same<Award['federalShare'], number | null>(true);
same<Agency['ori9'], string | null>(true);
same<Organization['formerNames'], string[]>(true);
same<AwardsQuery['sources']['nodes'][number]['bytes'], number | null>(true);

const filter: SpendingQueryVariables = {
  by: ['AGENCY_STATE', 'FISCAL_YEAR'],
  filter: { federalShare: { gte: '100000.50', lt: 90_000_000 }, obligatedOn: { gte: '1995-01-01' } },
};
// @ts-expect-error: there is no such key.
const wrongKey: SpendingQueryVariables = { by: ['NOTHING'] };
// @ts-expect-error: money is not compared with a list.
const wrongValue: AwardsQueryVariables = { filter: { federalShare: { gte: [1] } } };
// @ts-expect-error: a number has no text in it.
const wrongOperator: AwardsQueryVariables = { filter: { fiscalYear: { contains: '20' } } };
assert.ok(wrongKey && wrongValue && wrongOperator);

const [url] = process.argv.slice(2);
assert.ok(url, 'usage: node program.js URL');
const client = new GraphQLClient(url);

const spending = await client.request(SpendingDocument, filter);
same<typeof spending, SpendingQuery>(true);
assert.ok(spending.grants.totals.federalShare.sum! > 0);
const levels = new Set(spending.grants.groups.nodes.map(({ level }) => level));
assert.ok(levels.has(2) && levels.has(0), 'subtotals come with the groups');
for (const { key, level, count, federalShare, small } of spending.grants.groups.nodes) {
  assert.ok(count >= small.count);
  assert.ok(federalShare.sum === null || Number.isFinite(federalShare.sum));
  if (key.agencyState !== null) assert.match(key.agencyState, /^[A-Z]{2}$/);
  if (key.fiscalYear !== null) assert.ok(level === 2 && Number.isInteger(key.fiscalYear));
}
assert.ok(!Number.isNaN(Date.parse(spending.dataset.loadedAt!)));

const obligated: AwardsQueryVariables = { first: 50, filter: { obligatedOn: { isNull: false } } };
const awards = await client.request(AwardsDocument, obligated);
assert.equal(awards.grants.nodes.length, 50);
for (const { obligatedOn, federalShare, recipient, officersFunded } of awards.grants.nodes) {
  assert.match(obligatedOn!, /^\d{4}-\d{2}-\d{2}$/);
  assert.equal(typeof federalShare, 'number');
  const name = recipient.__typename === 'Agency' ? recipient.agencyName : recipient.organizationName;
  assert.equal(typeof name, 'string');
  for (const { funded } of officersFunded.nodes) {
    assert.ok(funded === null || Number.isFinite(funded));
  }
}
assert.ok(awards.trainings.nodes.some(({ hours }) => Number.isFinite(hours)));
assert.ok(awards.publishedFigures.nodes.every(({ value }) => Number.isFinite(value)));
assert.ok(awards.priceIndexes.nodes.every(({ cpiU }) => Number.isFinite(cpiU)));
console.log('every value is of its type');
