// Compares the program's introspection answers with those of graphql-js on schema.graphql.

import { buildSchema, getIntrospectionQuery, graphqlSync, isIntrospectionType, isSpecifiedScalarType } from 'graphql';
import { readFileSync } from 'node:fs';

import { ask } from './ask.mjs';

const OPTIONS = { descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true };

const QUERIES = [
  getIntrospectionQuery(OPTIONS),
  '{__type(name:"Node"){interfaces{name}} __schema{description} s:__type(name:"__Schema"){fields{name type{kind ofType{name}}}}}',
  'query($n: String! = "AgencyKey", $b: Boolean! = true){a:__type(name:$n){k:kind isOneOf o:isOneOf @include(if:$b) s:isOneOf @skip(if:$b) inputFields{name}} b:__type(name:"Agency"){isOneOf ...T} c:__type(name:"nothing"){name}} fragment T on __Type{name isOneOf interfaces{name isOneOf}}',
  '{__schema{queryType{name} mutationType{name} subscriptionType{name} types @skip(if:true){name} __typename} __typename}',
  '{__schema{t:queryType{... on __Type @include(if:false){name}}}}',
  '{__type(name:"OrderDirection"){enumValues{name isDeprecated} e:enumValues(includeDeprecated:true){n:name}} __typename t:__type(name:"Int"){ofType{name} fields{name} specifiedByURL}}',
];

/** The parts whose order means nothing, by name. What graphql-js says of its own built-in types is its own words. */
function comparable(value) {
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    const isNamed = items.every((item) => item && typeof item === 'object' && typeof item.name === 'string');
    return isNamed ? items.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) : items;
  }
  if (!value || typeof value !== 'object') return value;
  const isBuiltIn = value.name?.startsWith('__') || BUILT_IN.has(value.name);
  const entries = Object.entries(value).filter(([key]) => !(isBuiltIn && key !== 'name' && key !== 'kind'));
  return Object.fromEntries(entries.map(([key, part]) => [key, comparable(part)]));
}

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
/** Those that every schema has, described by whoever serves it; `__Schema` and the others have a query of their own. */
const BUILT_IN = new Set(['deprecated', 'specifiedBy', 'oneOf', 'include', 'skip']);
for (const type of Object.values(schema.getTypeMap())) {
  if (isIntrospectionType(type) || isSpecifiedScalarType(type)) BUILT_IN.add(type.name);
}

export async function introspection(url) {
  const differences = [];
  for (const [index, document] of QUERIES.entries()) {
    const expected = graphqlSync({ schema, source: document });
    const { answer } = await ask(url, { document });
    // The whole schema is in another order, and each of its parts by name; what is asked in particular is compared as it is.
    const view = index === 0 ? comparable : (value) => value;
    const [oracle, program] = [expected.data, answer.data].map((data) => JSON.stringify(view(data)));
    if (oracle !== program || expected.errors || answer.errors) {
      let at = 0;
      while (oracle?.[at] === program?.[at] && at < (oracle?.length ?? 0)) at += 1;
      differences.push(`${document.slice(0, 200)}\n  graphql-js: ...${oracle?.slice(Math.max(0, at - 150), at + 150)}\n  program:    ...${program?.slice(Math.max(0, at - 150), at + 150)} ${JSON.stringify(answer.errors ?? '')}`);
    }
  }
  return { checked: `${QUERIES.length} queries`, differences };
}
