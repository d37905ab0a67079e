//! Invalid aggregates.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{
    fixture::{self, SMALL},
    support::TestDatabase,
};

/// Fields that are wrong, with the code and some words of what is said of them.
fn mistakes(cursor: &str) -> Vec<(String, &'static str, &'static str)> {
    let after = |arguments: &str| format!("groups({arguments}, after: {cursor}) {{ totalCount }}");
    let figures: String = (0..514).fold(String::new(), |mut text, index| {
        write!(text, "p{index}: percentile(p: {}) ", f64::from(index) / 1000.0).unwrap();
        text
    });
    let groups = |arguments: &str| format!("groups({arguments}) {{ totalCount }}");
    let nine_keys = groups(
        "by: [AGENCY_STATE, FISCAL_YEAR, STATUS, INSTRUMENT, ASSISTANCE_LISTING, PROGRAM, AGENCY,
            AGENCY_KIND, AGENCY_ZIP]",
    );
    let by = |rest: &str| groups(&format!("by: [FISCAL_YEAR]{rest}"));
    vec![
        (
            "totals { federalShare(inDollarsOf: 1800) { sum } }".to_owned(),
            "BAD_ARGUMENT",
            "choose a year from 1990 to ",
        ),
        (
            by(", having: { federalShare: { inDollarsOf: 2023, sum: { gt: 1 } } }"),
            "BAD_ARGUMENT",
            "2023",
        ),
        (
            "totals { federalShare { percentile(p: 2) } }".to_owned(),
            "BAD_ARGUMENT",
            "2 is not between 0 and 1",
        ),
        (
            "totals { federalShare { percentile(p: -0.1) } }".to_owned(),
            "BAD_ARGUMENT",
            "between 0 and 1",
        ),
        (nine_keys, "BAD_ARGUMENT", "9 keys exceed the limit of 8"),
        (groups("by: [STATUS, STATUS]"), "BAD_ARGUMENT", "STATUS is named twice"),
        (groups("by: [COLOUR]"), "INVALID_QUERY", "COLOUR"),
        (by(", having: { federalShare: { modus: { gt: 1 } } }"), "INVALID_QUERY", "mode"),
        (
            by(", having: { federalShare: { sum: { gt: \"1.005\" } } }"),
            "INVALID_QUERY",
            "having.federalShare.sum.gt",
        ),
        (
            by(", having: { federalShare: { percentile: [{ p: 7, is: { gt: 1 } }] } }"),
            "BAD_ARGUMENT",
            "having.federalShare.percentile[0]",
        ),
        (by(", orderBy: [{ key: STATUS }]"), "BAD_ARGUMENT", "STATUS is not in `by`"),
        (by(", orderBy: [{}]"), "BAD_ARGUMENT", "orderBy[0]: name one of"),
        (
            by(", orderBy: [{ key: FISCAL_YEAR, measure: COUNT }]"),
            "BAD_ARGUMENT",
            "use one or the other",
        ),
        (
            by(", orderBy: [{ measure: COUNT, statistic: AVG }]"),
            "BAD_ARGUMENT",
            "COUNT has a single value",
        ),
        (
            by(", orderBy: [{ measure: FEDERAL_SHARE, statistic: PERCENTILE }]"),
            "BAD_ARGUMENT",
            "p: a percentile requires it",
        ),
        (
            by(", orderBy: [{ measure: OFFICERS_FUNDED, inDollarsOf: 2024 }]"),
            "BAD_ARGUMENT",
            "not an amount",
        ),
        (by(", first: -1"), "BAD_ARGUMENT", "negative"),
        (by(", first: 100000"), "PAGE_TOO_LARGE", "--max-groups"),
        (by(", first: 100000"), "PAGE_TOO_LARGE", "pass `after: <endCursor>`"),
        (by(", last: 100000"), "PAGE_TOO_LARGE", "pass `before: <startCursor>`"),
        (by(", first: 1, last: 1"), "BAD_ARGUMENT", "one end"),
        (after("by: [FISCAL_YEAR]"), "INVALID_CURSOR", "another key or order"),
        (
            after("by: [STATUS], orderBy: [{ key: STATUS, direction: DESC }]"),
            "INVALID_CURSOR",
            "another key or order",
        ),
        (by(", after: \"bnVsbA\""), "INVALID_CURSOR", "not a cursor of groups"),
        (by(", before: \"???\""), "INVALID_CURSOR", "base64"),
        (by(", before: \"???\""), "INVALID_CURSOR", "`startCursor` of the previous page"),
        (by(", after: \"???\""), "INVALID_CURSOR", "`endCursor` of the previous page"),
        (
            "groups(by: [FISCAL_YEAR]) { nodes { key { status } } }".to_owned(),
            "BAD_ARGUMENT",
            "STATUS is not in `by`",
        ),
        (
            format!("totals {{ federalShare {{ {figures} }} }}"),
            "BAD_ARGUMENT",
            "514 figures exceed the limit of 512",
        ),
        (
            "totals { where(filter: { federalShare: { gt: \"x\" } }) { count } }".to_owned(),
            "INVALID_QUERY",
            "filter.federalShare.gt",
        ),
    ]
}

