//! Why a load failed.
//!
//! Either the input is wrong (fix it and try again) or the database failed. Either way nothing has changed. Each text
//! says what is wrong, where, and how to fix it.

use std::{fmt, io};

use sea_orm::DbErr;

use crate::error::counted;

/// Why a load failed without changing anything.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database failed.
    #[error("the database failed, and nothing was changed: {0}")]
    Database(#[from] DbErr),
    /// The reference data could not be loaded.
    #[error(transparent)]
    Reference(#[from] crate::reference::ReferenceError),
    /// A file cannot be loaded as it is.
    #[error("{place}: {problem}\n  nothing was changed; {mend}")]
    File {
        /// The file, with the line and column if known.
        place: FilePlace,
        /// The problem.
        problem: String,
        /// How to fix it.
        mend: String,
    },
    /// The load refused more rows than allowed.
    #[error(
        "{refused} of {} {} refused; --max-rejects {limit} allows {allowed}\n  nothing was changed; {listed} lists the \
         rows and the reasons{first}",
        counted(*considered, "row"),
        if *refused == 1 { "was" } else { "were" }
    )]
    TooManyRefused {
        /// Refused rows.
        refused: u64,
        /// Rows examined.
        considered: u64,
        /// The limit.
        limit: String,
        /// How many of these rows it allows to be refused.
        allowed: u64,
        /// The files that list the rows.
        listed: String,
        /// The first refusal, on its own line.
        first: String,
    },
    /// The request cannot be carried out.
    #[error("{0}")]
    Request(String),
}

impl ImportError {
    /// The exit code of the command: 1 if the database failed, 2 if the input is wrong.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Database(_) | Self::Reference(_) => 1,
            _ => 2,
        }
    }

    /// A file that cannot be read as its format.
    pub(crate) fn file(
        place: FilePlace,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self::File { place, problem: problem.into(), mend: mend.into() }
    }

    /// Describes a read failure.
    pub(crate) fn read(place: FilePlace, error: &io::Error) -> Self {
        let mend = match error.kind() {
            io::ErrorKind::NotFound => "check the path",
            io::ErrorKind::PermissionDenied => "make the file readable",
            io::ErrorKind::UnexpectedEof => "the file is incomplete: download it again",
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                "the file is damaged: download it again"
            }
            io::ErrorKind::FileTooLarge => "check what the file is",
            _ => "try again",
        };
        let problem = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the compressed data ends too early".to_owned(),
            io::ErrorKind::NotFound => "the file does not exist".to_owned(),
            _ => error.to_string(),
        };
        Self::file(place, problem, mend)
    }
}

impl ImportError {
    /// Names the file by its path, for the person who gave it.
    pub(crate) fn with_path(mut self, name: &str, path: &str) -> Self {
        if let Self::File { place, .. } = &mut self
            && let Some(within) = place.file.strip_prefix(name)
            && (within.is_empty() || within.starts_with('/'))
        {
            place.file = format!("{path}{within}");
        }
        self
    }
}

/// A place in a file.
#[derive(Clone, Debug, Default)]
pub struct FilePlace {
    /// The name of the file. A file inside an archive is written after the archive's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// The name of the column.
    pub column: Option<String>,
}

impl FilePlace {
    /// A whole file.
    pub(crate) fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, column: None }
    }

    /// A line of a file.
    pub(crate) fn line(file: impl Into<String>, line: u64) -> Self {
        Self { file: file.into(), line: Some(line), column: None }
    }
}

impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column:?}")?;
        }
        Ok(())
    }
}
