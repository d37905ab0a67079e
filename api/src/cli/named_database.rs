//! The options that name the database and protect its password.
//!
//! Every user of the machine can read command lines, so the URL can also come from the environment or from a file. It
//! is parsed after the command line, because errors of the command line show the wrong text.

use std::{ffi::OsString, fmt, path::PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use crate::database::DatabaseUrl;

/// The default database.
const DEFAULT: &str = "sqlite://cops.db";

/// The database, by its URL or by a file that holds it.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "named_database")]
pub(crate) struct NamedDatabase {
    /// The database: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME` [default: `sqlite://cops.db`].
    /// Other users of the machine can read command lines: set a URL with a password by `DATABASE_URL` or by a file.
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        value_parser = OsStringValueParser::new().map(SecretText)
    )]
    database: Option<SecretText>,
    /// A file that contains only the URL of the database.
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL_FILE",
        hide_env_values = true,
        value_name = "PATH"
    )]
    database_file: Option<PathBuf>,
}

/// A text that may hold a password and is never shown.
#[derive(Clone)]
struct SecretText(OsString);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

impl NamedDatabase {
    /// The URL of the database.
    ///
    /// # Errors
    /// Says what is wrong with the URL, without showing any of it.
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
