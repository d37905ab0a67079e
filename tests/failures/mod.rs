//! The server while what it depends on misbehaves.

mod database;
mod process;
