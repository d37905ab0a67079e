//! The limit of open files of the process. Each connection is an open file.

use crate::database::SPARE;

/// Open files besides connections: the log, the runtime, the listener, certificates.
const BESIDE: usize = 32;
/// Client connections beyond the limit, which get answers from `/health` and refusals.
const RESERVE: usize = 16;
/// The files of one SQLite connection: the database, its log, and the index of the log.
const OF_SQLITE: usize = 3;

/// How many files a server may need to open.
pub(super) fn wanted(clients: usize, queries: usize, is_sqlite: bool) -> usize {
    let of_each = if is_sqlite { OF_SQLITE } else { 1 };
    clients + RESERVE + (queries + SPARE as usize) * of_each + BESIDE
}

/// How many files this process may open. None if there is no limit or the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn limit() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.and_then(|limit| usize::try_from(limit).ok())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn limit() -> Option<usize> {
    None
}
