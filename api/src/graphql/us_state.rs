//! `UsState`: what leads from it, and how one is named.

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
            "The people who lived there, year by year.",
        )
        .many("agencies", agency::Relation::State, Childless::Zero, "The agencies that are in it.")
        .many(
            "organizations",
            organization::Relation::State,
            Childless::Zero,
            "The organizations that are in it.",
        )
        .many(
            "counties",
            county::Relation::State,
            Childless::Zero,
            "The counties in which agencies have their headquarters.",
        )
        .named_by("code", "State", &[us_state::Column::Code], upper, "The postal code.")
        .named_by("fips", "String", &[us_state::Column::Fips], str::to_owned, "The two-digit FIPS code.")
        .keys(&[us_state::Column::Region, us_state::Column::Division])
        .sums(&[us_state::Column::Residents2020])
        .measure("agencies", "agencies.count", "The agencies of each state.")
        .measure(
            "federalShare",
            "agencies.grants.federalShare",
            "The federal share of the awards to each state's agencies together: 0 where they have none, and unknown where that of one award is.",
        )
        .ratio_of_people(
            "dollarsPerResident",
            ("agencies.grants.federalShare", "residents2020"),
            1,
            "Federal dollars of the awards to the agencies of the states for each person who lived there in 2020, over the states where both are known.",
        )
        .provenance(us_state::Relation::Source, us_state::Relation::Revision)
}
