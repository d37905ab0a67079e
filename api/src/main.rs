//! `cops-graphql`: the server and its tools, one binary.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cops_graphql::cli::Cli::parse().run()
}
