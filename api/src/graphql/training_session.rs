//! Declares the GraphQL type `TrainingSession`.

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
            "The award that paid for it. Null if unknown.",
        )
        .many("trainees", trainee::Relation::Session, Childless::Zero, "The people who attended.")
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
        .measure("grants", "grant", "The number of different awards that paid for sessions.")
        .measure("trainees", "trainees.count", "The number of people who attended each session.")
        .measure(
            "traineeHours",
            "trainees.hours",
            "The total hours of all people in each session. 0 if nobody attended; unknown if the hours of any person \
             are unknown.",
        )
        .measure(
            "hours",
            "training.hours",
            "The hours of the courses. Each course counts once per group.",
        )
        .provenance(training_session::Relation::Source, training_session::Relation::Revision)
}
