//! Declares the GraphQL type `Organization`.

use entity::{grant, organization, partnership, training};

use super::registry::table_of;
use super::upper;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<organization::Entity>("organization", "organizations")
        .one("inState", organization::Relation::State, "The state that the organization is in, as an object. Null if unknown.")
        .list(organization::Column::FormerNames)
        .many(
            "grants",
            grant::Relation::Organization,
            Childless::Zero,
            "The awards to the organization.",
        )
        .many(
            "trainings",
            training::Relation::Provider,
            Childless::Zero,
            "The courses that it offers.",
        )
        .many(
            "partnerships",
            partnership::Relation::Organization,
            Childless::Zero,
            "Its partnerships with the COPS Office.",
        )
        .named_by(
            "uei",
            "String",
            &[organization::Column::Uei],
            upper,
            "The unique entity identifier.",
        )
        .keys(&[
            organization::Column::Kind,
            organization::Column::State,
            organization::Column::City,
        ])
        .measure("grants", "grants.count", "The number of awards to each organization.")
        .measure(
            "federalShare",
            "grants.federalShare",
            "The total federal share of the awards to each organization. 0 if there are no awards; unknown if the \
             share of any award is unknown.",
        )
        .measure("trainings", "trainings.count", "The number of courses that each organization offers.")
        .provenance(organization::Relation::Source, organization::Relation::Revision)
}