/// What makes no sense of groups among each other, and of what is computed of rows beside their measures.
fn mistakes_among_groups() -> Vec<(String, &'static str, &'static str)> {
    let groups = |arguments: &str| format!("groups({arguments}) {{ totalCount }}");
    let by = |arguments: &str| groups(&format!("by: [FISCAL_YEAR]{arguments}"));
    vec![
        (by(", others: true"), "BAD_ARGUMENT", "requires `top`"),
        (by(", top: 3, first: 3"), "BAD_ARGUMENT", "remove `first`"),
        (by(", top: 3, others: true, subtotals: true"), "BAD_ARGUMENT", "others: this cannot be combined with `subtotals`"),
        (groups("by: [STATUS], fill: true"), "BAD_ARGUMENT", "fill: `by` has no years"),
        (
            "groups(by: [STATUS]) { nodes { window(within: [FISCAL_YEAR]) { count { share } } } }".to_owned(),
            "BAD_ARGUMENT",
            "within: FISCAL_YEAR is not in `by`",
        ),
        (
            "groups(by: [STATUS]) { nodes { window { agencies { cumulative } } } }".to_owned(),
            "BAD_ARGUMENT",
            "groups may share what it counts",
        ),
        (
            "groups(by: [STATUS]) { summary { count { topShare(p: 1.5) } } }".to_owned(),
            "BAD_ARGUMENT",
            "p: must be between 0 and 1",
        ),
        (
            by(", having: { figures: [{ measure: COUNT, statistic: AVG, is: { gt: 1 } }] }"),
            "BAD_ARGUMENT",
            "having.figures[0]: COUNT has a single value",
        ),
        (
            by(", orderBy: [{ days: { from: PERIOD_START, to: PERIOD_END }, inDollarsOf: 2024 }]"),
            "BAD_ARGUMENT",
            "applies to dollar amounts, not to days",
        ),
        (
            "totals { correlation(of: COUNT, with: FEDERAL_SHARE) { n } }".to_owned(),
            "BAD_ARGUMENT",
            "of: COUNT is not a number of each row",
        ),
        (
            "totals { correlation(of: POPULATION, with: OFFICERS_FUNDED, inDollarsOf: 2024) { n } }".to_owned(),
            "BAD_ARGUMENT",
            "neither measure is a dollar amount",
        ),
        (
            "totals { estimate(of: POPULATION, clusteredBy: AGENCY) { value } }".to_owned(),
            "BAD_ARGUMENT",
            "these rows are not a sample",
        ),
        (
            "totals { federalShare { histogram(bins: 201) { count } } }".to_owned(),
            "BAD_ARGUMENT",
            "bins: 201 is not between 1 and 200",
        ),
        (
            "totals { federalShare { histogram(from: 5, to: 5) { count } } }".to_owned(),
            "BAD_ARGUMENT",
            "`to` must be greater than `from`",
        ),
        (
            "totals { active(from: PERIOD_START, to: PERIOD_END, on: { every: MONTH, from: 1990, to: 2020 }) { count } }".to_owned(),
            "BAD_ARGUMENT",
            "more than 128 days",
        ),
        (
            "overlap(of: PROGRAM, by: PROGRAM) { count }".to_owned(),
            "BAD_ARGUMENT",
            "two different keys",
        ),
    ]
}

