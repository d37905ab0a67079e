// PostgreSQL for the benchmark: a temporary cluster, or the database at a URL.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where Debian has PostgreSQL. */
const DEBIAN = '/usr/lib/postgresql';

/** The programs of the newest PostgreSQL there is. */
function programs() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(DEBIAN, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  if (found) return found;
  try {
    return execFileSync('pg_config', ['--bindir']).toString().trim();
  } catch {
    throw new Error('there is no PostgreSQL: apt-get install postgresql-15, or name a database with --database URL');
  }
}

/** A port that is free. */
async function free() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A cluster below `folder`: its URL and version, and how it is stopped. PostgreSQL does not run as root. */
export async function cluster(folder) {
  const bin = programs();
  const root = process.getuid() === 0;
  const place = join(folder, 'postgres');
  mkdirSync(place);
  if (root) execFileSync('chown', ['postgres', folder, place]);
  const run = (program, ...args) => {
    const command = [join(bin, program), ...args];
    if (root) command.unshift('runuser', '-u', 'postgres', '--');
    execFileSync(command[0], command.slice(1), { cwd: place, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const data = ['-D', join(place, 'data')];
  run('initdb', ...data, '-U', 'cops', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8');
  const port = await free();
  const settings = [
    'listen_addresses=127.0.0.1', 'fsync=off', 'shared_buffers=512MB',
    'shared_preload_libraries=pg_stat_statements',
  ];
  const options = [`-p ${port} -k ${place}`, ...settings.map((setting) => `-c ${setting}`)].join(' ');
  run('pg_ctl', ...data, '-w', '-l', join(place, 'log'), '-o', options, 'start');
  const stop = () => run('pg_ctl', ...data, '-m', 'immediate', 'stop');
  return { url: `postgres://cops@127.0.0.1:${port}/postgres`, stop };
}

/** What a statement says, as text: its rows a line, its columns with `|` between them. */
export function ask(url, sql) {
  const psql = join(programs(), 'psql');
  const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql];
  return execFileSync(psql, args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim();
}

/** How many statements PostgreSQL has run so far; none, where it does not count them. */
export function statements(url) {
  try {
    return Number(ask(url, 'SELECT coalesce(sum(calls), 0) FROM pg_stat_statements'));
  } catch {
    return undefined;
  }
}

/** Waits until PostgreSQL does nothing any more for those who have left. */
export async function idle(url) {
  const active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()";
  for (let quiet = 0; quiet < 3; ) {
    quiet = ask(url, active) === '0' ? quiet + 1 : 0;
    await sleep(100);
  }
}
