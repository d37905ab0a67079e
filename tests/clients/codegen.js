// GraphQL Code Generator, set up as in an application: the types of the operations in `codegen/`.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';
import { SCHEMA } from './scratch.js';

/** What each scalar of ours is in JavaScript. */
export const SCALARS = {
  BigInt: 'number',
  Date: 'string',
  DateTime: 'string',
  Dollars: { input: 'number | string', output: 'number' },
  Figure: 'number',
  Hours: 'number',
  IndexPoints: 'number',
  JSON: 'unknown',
  Officers: 'number',
  Ori: 'string',
  State: 'string',
};

/** The folder of the operations, and of the program that uses their types. */
export const SOURCES = join(import.meta.dirname, 'codegen');

const config = {
  scalars: SCALARS,
  strictScalars: true,
  enumsAsTypes: true,
  useTypeImports: true,
};

/** Makes the text of one module. */
const make = (filename, documents, plugins) => codegen({
  filename,
  schema: parse(readFileSync(SCHEMA, 'utf8')),
  documents,
  config,
  plugins: Object.keys(plugins).map((name) => ({ [name]: {} })),
  pluginMap: plugins,
});

/** Makes the modules: the types of the whole schema, and those of the operations with their documents. */
export async function generate() {
  const documents = readdirSync(SOURCES)
    .filter((name) => name.endsWith('.graphql'))
    .map((location) => ({ location, document: parse(readFileSync(join(SOURCES, location), 'utf8')) }));
  return {
    'schema.ts': await make('schema.ts', [], { typescript }),
    'operations.ts': await make('operations.ts', documents, { operations, typedDocumentNode }),
  };
}
