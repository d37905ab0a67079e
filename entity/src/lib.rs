//! The tables of the dataset, one module a table.
//!
//! Each `Model` is a row, and it is also where a GraphQL type gets its columns from: the name, type
//! and description of a field in `schema.graphql` are the name, type and doc comment of the field
//! here, and every filter and order of the API is derived from them. A column that clients do not
//! see is marked `#[graphql(skip)]`: foreign keys (the relation is shown instead), keys used only to
//! match rows on import, and the words of the full-text search.
//!
//! Three conventions hold everywhere:
//! - Money, officers and hours are integers of their smallest unit (see [`scalar`]): they never pass
//!   through binary floating point on their way to a sum.
//! - A closed set is text in the database, spelled as GraphQL spells it (see [`kind`]).
//! - Every row knows the source that it came from and the load that brought it.

pub mod agency;
pub mod grant;
pub mod kind;
pub mod measure;
pub mod obligation;
pub mod officers_funded;
pub mod organization;
pub mod outcome;
pub mod partnership;
pub mod price_index;
pub mod program;
pub mod publication;
pub mod published_figure;
pub mod revision;
pub mod scalar;
pub mod search;
pub mod source;
pub mod table_load;
pub mod trainee;
pub mod training;
pub mod training_session;
