//! The error codes and their meanings. They are part of the API contract: clients may act on them.
//!
//! This is their only list. `docs/querying.md`, `docs/errors.md`, `/dictionary.csv` and the tests use it, and a test
//! fails if one of them has a missing or unknown code. Code that refuses a request refers to the constants:
//!
//! ```
//! use cops_graphql::error::codes;
//!
//! assert_eq!(codes::TIMEOUT, "TIMEOUT");
//! assert!(codes::ALL.iter().any(|(code, _)| *code == codes::TIMEOUT));
//! ```
//!
//! They are strings instead of an enum, because they are read back from answers: the HTTP status follows from the
//! code of an error that async-graphql has carried.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        $(
            $(#[doc = $doc])+
            pub const $name: &str = stringify!($name);
        )+

        /// Every code with its meaning.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), concat!($($doc),+).trim_ascii()),)+];
    };
}

codes! {
    /// The method, headers, URL or body of the request do not conform to HTTP or GraphQL over HTTP.
    BAD_REQUEST;
    /// The document cannot be parsed, does not fit the schema, contains a mutation, or is a subscription sent to an
    /// endpoint that gives one answer.
    INVALID_QUERY;
    /// An argument has the right type but an invalid value.
    BAD_ARGUMENT;
    /// The cursor does not come from this list in this order.
    INVALID_CURSOR;
    /// No object can have this id.
    INVALID_ID;
    /// The page exceeds the maximum page size (`--max-page`, `--max-groups`).
    PAGE_TOO_LARGE;
    /// The request has more groups than an answer may have (`--max-groups`) and does not page through them.
    TOO_MANY_GROUPS;
    /// The request exceeds a size limit. The message names the limit.
    QUERY_TOO_LARGE;
    /// The price of the query exceeds the limit (`--max-cost`).
    QUERY_TOO_EXPENSIVE;
    /// The result requested as a file does not fit into a table.
    NOT_A_TABLE;
    /// The table has more rows than a file may have (`--max-export-rows`), and a Parquet file cannot say that it is
    /// truncated.
    EXPORT_TOO_LARGE;
    /// The last record of an NDJSON file that was truncated because there are more rows (`--max-export-rows`).
    EXPORT_TRUNCATED;
    /// There is no file with this name.
    NOT_FOUND;
    /// The server does not know a document with this hash or id. Send the document.
    PERSISTED_QUERY_NOT_FOUND;
    /// The server only accepts trusted documents (`--trusted-only`), and this is not one.
    NOT_TRUSTED;
    /// Introspection is disabled on this server (`--no-introspection`).
    INTROSPECTION_DISABLED;
    /// The requested revision is no longer kept, or belongs to another dataset.
    REVISION_GONE;
    /// The requested revision never existed.
    NO_SUCH_REVISION;
    /// A new revision was loaded while this one was being read. Send the request again.
    DATASET_CHANGED;
    /// The client exceeded its rate limit (`--rate-limit`). Wait as long as `Retry-After` says.
    RATE_LIMITED;
    /// The server is overloaded. Try again in 1 second.
    OVERLOADED;
    /// The query exceeded its deadline (`--deadline`).
    TIMEOUT;
    /// The database is unreachable. Try again in a few seconds.
    UNAVAILABLE;
    /// Internal error. The server's log has the cause under the request id.
    INTERNAL;
}

/// Whether a text is an error code.
#[must_use]
pub fn is_code(text: &str) -> bool {
    ALL.iter().any(|(code, _)| *code == text)
}
