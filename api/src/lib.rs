//! The server and the command line of `cops-graphql`: GraphQL over what the COPS Office funded, and what
//! came of it.
//!
//! # The floors
//! From the top. A file uses only what stands below it, and `tests/floors.rs` holds that; `CONTRIBUTING.md` has recipes.
//! - [`cli`]: one module a command. `main.rs` calls it and does nothing else.
//! - [`server`]: GraphQL over HTTP: requests, answers that are kept, traffic, files, pages for people, metrics.
//! - [`graphql`]: the contract, one module a type. `registry` talks to async-graphql, `documents` says what a document
//!   means, [`graphql::execute`] takes one request from the document to the answer, `citation` says how to cite it.
//! - [`query`]: the machinery of lists, with no word of the domain in it. It turns a selection into a plan, and runs the
//!   plan with one statement for each level and relation field.
//! - [`measures`]: exact aggregates, from a copy of the tables in memory or from the database.
//! - [`catalog`]: what there is: tables, relations, keys, measures, filters. The types of `graphql` fill it.
//! - [`fetch`]: real data from the API of USAspending, as files. [`ingest`]: one reader a real-world format.
//!   [`demo`] and [`mod@reference`]: the dataset that the program makes up, and the facts that it carries.
//! - [`database`]: connections (one that writes, those of queries, which cannot), what one request reads, and the one
//!   way in which rows are written, a [`database::load::Load`].
//! - `trace`: where the time of a request goes, for OpenTelemetry. [`limits`]: how large a request may be, and what it
//!   takes. [`error`]: what can go wrong with a query, and what a client may read of it.
//!
//! The tables are the crate `entity`, and how they came to be is the crate `migration`.
//!
//! # What holds it together
//! - **The entity is the source.** A GraphQL type's fields, their types and their descriptions are those of
//!   the entity's `Model`; its filter, its orders and its connection are derived from them when the schema
//!   is made. Nothing is registered by hand, so nothing can be forgotten.
//! - **A filter is a value**, the `Predicate`. Whoever evaluates it, it means the same: text is compared by
//!   its bytes, a comparison with a missing value does not hold, and `not` is the exact complement.
//! - **A load is a transaction and a revision.** Between two loads the dataset does not change.
//! - **Nothing over HTTP writes.** The schema has no mutation, and the server's connections refuse.
//!
//! # The walk of one request
//! `POST /graphql` arrives in `server::endpoint`, which looks at what the client accepts, reads its JSON, and
//! finds the document where it is only named. The document, the operation and the variables are the key of
//! the answer: where it is kept for the revision that is known, it goes out as it is, and that was all.
//! Where somebody waits for the same one, this request waits with them. Else `server::run` works it out: it is planned and
//! priced, its client's account is charged, it takes a turn of `server::traffic::admission` and sets memory aside, and it
//! runs with a fresh set of loaders, a dear one on the threads of `server::traffic::pool`.
//!
//! What a document means is decided before anything is read. `graphql::documents` refuses what is too large or too deep
//! ([`limits`]), parses the rest, validates it against the schema and takes in the values of its variables; a document
//! that was seen before is at hand. Then `query` turns the selection of each root field into a plan: filters, orders,
//! cursors and page sizes are checked, the columns of each level are chosen, and what is easily misread is noted. What the
//! plans will take is estimated, in points and in bytes ([`limits`]). Whatever is wrong by then, or too dear, refuses the
//! request as a whole.
//!
//! Introspection is answered of the document and the schema alone. For the rest async-graphql runs the plans, each under
//! the name that its field has in the answer. A plan runs a level at a time: the page of the root list is one statement,
//! whose rows the copy in memory has found where a database would look for long; then each relation
//! field asks its loader (of the `dataloader` crate) for the rows of all parents at once, which is one statement,
//! and so on down; what was looked up before, at the same revision, is at hand. Each statement says of which
//! revision its rows are, and where a load has come in between, all is read again. Cells become GraphQL values as
//! they are read, and the values are put together. What could not be read becomes a null with an error in its
//! place (`graphql::execute::nulls`). The answer goes back through `server` with the revision of the dataset beside it: as
//! bytes that are kept, in the media type and the coding that the client likes best.
//!
//! What is computed of all rows of a list (`totalCount`, `totals`, `groups`) becomes a value of its own in the
//! plan, a [`measures::Request`], and is answered in one pass for all parents of its level: by the copy in
//! memory that `server` keeps at the newest revision, or by the database.

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
