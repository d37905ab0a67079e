//! The headers of a request that change its answer, beside what it asks.
//!
//! A shared cache gives an answer to whoever asks the same with the same values of the headers that `Vary` names. So each
//! header that changes an answer stands here, also where the changed answer is one that nobody keeps: without
//! `GraphQL-Explain` in the list, who sends it would get the answer of somebody who did not. What reads such a header
//! takes its name from here.
//!
//! Headers that say what a client has (`If-None-Match`, `If-Modified-Since`) are for caches to answer, and those of a body
//! go with POST, whose answers no cache keeps. `Origin` is added where the operator names origins (`cors`).

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
    /// What the query costs, or only that.
    COST = "graphql-cost";
    /// What was read for it.
    EXPLAIN = "graphql-explain";
    /// How the answer is cited.
    CITE = "graphql-cite";
    /// What is easily misread.
    WARNINGS = "graphql-warnings";
    /// The revision of the dataset that is wanted.
    REVISION = "x-dataset-revision";
}
