//! Declares the GraphQL type `Partnership`.

use entity::partnership;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<partnership::Entity>("partnership", "partnerships")
        .one("organization", partnership::Relation::Organization, "The partner.")
        .keys(&[partnership::Column::AnnouncedOn])
        .measure("organizations", "organization", "The number of different partners.")
        .provenance(partnership::Relation::Source, partnership::Relation::Revision)
}
