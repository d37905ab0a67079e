//! Declares the GraphQL type `Revision`.

use entity::{revision, source, table_load};

use super::registry::table_of;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<revision::Entity>("revision", "revisions")
        .shows(
            revision::Column::Id,
            "number",
            "Int",
            "The number of the load. `dataset { revision }` is the number of the latest load.",
        )
        .many(
            "sources",
            source::Relation::Revision,
            Childless::Zero,
            "The sources of the load: files with their digests and sizes, or publications.",
        )
        .many(
            "tables",
            table_load::Relation::Revision,
            Childless::Zero,
            "What the load did, by table. Empty if this was not recorded.",
        )
}
