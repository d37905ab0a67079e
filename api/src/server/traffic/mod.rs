//! Limits on concurrent work: connections, clients, and queries.

pub(crate) mod admission;
pub(crate) mod connections;
pub(crate) mod file_shares;
pub(crate) mod hold;
mod lingering;
pub(crate) mod listen;
pub(crate) mod pool;
pub(crate) mod rate;
mod unread;
