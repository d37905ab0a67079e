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
        .provenance(outcome::Column::SourceId, outcome::Column::RevisionId)
}
