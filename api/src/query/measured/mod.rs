//! Aggregates in GraphQL: `totalCount`, `totals` and `groups` of a connection.
//!
//! [`vocabulary`] says what there is to ask for; [`register`] tells the schema. A selection becomes a
//! [`crate::analytics::Request`], whose figures are what the selection, `having` and `orderBy` name
//! ([`figures`]), and a shape that the answer is poured into ([`plan`], [`run`]). [`order`] and [`having`]
//! read these arguments, and [`cursor`] holds a place among groups. [`apart`] knows what is never added up,
//! and [`cardinality`] how many groups there may be. [`readings`] finds what is
//! easily misread. [`event`] is what is particular about rows before and after an event.

mod apart;
mod cardinality;
mod cursor;
mod event;
mod figures;
mod having;
mod order;
mod plan;
mod readings;
pub(crate) mod register;
mod run;
mod vocabulary;

pub(crate) use self::{
    apart::Common,
    figures::{Figures, Show},
    plan::{GroupsField, GroupsPlan, KeyField, MeasureField, Shape, StatisticField},
    run::{are_whole, groups, totals},
    vocabulary::{Computed, Declared, Dimension, Shows, Unit, Vocabulary},
};
