//! The server and the command line of `cops-graphql`: GraphQL over what the COPS Office funded, and what
//! came of it.
//!
//! # The rooms
//! - [`cli`]: one module a command. `main.rs` calls it and does nothing else.
//! - [`http`]: GraphQL over HTTP, answers that are kept, documents that are named, the schema as text, the
//!   front page, the playground (built in `api/web/`), health and metrics.
//! - [`schema`]: one module a GraphQL type. It says what is particular about the type: what leads from it,
//!   what names one.
//! - [`query`]: the machinery of a list, with no word of the domain in it but the units of its aggregates. It
//!   turns the selection of a query into a plan, and runs the plan with one statement for each level and
//!   relation field.
//! - [`analytics`]: exact aggregates, from a copy of the tables in memory or from the database.
//! - [`execute`]: one request from the document to the answer, where HTTP and tests meet.
//! - [`database`]: connections (one that writes, those of queries, which cannot), and the one way in which rows are
//!   written, a [`database::load::Load`].
//! - [`ingest`]: one reader a real-world format. [`mod@reference`] and [`demo`]: the facts that the program
//!   carries, and the dataset that it makes up.
//! - [`fetch`]: real data from the API of USAspending, as files.
//! - [`documents`]: what a document means: it is parsed and validated here, and kept.
//! - [`limits`]: how large a request may be; what is larger is refused before anything is read.
//! - [`error`]: what can go wrong with a query, and what a client may read of it.
//! - [`citation`]: how an answer is cited, and what it takes to see that it is still the same.
//! - [`trace`]: where the time of a request goes, for OpenTelemetry.
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
//! `POST /graphql` arrives in `http::endpoint`, which looks at what the client accepts, reads its JSON, and
//! finds the document where it is only named. The document, the operation and the variables are the key of
//! the answer: where it is kept for the revision that is known, it goes out as it is, and that was all.
//! Where somebody waits for the same one, this request waits with them. Else it takes a turn of
//! `http::admission`, and goes to [`execute::execute`] with a fresh set of loaders.
//!
//! What a document means is decided before anything is read. [`documents`] refuses what is too large or too deep
//! ([`limits`]), parses the rest, validates it against the schema and takes in the values of its variables; a document
//! that was seen before is at hand. Then `query` turns the selection of each root field into a plan: filters, orders,
//! cursors and page sizes are checked, the columns of each level are chosen, what is easily misread is noted, and each
//! plan adds to the price. Whatever is wrong by then refuses the request as a whole. Introspection is answered there,
//! too, for it is of the document and the schema alone.
//!
//! Where the whole does not cost too much, async-graphql runs the plans, each under the name that its field has
//! in the answer. A plan runs a level at a time: the page of the root list is one statement; then each relation
//! field asks its loader (of the `dataloader` crate) for the rows of all parents at once, which is one statement,
//! and so on down; what was looked up before, at the same revision, is at hand. Each statement says of which
//! revision its rows are, and where a load has come in between, all is read again. Cells become GraphQL values as
//! they are read, and the values are put together. What could not be read becomes a null with an error in its
//! place (`execute::whole`). The answer goes back through `http` with the revision of the dataset beside it: as
//! bytes that are kept, in the media type and the coding that the client likes best.
//!
//! What is computed of all rows of a list (`totalCount`, `totals`, `groups`) becomes a value of its own in the
//! plan, an [`analytics::Request`], and is answered in one pass for all parents of its level: by the copy in
//! memory that `http` keeps at the newest revision, or by the database.

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
