//! `Program`: what leads from it, and how one is named.

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
            "What was published about the program.",
        )
        .named_by(
            "code",
            "String",
            &[program::Column::Code],
            upper,
            "The short name, such as `CHP`.",
        )
        .keys(&[program::Column::Category, program::Column::FirstYear, program::Column::LastYear])
        .measure("grants", "grants.count", "The awards made under each program.")
        .measure(
            "federalShare",
            "grants.federalShare",
            "The federal share of each program's awards together: 0 where it has none, and unknown where that of one award is.",
        )
        .provenance(program::Relation::Source, program::Relation::Revision)
}
