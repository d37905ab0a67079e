//! `cops-graphql schema`: the schema in the schema definition language.

use std::{
    io::{ErrorKind, Write as _},
    process::ExitCode,
};

use super::fail;

pub(crate) fn run() -> ExitCode {
    // What is printed is valid.
    let _ = crate::graphql::schema();
    match std::io::stdout().write_all(crate::graphql::sdl().as_bytes()) {
        // Who reads only the head of it is content.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => fail(&error.to_string()),
        _ => ExitCode::SUCCESS,
    }
}
