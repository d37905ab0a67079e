//! What is asked.

use async_graphql::Value;
use cops_graphql::{
    catalog::predicate::Predicate,
    graphql::catalog,
    measures::{Event, Page, Request, Statistic},
    query,
};
use serde_json::json;

const COUNT: (&str, Statistic) = ("count", Statistic::Count);
const HOURS: (&str, Statistic) = ("hours", Statistic::Sum);
const P90: Statistic = Statistic::Percentile(0.9, 0);

/// The requests, with their names.
pub(crate) fn all() -> Vec<(&'static str, Request)> {
    let trainees = || over("trainees", &[COUNT, HOURS]);
    let shares = [Statistic::Sum, Statistic::Average(2), Statistic::MEDIAN, P90];
    let mut of_share = vec![COUNT];
    of_share.extend(shares.map(|statistic| ("federalShare", statistic)));
    let grants = || over("grants", &of_share);
    let of = |filter| by(filtered(trainees(), filter), &["agency.state"]);
    vec![
        // Those with a limit.
        (
            "trainees by state, year and role",
            by(trainees(), &["agency.state", "completedOn:year", "role"]),
        ),
        ("grants by fiscal year", by(grants(), &["fiscalYear"])),
        (
            "trainees under a text filter by role",
            by(
                filtered(trainees(), json!({ "agency": { "name": { "contains": "county" } } })),
                &["role"],
            ),
        ),
        ("outcomes around the first hiring grant", event_study(false)),
        ("outcomes around the first hiring grant, balanced", event_study(true)),
        // Totals, and keys: of few values, of many, and of more combinations than rows.
        ("trainees", trainees()),
        ("trainees by role", by(trainees(), &["role"])),
        ("trainees by agency", by(trainees(), &["agency"])),
        ("trainees by state and role", by(trainees(), &["agency.state", "role"])),
        ("trainees by agency and month", by(trainees(), &["agency", "completedOn:month"])),
        // Filters, by the part of the rows that they keep.
        ("trainees by state, of 1 %", of(json!({ "session": { "state": { "eq": "KS" } } }))),
        ("trainees by state, of 50 %", of(json!({ "completedOn": { "gte": "2017-01-01" } }))),
        ("trainees by state, of 100 %", of(json!({ "role": { "isNull": false } }))),
        // Percentiles of few large groups, and of many small ones.
        (
            "trainees by state, median hours",
            by(
                over("trainees", &[("hours", Statistic::MEDIAN), ("hours", P90)]),
                &["agency.state"],
            ),
        ),
        ("grants, percentiles", grants()),
        ("grants by agency, percentiles", by(grants(), &["agency"])),
        // What related rows hold.
        (
            "trainees by state, population",
            by(over("trainees", &[("agency.population", Statistic::Sum)]), &["agency.state"]),
        ),
        (
            "grants by state, officers",
            by(over("grants", &[("officersFunded.funded", Statistic::Sum)]), &["agency.state"]),
        ),
    ]
}

/// A page of the groups of everything, to which keys and a filter may be added.
fn over(table: &str, figures: &[(&str, Statistic)]) -> Request {
    let page = Page { limit: Some(1_000), ..Page::default() };
    figures.iter().fold(
        Request::over(catalog().find(table).unwrap()).page(page),
        |request, (measure, statistic)| request.figure(measure, *statistic).unwrap(),
    )
}

/// Violent crime before and after the first hiring grant of each agency.
fn event_study(is_balanced: bool) -> Request {
    let figures = [
        ("agency", Statistic::Count),
        ("value", Statistic::Sum),
        ("populationServed", Statistic::Sum),
    ];
    let counts = json!({ "program": { "category": { "eq": "HIRING" } } });
    let event = Event::of(keeps("grants", counts)).within(-4, 12);
    let event = if is_balanced { event.balanced() } else { event };
    let of =
        json!({ "measure": { "code": { "eq": "violent_crime" } }, "monthsReported": { "eq": 12 } });
    by(filtered(over("outcomes", &figures), of), &["year:since", "agency:ever"]).around(event)
}

/// The rows of a table that a filter keeps.
fn keeps(table: &str, filter: serde_json::Value) -> Predicate {
    query::filter(catalog().find(table).unwrap(), &Value::from_json(filter).unwrap()).unwrap()
}

fn by(request: Request, keys: &[&str]) -> Request {
    keys.iter().fold(request, |request, key| request.by(key).unwrap())
}

fn filtered(request: Request, filter: serde_json::Value) -> Request {
    let keeps = query::filter(request.table(), &Value::from_json(filter).unwrap()).unwrap();
    request.keep(keeps)
}
