//! The request headers that change an answer, besides the query.
//!
//! A shared cache gives an answer to every identical request with the same values of the headers that `Vary` names.
//! So each header that changes an answer is listed here, even if the changed answer is never cached: without
//! `GraphQL-Explain` in the list, a client that sends it would get the answer of one that did not. Code that reads
//! such a header takes its name from here.
//!
//! Headers that say what a client already has (`If-None-Match`, `If-Modified-Since`) are for caches to answer, and
//! headers about a body belong to POST, whose answers are never cached. `Origin` is added if the operator names
//! origins (`cors`).

use axum::http::HeaderValue;

macro_rules! headers {
    ($(#[doc = $first_doc:literal])+ $first:ident = $first_name:literal;
     $($(#[doc = $doc:literal])+ $header:ident = $name:literal;)*) => {
        $(#[doc = $first_doc])+
        pub(crate) const $first: &str = $first_name;
        $(
            $(#[doc = $doc])+
            pub(crate) const $header: &str = $name;
        )*

        /// The value of `Vary` of an answer, and of a file.
        pub(crate) const VARY: HeaderValue =
            HeaderValue::from_static(concat!($first_name $(, ", ", $name)*));
    };
}

headers! {
    /// The media type of the answer, or the format of a file.
    ACCEPT = "accept";
    /// The coding of the answer.
    ACCEPT_ENCODING = "accept-encoding";
    /// Report what the query costs, or only that.
    COST = "graphql-cost";
    /// Report what was read.
    EXPLAIN = "graphql-explain";
    /// Add a citation.
    CITE = "graphql-cite";
    /// Report what is easily misread.
    WARNINGS = "graphql-warnings";
    /// The revision of the dataset.
    REVISION = "x-dataset-revision";
}
