//! `Outcome`: what leads from it, and how one is named.

use entity::{agency, measure, outcome};

use crate::query::catalog::Table;

pub(super) fn table() -> Table {
    Table::of::<outcome::Entity>("outcome", "outcomes")
        .one("measure", outcome::Column::MeasureId, measure::Entity, "What was counted.")
        .one(
            "agency",
            outcome::Column::AgencyId,
            agency::Entity,
            "The agency that reported. Null for a state or the nation.",
        )
        .keys(&[outcome::Column::Year, outcome::Column::State, outcome::Column::Flag, outcome::Column::MonthsReported])
        .measure("agencies", "agency", "The number of different agencies that reported.")
        .measure("measures", "measure", "The number of different measures.")
        .measure("years", "year", "The calendar years: `min` and `max` say from when to when there are values.")
        .measure("value", "value", "The values. Adding up is wrong across measures, and across agencies, states and the nation, which hold each other: group or filter by `measure`, and keep one kind of reporter.")
        .measure("populationServed", "populationServed", "The people served in each year, as the filing of the value says: those of the agency-years that have a value, and of no others.")
        .measure("population", "agency.population", "The people that the agencies serve today: each agency counts once in a group. To divide the values of past years by, there is `populationServed`.")
        .ratio("ratePer100k", ("value", "populationServed"), 100_000, "Values for each 100,000 people: the sum of the values by the sum of the people of exactly the same agency-years, those where both are known. A quotient of sums, so large agencies weigh more; not a mean of rates. It makes sense for one measure at a time.")
        .provenance(outcome::Column::SourceId, outcome::Column::RevisionId)
}
