//! `Partnership`: what leads from it, and how one is named.

use entity::{organization, partnership};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<partnership::Entity>("partnership", "partnerships")
        .one(
            "organization",
            partnership::Column::OrganizationId,
            organization::Entity,
            "The partner.",
        )
        .provenance(partnership::Column::SourceId, partnership::Column::RevisionId)
}
