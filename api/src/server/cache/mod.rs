//! What is cached between requests: answers, and the in-memory copy of the dataset.

pub(crate) mod answers;
pub(crate) mod copy;
pub(crate) mod counters;
pub(crate) mod past_copies;
mod single_flight;
