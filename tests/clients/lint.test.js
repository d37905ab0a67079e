// graphql-eslint finds no problem in the schema.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';
import { buildSchema, getNamedType, validateSchema } from 'graphql';
import config from './lint.js';
import { SCHEMA } from './scratch.js';

const text = readFileSync(SCHEMA, 'utf8');

/** What graphql-eslint finds in a schema: each with its line and its rule. */
async function findings(schema) {
  const eslint = new ESLint({ cwd: dirname(SCHEMA), overrideConfigFile: true, overrideConfig: config });
  const [{ messages }] = await eslint.lintText(schema, { filePath: SCHEMA });
  return messages.map(({ line, ruleId, message }) => `${line}: ${message} (${ruleId})`);
}

test('schema: it is one', () => {
  assert.deepEqual(validateSchema(buildSchema(text)).map(String), []);
});

test('schema: graphql-eslint finds nothing, and would find what is wrong', async () => {
  assert.deepEqual(await findings(text), []);
  const damaged = text.replace('\tpageInfo: PageInfo!', '\tpageInfo: String');
  assert.notEqual(damaged, text);
  assert.ok((await findings(damaged)).some((finding) => finding.includes('relay-connection-types')));
});

test('schema: what is on the edges of a list of rows is a Node', () => {
  const schema = buildSchema(text);
  const types = Object.values(schema.getTypeMap());
  const edges = types.filter(({ name }) => name.endsWith('Edge') && !/(Change|Group)Edge$/.test(name));
  assert.ok(edges.length > 10);
  const rows = edges.map((type) => getNamedType(type.getFields().node.type));
  assert.deepEqual(rows.filter((type) => !schema.isSubType(schema.getType('Node'), type)), []);
  const nodes = schema.getPossibleTypes(schema.getType('Node')).map(({ name }) => name);
  assert.deepEqual(rows.map(({ name }) => name).toSorted(), nodes.toSorted());
});
