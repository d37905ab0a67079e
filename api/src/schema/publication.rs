//! `Publication`: what leads from it, and how one is named.

use entity::publication;

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<publication::Entity>("publication", "publications")
        .provenance(publication::Column::SourceId, publication::Column::RevisionId)
}
