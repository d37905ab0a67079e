// Inserts the summary of a report between the two marks of its scale in a page:
// `node readme.mjs REPORT PAGE SCALE`.

import { readFileSync, writeFileSync } from 'node:fs';

const [report, page, scale] = process.argv.slice(2);
const [BEGIN, END] = [`<!-- bench ${scale} -->\n`, `<!-- /bench ${scale} -->`];

const [figures] = readFileSync(report, 'utf8').split('\n---\n');
const text = readFileSync(page, 'utf8');
const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
if (begin < 0 || end < begin) throw new Error(`${page} has no ${BEGIN.trim()} with ${END} after it`);
writeFileSync(page, text.slice(0, begin + BEGIN.length) + figures + text.slice(end));
