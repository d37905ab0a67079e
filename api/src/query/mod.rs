//! Lists of rows, independent of the domain: filter, order, page, plan, load.
//!
//! [`crate::graphql`] declares the types (as a [`crate::catalog::Catalog`]); this module answers queries over all of
//! them. A root field runs in three steps:
//! 1. [`planner`] and [`list_plan`] turn the selection and its arguments into a [`plan`]. They find every mistake
//!    before any data is read, with one exception: only the executor knows whether the database has a price index for a
//!    year. [`price`] estimates the cost of the plan.
//! 2. [`walk::run`] goes through the plan level by level. The root list is a [`root_page`], and [`load`] reads the rows
//!    of each field of a level at once. Relations go through the `dataloader` crate, except for cached rows
//!    ([`row_cache`]).
//! 3. The rows, already GraphQL values ([`packed`]), are put together.
//!
//! An [`export`] of a list to a file continues where its page would end, and keeps its values in columns of known
//! types. Both are ways through a plan ([`walk`]). [`groups`] plans and shows aggregates, and [`crate::measures`]
//! computes them. [`computed`] has fields computed for each row, and [`changes`] has the changes between two revisions.
//!
//! # Why not a resolver for each field
//! With the resolvers that async-graphql derives, a list of 50 x 10 x 2 rows takes 5,000 boxed futures, and costs more
//! than its SQL. Here it takes one future for each relation field of the query. The crate still runs the root fields,
//! and its introspection, validation and `schema.graphql` know the types as if they had been derived.

mod arguments;
pub(crate) mod changes;
pub(crate) mod computed;
pub(crate) mod export;
pub(crate) mod failures;
pub(crate) mod figure_order;
pub(crate) mod filter;
pub(crate) mod groups;
pub(crate) mod id;
mod list_plan;
pub(crate) mod load;
pub(crate) mod narrow;
mod narrowing;
pub(crate) mod nodes;
pub(crate) mod order;
mod packed;
pub(crate) mod page;
mod picks;
pub(crate) mod plan;
pub(crate) mod planner;
pub(crate) mod price;
mod root_page;
pub(crate) mod row_cache;
mod rows;
pub(crate) mod show;
pub(crate) mod walk;

use async_graphql::Value;

pub use self::planner::Warning;
use crate::{
    catalog::{predicate::Predicate, table::Table},
    error::Error,
};

/// Reads a filter over a table, as in the argument `filter` of its list.
///
/// # Errors
/// Says what is wrong with the filter.
pub fn filter(table: &'static Table, filter: &Value) -> Result<Predicate, Error> {
    filter::parse(table, filter, "filter")
}

/// Reads the text of a search in a table.
///
/// # Errors
/// Says what is wrong with the text.
pub fn search(table: &'static Table, text: &str) -> Result<Predicate, Error> {
    filter::search(table, text)
}
