//! Declares the GraphQL type `Obligation`.

use entity::obligation;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<obligation::Entity>("obligation", "obligations")
        .one("grant", obligation::Relation::Grant, "The award that the transaction belongs to.")
        .priced_by("obligatedOn:fiscalYear")
        .keys(&[obligation::Column::ObligatedOn])
        .measure("grants", "grant", "The number of different awards.")
        .measure(
            "agencies",
            "grant.agency",
            "The number of different agencies among the recipients.",
        )
        .sums(&[obligation::Column::Amount])
        .provenance(obligation::Relation::Source, obligation::Relation::Revision)
}
