//! Declares the GraphQL type `CongressionalDistrict`.

use entity::{congressional_district, grant};

use super::registry::table_of;
use super::upper;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<congressional_district::Entity>("congressionalDistrict", "congressionalDistricts")
        .one("inState", congressional_district::Relation::State, "The state that the district is in.")
        .aside()
        .many(
            "grants",
            grant::Relation::District,
            Childless::Zero,
            "The awards to recipients in the district.",
        )
        .named_by(
            "code",
            "String",
            &[congressional_district::Column::Code],
            upper,
            "The postal code of the state with the number, such as `CA-37`.",
        )
        .keys(&[congressional_district::Column::Number])
        .measure("grants", "grants.count", "The number of awards in each district.")
        .measure(
            "federalShare",
            "grants.federalShare",
            "The total federal share of the awards in each district. 0 if there are no awards; unknown if the share of \
             any award is unknown.",
        )
        .provenance(
            congressional_district::Relation::Source,
            congressional_district::Relation::Revision,
        )
}
