//! `Training`: what leads from it, and how one is named.

use entity::{training, training_session};

use super::registry::table_of;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<training::Entity>("training", "trainings")
        .list(training::Column::Topics)
        .one("provider", training::Relation::Provider, "Who gives the course. Null where unknown.")
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
        .measure("sessions", "sessions.count", "The sessions of each course.")
        .provenance(training::Relation::Source, training::Relation::Revision)
}
