//! Why a fetch failed.
//!
//! You can fix some failures: options, the folder, the URL of the API. Others are temporary. Each text says what is
//! wrong, where, and how to fix it.

use std::{io, path::Path, time::Duration};

use crate::error::counted;

/// Why a fetch failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The request is invalid.
    #[error("{0}")]
    Request(String),
    /// The folder cannot hold the files.
    #[error("{path}: {problem}\n  make the folder writable, or choose another with --to")]
    Folder {
        /// The file or folder.
        path: String,
        /// The problem.
        problem: String,
    },
    /// Another fetch uses the folder.
    #[error(
        "{0}: another fetch is running in this folder\n  wait until it ends, or choose another folder with --to"
    )]
    Busy(String),
    /// The API did not respond, despite retries.
    #[error(
        "{url}: {problem} (tries: {tries})\n  the fetched data is kept: run the command again to continue"
    )]
    Unreachable {
        /// The URL.
        url: String,
        /// The last problem.
        problem: String,
        /// The number of attempts.
        tries: u32,
    },
    /// The server's certificate is not trusted.
    #[error(
        "{url}: {problem}\n  if your network inspects TLS, add its certificate to the system's trusted certificates, \
         or set SSL_CERT_FILE to its file"
    )]
    Untrusted {
        /// The URL.
        url: String,
        /// The problem with the certificate.
        problem: String,
    },
    /// The API rejected the request.
    #[error(
        "{url}: the API rejected the request: {problem}\n  check --listing, --from, --until and --url; the API's \
         contract may have changed"
    )]
    Refused {
        /// The URL.
        url: String,
        /// The API's message.
        problem: String,
    },
    /// The response does not follow the contract.
    #[error(
        "{url}: the response does not follow the API's contract: {problem}\n  check --url, and any proxy in between"
    )]
    Contract {
        /// The URL.
        url: String,
        /// The problem with the response.
        problem: String,
    },
    /// The API could not generate a file.
    #[error(
        "{what}: the API could not generate the file: {message}\n  run the command again later"
    )]
    Failed {
        /// The file.
        what: String,
        /// The API's message.
        message: String,
    },
    /// The API takes too long to generate a file.
    #[error(
        "{what}: the file is not finished after {}\n  run the command again to keep waiting, or wait longer \
         with --wait", counted(waited.as_secs() / 60, "minute")
    )]
    TooSlow {
        /// The file.
        what: String,
        /// How long the command waited.
        waited: Duration,
    },
    /// A generated file no longer exists.
    #[error("{url}: the file no longer exists\n  run the command again to request it again")]
    Gone {
        /// Its URL.
        url: String,
    },
    /// The download is damaged.
    #[error(
        "{what}: the download is not a complete ZIP: {problem}\n  it was deleted; run the command again, and if that \
         does not help, check any proxy in between"
    )]
    Damaged {
        /// The file.
        what: String,
        /// The problem with it.
        problem: String,
    },
}

impl FetchError {
    /// The exit code of the command: 1 if the API failed, 2 if the request is wrong.
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

    /// Whether requesting the file again may help.
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

/// Text from others, made safe for a terminal: one line of limited length.
pub(crate) fn readable(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}
