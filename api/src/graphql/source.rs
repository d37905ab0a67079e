//! `Source`: what leads from it, and how one is named.

use entity::source;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<source::Entity>("source", "sources")
        .one("revision", source::Relation::Revision, "The load that brought it.")
        .named_by(
            "code",
            "String",
            &[source::Column::Code],
            str::to_owned,
            "The short name of the source.",
        )
}
