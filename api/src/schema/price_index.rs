//! `PriceIndex`: what leads from it, and how one is named.

use entity::price_index;

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<price_index::Entity>("priceIndex", "priceIndexes")
        .provenance(price_index::Column::SourceId, price_index::Column::RevisionId)
}
