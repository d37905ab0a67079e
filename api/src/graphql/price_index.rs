//! Declares the GraphQL type `PriceIndex`.

use entity::price_index;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<price_index::Entity>("priceIndex", "priceIndexes")
        .provenance(price_index::Relation::Source, price_index::Relation::Revision)
}
