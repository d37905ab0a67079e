//! `OfficersFunded`: what leads from it, and how one is named.

use entity::{grant, officers_funded};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<officers_funded::Entity>("officersFundedRow", "officersFunded")
        .one(
            "grant",
            officers_funded::Column::GrantId,
            grant::Entity,
            "The award that funds the officers.",
        )
        .provenance(officers_funded::Column::SourceId, officers_funded::Column::RevisionId)
}
