//! The options that name the database, and keep its password.
//!
//! What stands on a command line can be read by every user of the machine, so the URL can come from the environment or
//! from a file, too. It is read after the command line, because what cannot be read there is shown.

use std::{ffi::OsString, fmt, path::PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use crate::database::DatabaseUrl;

/// The database where none is named.
const DEFAULT: &str = "sqlite://cops.db";

/// The database, by its URL or by a file that holds it.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "named_database")]
pub(crate) struct NamedDatabase {
    /// The database: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME`; where none is named,
    /// `sqlite://cops.db`.
    /// Other users of the machine can read what stands on a command line: name one with a password by `DATABASE_URL` or
    /// by a file.
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        value_parser = OsStringValueParser::new().map(SecretText)
    )]
    database: Option<SecretText>,
    /// A file that holds the URL of the database, and nothing else.
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL_FILE",
        hide_env_values = true,
        value_name = "PATH"
    )]
    database_file: Option<PathBuf>,
}

/// A text that may hold a password, and is not shown.
#[derive(Clone)]
struct SecretText(OsString);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

impl NamedDatabase {
    /// The database that is named.
    ///
    /// # Errors
    /// Says what is wrong with its URL, without showing any of it.
    pub(crate) fn url(&self) -> Result<DatabaseUrl, String> {
        let text = match (&self.database, &self.database_file) {
            (None, None) => DEFAULT.to_owned(),
            (Some(_), Some(_)) => {
                return Err("the database is named twice, by --database (or DATABASE_URL) and by --database-file (or \
                            DATABASE_URL_FILE): name it once"
                    .to_owned());
            }
            (Some(SecretText(text)), None) => match text.to_str() {
                Some(text) => text.to_owned(),
                None => return Err("the URL of the database is not UTF-8".to_owned()),
            },
            (None, Some(path)) => {
                let shown = path.display();
                let text = std::fs::read_to_string(path)
                    .map_err(|error| format!("--database-file {shown} cannot be read: {error}"))?;
                text.trim_end_matches(['\r', '\n']).to_owned()
            }
        };
        text.parse().map_err(|error: crate::database::DatabaseUrlError| error.to_string())
    }
}
