//! `TrainingSession`: what leads from it, and how one is named.

use entity::{grant, trainee, training, training_session};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<training_session::Entity>("trainingSession", "trainingSessions")
        .one(
            "training",
            training_session::Column::TrainingId,
            training::Entity,
            "The course that was given.",
        )
        .one(
            "grant",
            training_session::Column::GrantId,
            grant::Entity,
            "The award that paid for it. Null where unknown.",
        )
        .many("trainees", trainee::Column::SessionId, "The people who went.")
        .named_by(
            "code",
            "String",
            &[training_session::Column::Code],
            str::to_owned,
            "The code of the session at its source.",
        )
        .provenance(training_session::Column::SourceId, training_session::Column::RevisionId)
}
