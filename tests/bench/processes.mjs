// The CPU time and memory of processes, as Linux reports them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ask } from './database.mjs';

/** The fields of `/proc/PID/stat` after the name of the program, the first of which is the third. */
function stat(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
  } catch {
    return undefined;
  }
}

/** The seconds that a process has worked; with `children`, those too for which it has waited. */
export function worked(pid, children = false) {
  const fields = stat(pid);
  if (!fields) return 0;
  const [user, system, ofUser, ofSystem] = fields.slice(11, 15);
  return (user + system + (children ? ofUser + ofSystem : 0)) / 100;
}

/** The MiB of memory that a process has. */
export function memory(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

/** The first process of the PostgreSQL of a URL; none, where it runs elsewhere. */
export function postmaster(url) {
  const child = ask(url, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
  const name = `/proc/${child}/comm`;
  return existsSync(name) && readFileSync(name, 'utf8') === 'postgres\n' ? stat(child)[1] : undefined;
}

/** The seconds that a PostgreSQL has worked. */
export function postgresWorked(postmasterPid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.filter((pid) => stat(pid)?.[1] === postmasterPid);
  return children.reduce((sum, pid) => sum + worked(pid), worked(postmasterPid, true));
}
