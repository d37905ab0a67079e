//! What an operator sees: of slow queries, of traces, and of what is wrong with a configuration.

mod doctor;
mod log;
mod slow;
mod traces;
