// Apollo Client, set up as in an application.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { buildSchema, isAbstractType } from 'graphql';
import { SCHEMA } from './scratch.js';
import { GRAPHQL, wire } from './wire.js';

/** The hash by which a document is named. */
export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** What implements an interface or is in a union, by the schema that is the contract. */
function possibleTypes() {
  const schema = buildSchema(readFileSync(SCHEMA, 'utf8'));
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  return Object.fromEntries(
    abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  );
}

/** A client, and the notes of what it sends. */
export function client({ http = {}, persisted } = {}) {
  const { fetch, notes } = wire();
  const links = [new HttpLink({ uri: GRAPHQL, fetch, ...http })];
  if (persisted) links.unshift(createPersistedQueryLink({ sha256, ...persisted }));
  const cache = new InMemoryCache({
    possibleTypes: possibleTypes(),
    typePolicies: {
      Query: { fields: { agencies: relayStylePagination(['filter', 'orderBy']) } },
      Agency: { fields: { grants: relayStylePagination(['filter', 'orderBy']) } },
    },
  });
  return { apollo: new ApolloClient({ link: ApolloLink.from(links), cache }), cache, notes };
}
