//! Declares the GraphQL type `Claim`.

use entity::claim;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<claim::Entity>("claim", "claims")
        .one("grant", claim::Relation::Grant, "The award that the claim is about.")
        .keys(&[
            claim::Column::Field,
            claim::Column::Origin,
            claim::Column::Shown,
            claim::Column::Differs,
        ])
        .measure("grants", "grant", "The number of different awards.")
        .provenance(claim::Relation::Source, claim::Relation::Revision)
}
