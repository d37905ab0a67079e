// The queries. Each is a folder of `queries/` with the text for each server; this file converts the answers to one
// form: money in cents, officers and hours in tenths, as in the tables.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Dollars to cents, and officers or hours to tenths. */
const cents = (dollars) => (dollars === null ? null : Math.round(dollars * 100));
const tenths = (whole) => (whole === null ? null : Math.round(whole * 10));
/** PostGraphile gives 64 bits as text. */
const number = (text) => (text === null ? null : Number(text));
/** A quotient is compared to a hundred-thousandth of a cent. */
const quotient = (value) => (value === null ? null : Math.round(Number(value) * 1e5) / 1e5);

const nested = (money, officers) => ({ agencies }) =>
  agencies.nodes.map(({ name, grants }) => ({
    name,
    grants: grants.nodes.map(({ awardNumber, federalShare, program, officersFunded }) => ({
      awardNumber,
      federalShare: money(federalShare),
      program: program?.code ?? null,
      officersFunded: officersFunded.nodes.map(({ kind, funded }) => ({ kind, funded: officers(funded) })),
    })),
  }));
const page = (money) => ({ grants }) =>
  grants.nodes.map((row) => ({ ...row, federalShare: money(row.federalShare) }));
const filtered = (money) => ({ grants: { totalCount, nodes } }) => ({
  totalCount,
  nodes: nodes.map((row) => ({ ...row, federalShare: money(row.federalShare) })),
});

/** The queries, and how the answer of each server is brought into one shape. */
export const QUERIES = [
  {
    name: 'agency',
    title: 'one agency by its id, 3 fields',
    read: { 'cops-graphql': ({ agency }) => agency, postgraphile: ({ agency }) => agency },
  },
  {
    name: 'page',
    title: '100 grants, 4 fields',
    read: { 'cops-graphql': page(cents), postgraphile: page(number) },
  },
  {
    name: 'nested',
    title: '50 agencies of a state, 10 grants of each, program and officers of each grant',
    read: { 'cops-graphql': nested(cents, tenths), postgraphile: nested(number, (funded) => funded) },
  },
  {
    name: 'filtered',
    title: 'grants since 2015 over $250,000 by amount: 20 of them with their agency, and how many there are',
    read: { 'cops-graphql': filtered(cents), postgraphile: filtered(number) },
  },
  {
    name: 'years',
    title: 'all grants by fiscal year: count, sum, average',
    read: {
      'cops-graphql': ({ grants }) =>
        grants.groups.nodes.map(({ key, count, federalShare: { sum, avg } }) => ({
          fiscalYear: key.fiscalYear,
          count,
          sum: cents(sum),
          avg: quotient(avg * 100),
        })),
      postgraphile: ({ grants }) =>
        grants.groups.map(({ keys, distinctCount, sum, average }) => ({
          fiscalYear: number(keys[0]),
          count: number(distinctCount.rowId),
          sum: number(sum.federalShare),
          avg: quotient(average.federalShare),
        })),
      'by-hand': (rows) => rows.map((row) => ({ ...row, avg: quotient(row.avg) })),
      duckdb: (rows) => rows.map((row) => ({ ...row, avg: quotient(row.avg) })),
    },
  },
  {
    name: 'trainees',
    title: 'all trainees by state, year and role: count and sum of hours, the first 200 groups',
    read: {
      'cops-graphql': ({ trainees }) =>
        trainees.groups.nodes.map(({ key, count, hours }) => ({
          state: key.agencyState,
          year: key.completedOnYear,
          role: key.role,
          count,
          hours: tenths(hours.sum),
        })),
      postgraphile: ({ groups }) =>
        groups.nodes.map((row) => ({ ...row, count: number(row.count), hours: number(row.hours) })),
    },
  },
];

/** The kinds that are asked in SQL, and answer in rows. */
const SQL = ['by-hand', 'duckdb'];

/** The words of a kind of server for a query; none, where it has none for it. */
function words(kind, query) {
  const extension = SQL.includes(kind) ? 'sql' : 'graphql';
  try {
    return readFileSync(join(import.meta.dirname, 'queries', query.name, `${kind}.${extension}`), 'utf8');
  } catch {
    return undefined;
  }
}

/** The bodies by which a kind of server is asked a query, one for each of these agencies where it is of one. */
export function bodies(kind, query, agencies) {
  const text = words(kind, query);
  if (text === undefined) return undefined;
  const ids = query.name === 'agency' ? agencies : [undefined];
  return ids.map((id) => {
    if (SQL.includes(kind)) return JSON.stringify({ query: query.name, id });
    const key = kind === 'cops-graphql' ? Buffer.from(`Agency:${id}`).toString('base64url') : id;
    return JSON.stringify({ query: text, variables: id === undefined ? undefined : { id: key } });
  });
}

/** What an answer says, in the shape that all share. */
export function meaning(kind, query, answer) {
  if (answer.errors) throw new Error(`${kind} does not answer ${query.name}: ${JSON.stringify(answer.errors)}`);
  const read = query.read[kind] ?? ((whole) => whole);
  return read(SQL.includes(kind) ? answer : answer.data);
}
