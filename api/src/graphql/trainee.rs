//! `Trainee`: what leads from it, and how one is named.

use entity::trainee;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<trainee::Entity>("trainee", "trainees")
        .one("session", trainee::Relation::Session, "The session that the person went to.")
        .one(
            "agency",
            trainee::Relation::Agency,
            "The agency that the person works for. Null for others, or where unknown.",
        )
        .keys(&[trainee::Column::Role, trainee::Column::CompletedOn])
        .measure("sessions", "session", "The number of different sessions.")
        .measure("trainings", "session.training", "The number of different courses.")
        .measure("agencies", "agency", "The number of different agencies that sent people.")
        .sums(&[trainee::Column::Hours])
        .provenance(trainee::Relation::Source, trainee::Relation::Revision)
}
