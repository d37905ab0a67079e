//! Declares the GraphQL type `UsState`.

use entity::{agency, county, organization, state_population, us_state};

use super::registry::table_of;
use super::upper;
use crate::catalog::table::{Childless, Table};

pub(super) fn table() -> Table {
    table_of::<us_state::Entity>("state", "states")
        .many(
            "populations",
            state_population::Relation::State,
            Childless::Unknown,
            "The resident population, year by year.",
        )
        .many("agencies", agency::Relation::State, Childless::Zero, "The agencies in the state.")
        .many(
            "organizations",
            organization::Relation::State,
            Childless::Zero,
            "The organizations in the state.",
        )
        .many(
            "counties",
            county::Relation::State,
            Childless::Zero,
            "The counties of the state in which agencies have their headquarters.",
        )
        .named_by("code", "State", &[us_state::Column::Code], upper, "The postal code.")
        .named_by("fips", "String", &[us_state::Column::Fips], str::to_owned, "The two-digit FIPS code.")
        .keys(&[us_state::Column::Region, us_state::Column::Division])
        .sums(&[us_state::Column::Residents2020])
        .measure("agencies", "agencies.count", "The number of agencies in each state.")
        .measure(
            "federalShare",
            "agencies.grants.federalShare",
            "The total federal share of the awards to the agencies of each state. 0 if there are no awards; unknown if \
             the share of any award is unknown.",
        )
        .ratio_of_people(
            "dollarsPerResident",
            ("agencies.grants.federalShare", "residents2020"),
            1,
            "Federal dollars of the awards to the agencies of the states per 2020 resident, over the states where both \
             are known.",
        )
        .provenance(us_state::Relation::Source, us_state::Relation::Revision)
}
