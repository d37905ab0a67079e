// What we show to others is what strict clients send: each document of the README and each golden query is
// valid by the rules of graphql-js, which clients, editors and code generators apply.

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

test('documents: those of the README are valid', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const documents = [...readme.matchAll(/^```graphql\n(.*?)^```$/gms)];
  assert.ok(documents.length >= 2, 'the README shows no documents');
  for (const [index, [, text]] of documents.entries()) assertValid(text, `document ${index + 1}`);
});

test('documents: the golden queries are valid', () => {
  const folder = join(root, 'tests/queries');
  const names = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  assert.ok(names.length >= 10, 'the golden queries are gone');
  for (const name of names) assertValid(readFileSync(join(folder, name), 'utf8'), name);
});
