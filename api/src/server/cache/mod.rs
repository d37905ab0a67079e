//! What is kept between requests: answers, and the copy of the dataset in memory.

pub(crate) mod answers;
pub(crate) mod copy;
pub(crate) mod counters;
pub(crate) mod past_copies;
mod single_flight;
