// The process of a server, as Linux tells of it.

import { readFileSync, readdirSync, readlinkSync as readlink } from 'node:fs';

/** The process that listens on a port. */
export function listener(port) {
  const hex = Number(port).toString(16).toUpperCase().padStart(4, '0');
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/));
  const inode = lines.find((line) => line[1]?.endsWith(`:${hex}`) && line[3] === '0A')[9];
  const holds = (pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => {
        try {
          return readlink(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`;
        } catch {
          return false;
        }
      });
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).find(holds);
}

/** The nanoseconds that all threads of a process have run. */
export function ran(pid) {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // It has just ended.
    }
  }
  return sum;
}
