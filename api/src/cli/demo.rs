//! The command.

use std::process::ExitCode;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) async fn run(_args: &Args, _database: &str) -> ExitCode {
    super::fail("not there yet")
}
