//! `Organization`: what leads from it, and how one is named.

use entity::{grant, organization, partnership, training};

use super::registry::table_of;
use super::upper;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<organization::Entity>("organization", "organizations")
        .one("inState", organization::Relation::State, "The state that it is in, with what is said of it. Null where unknown.")
        .list(organization::Column::FormerNames)
        .many(
            "grants",
            grant::Relation::Organization,
            Childless::Zero,
            "The awards that the organization got.",
        )
        .many(
            "trainings",
            training::Relation::Provider,
            Childless::Zero,
            "The courses that it gives.",
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
        .measure("grants", "grants.count", "The awards of each organization.")
        .measure(
            "federalShare",
            "grants.federalShare",
            "The federal share of each organization's awards together: 0 where it has none, and unknown where that of one award is.",
        )
        .measure("trainings", "trainings.count", "The courses that each organization gives.")
        .provenance(organization::Relation::Source, organization::Relation::Revision)
}
