//! `Organization`: what leads from it, and how one is named.

use entity::{grant, organization, partnership, training};

use super::upper;
use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<organization::Entity>("organization", "organizations")
        .list(organization::Column::FormerNames)
        .many("grants", grant::Column::OrganizationId, "The awards that the organization got.")
        .many("trainings", training::Column::ProviderId, "The courses that it gives.")
        .many(
            "partnerships",
            partnership::Column::OrganizationId,
            "Its partnerships with the COPS Office.",
        )
        .named_by(
            "uei",
            "String",
            &[organization::Column::Uei],
            upper,
            "The unique entity identifier.",
        )
        .provenance(organization::Column::SourceId, organization::Column::RevisionId)
}
