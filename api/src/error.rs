//! The errors of queries, and what clients may see of them.
//!
//! Each variant has one of the [`codes`], which clients may act on. A client error shows its own message, which says
//! what is wrong and how to fix it. Any other error is logged with its cause and shown as `INTERNAL` or
//! `UNAVAILABLE`, so that neither SQL nor a path ever leaves the process.

pub mod codes;
mod counted;

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, PathSegment, Pos, ServerError};
use sea_orm::{DbErr, RuntimeErr, sqlx};

pub(crate) use self::counted::counted;

/// The reason that a query has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A document cannot be parsed, or does not fit the schema.
    #[error("{0}")]
    InvalidDocument(String),
    /// A document lacks the operation to run.
    #[error("{0}")]
    NoSuchOperation(String),
    /// A document contains a mutation.
    #[error("This API is read-only: it has queries and subscriptions, but no mutations.")]
    NotAQuery,
    /// A subscription was sent to an endpoint that gives one answer.
    #[error(
        "This is a subscription, which has more than one answer. Send it over WebSocket to /graphql/ws (protocol \
         graphql-transport-ws), or to /graphql with the header `Accept: text/event-stream`."
    )]
    IsSubscription,
    /// An argument has the right type but an invalid value.
    #[error("{0}")]
    BadArgument(String),
    /// A page exceeds the maximum page size.
    #[error(
        "{argument}: the page size {value} exceeds the limit of {most} ({setting}). Request {most} or fewer, and for \
         the next page pass `{}`.",
        next_page(.argument)
    )]
    PageTooLarge {
        /// The argument: `first` or `last`.
        argument: &'static str,
        /// The requested size.
        value: i64,
        /// The limit.
        most: u32,
        /// The server option that sets the limit.
        setting: &'static str,
    },
    /// A request without paging has more groups than an answer may have.
    #[error(
        "groups: the answer would exceed the limit of {most} groups (--max-groups); there are {total} in total. \
         Request pages with `first` and `after`, narrow the filter, or use fewer keys."
    )]
    TooManyGroups {
        /// The total number of groups.
        total: usize,
        /// The limit.
        most: usize,
    },
    /// The price of a query exceeds the limit.
    #[error(
        "The price of {price} points exceeds the limit of {most} (--max-cost). Request smaller pages, or less at once."
    )]
    TooExpensive {
        /// The price of the query.
        price: u64,
        /// The limit.
        most: u64,
    },
    /// A result requested as a table does not fit into one.
    #[error("This cannot be exported as a table: {0}.")]
    NotATable(String),
    /// A table exceeds the row limit of exports, and its format cannot say that it is truncated.
    #[error(
        "{name} has more rows than the export limit of {most} (--max-export-rows), and a Parquet file cannot say that \
         it is truncated. Narrow it with a filter or `first`, or request CSV, which ends with a record that says so."
    )]
    TooManyRows {
        /// The list.
        name: &'static str,
        /// The limit.
        most: u32,
    },
    /// The dataset changed while it was being read.
    #[error("A new revision of the dataset was loaded while this one was being read. Start again.")]
    Changed,
    /// The requested revision is no longer kept, or belongs to another dataset.
    #[error("Revision {revision} is not kept. The available revisions are {first} to {last}.")]
    RevisionGone {
        /// The revision.
        revision: i32,
        /// The first revision that is kept.
        first: i32,
        /// The current revision.
        last: i32,
    },
    /// The requested revision never existed.
    #[error("Revision {revision} does not exist. The available revisions are {first} to {last}.")]
    NoSuchRevision {
        /// The revision.
        revision: i32,
        /// The first revision that is kept.
        first: i32,
        /// The current revision.
        last: i32,
    },
    /// A request exceeds a size limit.
    #[error("{value} {counts} exceed the limit of {most}{setting}. Request less at once.")]
    Limit {
        /// The unit that is counted.
        counts: &'static str,
        /// The count.
        value: usize,
        /// The limit.
        most: usize,
        /// The server option in parentheses; empty if there is none.
        setting: &'static str,
    },
    /// The running requests together use up the memory limit.
    #[error(
        "The running queries use all of the {0} MiB of memory for queries (--max-memory-of-all). Try again in 1 second."
    )]
    OutOfMemory(u32),
    /// Introspection is disabled.
    #[error("Introspection is disabled on this server.")]
    NoIntrospection,
    /// A query exceeded its deadline.
    #[error("The query exceeded the deadline of {} (--deadline). Request less at once.", counted(*.0, "second"))]
    Timeout(f64),
    /// A cursor that does not come from this list.
    #[error(
        "{argument}: not a valid cursor of this list and order ({reason}). Use `{}` of the previous page, or start \
         again without `{argument}`.",
        page_end(.argument)
    )]
    InvalidCursor {
        /// The argument: `after` or `before`.
        argument: &'static str,
        /// The reason.
        reason: &'static str,
    },
    /// An id that no object can have.
    #[error("The id {0:?} is not an id of this API. Use a value of the field `id`.")]
    InvalidId(String),
    /// The database is unreachable.
    #[error("The database is unreachable. Try again in a few seconds.")]
    Unavailable,
    /// Any other error.
    #[error("Internal error. The server's log has the cause under the request id.")]
    Internal,
}

/// The cursor at the end of a page from which the next one starts, for `first` and `after` or for `last` and `before`.
fn page_end(argument: &str) -> &'static str {
    if matches!(argument, "last" | "before") { "startCursor" } else { "endCursor" }
}

/// The argument that requests the next page.
fn next_page(argument: &str) -> String {
    let cursor = if argument == "last" { "before" } else { "after" };
    format!("{cursor}: <{}>", page_end(argument))
}

impl Error {
    /// The error code, which clients may act on.
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

    /// Whether the error concerns the whole request, so that no part of it is answered.
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

    /// The limit that was exceeded, if that is the reason.
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

    /// The error in GraphQL form, with its position in the document and its path in the answer.
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

/// Whether the connection is lost, as opposed to a failed statement. PostgreSQL reports this with class 08 codes and,
/// after an operator's intervention, class 57P codes.
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

/// Whether the database is unreachable, as opposed to a failed statement.
pub(crate) fn is_gone(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Query(RuntimeErr::SqlxError(error)) | DbErr::Exec(RuntimeErr::SqlxError(error)) => {
            is_lost(error)
        }
        _ => false,
    }
}

/// Whether a PostgreSQL replica canceled a statement or closed its connection because a change on the primary
/// conflicted with it, or because of a deadlock with a restore. The same statement works when it is retried.
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
