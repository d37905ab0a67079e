// A temporary folder for the output of tools, with the packages of this project.

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Makes the folder, and removes it when the tests of the file are done. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'cops-graphql-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** The schema that is the contract. */
export const SCHEMA = join(import.meta.dirname, '../../schema.graphql');
