//! `County`: what leads from it, and how one is named.

use entity::{agency, county};

use super::registry::table_of;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<county::Entity>("county", "counties")
        .one(
            "inState",
            county::Relation::State,
            "The state that it is in. Null where its code begins with that of none.",
        )
        .aside()
        .many(
            "agencies",
            agency::Relation::County,
            Childless::Zero,
            "The agencies that have their headquarters in it.",
        )
        .named_by(
            "fips",
            "String",
            &[county::Column::Fips],
            str::to_owned,
            "The five-digit FIPS code, state first.",
        )
        .keys(&[county::Column::Name])
        .measure("agencies", "agencies.count", "The agencies of each county.")
        .measure("federalShare", "agencies.grants.federalShare", "The federal share of the awards to each county's agencies together: 0 where they have none, and unknown where that of one award is.")
        .provenance(county::Relation::Source, county::Relation::Revision)
}
