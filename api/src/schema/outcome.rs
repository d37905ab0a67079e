//! `Outcome`: what leads from it, and how one is named.

use entity::{agency, measure, outcome};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<outcome::Entity>("outcome", "outcomes")
        .one("measure", outcome::Column::MeasureId, measure::Entity, "What was counted.")
        .one(
            "agency",
            outcome::Column::AgencyId,
            agency::Entity,
            "The agency that reported. Null for a state or the nation.",
        )
        .keys(&[outcome::Column::Year, outcome::Column::State, outcome::Column::Flag, outcome::Column::MonthsReported])
        .measure("agencies", "agency", "The number of different agencies that reported.")
        .measure("measures", "measure", "The number of different measures.")
        .measure("value", "value", "The values. Adding up is wrong across measures, and across agencies, states and the nation, which hold each other: group or filter by `measure`, and keep one kind of reporter.")
        .measure("population", "agency.population", "The people that the agencies serve today: each agency counts once in a group.")
        .provenance(outcome::Column::SourceId, outcome::Column::RevisionId)
}
