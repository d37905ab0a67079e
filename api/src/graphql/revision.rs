//! `Revision`: what leads from it, and how one is named.

use entity::{revision, source, table_load};

use super::registry::table_of;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<revision::Entity>("revision", "revisions")
        .shows(
            revision::Column::Id,
            "number",
            "Int",
            "The number of the load. `dataset { revision }` is that of the last one.",
        )
        .many(
            "sources",
            source::Relation::Revision,
            Childless::Zero,
            "What was loaded: files, each with its digest and its size, or publications.",
        )
        .many(
            "tables",
            table_load::Relation::Revision,
            Childless::Zero,
            "What the load did, table by table. Empty where that was not recorded.",
        )
}
