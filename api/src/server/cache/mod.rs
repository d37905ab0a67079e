//! What is kept between requests: answers, and the copy of the dataset in memory.

pub(crate) mod answers;
pub(crate) mod copy;
pub(crate) mod counters;
mod single_flight;
