//! `Publication`: what leads from it, and how one is named.

use entity::publication;

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<publication::Entity>("publication", "publications")
        .keys(&[publication::Column::Topic, publication::Column::Year, publication::Column::Series])
        .provenance(publication::Column::SourceId, publication::Column::RevisionId)
}
