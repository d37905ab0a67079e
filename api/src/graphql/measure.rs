//! Declares the GraphQL type `Measure`.

use entity::{measure, outcome};

use super::registry::table_of;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<measure::Entity>("measure", "measures")
        .many(
            "outcomes",
            outcome::Relation::Measure,
            Childless::Unknown,
            "The values of the measure.",
        )
        .named_by(
            "code",
            "String",
            &[measure::Column::Code],
            str::to_owned,
            "The short name, such as `violent_crime`.",
        )
        .keys(&[measure::Column::Code, measure::Column::Category])
        .provenance(measure::Relation::Source, measure::Relation::Revision)
}
