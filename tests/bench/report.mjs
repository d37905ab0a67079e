// The report, in Markdown.

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });
/** A number with two digits that count, or all of those before the point. */
const digits = (value) => (value >= 100 ? whole.format(value) : short.format(value));
const millis = (micros) => (micros < 5 ? '0' : digits(micros / 1000));

/** A table of cells that are text. */
function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** A column a server and a row a query, with what `cell` says of what was measured. */
function compared({ found, servers }, cell) {
  const queries = [...new Set(found.map(({ query }) => query))];
  const measured = (query, server) => found.find((one) => one.query === query && one.server === server).measured;
  const rows = queries.map((query) => [
    query.title,
    ...servers.map((server) => {
      const one = measured(query, server);
      return one ? cell(one) : 'not run';
    }),
  ]);
  return table(['', ...servers.map(({ title }) => title)], rows);
}

/** All that was measured, as Markdown: after the line is what few want to know. */
export function report({ found, servers, options, clients, postgres }) {
  const [one, many] = clients;
  const all = { found, servers };
  const [{ model }, { length: cores }] = [cpus()[0], cpus()];
  const rustc = execFileSync('rustc', ['--version']).toString().split(' ')[1];
  const memory = (server) => found.findLast((of) => of.server === server && of.measured).measured.memory;
  return `Answers per second, ${many} clients at once:

${compared(all, (measured) => whole.format(measured[many].rate))}

Milliseconds per answer, one client, median and 99th percentile:

${compared(all, (measured) => `${millis(measured[one].p50)} / ${millis(measured[one].p99)}`)}

The servers:

${table(['', ...servers.map(({ title }) => title)], [
    ['seconds from the start to the first answer', ...servers.map(({ answers }) => answers ? digits(answers) : '')],
    ['seconds until ready', ...servers.map(({ ready }) => digits(ready))],
    ['MiB of memory at the end', ...servers.map((server) => whole.format(memory(server)))],
  ])}

${servers.map(({ title, about }) => `- **${title}**: ${about}.`).join('\n')}

A dataset of scale ${options.scale}; ${options.seconds} s per figure, after a warm-up${
  options.vary ? '; a different agency each time' : '; the same document every time'}. PostgreSQL ${
  postgres.version.split(' ')[0]} with ${postgres.buffers} of buffers; the servers and wrk share ${cores} cores (${model.trim()}); rustc ${rustc}. All servers gave the same answers, value for value, before and after.

---

Milliseconds per answer, ${many} clients at once, median and 99th percentile:

${compared(all, (measured) => `${millis(measured[many].p50)} / ${millis(measured[many].p99)}`)}

Milliseconds of CPU per answer, ${many} clients at once: the server and PostgreSQL:

${compared(all, ({ [many]: { own, postgres } }) => `${millis(own)} + ${postgres === undefined ? '?' : millis(postgres)}`)}

SQL statements per answer:

${compared(all, ({ statements }) => `${statements ?? '?'}`)}
`;
}
