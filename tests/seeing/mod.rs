//! What an operator sees: slow queries, traces, and problems of a configuration.

mod doctor;
mod log;
mod slow;
mod traces;
