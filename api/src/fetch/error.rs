//! Why a fetch ended.
//!
//! Whoever runs the command can mend some of it: options, the folder, the place of the API. The rest is for
//! another time. A text says what is wrong, where, and the mend.

use std::{io, path::Path, time::Duration};

/// Why not all could be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// What was asked for cannot be.
    #[error("{0}")]
    Request(String),
    /// The folder does not take the files.
    #[error("{path}: {problem}\n  make the folder writable, or name another with --to")]
    Folder {
        /// The file or folder.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// Somebody else fetches into the folder.
    #[error(
        "{0}: another fetch is at work in this folder\n  wait for it, or name another with --to"
    )]
    Busy(String),
    /// The API did not answer, again and again.
    #[error(
        "{url}: {problem} (tries: {tries})\n  what was fetched is kept: run the command again to go on"
    )]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What happened the last time.
        problem: String,
        /// How often it was tried.
        tries: u32,
    },
    /// Nobody whom the system trusts vouches for the server.
    #[error(
        "{url}: {problem}\n  if your network looks into TLS, add its certificate to the system's, or name the \
         file by SSL_CERT_FILE"
    )]
    Untrusted {
        /// What was asked for.
        url: String,
        /// What is wrong with the certificate.
        problem: String,
    },
    /// The API does not take the request.
    #[error(
        "{url}: the request was refused: {problem}\n  check --listing, --from, --until and --url; the contract \
         of the API may have changed"
    )]
    Refused {
        /// What was asked for.
        url: String,
        /// What the API says.
        problem: String,
    },
    /// The answer is not what the contract says.
    #[error(
        "{url}: the answer is not that of the API: {problem}\n  check --url, and what is in between"
    )]
    Contract {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The API could not make a file.
    #[error("{what}: the API could not make the file: {message}\n  run the command again later")]
    Failed {
        /// What was asked for.
        what: String,
        /// What the API says.
        message: String,
    },
    /// The API takes too long to make a file.
    #[error(
        "{what}: the file is not finished after {} minutes\n  run the command again to go on waiting, or wait \
         longer with --wait", waited.as_secs() / 60
    )]
    TooSlow {
        /// What was asked for.
        what: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A file that was made is not there any more.
    #[error("{url}: the file is not there\n  run the command again to have it made anew")]
    Gone {
        /// Where it was.
        url: String,
    },
    /// What came is not the file.
    #[error(
        "{what}: what came is no whole ZIP: {problem}\n  it was thrown away; run the command again, and check \
         what is in between if that does not help"
    )]
    Damaged {
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl FetchError {
    /// The exit code of the command: 1 the API failed, 2 what was asked for is wrong.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Request(_)
            | Self::Folder { .. }
            | Self::Busy(_)
            | Self::Refused { .. }
            | Self::Contract { .. } => 2,
            _ => 1,
        }
    }

    /// Whether it may help to have the file made anew.
    pub(crate) fn is_of_this_file(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Gone { .. } | Self::Damaged { .. })
    }

    pub(crate) fn folder(path: &Path, error: &io::Error) -> Self {
        Self::Folder { path: path.display().to_string(), problem: error.to_string() }
    }

    pub(crate) fn contract(base: &str, path: &str, problem: &str) -> Self {
        Self::Contract { url: format!("{base}{path}"), problem: problem.to_owned() }
    }
}

/// What somebody else wrote, as it may be shown on a terminal: one line, not a long one.
pub(crate) fn readable(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}
