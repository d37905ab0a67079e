// GraphQL Code Generator: the types of operations compile strictly, and match the server's answers.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildSchema, isScalarType, isSpecifiedScalarType } from 'graphql';
import { SCALARS, SOURCES, generate } from './codegen.js';
import { SCHEMA, scratch } from './scratch.js';
import { GRAPHQL } from './wire.js';

const folder = scratch();

/** Runs a script of Node; what it printed is in the error where it fails. */
function node(...args) {
  try {
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch ({ status, stdout, stderr }) {
    const said = `${stdout}${stderr}`.split('\n').slice(0, 40).join('\n');
    throw new Error(`${args[0]} ended with ${status}:\n${said}`);
  }
}

test('codegen: every scalar of the schema has a type', () => {
  const types = Object.values(buildSchema(readFileSync(SCHEMA, 'utf8')).getTypeMap());
  const own = types.filter((type) => isScalarType(type) && !isSpecifiedScalarType(type));
  assert.deepEqual(Object.keys(SCALARS), own.map(({ name }) => name).toSorted());
});

test('codegen: a program that uses the types compiles and runs', async () => {
  for (const [name, text] of Object.entries(await generate())) writeFileSync(join(folder, name), text);
  copyFileSync(join(SOURCES, 'program.ts'), join(folder, 'program.ts'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const compilerOptions = {
    strict: true,
    target: 'es2023',
    module: 'nodenext',
    types: ['node'],
    skipLibCheck: true,
    noEmitOnError: true,
  };
  const project = { compilerOptions, files: ['schema.ts', 'program.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  node(join('node_modules', 'typescript', 'bin', 'tsc'));
  assert.match(node('program.js', GRAPHQL), /every value is of its type/);
});
