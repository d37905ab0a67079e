//! How many files the process may have open: each connection is one.

use crate::database::SPARE;

/// What is open besides connections: the log, the runtime, the listener, certificates.
const BESIDE: usize = 32;
/// The connections of clients that are in reserve.
const RESERVE: usize = 16;
/// The files of one connection to SQLite: the database, its log, and the index of that.
const OF_SQLITE: usize = 3;

/// How many files a server may have to open.
pub(super) fn wanted(clients: usize, queries: usize, is_sqlite: bool) -> usize {
    let of_each = if is_sqlite { OF_SQLITE } else { 1 };
    clients + RESERVE + (queries + SPARE as usize) * of_each + BESIDE
}

/// How many this process may open, where that is limited and the system says it.
#[cfg(target_os = "linux")]
pub(super) fn limit() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.and_then(|limit| usize::try_from(limit).ok())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn limit() -> Option<usize> {
    None
}
