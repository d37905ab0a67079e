//! `Outcome`: what leads from it, and how one is named.

use entity::outcome;

use super::registry::table_of;
use crate::catalog::{declared::FirstEvent, table::Table};

/// The first grant of the agency: what an event study is about.
const FIRST_GRANT: FirstEvent = FirstEvent {
    subject: "agency",
    of_nobody: ("level", &["STATE", "NATION"]),
    happens: "grants",
    years: ["year", "fiscal_year"],
    series: "measure_id",
    since: (
        "yearsSinceFirstGrant",
        "The years from the agency's first grant to the value: the calendar year of the value less the least \
         fiscal year of the grants that `event` lets count, so 0 is the year of that grant and -1 the year before. \
         Null where there is no such grant, where its fiscal year is unknown, and for states and the nation. The \
         agencies behind one number of years are not those behind the next, unless the panel is balanced: read \
         `agencies` beside each.",
    ),
    ever: (
        "everFunded",
        "Whether the agency ever had a grant that `event` lets count, before or after the value. Null for states \
         and the nation.",
    ),
    about: "Places values before and after the first grant of their agency, for the keys YEARS_SINCE_FIRST_GRANT and \
        EVER_FUNDED. This describes; it is no estimate of what a grant causes. Agencies apply for grants and are \
        chosen, often because of what their numbers did before; crime rose and fell everywhere in these years; and \
        agencies that were never funded differ from those that were. Compare, and control, before you conclude.",
};

pub(super) fn table() -> Table {
    table_of::<outcome::Entity>("outcome", "outcomes")
        .one("measure", outcome::Relation::Measure, "What was counted.")
        .one(
            "agency",
            outcome::Relation::Agency,
            "The agency that reported. Null for a state or the nation.",
        )
        .years(&[outcome::Column::Year])
        .keys(&[outcome::Column::Level, outcome::Column::Year, outcome::Column::State, outcome::Column::Flag, outcome::Column::MonthsReported])
        .measure("agencies", "agency", "The number of different agencies that reported.")
        .measure("measures", "measure", "The number of different measures.")
        .measure("years", "year", "The calendar years: `min` and `max` say from when to when there are values.")
        .measure("value", "value", "The values. Refused unless the filter, the keys, `where` or the row that the list hangs on leave one measure and one level: values of several measures, or of agencies and the states that they are in, are not added up. `known` and `missing` are always answered.")
        .measure("populationServed", "populationServed", "The people served in each year, as the filing of the value says: those of the agency-years that have a value, and of no others. Refused as `value` is.")
        .measure("population", "agency.population", "The people that the agencies serve today: each agency counts once in a group. To divide the values of past years by, there is `populationServed`.")
        .ratio_of_people("ratePer100k", ("value", "populationServed"), 100_000, "Values for each 100,000 people: the sum of the values by the sum of the people of exactly the same agency-years, those where both are known and anybody is served. A quotient of sums, so large agencies weigh more; not a mean of rates. Refused as `value` is.")
        .never_added(&[outcome::Column::Value, outcome::Column::PopulationServed], outcome::Column::MeasureId, &[], "values of several measures are not added up: keep one, as by `filter: { measure: { code: { eq: \"violent_crime\" } } }`, or name MEASURE in `by`, without `subtotals`")
        .never_added(&[outcome::Column::Value, outcome::Column::PopulationServed], outcome::Column::Level, &["agency_id"], "values of agencies, of states and of the nation hold each other and are not added up: keep one level, as by `filter: { level: { eq: AGENCY } }`, or name LEVEL in `by`, without `subtotals`")
        .event(FIRST_GRANT)
        .provenance(outcome::Relation::Source, outcome::Relation::Revision)
}
