//! `Agency`: what leads from it, and how one is named.

use entity::{agency, grant, outcome, trainee};

use super::upper;
use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<agency::Entity>("agency", "agencies")
        .many("grants", grant::Column::AgencyId, "The awards that the agency got.")
        .many(
            "trainees",
            trainee::Column::AgencyId,
            "The people of the agency who were trained, a row for each person and session.",
        )
        .many("outcomes", outcome::Column::AgencyId, "What the agency reported, year by year.")
        .named_by(
            "ori",
            "Ori",
            &[agency::Column::Ori9, agency::Column::Ori7],
            upper,
            "The ORI, of nine or of seven characters.",
        )
        .provenance(agency::Column::SourceId, agency::Column::RevisionId)
}
