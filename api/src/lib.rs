//! The server and the command line of `cops-graphql`: a GraphQL API over COPS Office funding and its outcomes.
//!
//! # The layers
//! From top to bottom. A file uses only the layers below it, and `tests/floors.rs` enforces this; `CONTRIBUTING.md`
//! has recipes.
//! - [`cli`]: one module per command. `main.rs` calls it and does nothing else.
//! - [`server`]: GraphQL over HTTP: requests, cached answers, traffic limits, files, web pages, metrics.
//! - [`graphql`]: the contract, one module per type. `registry` talks to async-graphql, `documents` parses and
//!   validates documents, [`graphql::execute`] takes one request from the document to the answer, `citation` says how
//!   to cite it.
//! - [`query`]: the machinery of lists, free of domain terms. It turns a selection into a plan, and runs the plan
//!   with one statement per level and relation field.
//! - [`measures`]: exact aggregates, from the in-memory copy or from the database.
//! - [`catalog`]: the tables, relations, keys, measures and filters that exist. The types of `graphql` fill it.
//! - [`fetch`]: downloads real data from the USAspending API as files. [`ingest`]: one reader per real-world format.
//!   [`demo`] and [`mod@reference`]: the synthetic dataset, and the facts built into the program.
//! - [`database`]: connections (one that writes, and read-only ones for queries), what one request reads, and the
//!   only way to write rows, a [`database::load::Load`].
//! - `trace`: where the time of a request goes, for OpenTelemetry. [`limits`]: how large a request may be, and what
//!   it uses. [`error`]: what can go wrong with a query, and what a client sees of it.
//!
//! The crate `entity` defines the tables, and the crate `migration` creates them.
//!
//! # Principles
//! - **The entity is the source.** A GraphQL type takes its fields, their types and their descriptions from the
//!   entity's `Model`; its filter, orders and connection are derived from them when the schema is built. Nothing is
//!   registered by hand, so nothing can be forgotten.
//! - **A filter is a value**, the `Predicate`. It means the same in every executor: text is compared by its bytes, a
//!   comparison with a missing value is false, and `not` is the exact complement.
//! - **A load is a transaction and a revision.** The dataset does not change between two loads.
//! - **Nothing over HTTP writes.** The schema has no mutation, and the server's connections are read-only.
//!
//! # The path of one request
//! `POST /graphql` arrives in `server::endpoint`, which checks what the client accepts, reads the JSON, and looks the
//! document up if the request only names it. The document, the operation and the variables are the cache key of the
//! answer. An answer that is cached for the current revision goes out as it is. If an identical request is already
//! running, this one waits for its answer. Otherwise `server::run` computes the answer: it plans and prices the
//! query, charges the client's account, takes a slot from `server::traffic::admission`, reserves memory, and runs the
//! query with a fresh set of loaders. Expensive queries run on the threads of `server::traffic::pool`.
//!
//! A document is checked completely before anything is read. `graphql::documents` rejects documents that are too
//! large or too deep ([`limits`]), parses the rest, validates them against the schema and coerces the variables;
//! parsed documents are cached. Then `query` turns the selection of each root field into a plan: it checks filters,
//! orders, cursors and page sizes, chooses the columns of each level, and notes what is easily misread. The plans'
//! cost is estimated in points and bytes ([`limits`]). If anything is wrong or too expensive, the request is rejected
//! as a whole.
//!
//! Introspection needs only the document and the schema. For everything else async-graphql runs the plans, each under
//! the response name of its field. A plan runs one level at a time. The page of the root list is one statement; the
//! in-memory copy finds its rows where a database would search for long. Then each relation field asks its loader
//! (from the `dataloader` crate) for the rows of all parents at once, which is one statement, and so on down. Rows
//! already looked up at the same revision come from the row cache. Each statement reports the revision of its rows,
//! and if a load was committed in between, everything is read again. Cells become GraphQL values as they are read. A
//! value that cannot be read becomes null, with an error at its path (`graphql::execute::nulls`). The answer goes
//! back through `server` with the revision of the dataset: as cacheable bytes, in the media type and content coding
//! that the client prefers.
//!
//! An aggregate over all rows of a list (`totalCount`, `totals`, `groups`) becomes a separate value in the plan, a
//! [`measures::Request`]. One pass answers it for all parents of its level: from the in-memory copy that `server`
//! keeps at the newest revision, or in SQL.

pub mod catalog;
pub mod cli;
pub mod database;
pub mod demo;
pub mod error;
pub mod fetch;
pub mod graphql;
pub mod ingest;
pub mod limits;
pub mod measures;
pub mod query;
pub mod reference;
pub mod server;
mod trace;
