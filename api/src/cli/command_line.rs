//! Parses the command line, and reports what is wrong with it.
//!
//! An error shows the wrong text, unless the text may hold a password, such as the URL of a database without its
//! option, or an address with a user where none belongs.

use std::process::ExitCode;

use clap::{
    CommandFactory as _, FromArgMatches as _,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{Cli, output::UNWRITTEN};

/// Parses the command line and the environment.
pub(super) fn read() -> Result<Cli, clap::Error> {
    let mut command = without_values(Cli::command());
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The command, whose help does not show the values of environment variables.
fn without_values(command: clap::Command) -> clap::Command {
    command.mut_args(|option| option.hide_env_values(true)).mut_subcommands(without_values)
}

/// Prints why the command line is wrong, or prints what it asks for, such as the help.
pub(super) fn end(error: clap::Error) -> ExitCode {
    let error = if shows_a_secret(&error) { without_secret(&error) } else { error };
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    match error.print() {
        Err(failed) if code == 0 && failed.kind() != std::io::ErrorKind::BrokenPipe => {
            super::fail(&format!("standard output could not be written: {failed}"));
            ExitCode::from(UNWRITTEN)
        }
        _ => ExitCode::from(code),
    }
}

/// Whether an error shows a text that may hold a password.
fn shows_a_secret(error: &clap::Error) -> bool {
    use ContextKind::{InvalidArg, InvalidSubcommand, InvalidValue};
    error.context().any(|(kind, value)| {
        matches!(kind, InvalidArg | InvalidSubcommand | InvalidValue)
            && match value {
                ContextValue::String(text) => may_be_secret(text),
                ContextValue::Strings(texts) => texts.iter().any(|text| may_be_secret(text)),
                _ => false,
            }
    })
}

/// Whether a text may hold a password: a URL with more than a host, an address with a user, or a setting.
fn may_be_secret(text: &str) -> bool {
    let has_more = text.split_once("://").is_some_and(|(_, rest)| rest.contains([':', '?']));
    has_more || text.contains('@') || text.to_ascii_lowercase().contains("pass")
}

/// The same error without the text that may hold a password.
fn without_secret(error: &clap::Error) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let mut message = match (error.kind(), text(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(option)) => {
            format!("the value of '{option}' is not valid")
        }
        _ => "the command line has an unexpected argument. Name the database with --database, or better with \
              DATABASE_URL or --database-file"
            .to_owned(),
    };
    // The reason may repeat the value, as it is or in quotes.
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let quoted = value.escape_debug().to_string();
    let repeats = |reason: &str| reason.contains(value) || reason.contains(&quoted);
    let reason = std::error::Error::source(error).map(ToString::to_string);
    if let Some(reason) = reason.filter(|reason| value.is_empty() || !repeats(reason)) {
        message = format!("{message}: {reason}");
    }
    let message = format!("{message}\n  it is not shown, because it may hold a password");
    Cli::command().error(error.kind(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_hold_a_password_is_told_from_a_slip() {
        for text in ["serv", "--databse", "nonsense", "-1", "http://example.gov/a", "example.gov"] {
            assert!(!may_be_secret(text), "{text}");
        }
        for text in
            ["postgres://a:b", "a:b@c", "host=c password=b", "https://a?token=b", "PGPASS=b"]
        {
            assert!(may_be_secret(text), "{text}");
        }
    }
}
