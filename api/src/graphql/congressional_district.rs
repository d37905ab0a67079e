//! `CongressionalDistrict`: what leads from it, and how one is named.

use entity::{congressional_district, grant};

use super::registry::table_of;
use super::upper;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<congressional_district::Entity>("congressionalDistrict", "congressionalDistricts")
        .one("inState", congressional_district::Relation::State, "The state that it is in.")
        .aside()
        .many(
            "grants",
            grant::Relation::District,
            Childless::Zero,
            "The awards whose recipients are in it.",
        )
        .named_by(
            "code",
            "String",
            &[congressional_district::Column::Code],
            upper,
            "The postal code of the state and the number, such as `CA-37`.",
        )
        .keys(&[congressional_district::Column::Number])
        .measure("grants", "grants.count", "The awards of each district.")
        .measure(
            "federalShare",
            "grants.federalShare",
            "The federal share of each district's awards together: 0 where it has none, and unknown where that of one award is.",
        )
        .provenance(
            congressional_district::Relation::Source,
            congressional_district::Relation::Revision,
        )
}