#[tokio::test]
async fn what_is_wrong_with_aggregates_is_said_before_anything_is_read() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let mut clients = [database.client().await, database.client_in_sql().await];
    // More figures than one list may have are more aliases than a query may have.
    for client in &mut clients {
        client.limits.aliases = 1_000;
        client.limits.tokens = 10_000;
    }
    let query = "{ grants { groups(by: [STATUS], first: 1) { pageInfo { endCursor } } } }";
    let data = clients[0].data(query).await;
    let cursor = data["grants"]["groups"]["pageInfo"]["endCursor"].to_string();
    for (field, code, words) in mistakes(&cursor).into_iter().chain(mistakes_among_groups()) {
        for client in &clients {
            let query = format!("{{ grants {{ nodes {{ id }} {field} }} }}");
            let answer = client.answer(&query, Value::Null).await;
            let (message, found) = client.error(&query).await;
            assert!(message.contains(words), "{query}: {message}");
            assert_eq!(found, code, "{query}: {message}");
            // A year that the program knows, and this database does not.
            let is_of_year = field.contains("inDollarsOf: 2023");
            assert!(
                answer.statements().is_empty() || is_of_year,
                "{query}: refused before anything is read"
            );
        }
    }
    // Where it is wrong is said by the place in the document: there is no answer that a path could lead into.
    let query = "{ agencies { nodes { all: grants { groups(by: [STATUS]) { nodes { share: federalShare { p: percentile(p: 3) } } } } } } }";
    let answer = clients[0].answer(query, Value::Null).await;
    let error = &answer.response.errors[0];
    assert!(error.path.is_empty());
    assert_eq!(error.locations[0].column, query.find("p: percentile").unwrap() + 1);
    for (query, words) in [
        (
            "{ grants(beyond: { measure: FEDERAL_SHARE }) { totalCount } }",
            "either `above` or `below`",
        ),
        (
            "{ grants(beyond: { measure: POPULATION, above: 0.9 }) { totalCount } }",
            "belongs to a related row",
        ),
        ("{ grants(beyond: { measure: FEDERAL_SHARE, above: 99 }) { totalCount } }", "0.99"),
        (
            "{ agencies { nodes { grants(orderBy: [{ officersFunded: { measure: FUNDED } }]) { nodes { id } } } } }",
            "use `grants`",
        ),
        (
            "{ grants(filter: { compare: [{ column: PERIOD_END, is: GT, with: FEDERAL_SHARE }] }) { totalCount } }",
            "compare dates with dates",
        ),
        (
            "{ outcomes { groups(by: [MEASURE, LEVEL]) { nodes { window { value { cumulative } } } } } }",
            "different measures",
        ),
        (
            "{ agencies { nodes { grants { quality { column } } } } }",
            "not available on a nested list",
        ),
        (
            "{ agencies { nodes { outcomes { differenceInDifferences(of: VALUE) { clusters } } } } }",
            "not available on a nested list",
        ),
        ("{ outcomes { differenceInDifferences(of: AGENCIES) { clusters } } }", "has no mean"),
        ("{ outcomes { differenceInDifferences(of: POPULATION) { clusters } } }", "not a sample"),
        (
            "{ outcomes { differenceInDifferences(of: YEARS, event: { from: 3, to: 1 }) { clusters } } }",
            "`from` (3) is after `to` (1)",
        ),
        (
            "{ outcomes { differenceInDifferences(of: YEARS, event: { balanced: true }) { clusters } } }",
            "a balanced panel needs",
        ),
    ] {
        let (message, code) = clients[0].error(query).await;
        assert!(message.contains(words), "{query}: {message}");
        assert_eq!(code, "BAD_ARGUMENT", "{query}");
    }
    let order = "{ agencies(orderBy: [{ grants: { measure: COUNT } }]) { nodes { id } } }";
    assert!(clients[1].error(order).await.0.contains("--aggregates sql"));
    clients[0].data(order).await;
    let many = "{ agencies(first: 100) { nodes { grants { groups(by: [PERIOD_START], first: 1000) { totalCount } } } } }";
    clients[0].limits.cost = 10;
    assert_eq!(clients[0].error(many).await.1, "QUERY_TOO_EXPENSIVE");
}
