//! The ways through a plan: code that handles every kind of field lives here.
//!
//! - [`run`] produces the values of an answer.
//! - [`export_columns`] produces the columns of a file from what [`run`] reads.
//! - [`column_types`] determines the types of these columns before any data is read.
//!
//! Each matches every kind of field without a catch-all, so a kind added to [`plan`](super::plan) does not compile
//! until all three handle it.

pub(crate) mod column_types;
pub(crate) mod export_columns;
pub(crate) mod run;
