//! Declares the GraphQL type `Outcome`.

use entity::outcome;

use super::registry::table_of;
use crate::catalog::{declared::FirstEvent, table::Table};

/// The first grant of the agency, which event studies are about.
const FIRST_GRANT: FirstEvent = FirstEvent {
    subject: "agency",
    of_nobody: ("level", &["STATE", "NATION"]),
    happens: "grants",
    years: ["year", "fiscal_year"],
    series: "measure_id",
    since: (
        "yearsSinceFirstGrant",
        "The years from the agency's first grant to the value: the calendar year of the value minus the earliest \
         fiscal year of the grants that `event` counts. 0 is the year of that grant, -1 the year before. Null if there \
         is no such grant or its fiscal year is unknown, and for states and the nation. Different agencies contribute \
         to different numbers of years, unless the panel is balanced: compare `agencies` for each.",
    ),
    ever: (
        "everFunded",
        "Whether the agency ever received a grant that `event` counts, before or after the value. Null for states and \
         the nation.",
    ),
    about: "Positions values relative to the first grant of their agency, for the group keys YEARS_SINCE_FIRST_GRANT \
        and EVER_FUNDED. This is descriptive, not an estimate of what a grant causes. Agencies apply for grants and \
        are selected, often because of how their numbers had developed; crime rose and fell everywhere in these years; \
        and agencies that were never funded differ from those that were. Compare and control before you conclude.",
};

pub(super) fn table() -> Table {
    table_of::<outcome::Entity>("outcome", "outcomes")
        .one("measure", outcome::Relation::Measure, "The measure that the value is of.")
        .one(
            "agency",
            outcome::Relation::Agency,
            "The agency that reported. Null for a state or the nation.",
        )
        .years(&[outcome::Column::Year])
        .keys(&[outcome::Column::Level, outcome::Column::Year, outcome::Column::State, outcome::Column::Flag, outcome::Column::MonthsReported])
        .measure("agencies", "agency", "The number of different agencies that reported.")
        .measure("measures", "measure", "The number of different measures.")
        .measure("years", "year", "The calendar years. `min` and `max` give the first and the last year with values.")
        .measure("value", "value", "The values. Refused unless the filter, the keys, `where` or the parent row of the list limit the rows to one measure and one level: values of different measures, or of agencies and their states, must not be added up. `known` and `missing` are always available.")
        .measure("populationServed", "populationServed", "The people served in each year according to the filing of the value, over the agency-years that have a value. Refused in the same cases as `value`.")
        .measure("population", "agency.population", "The people that the agencies serve today. Each agency counts once per group. For rates of past years, divide by `populationServed` instead.")
        .ratio_of_people("ratePer100k", ("value", "populationServed"), 100_000, "Values per 100,000 people: the sum of the values divided by the population of the same agency-years, over those where both are known and the population is not 0. As a quotient of sums, it gives large agencies more weight; it is not a mean of rates. Refused in the same cases as `value`.")
        .never_added(&[outcome::Column::Value, outcome::Column::PopulationServed], outcome::Column::MeasureId, &[], "values of different measures must not be added up. Keep one measure, for example with `filter: { measure: { code: { eq: \"violent_crime\" } } }`, or include MEASURE in `by`, without `subtotals`")
        .never_added(&[outcome::Column::Value, outcome::Column::PopulationServed], outcome::Column::Level, &["agency_id"], "values of agencies, states and the nation overlap and must not be added up. Keep one level, for example with `filter: { level: { eq: AGENCY } }`, or include LEVEL in `by`, without `subtotals`")
        .event(FIRST_GRANT)
        .provenance(outcome::Relation::Source, outcome::Relation::Revision)
}
