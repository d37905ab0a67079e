//! `TableLoad`: what leads from it.

use entity::{revision, table_load};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<table_load::Entity>("tableLoad", "tableLoads").one(
        "revision",
        table_load::Column::RevisionId,
        revision::Entity,
        "The load.",
    )
}
