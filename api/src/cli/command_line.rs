//! A command line that cannot be read, and what is said of it.
//!
//! What is wrong is shown, as that helps most, unless it may hold a password: the URL of a database that was given
//! without its option, or an address with a user where none belongs.

use std::process::ExitCode;

use clap::{
    CommandFactory as _, FromArgMatches as _,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{Cli, output::UNWRITTEN};

/// Reads the command line and the environment.
pub(super) fn read() -> Result<Cli, clap::Error> {
    let mut command = without_values(Cli::command());
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// A command whose help does not show what the environment holds.
fn without_values(command: clap::Command) -> clap::Command {
    command.mut_args(|option| option.hide_env_values(true)).mut_subcommands(without_values)
}

/// Says why a command line cannot be read, or what was asked of it, such as its help.
pub(super) fn end(error: clap::Error) -> ExitCode {
    let error = if shows_a_secret(&error) { without_secret(&error) } else { error };
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    match error.print() {
        Err(failed) if code == 0 && failed.kind() != std::io::ErrorKind::BrokenPipe => {
            super::fail(&format!("this could not be written to standard output: {failed}"));
            ExitCode::from(UNWRITTEN)
        }
        _ => ExitCode::from(code),
    }
}

/// Whether an error shows something that may hold a password.
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

/// Whether a text may hold a password: a URL that has more than a host, an address with a user, or a setting.
fn may_be_secret(text: &str) -> bool {
    let has_more = text.split_once("://").is_some_and(|(_, rest)| rest.contains([':', '?']));
    has_more || text.contains('@') || text.to_ascii_lowercase().contains("pass")
}

/// The same error in words that do not show it.
fn without_secret(error: &clap::Error) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let mut message = match (error.kind(), text(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(option)) => {
            format!("the value of '{option}' cannot be taken")
        }
        _ => "there is something on the command line that does not belong there; the database is named by --database, \
              or better by DATABASE_URL or --database-file"
            .to_owned(),
    };
    // What the option says of its value may repeat it, as it is or in quotes.
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let quoted = value.escape_debug().to_string();
    let repeats = |reason: &str| reason.contains(value) || reason.contains(&quoted);
    let reason = std::error::Error::source(error).map(ToString::to_string);
    if let Some(reason) = reason.filter(|reason| value.is_empty() || !repeats(reason)) {
        message = format!("{message}: {reason}");
    }
    let message = format!("{message}\n  it is not shown, as it may hold a password");
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
