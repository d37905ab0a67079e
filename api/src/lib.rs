//! The server and the command line of `cops-graphql`.
pub mod cli;
pub mod database;
pub mod error;
pub mod execute;
pub mod http;
mod query;
pub mod schema;
