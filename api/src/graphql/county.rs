//! Declares the GraphQL type `County`.

use entity::{agency, county};

use super::registry::table_of;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<county::Entity>("county", "counties")
        .one(
            "inState",
            county::Relation::State,
            "The state that the county is in. Null if no state has the first two digits of its code.",
        )
        .aside()
        .many(
            "agencies",
            agency::Relation::County,
            Childless::Zero,
            "The agencies with headquarters in the county.",
        )
        .named_by(
            "fips",
            "String",
            &[county::Column::Fips],
            str::to_owned,
            "The five-digit FIPS code, starting with the state.",
        )
        .keys(&[county::Column::Name])
        .measure("agencies", "agencies.count", "The number of agencies in each county.")
        .measure("federalShare", "agencies.grants.federalShare", "The total federal share of the awards to the agencies of each county. 0 if there are no awards; unknown if the share of any award is unknown.")
        .provenance(county::Relation::Source, county::Relation::Revision)
}
