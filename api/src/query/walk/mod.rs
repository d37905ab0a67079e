//! The ways through a plan: whoever does something for each of its fields stands here.
//!
//! - [`run`]: to the values of an answer.
//! - [`export_columns`]: to the columns of a file, with what [`run`] reads.
//! - [`column_types`]: to the types of these columns, before anything is read.
//!
//! Each goes through every kind of field of a row, without a case for the rest: one that is added to [`plan`](super::plan) is
//! an error of the compiler in each of them, until it says what it means there.

pub(crate) mod column_types;
pub(crate) mod export_columns;
pub(crate) mod run;
