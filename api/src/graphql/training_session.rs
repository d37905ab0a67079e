//! `TrainingSession`: what leads from it, and how one is named.

use entity::{trainee, training_session};

use super::registry::table_of;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<training_session::Entity>("trainingSession", "trainingSessions")
        .one(
            "training",
            training_session::Relation::Training,
            "The course that was given.",
        )
        .one(
            "grant",
            training_session::Relation::Grant,
            "The award that paid for it. Null where unknown.",
        )
        .many("trainees", trainee::Relation::Session, Childless::Zero, "The people who went.")
        .named_by(
            "code",
            "String",
            &[training_session::Column::Code],
            str::to_owned,
            "The code of the session at its source.",
        )
        .keys(&[
            training_session::Column::State,
            training_session::Column::Modality,
            training_session::Column::StartsOn,
            training_session::Column::EndsOn,
        ])
        .measure("trainings", "training", "The number of different courses.")
        .measure("grants", "grant", "The number of different awards that paid.")
        .measure("trainees", "trainees.count", "The people who went to each session.")
        .measure(
            "traineeHours",
            "trainees.hours",
            "The hours of all people of each session together: 0 where nobody went, and unknown where those of one person are.",
        )
        .measure(
            "hours",
            "training.hours",
            "The hours of the courses: each course counts once in a group.",
        )
        .provenance(training_session::Relation::Source, training_session::Relation::Revision)
}
