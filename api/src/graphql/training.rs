//! Declares the GraphQL type `Training`.

use entity::{training, training_session};

use super::registry::table_of;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<training::Entity>("training", "trainings")
        .list(training::Column::Topics)
        .one(
            "provider",
            training::Relation::Provider,
            "The organization that offers the course. Null if unknown.",
        )
        .many(
            "sessions",
            training_session::Relation::Training,
            Childless::Zero,
            "The deliveries of the course.",
        )
        .keys(&[
            training::Column::Modality,
            training::Column::CertifiedBy,
            training::Column::FirstYear,
        ])
        .measure("providers", "provider", "The number of different providers.")
        .sums(&[training::Column::Hours])
        .measure("sessions", "sessions.count", "The number of sessions of each course.")
        .provenance(training::Relation::Source, training::Relation::Revision)
}
