//! What can go wrong with a query, and what a client may read of it.
//!
//! Each variant has a code, and codes are contract: a client may act on them. An error of the client's
//! keeps its words, which say what is wrong and how to mend it. Any other is logged with its cause and
//! shown as `INTERNAL` or `UNAVAILABLE`, so that neither SQL nor a path ever leaves the process.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, PathSegment, Pos, ServerError};
use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why a query has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// An argument has the right type and still makes no sense.
    #[error("{0}")]
    BadArgument(String),
    /// A page is larger than pages may be.
    #[error(
        "{argument}: {value} is more than a page may have: ask for at most {most}, and follow pageInfo"
    )]
    PageTooLarge {
        /// The argument: `first` or `last`.
        argument: &'static str,
        /// What was asked for.
        value: i64,
        /// What may be asked for.
        most: u32,
    },
    /// The pages of a query, nested in each other, may hold too many rows.
    #[error(
        "this may return {rows} rows, more than the {most} that one field may: ask for smaller pages"
    )]
    TooManyRows {
        /// The rows that the page sizes allow.
        rows: u64,
        /// What may be asked for.
        most: u64,
    },
    /// A query is larger than queries may be.
    #[error("{0}")]
    TooLarge(String),
    /// A query took longer than queries may.
    #[error("this took longer than the {0} seconds that a query may: ask for less at once")]
    Timeout(u64),
    /// A cursor that this list has not given out.
    #[error("{argument}: this is not a cursor of this list in this order: {reason}")]
    InvalidCursor {
        /// The argument: `after` or `before`.
        argument: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An id that no object can have.
    #[error("{0:?} is not an id of this API: take one from the field `id`")]
    InvalidId(String),
    /// The database cannot be reached.
    #[error("the database cannot be reached just now: try again in a few seconds")]
    Unavailable,
    /// Anything else.
    #[error("something went wrong on our side: the request id tells us what")]
    Internal,
}

impl Error {
    /// The code that a client may act on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadArgument(_) => "BAD_ARGUMENT",
            Self::PageTooLarge { .. } => "PAGE_TOO_LARGE",
            Self::TooManyRows { .. } => "TOO_MANY_ROWS",
            Self::TooLarge(_) => "QUERY_TOO_LARGE",
            Self::Timeout(_) => "TIMEOUT",
            Self::InvalidCursor { .. } => "INVALID_CURSOR",
            Self::InvalidId(_) => "INVALID_ID",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// The error as GraphQL shows it, at a place in the document and in the answer.
    #[must_use]
    pub fn at(self, position: Pos, path: &[String]) -> ServerError {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code());
        ServerError {
            message: self.to_string(),
            source: Some(Arc::new(self)),
            locations: vec![position],
            path: path.iter().cloned().map(PathSegment::Field).collect(),
            extensions: Some(extensions),
        }
    }
}

/// Whether a connection is gone, rather than a statement wrong: PostgreSQL says so with the codes of
/// class 08 and, where an operator steps in, of class 57P.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57P"))
        }
        _ => false,
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        tracing::error!(error = %error, "a statement failed");
        let lost = match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
            DbErr::Query(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error)) => is_lost(error),
            _ => false,
        };
        if lost { Self::Unavailable } else { Self::Internal }
    }
}
