//! What can go wrong with a query, and what a client may read of it.
//!
//! Each variant has one of the [`codes`], on which a client may act. An error of the client's
//! keeps its words, which say what is wrong and how to mend it. Any other is logged with its cause and
//! shown as `INTERNAL` or `UNAVAILABLE`, so that neither SQL nor a path ever leaves the process.

pub mod codes;

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, PathSegment, Pos, ServerError};
use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why a query has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A document cannot be parsed, or does not fit the schema.
    #[error("{0}")]
    InvalidDocument(String),
    /// A document has not the operation that is to run.
    #[error("{0}")]
    NoSuchOperation(String),
    /// A document asks for a change.
    #[error("this API has queries and subscriptions only: nothing can be changed")]
    NotAQuery,
    /// A subscription is asked for where one answer is given.
    #[error(
        "this is a subscription, which has more than one answer: send it by WebSocket to /graphql/ws (protocol \
         graphql-transport-ws), or to /graphql with the header `Accept: text/event-stream`"
    )]
    IsSubscription,
    /// An argument has the right type and still makes no sense.
    #[error("{0}")]
    BadArgument(String),
    /// A page is larger than pages may be.
    #[error(
        "{argument}: {value} is more than the {most} that a page may have (setting: {setting}): ask for less, and \
         follow pageInfo"
    )]
    PageTooLarge {
        /// The argument: `first` or `last`.
        argument: &'static str,
        /// What was asked for.
        value: i64,
        /// What may be asked for.
        most: u32,
        /// The setting of the server.
        setting: &'static str,
    },
    /// There are more groups than an answer may have, and nobody asked for a page of them.
    #[error(
        "groups: this asks for more than the {most} that an answer may have (setting: --max-groups), of {total} in \
         all: ask for pages of them by `first` and `after`, narrow the filter, or group by less"
    )]
    TooManyGroups {
        /// How many there are.
        total: usize,
        /// How many an answer may have.
        most: usize,
    },
    /// A query may cost too much.
    #[error(
        "this is priced at {price} points, and may be at {most} at most (setting: --max-cost): ask for smaller \
         pages, or for less at once"
    )]
    TooExpensive {
        /// What it is priced at.
        price: u64,
        /// What a query may be priced at.
        most: u64,
    },
    /// What is asked for as a table does not fit into one.
    #[error("this cannot be a table: {0}")]
    NotATable(String),
    /// A table has more rows than an export may have, and its file could not say so.
    #[error(
        "{name} has more than the {most} rows that an export may have (setting: --max-export-rows), and Parquet \
         has no place to say so: ask for fewer by a filter or by `first`, or ask for CSV, which ends with a \
         record that says so"
    )]
    TooManyRows {
        /// The list.
        name: &'static str,
        /// The rows that an export may have.
        most: u32,
    },
    /// The dataset changed while it was read.
    #[error("a new revision of the dataset was loaded while this one was read: begin again")]
    Changed,
    /// A revision that is asked about is kept no more, or is of another dataset.
    #[error("revision {revision} is not kept: kept are the revisions {first} to {last}")]
    RevisionGone {
        /// The revision.
        revision: i32,
        /// The first one that is kept.
        first: i32,
        /// The one that is asked, which knows of no later ones.
        last: i32,
    },
    /// A revision that is asked about has never been.
    #[error("there is no revision {revision}: kept are the revisions {first} to {last}")]
    NoSuchRevision {
        /// The revision.
        revision: i32,
        /// The first one that is kept.
        first: i32,
        /// The one that is asked, which knows of no later ones.
        last: i32,
    },
    /// A request is larger than requests may be.
    #[error(
        "{value} {counts} are more than the {most} that there may be{setting}: ask for less at once"
    )]
    Limit {
        /// What is counted.
        counts: &'static str,
        /// How much of it there is.
        value: usize,
        /// How much there may be.
        most: usize,
        /// The setting of the server in brackets; empty where there is none.
        setting: &'static str,
    },
    /// All requests together take all the memory that they may.
    #[error(
        "the queries that run together take all {0} mebibytes that they may (setting: --max-memory-of-all): try again in a second"
    )]
    OutOfMemory(u32),
    /// The schema is not told.
    #[error("this server does not answer what asks for its schema")]
    NoIntrospection,
    /// A query took longer than queries may.
    #[error(
        "this took longer than the {0} seconds that a query may (setting: --deadline): ask for less at once"
    )]
    Timeout(f64),
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
            Self::InvalidDocument(_)
            | Self::NoSuchOperation(_)
            | Self::NotAQuery
            | Self::IsSubscription => codes::INVALID_QUERY,
            Self::BadArgument(_) => codes::BAD_ARGUMENT,
            Self::PageTooLarge { .. } => codes::PAGE_TOO_LARGE,
            Self::TooManyGroups { .. } => codes::TOO_MANY_GROUPS,
            Self::TooExpensive { .. } => codes::QUERY_TOO_EXPENSIVE,
            Self::NotATable(_) => codes::NOT_A_TABLE,
            Self::TooManyRows { .. } => codes::EXPORT_TOO_LARGE,
            Self::Changed => codes::DATASET_CHANGED,
            Self::RevisionGone { .. } => codes::REVISION_GONE,
            Self::NoSuchRevision { .. } => codes::NO_SUCH_REVISION,
            Self::Limit { .. } => codes::QUERY_TOO_LARGE,
            Self::OutOfMemory(_) => codes::OVERLOADED,
            Self::NoIntrospection => codes::INTROSPECTION_DISABLED,
            Self::Timeout(_) => codes::TIMEOUT,
            Self::InvalidCursor { .. } => codes::INVALID_CURSOR,
            Self::InvalidId(_) => codes::INVALID_ID,
            Self::Unavailable => codes::UNAVAILABLE,
            Self::Internal => codes::INTERNAL,
        }
    }

    /// Whether the request has to be another one: then nothing of it is answered.
    #[must_use]
    pub(crate) fn is_of_request(&self) -> bool {
        matches!(
            self,
            Self::BadArgument(_)
                | Self::TooManyGroups { .. }
                | Self::RevisionGone { .. }
                | Self::NoSuchRevision { .. }
        )
    }

    /// What there was too much of, where that is the reason.
    #[must_use]
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::PageTooLarge { .. } => Some("rows or groups of a page"),
            Self::TooExpensive { .. } => Some("points of price"),
            Self::TooManyRows { .. } => Some("rows of an export"),
            Self::Limit { counts, .. } => Some(counts),
            Self::Timeout(_) => Some("seconds"),
            Self::OutOfMemory(_) => Some("mebibytes of memory of all"),
            _ => None,
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

/// Whether the database cannot be reached, rather than a statement wrong.
pub(crate) fn is_gone(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Query(RuntimeErr::SqlxError(error)) | DbErr::Exec(RuntimeErr::SqlxError(error)) => {
            is_lost(error)
        }
        _ => false,
    }
}

/// Whether a replica of PostgreSQL has cancelled a statement, or ended its connection, because what the primary
/// did would have changed the rows under it, or whether it stood in the way of a restore (a deadlock). The same statement
/// works on what is there then.
pub(crate) fn is_overtaken(error: &DbErr) -> bool {
    match error {
        DbErr::Query(RuntimeErr::SqlxError(error)) => match &**error {
            sqlx::Error::Database(error) => {
                error.code().is_some_and(|code| matches!(&*code, "40001" | "40P01"))
            }
            _ => false,
        },
        _ => false,
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        tracing::error!(error = %error, "a statement failed");
        match is_gone(&error) || is_overtaken(&error) || migration::is_locked(&error) {
            true => Self::Unavailable,
            false => Self::Internal,
        }
    }
}
