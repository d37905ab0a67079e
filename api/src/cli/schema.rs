//! `cops-graphql schema`: prints the schema in the schema definition language (SDL).

use std::process::ExitCode;

use super::output::Output;

/// The end of its help.
pub(super) const HELP: &str = "\
Prints the schema in the schema definition language, with a description of every element.

Examples:
  cops-graphql schema > schema.graphql";

pub(crate) fn run() -> ExitCode {
    // This checks that the schema is valid.
    let _ = crate::graphql::schema();
    let mut output = Output::default();
    output.write(&crate::graphql::sdl());
    output.end(0)
}
