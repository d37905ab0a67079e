//! Variables that are not sent: what remains of a filter, on both executors and databases.

use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase},
};

/// A filter with variables, what it means where none is sent, and where those are null.
const GRANTS: [(&str, &str, &str); 11] = [
    ("status: { eq: $status }", "", ""),
    ("not: { status: { eq: $status } }", "", "not: {}"),
    ("not: { not: { status: { eq: $status } } }", "", "not: { not: {} }"),
    (
        "not: { status: { eq: $status }, fiscalYear: { gte: 2012 } }",
        "not: { fiscalYear: { gte: 2012 } }",
        "not: { fiscalYear: { gte: 2012 } }",
    ),
    (
        "or: [{ status: { eq: $status } }, { fiscalYear: { gte: 2012 } }]",
        "or: [{ fiscalYear: { gte: 2012 } }]",
        "or: [{}, { fiscalYear: { gte: 2012 } }]",
    ),
    ("or: [{ status: { eq: $status } }, { fiscalYear: { eq: $year } }]", "", "or: [{}, {}]"),
    (
        "and: [{ not: { fiscalYear: { in: [$must] } } }, { status: { in: $statuses } }]",
        "and: [{ not: { fiscalYear: { in: [2012] } } }]",
        "and: [{ not: { fiscalYear: { in: [2012] } } }]",
    ),
    ("agency: { state: { eq: $state } }", "", "agency: {}"),
    ("officersFunded: { none: { kind: { eq: $kind } } }", "", "officersFunded: { none: {} }"),
    (
        "officersFunded: { some: { kind: { eq: $kind } }, none: { hired: { gt: 3 } } }",
        "officersFunded: { none: { hired: { gt: 3 } } }",
        "officersFunded: { some: {}, none: { hired: { gt: 3 } } }",
    ),
    (
        "program: { not: { code: { contains: $text } } }, fiscalYear: { ne: $year }",
        "",
        "program: { not: {} }",
    ),
];

const DECLARED: &str = "$status: GrantStatus, $statuses: [GrantStatus!], $year: Int, $must: Int! = 2012, $state: State, \
    $kind: OfficerKind, $text: String";

async fn count(client: &Client, filter: &str, sent: &Value) -> Value {
    let used: String = DECLARED
        .split(", ")
        .filter(|declared| {
            let name = declared.split(':').next().unwrap_or_default();
            let mut places = filter.match_indices(name);
            places.any(|(at, _)| {
                !filter[at + name.len()..].starts_with(|c: char| c.is_alphanumeric())
            })
        })
        .collect::<Vec<_>>()
        .join(", ");
    let head = if used.is_empty() { String::new() } else { format!("query({used}) ") };
    let query = format!(
        "{head}{{ grants(filter: {{ {filter} }}) {{ totalCount totals {{ where(filter: {{ {filter} }}) {{ count }} }} \
         nodes {{ id }} }} }}"
    );
    client.data_with(&query, sent.clone()).await["grants"].clone()
}

#[tokio::test]
async fn a_variable_that_is_not_sent_takes_its_comparison_away() {
    for database in
        TestDatabase::each("a_variable_that_is_not_sent_takes_its_comparison_away").await
    {
        fixture::load(&database.writer().await, SMALL).await;
        for client in [database.client().await, database.client_in_sql().await] {
            let all = count(&client, "", &json!({})).await;
            for (filter, unsent, null) in GRANTS {
                let found = count(&client, filter, &json!({})).await;
                assert_eq!(found, count(&client, unsent, &json!({})).await, "{filter}, unsent");
                let nulls = json!({ "status": null, "statuses": null, "year": null, "state": null, "kind": null, "text": null });
                let found = count(&client, filter, &nulls).await;
                assert_eq!(found, count(&client, null, &json!({})).await, "{filter}, null");
            }
            // The cases tell these apart.
            for filter in
                ["not: {}", "agency: {}", "officersFunded: { none: {} }", "program: { not: {} }"]
            {
                assert_ne!(count(&client, filter, &json!({})).await, all, "{filter}");
            }
        }
    }
}

#[tokio::test]
async fn having_and_events_are_filters_too() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    for client in [database.client().await, database.client_in_sql().await] {
        let groups = |having: &str| {
            format!(
                "query($n: Int, $d: Dollars, $f: Float) {{ grants {{ groups(by: [FISCAL_YEAR], having: {having}) {{ totalCount }} }} \
                x: grants {{ groups(by: [], having: {{ or: [{{ count: {{ lt: $n }} }}, {{ federalShare: {{ sum: {{ lt: $d }} }} }}, {{ dollarsPerOfficer: {{ lt: $f }} }}] }}) {{ totalCount }} }} }}"
            )
        };
        let ask = async |having: &str| client.data_with(&groups(having), json!({})).await;
        let all = ask("{}").await;
        assert_eq!(all["x"]["groups"]["totalCount"], 1);
        for having in [
            "{ not: { count: { gte: $n } } }",
            "{ not: { federalShare: { inDollarsOf: null, sum: { gte: $d } } } }",
            "{ or: [{ federalShare: { percentile: [{ p: 0.5, is: { gte: $f } }] } }] }",
        ] {
            assert_eq!(ask(having).await, all, "{having}");
        }
        let event = |event: &str| {
            format!(
                "query($s: ProgramCategory) {{ outcomes {{ groups(by: [EVER_FUNDED], event: {event}) {{ nodes {{ key {{ everFunded }} count }} }} }} \
                o: programs(filter: {{ category: {{ eq: $s }} }}) {{ totalCount }} }}"
            )
        };
        let ask = async |text: &str| client.data_with(&event(text), json!({})).await;
        let some = ask("{ grants: { not: { program: { category: { eq: $s } } } } }").await;
        assert_eq!(some, ask("{}").await);
        assert_ne!(some, ask("{ grants: { not: {} } }").await);
    }
}
