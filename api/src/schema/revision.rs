//! `Revision`: what leads from it, and how one is named.

use entity::{revision, source};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<revision::Entity>("revision", "revisions").many(
        "sources",
        source::Column::RevisionId,
        "What was loaded: files, or publications.",
    )
}
