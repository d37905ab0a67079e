//! Lists of rows, with no word of the domain in them: filter, order, page, plan, load.
//!
//! [`crate::graphql`] says what there is (a [`crate::catalog::Catalog`]); this module does the rest for all of it alike.
//! A root field runs in three steps:
//! 1. [`planner`] and [`list_plan`] turn the selection and its arguments into a [`plan`]. Whatever is wrong with them is
//!    found here, before anything is read; only a year whose prices this program knows, and the database does not,
//!    is found by who computes. [`price`] says what the plan will take.
//! 2. [`walk::run`] goes through the plan a level at a time. The root list is a [`root_page`], and [`load`] reads the rows
//!    of each level and field below it at once. Relations go through the `dataloader` crate, but for what was looked up
//!    before ([`row_cache`]).
//! 3. The rows, already GraphQL values ([`packed`]), are put together.
//!
//! A list that becomes a file goes on where its page would end ([`export`]), and its values stay in columns,
//! whose types are known before. These are the ways through a plan ([`walk`]). What is computed of all rows is planned and shown by
//! [`groups`], and answered by [`crate::measures`]. What is computed of each row is [`computed`]. What
//! changed between two revisions is [`changes`].
//!
//! # Why not a resolver for each field
//! As async-graphql derives them, a list of 50 x 10 x 2 rows is 5,000 boxed futures, and costs more than its SQL. Here it
//! is one for each relation field of the query. The crate still runs the root fields, and introspection, validation and
//! `schema.graphql` know the types as if they had been derived.

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

/// Reads a filter over a table, written as the argument `filter` of its list.
///
/// # Errors
/// Says what is wrong with the filter.
pub fn filter(table: &'static Table, filter: &Value) -> Result<Predicate, Error> {
    filter::parse(table, filter, "filter")
}

/// Reads what a client searches for in a table.
///
/// # Errors
/// Says what is wrong with the text.
pub fn search(table: &'static Table, text: &str) -> Result<Predicate, Error> {
    filter::search(table, text)
}
