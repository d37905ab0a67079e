//! What operators see of the server: metrics and the log of slow queries.

pub(crate) mod metrics;
pub(crate) mod slow;
