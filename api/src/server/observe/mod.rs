//! What operators see of the server: metrics, and queries that were slow.

pub(crate) mod metrics;
pub(crate) mod slow;
