//! The server and the command line of `cops-graphql`.
pub mod cli;
pub mod database;
pub mod demo;
pub mod error;
pub mod execute;
pub mod http;
mod query;
pub mod reference;
pub mod schema;
