//! Declares the GraphQL type `Publication`.

use entity::publication;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<publication::Entity>("publication", "publications")
        .years(&[publication::Column::Year])
        .keys(&[publication::Column::Topic, publication::Column::Year, publication::Column::Series])
        .provenance(publication::Relation::Source, publication::Relation::Revision)
}
