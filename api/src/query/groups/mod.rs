//! Aggregates in GraphQL: `totalCount`, `totals` and `groups` of a connection.
//!
//! [`measure_catalog`](crate::catalog::measure_catalog) says what there is to ask for. A selection becomes a
//! [`Request`](crate::measures::Request), whose [`figures`] are what the selection, `having` and `orderBy` name, and a
//! [`MeasuresPlan`](super::plan::MeasuresPlan) that the answer is poured into ([`select`], [`run`]). [`order`] and [`having`]
//! read these arguments, [`asked`] the figures that they name, and [`cursor`] holds a place among groups. [`apart`] knows what is never added up; [`beside`] reads what is
//! computed of rows beside statistics, [`among`] holds groups
//! against each other, [`facets`] says what a list holds at a glance, and
//! [`difference`] how values changed after an event.
//! [`readings`] finds what is easily misread. [`event`] reads the argument that places rows before and after an event.

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
