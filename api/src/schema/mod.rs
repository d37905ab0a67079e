//! The schema: one module a type, and the root.
//!
//! A type is declared by its `table()`: the entity, the relations that lead from it, and what names one
//! row. Its fields and their descriptions are those of the entity's `Model`; its filter, order and
//! connection follow (see [`crate::query`]). So to add a column is to add it to the entity and to a
//! migration, and to add a type is to add a module here.

mod agency;
mod dataset;
mod grant;
mod measure;
mod obligation;
mod officers_funded;
mod organization;
mod outcome;
mod partnership;
mod price_index;
mod program;
mod publication;
mod published_figure;
mod revision;
mod root;
mod source;
mod table_load;
mod trainee;
mod training;
mod training_session;

use async_graphql::{EmptyMutation, EmptySubscription};

use self::root::Validated;
pub(crate) use self::root::{Plans, Root, plan};
pub use self::{dataset::Dataset, root::Query};
use crate::{documents::Documents, limits, query::catalog::Table};

/// The schema: queries only.
pub type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

/// Makes the schema.
#[must_use]
pub fn schema() -> Schema {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .limit_recursive_depth(limits::MOST_NESTING)
        .data(Documents::default())
        .extension(Validated)
        .finish()
}

/// The schema in the schema definition language, as `schema.graphql` holds it.
#[must_use]
pub fn sdl() -> String {
    schema().sdl()
}

/// Every table, in the order of the root fields.
pub(crate) fn tables() -> Vec<Table> {
    vec![
        agency::table(),
        organization::table(),
        program::table(),
        grant::table(),
        obligation::table(),
        officers_funded::table(),
        training::table(),
        training_session::table(),
        trainee::table(),
        partnership::table(),
        publication::table(),
        measure::table(),
        outcome::table(),
        published_figure::table(),
        price_index::table(),
        source::table(),
        revision::table(),
        table_load::table(),
    ]
}

fn upper(text: &str) -> String {
    text.trim().to_ascii_uppercase()
}
