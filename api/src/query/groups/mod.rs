//! Aggregates in GraphQL: `totalCount`, `totals` and `groups` of a connection.
//!
//! [`measure_catalog`](crate::catalog::measure_catalog) lists the measures. A selection becomes two things: a
//! [`Request`](crate::measures::Request), whose [`figures`] are those named in the selection, `having` and `orderBy`;
//! and a [`MeasuresPlan`](super::plan::MeasuresPlan), the shape that the answer is poured into ([`select`], [`run`]).
//! - [`order`] and [`having`] read these arguments, and [`asked`] reads the figures that they name.
//! - [`cursor`] holds a place among groups.
//! - [`apart`] refuses to add up values that must not be added up.
//! - [`beside`] plans aggregates other than statistics, and [`among`] compares groups with each other.
//! - [`facets`] describes a list at a glance.
//! - [`event`] reads the argument that places rows before and after an event, and [`difference`] plans how values
//!   changed after it.
//! - [`readings`] warns about answers that are easy to misread.

pub(crate) mod among;
pub(crate) mod apart;
pub(crate) mod asked;
mod beside;
mod cursor;
pub(crate) mod difference;
mod event;
pub(crate) mod facets;
pub(crate) mod figures;
pub(crate) mod first_days;
pub(crate) mod having;
pub(crate) mod order;
mod readings;
pub(crate) mod run;
pub(crate) mod select;
