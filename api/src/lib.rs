//! The server and the command line of `cops-graphql`.
pub mod cli;
pub mod database;
pub mod ingest;
