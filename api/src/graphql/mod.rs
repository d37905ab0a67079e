//! The API contract: one module per GraphQL type, and the code that turns a document into an answer.
//!
//! - Each type is declared by its `table()`: the entity, its relations, natural keys, group keys and measures. Its
//!   fields and their descriptions come from the entity's `Model`; its filter, order and connection are derived. To
//!   add a type, add a module here and a line in `types()`.
//! - [`registry`] registers the types with async-graphql. [`schema_types`], [`measure_types`], [`figure_types`],
//!   [`among_types`], [`glance_types`], [`difference_types`], [`change_types`] and [`operator_types`] derive them
//!   from the catalog. [`root`] plans and runs the root fields; [`subscription`] has the fields of subscriptions.
//! - [`documents`] defines what a document means, and [`sizes`] its size limits. [`execute`] takes a request from the
//!   document to the answer.
//! - [`citation`] defines how to cite an answer, and how to verify it later.

mod agency;
mod among_types;
mod change_types;
pub(crate) mod citation;
mod claim;
mod congressional_district;
mod county;
mod dataset;
mod difference_types;
pub(crate) mod documents;
pub mod execute;
mod figure_types;
mod glance_types;
mod grant;
mod labels;
mod measure;
mod measure_types;
mod obligation;
mod officers_funded;
mod operator_types;
mod organization;
mod outcome;
mod partnership;
mod price_index;
mod program;
mod publication;
mod published_figure;
mod registry;
mod revision;
mod root;
mod schema_types;
pub(crate) mod sizes;
mod source;
mod state_population;
pub(crate) mod subscription;
mod table_load;
mod tokens;
mod trainee;
mod training;
mod training_session;
mod us_state;

use std::sync::LazyLock;

use async_graphql::EmptyMutation;

use self::{citation::Operator, documents::Documents, root::Validated};
pub use self::{root::Query, subscription::Subscription};
use crate::{
    catalog::Catalog,
    query::computed::{Batches, Type},
};

/// The schema: queries and subscriptions, without mutations.
pub type Schema = async_graphql::Schema<Query, EmptyMutation, Subscription>;

/// Builds the schema.
///
/// # Panics
/// If the declared types do not form a valid GraphQL schema, which stops the program at startup.
#[must_use]
pub fn schema() -> Schema {
    schema_of(Operator::default())
}

/// Builds the schema of a server with a named operator.
///
/// # Panics
/// In the same cases as [`schema`].
#[must_use]
pub fn schema_of(operator: Operator) -> Schema {
    documents::check_contract();
    built(operator)
}

fn built(operator: Operator) -> Schema {
    Schema::build(Query, EmptyMutation, Subscription)
        .data(operator)
        .limit_recursive_depth(sizes::MOST_NESTING)
        .data(Documents::default())
        .extension(Validated)
        .finish()
}

/// The schema in the schema definition language (SDL), as in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    built(Operator::default()).sdl()
}

/// The catalog of this API.
#[must_use]
pub fn catalog() -> &'static Catalog {
    sources().0
}

/// The catalog of this API, and the functions that compute fields.
fn sources() -> (&'static Catalog, &'static Batches) {
    static SOURCES: LazyLock<(Catalog, Batches)> = LazyLock::new(|| {
        let (tables, batches) = Batches::split(types());
        (Catalog::of(tables), batches)
    });
    (&SOURCES.0, &SOURCES.1)
}

/// Every type, in the order of the root fields.
fn types() -> Vec<Type> {
    vec![
        of(agency::table()),
        of(organization::table()),
        of(us_state::table()),
        of(state_population::table()),
        of(county::table()),
        of(congressional_district::table()),
        of(program::table()),
        of(grant::table()),
        of(claim::table()),
        of(obligation::table()),
        of(officers_funded::table()),
        of(training::table()),
        of(training_session::table()),
        of(trainee::table()),
        of(partnership::table()),
        of(publication::table()),
        of(measure::table()),
        of(outcome::table()),
        of(published_figure::table()),
        of(price_index::table()),
        of(source::table()),
        of(revision::table()),
        of(table_load::table()),
    ]
}

/// Converts a table without computed fields to a type.
fn of(declared: impl Into<Type>) -> Type {
    declared.into()
}

fn upper(text: &str) -> String {
    text.trim().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::query::computed::{ComputedRows, ComputedValues, Computes as _};

    fn nothing(_: ComputedRows<'_>) -> ComputedValues<'_> {
        async { Ok(std::collections::HashMap::new()) }.boxed()
    }

    #[test]
    #[should_panic(expected = "PriceIndex.year is declared twice: rename one")]
    fn a_computed_field_does_not_hide_a_column() {
        let hides = price_index::table().computed("year", "Int", nothing, "The year.");
        let _ = Catalog::of(Batches::split(vec![hides]).0);
    }
}
