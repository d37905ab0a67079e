// The documents that we publish are valid for strict clients: graphql-js, whose rules clients, editors and code
// generators apply, accepts each document of the README and of docs, and each golden query.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { SCHEMA } from './scratch.js';

const root = join(import.meta.dirname, '../..');
const schema = buildSchema(readFileSync(SCHEMA, 'utf8'));

function assertValid(text, where) {
  assert.deepEqual(validate(schema, parse(text)).map(({ message }) => `${where}: ${message}`), []);
}

test('documents: those of the README and of docs are valid', () => {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  for (const page of ['README.md', ...pages.map((name) => join('docs', name))]) {
    const text = readFileSync(join(root, page), 'utf8');
    const documents = [...text.matchAll(/^```graphql\n(.*?)^```$(?:\s*^```json\n(.*?)^```$)?/gms)];
    if (page === 'docs/querying.md') assert.ok(documents.length >= 1, 'the docs show no documents');
    for (const [index, [, document, answer]] of documents.entries()) {
      const where = `${page}, document ${index + 1}`;
      if (answer?.includes('"INVALID_QUERY"')) {
        // Shown for its error.
        assert.notDeepEqual(validate(schema, parse(document)), [], where);
      } else {
        assertValid(document, where);
      }
    }
  }
});

test('documents: the golden queries are valid', () => {
  const folder = join(root, 'tests/queries');
  const names = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  assert.ok(names.length >= 10, 'the golden queries are gone');
  for (const name of names) assertValid(readFileSync(join(folder, name), 'utf8'), name);
});
