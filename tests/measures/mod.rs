//! Totals and groups over GraphQL: nested as at the root, one page at a time, and invalid requests.

mod apart;
mod mistakes;

use std::fmt::Write as _;

use serde_json::Value;

use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase},
};

/// What is asked of the grants of an agency, and of all grants that are filtered by it.
const SELECTIONS: [&str; 6] = [
    "totalCount totals { count agencies federalShare { sum avg median stddev known missing }
        population { sum } dollarsPerOfficer where(filter: { fiscalYear: { gte: 2014 } }) { count } }",
    "groups(by: [FISCAL_YEAR]) { totalCount nodes { key { fiscalYear } count localMatch { max } } }",
    "groups(by: [PROGRAM, STATUS], subtotals: true) { totalCount nodes {
        level key { program { code } status } count officersHired { sum } hiredRate } }",
    "groups(by: [OBLIGATED_ON_QUARTER], orderBy: [{ measure: FEDERAL_SHARE, direction: DESC, nulls: FIRST }],
        first: 1) { totalCount edges { cursor node { count key { obligatedOnQuarter } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }",
    "groups(by: [INSTRUMENT, FISCAL_YEAR], having: { federalShare: { min: { gt: 0 } } }, last: 2) {
        totalCount nodes { key { fiscalYear instrument } federalShare(inDollarsOf: 2024) { min } }
        pageInfo { hasNextPage hasPreviousPage } }",
    "groups(by: [], having: { count: { gt: 2 } }) { nodes { level count } }",
];

#[tokio::test]
async fn the_measures_of_each_parent_are_those_of_the_list_filtered_by_it() {
    for database in TestDatabase::each_and_citus("the_measures_of_each_parent").await {
        fixture::load(&database.writer().await, SMALL).await;
        for mut client in [database.client().await, database.client_in_sql().await] {
            client.limits.cost = 200_000;
            for selection in SELECTIONS {
                for filter in
                    ["{}", "{ fiscalYear: { gte: 2013 } }", "{ title: { contains: \"no\" } }"]
                {
                    let nested = format!(
                        "{{ agencies(first: 100) {{ nodes {{ id grants(filter: {filter}) {{ {selection} }} }} }} }}"
                    );
                    let data = client.data(&nested).await;
                    let agencies = data["agencies"]["nodes"].as_array().unwrap();
                    assert_eq!(agencies.len(), 24);
                    for agency in agencies {
                        let id = &agency["id"];
                        let root = format!(
                            "{{ grants(filter: {{ and: [{filter}, {{ agency: {{ id: {{ eq: {id} }} }} }}] }}) {{ {selection} }} }}"
                        );
                        let data = client.data(&root).await;
                        assert_eq!(agency["grants"], data["grants"], "{selection} {filter}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_measures_of_many_parents_cost_no_more_statements_than_those_of_one() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let query = |parents: usize| {
        format!(
            "{{ agencies(first: {parents}) {{ nodes {{ grants {{ totalCount totals {{ federalShare {{ sum median }} }}
                groups(by: [PROGRAM]) {{ nodes {{ key {{ program {{ code }} }} count }} }} }} }} }} }}"
        )
    };
    let (copy, sql) = (database.client().await, database.client_in_sql().await);
    for parents in [2, 24] {
        // The agencies, and the programs that are keys.
        assert_eq!(copy.answer(&query(parents), Value::Null).await.statements().len(), 2);
        // And the tallies and the values of the totals; the counts of the groups.
        let answer = sql.answer(&query(parents), Value::Null).await;
        let statements = answer.statements();
        assert_eq!(statements.len(), 5, "{statements:#?}");
    }
    // What the page itself tells is not counted.
    let query = "{ programs { totalCount nodes { code } } }";
    assert_eq!(sql.answer(query, Value::Null).await.statements().len(), 1);
}

