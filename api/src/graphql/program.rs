//! Declares the GraphQL type `Program`.

use entity::{grant, program, published_figure};

use super::registry::table_of;
use super::upper;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<program::Entity>("program", "programs")
        .many(
            "grants",
            grant::Relation::Program,
            Childless::Zero,
            "The awards made under the program.",
        )
        .many(
            "publishedFigures",
            published_figure::Relation::Program,
            Childless::Unknown,
            "The published figures about the program.",
        )
        .named_by(
            "code",
            "String",
            &[program::Column::Code],
            upper,
            "The short name, such as `CHP`.",
        )
        .keys(&[program::Column::Category, program::Column::FirstYear, program::Column::LastYear])
        .measure("grants", "grants.count", "The number of awards under each program.")
        .measure(
            "federalShare",
            "grants.federalShare",
            "The total federal share of the awards under each program. 0 if there are no awards; unknown if the share \
             of any award is unknown.",
        )
        .provenance(program::Relation::Source, program::Relation::Revision)
}
