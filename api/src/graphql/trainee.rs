//! Declares the GraphQL type `Trainee`.

use entity::trainee;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<trainee::Entity>("trainee", "trainees")
        .one("session", trainee::Relation::Session, "The session that the person attended.")
        .one(
            "agency",
            trainee::Relation::Agency,
            "The agency that the person works for. Null for people who do not work for an agency, or if unknown.",
        )
        .keys(&[trainee::Column::Role, trainee::Column::CompletedOn])
        .measure("sessions", "session", "The number of different sessions.")
        .measure("trainings", "session.training", "The number of different courses.")
        .measure("agencies", "agency", "The number of different agencies that sent people.")
        .sums(&[trainee::Column::Hours])
        .provenance(trainee::Relation::Source, trainee::Relation::Revision)
}