/// All groups, a page at a time, as their keys and counts.
async fn walk(client: &Client, arguments: &str, size: usize, forward: bool) -> Vec<Value> {
    let mut groups = Vec::new();
    let mut place = String::new();
    loop {
        let end = if forward { "first" } else { "last" };
        let query = format!(
            "{{ trainees {{ groups({arguments}, {end}: {size}{place}) {{
            nodes {{ level count key {{ role sessionState agency {{ id }} }} hours {{ avg }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"
        );
        let data = client.data(&query).await;
        let page = &data["trainees"]["groups"];
        let mut nodes = page["nodes"].as_array().unwrap().clone();
        assert!(nodes.len() <= size);
        if !forward {
            nodes.reverse();
        }
        groups.extend(nodes);
        let info = &page["pageInfo"];
        let (more, cursor, name) = match forward {
            true => (&info["hasNextPage"], &info["endCursor"], "after"),
            false => (&info["hasPreviousPage"], &info["startCursor"], "before"),
        };
        if *more == Value::Bool(false) {
            break;
        }
        place.clear();
        write!(place, ", {name}: {cursor}").unwrap();
    }
    if !forward {
        groups.reverse();
    }
    groups
}

#[tokio::test]
async fn pages_of_groups_put_together_are_all_of_them() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    for client in [database.client().await, database.client_in_sql().await] {
        for order in [
            "[]",
            "[{ measure: COUNT, direction: DESC }]",
            "[{ measure: HOURS, statistic: AVG, nulls: FIRST }, { key: ROLE, direction: DESC }]",
            "[{ measure: HOURS, statistic: PERCENTILE, p: 0.9 }, { key: AGENCY, nulls: FIRST }]",
        ] {
            let arguments =
                format!("by: [AGENCY, SESSION_STATE, ROLE], subtotals: true, orderBy: {order}");
            let all = walk(&client, &arguments, 1000, true).await;
            assert!(all.len() > 60, "{}", all.len());
            assert_eq!(walk(&client, &arguments, 7, true).await, all, "{order}");
            assert_eq!(walk(&client, &arguments, 7, false).await, all, "{order}");
        }
    }
}

#[tokio::test]
async fn groups_come_whole_or_are_refused() {
    for database in TestDatabase::each_and_citus("groups_come_whole").await {
        fixture::load(&database.writer().await, SMALL).await;
        for mut client in [database.client().await, database.client_in_sql().await] {
            let agencies = |arguments: &str, of: &str| {
                format!("{{ grants {{ groups(by: [AGENCY]{arguments}) {{ {of} }} }} }}")
            };
            let data = client.data(&agencies("", "totalCount nodes { count }")).await;
            let groups = &data["grants"]["groups"];
            let total = groups["totalCount"].as_u64().unwrap();
            assert_eq!(groups["nodes"].as_array().unwrap().len() as u64, total);
            // As many as an answer may have are all; of one more a part is not shown as the whole.
            client.limits.groups = total.try_into().unwrap();
            client.data(&agencies("", "nodes { count }")).await;
            client.limits.groups -= 1;
            for of in [
                "nodes { count }",
                "edges { node { count } }",
                "totalCount pageInfo { hasNextPage } nodes { count }",
            ] {
                for arguments in
                    ["", ", having: { count: { gte: 0 } }", ", orderBy: [{ measure: COUNT }]"]
                {
                    let (message, code) = client.error(&agencies(arguments, of)).await;
                    assert_eq!(code, "TOO_MANY_GROUPS", "{message}");
                    assert!(
                        message.contains(&format!("limit of {} groups", total - 1)),
                        "{message}"
                    );
                    assert!(
                        message.contains("--max-groups") && message.contains("`first`"),
                        "{message}"
                    );
                }
            }
            // Nothing of such a request is answered, wherever it stands.
            let nested = "{ a: dataset { revision } programs(first: 1) { nodes { grants { groups(by: [AGENCY, STATUS, FISCAL_YEAR]) { nodes { count } } } } } }";
            client.limits.groups = 1;
            let answer = client.answer(nested, Value::Null).await;
            assert_eq!(answer.response.data, async_graphql::Value::Null);
            assert!(answer.response.errors.iter().all(|error| error.path.is_empty()));
            // A page says that it is one, and who only counts is told how many there are.
            for of in ["first: 1", "last: 1"] {
                let data = client
                    .data(&agencies(
                        &format!(", {of}"),
                        "pageInfo { hasNextPage hasPreviousPage } nodes { count }",
                    ))
                    .await;
                assert_eq!(data["grants"]["groups"]["nodes"].as_array().unwrap().len(), 1);
            }
            let data = client.data(&agencies("", "totalCount")).await;
            assert_eq!(data["grants"]["groups"]["totalCount"], total);
            let data = client.data(&agencies("", "pageInfo { hasNextPage }")).await;
            assert_eq!(data["grants"]["groups"]["pageInfo"]["hasNextPage"], true);
        }
    }
}
