//! Declares the GraphQL type `Source`.

use entity::source;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<source::Entity>("source", "sources")
        .one("revision", source::Relation::Revision, "The load that added the source.")
        .named_by(
            "code",
            "String",
            &[source::Column::Code],
            str::to_owned,
            "The short name of the source.",
        )
}
