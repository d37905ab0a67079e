//! `cops-graphql schema`: the schema in the schema definition language.

use std::process::ExitCode;

use super::output::Output;

pub(crate) fn run() -> ExitCode {
    // What is printed is valid.
    let _ = crate::graphql::schema();
    let mut output = Output::default();
    output.write(&crate::graphql::sdl());
    output.end(0)
}
