// The most expensive requests that a client may send. Each is different, so that no answer comes from the cache.

/** A filter of trainees: one whose agency has a trainee whose agency ... */
function chain(hops, year) {
  let found = `{ completedOn: { gte: "${year}-01-01" } }`;
  for (let hop = 0; hop < hops; hop += 1) found = `{ agency: { trainees: { some: ${found} } } }`;
  return found;
}

const MEASURES = '{ count hours { sum avg median max stddev percentile(p: 0.9) } agencies sessions }';

const ATTACKS = [
  // Groups of all that there is, and what needs all values of each.
  (n) => `{ trainees(filter: { hours: { gte: ${n % 7} } }) { groups(by: [AGENCY, COMPLETED_ON_YEAR], first: 10) {
    nodes ${MEASURES} } } }`,
  // Conditions over conditions.
  (n) => `{ trainees(filter: ${chain(20, 1994 + (n % 30))}, first: 100) { nodes { role } } }`,
  // One part of the rows in another.
  (n) => `{ trainees { groups(by: [ROLE]) { nodes { ${Array.from({ length: 12 }, (_, part) =>
    `w${part}: where(filter: { completedOn: { gte: "${1994 + part}-0${1 + (n % 9)}-01" } }) ${MEASURES}`).join(' ')} } } } }`,
  // Rows of rows.
  (n) => `{ agencies(first: 100, filter: { population: { gt: ${n} } }) { nodes { name
    grants(first: 100) { nodes { title officersFunded(first: 100) { nodes { kind } } obligations(first: 100) { nodes { amount } } } } } } }`,
  // An order that nothing is in.
  (n) => `{ trainees(filter: { hours: { gt: ${n % 5} } }, orderBy: [{ field: AGENCY_NAME }, { field: HOURS }], first: 100) {
    nodes { role hours agency { name } session { startsOn } } } }`,
  // Texts that are looked through, and not found.
  (n) => `{ ${Array.from({ length: 15 }, (_, field) =>
    `a${field}: grants(filter: { title: { contains: "zq${n}x${field}" } }, first: 1) { totalCount nodes { title } }`).join(' ')} }`,
  // Long names, written for each row.
  (n) => `{ agencies(first: 30, filter: { population: { gt: ${n} } }) { nodes { trainees(first: 100) { nodes { agency {
    ${Array.from({ length: 30 }, (_, field) => `${'x'.repeat(95)}${field}: name`).join(' ')} } } } } } }`,
  // Nothing that there is, with a thing to suggest for each.
  (n) => `{ agencies { nodes { ${Array.from({ length: 600 }, (_, field) => `nam${n}e${field}`).join(' ')} } } }`,
  // The whole schema.
  (n) => `{ a${n}: __schema { types { name fields { name description args { name } type { name } } } } }`,
];

/** Files of many rows, and a large answer that is cited: what is asked for beside the query. */
const BESIDE = [
  () => ({ path: '/export/trainees.csv' }),
  () => ({ path: '/export/trainees.parquet' }),
  (n) => ({
    headers: { accept: 'text/csv' },
    query: `{ trainees(orderBy: [{ field: AGENCY_NAME }], filter: { hours: { gte: ${n % 5} } }) { nodes { id hours agency { name } } } }`,
  }),
  () => ({
    headers: { 'graphql-cite': '1', 'accept-encoding': 'br' },
    query: '{ agencies(first: 30) { nodes { id name trainees(first: 100) { edges { cursor node { id role hours agency { id name } } } } } } }',
  }),
];

/** How many kinds there are. */
export const KINDS = ATTACKS.length + BESIDE.length;

/** A query of a number, as a body. */
export function dearQuery(number) {
  return JSON.stringify({ query: ATTACKS[number % ATTACKS.length](number) });
}

/** A request of a number: a body, or a path, and headers. */
export function attack(number) {
  const kind = number % KINDS;
  if (kind < ATTACKS.length) return { body: JSON.stringify({ query: ATTACKS[kind](number) }) };
  const { query, ...rest } = BESIDE[kind - ATTACKS.length](number);
  return { ...rest, body: query && JSON.stringify({ query }) };
}
