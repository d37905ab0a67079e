//! The codes of errors, each with what it means. They are contract: a client may act on them.
//!
//! This is the one list of them. `docs/querying.md`, `docs/errors.md`, `/dictionary.csv` and the tests take it from here, and a
//! test fails where one of them lacks a code or has another. What refuses a request names its code by the constant:
//!
//! ```
//! use cops_graphql::error::codes;
//!
//! assert_eq!(codes::TIMEOUT, "TIMEOUT");
//! assert!(codes::ALL.iter().any(|(code, _)| *code == codes::TIMEOUT));
//! ```
//!
//! They are texts and no enum, because they come back out of answers as texts: a status follows from the code of an error
//! that async-graphql has carried.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        $(
            $(#[doc = $doc])+
            pub const $name: &str = stringify!($name);
        )+

        /// Every code, with what it means.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), concat!($($doc),+).trim_ascii()),)+];
    };
}

codes! {
    /// The request is not what HTTP or GraphQL over HTTP wants: its method, its headers, its URL or its body.
    BAD_REQUEST;
    /// The document cannot be parsed, does not fit the schema, or asks for a change, or for a subscription where one answer
    /// is given.
    INVALID_QUERY;
    /// An argument has the right type and still makes no sense.
    BAD_ARGUMENT;
    /// A cursor that this list has not given out in this order.
    INVALID_CURSOR;
    /// An id that no object can have.
    INVALID_ID;
    /// The page is larger than pages may be (`--max-page`, `--max-groups`).
    PAGE_TOO_LARGE;
    /// There are more groups than an answer may have (`--max-groups`), and nobody asked for a page of them.
    TOO_MANY_GROUPS;
    /// The request is larger than requests may be. The message names the limit.
    QUERY_TOO_LARGE;
    /// The query may cost too much (`--max-cost`).
    QUERY_TOO_EXPENSIVE;
    /// What is asked for as a file does not fit into a table.
    NOT_A_TABLE;
    /// The table has more rows than a file may have (`--max-export-rows`), and Parquet has no place to say so.
    EXPORT_TOO_LARGE;
    /// The last record of a file in NDJSON: there are more rows (`--max-export-rows`).
    EXPORT_TRUNCATED;
    /// There is no file of this name.
    NOT_FOUND;
    /// The server does not know the document of this hash or id: send the document.
    PERSISTED_QUERY_NOT_FOUND;
    /// The server answers trusted documents only (`--trusted-only`), and this is none.
    NOT_TRUSTED;
    /// The server does not answer what asks for its schema (`--no-introspection`).
    INTROSPECTION_DISABLED;
    /// The revision that the request names is kept no more, or is of another dataset.
    REVISION_GONE;
    /// The revision that the request names has never been.
    NO_SUCH_REVISION;
    /// A new revision was loaded while this one was read: ask again.
    DATASET_CHANGED;
    /// The client has asked for more than it may (`--rate-limit`): wait as long as `Retry-After` says.
    RATE_LIMITED;
    /// More is asked than can be answered just now: ask again in a second.
    OVERLOADED;
    /// The query took longer than queries may (`--deadline`).
    TIMEOUT;
    /// The database cannot be reached just now: ask again in a few seconds.
    UNAVAILABLE;
    /// Something went wrong in the server. Its log says what, under the request id.
    INTERNAL;
}

/// Whether a text is the code of an error.
#[must_use]
pub fn is_code(text: &str) -> bool {
    ALL.iter().any(|(code, _)| *code == text)
}
