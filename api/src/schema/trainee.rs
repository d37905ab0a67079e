//! `Trainee`: what leads from it, and how one is named.

use entity::{agency, trainee, training_session};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<trainee::Entity>("trainee", "trainees")
        .one(
            "session",
            trainee::Column::SessionId,
            training_session::Entity,
            "The session that the person went to.",
        )
        .one(
            "agency",
            trainee::Column::AgencyId,
            agency::Entity,
            "The agency that the person works for. Null for others, or where unknown.",
        )
        .provenance(trainee::Column::SourceId, trainee::Column::RevisionId)
}
