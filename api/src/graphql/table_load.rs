//! Declares the GraphQL type `TableLoad`.

use entity::table_load;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<table_load::Entity>("tableLoad", "tableLoads").one(
        "revision",
        table_load::Relation::Revision,
        "The load.",
    )
}
