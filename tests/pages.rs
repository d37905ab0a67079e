//! Pages together are the whole list: for every order, direction and position of missing values, with ties, from both
//! ends, at the root and nested.

use std::{cell::RefCell, fmt::Write as _};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase, block},
};

/// Every list at the root with what it can be ordered by, as the schema says.
pub(crate) async fn lists(client: &Client) -> Vec<(String, Vec<String>)> {
    let query = "{ __schema { queryType { fields { name args { name type { ofType { ofType { name } } } } } } \
        types { name inputFields { name type { name } } } } }";
    let schema = &client.data(query).await["__schema"];
    let find = |items: &Value, name: &str| {
        items.as_array().into_iter().flatten().find(|item| item["name"] == name).cloned()
    };
    let mut lists = Vec::new();
    for field in schema["queryType"]["fields"].as_array().unwrap() {
        let Some(order) = find(&field["args"], "orderBy") else { continue };
        let order = order["type"]["ofType"]["ofType"]["name"].as_str().unwrap().to_owned();
        let order = find(&schema["types"], &order).unwrap();
        let names = find(&order["inputFields"], "field").unwrap()["type"]["name"].clone();
        let query = format!("{{ __type(name: {names}) {{ enumValues {{ name }} }} }}");
        let values = client.data(&query).await["__type"]["enumValues"].clone();
        let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
        lists.push((name(field), values.as_array().unwrap().iter().map(name).collect()));
    }
    lists
}

/// A list, an order of it, and the size of a page.
pub(crate) fn orders(
    lists: Vec<(String, Vec<String>)>,
) -> impl Strategy<Value = (String, String, u32)> {
    proptest::sample::select(lists).prop_flat_map(|(list, fields)| {
        let field = proptest::sample::select(fields);
        let key = (field, any::<bool>(), any::<bool>()).prop_map(|(field, descending, first)| {
            let direction = if descending { "DESC" } else { "ASC" };
            let nulls = if first { "FIRST" } else { "LAST" };
            format!("{{ field: {field}, direction: {direction}, nulls: {nulls} }}")
        });
        let keys = proptest::collection::vec(key, 0..4);
        (Just(list), keys.prop_map(|keys| format!("[{}]", keys.join(", "))), 1_u32..40)
    })
}

/// The filter that an order by distance needs.
pub(crate) fn around(order: &str) -> &'static str {
    if order.contains("DISTANCE") { "near: { latitude: 41.5, longitude: -94.25 }" } else { "" }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_of_the_schema_gives_cursors_that_it_takes() {
    for database in
        TestDatabase::each_and_citus("every_order_of_the_schema_gives_cursors_that_it_takes").await
    {
        fixture::load(&database.writer().await, SMALL).await;
        let client = database.client().await;
        let lists = lists(&client).await;
        let orders: usize = lists.iter().map(|(_, fields)| 2 * fields.len()).sum();
        assert!(orders > 500, "{orders} orders");
        for (list, fields) in lists {
            let ways = [("ASC", "FIRST"), ("DESC", "LAST")];
            for (field, (direction, nulls)) in
                fields.iter().flat_map(|field| ways.map(|way| (field, way)))
            {
                let order = format!("{{ field: {field}, direction: {direction}, nulls: {nulls} }}");
                let ask = |page: String| {
                    let query = format!(
                        "{{ {list}(filter: {{ {} }}, orderBy: {order}, {page}) {{ edges {{ cursor node {{ id }} }} }} }}",
                        around(&order)
                    );
                    let client = &client;
                    let list = list.as_str();
                    async move { client.data(&query).await[list]["edges"].as_array().unwrap().clone() }
                };
                let whole = ask("first: 7".to_owned()).await;
                let Some(third) = whole.get(2) else { continue };
                let cursor = &third["cursor"];
                let behind = ask(format!("first: {}, after: {cursor}", whole.len() - 3)).await;
                assert_eq!(behind, whole[3..], "{list} by {order}");
                let before = ask(format!("last: 7, before: {cursor}")).await;
                assert_eq!(before, whole[..2], "{list} by {order}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_from_either_end_are_the_whole_list() {
    let mut answers: Vec<Vec<Vec<String>>> = Vec::new();
    for database in TestDatabase::each_and_citus("pages_from_either_end_are_the_whole_list").await {
        fixture::load(&database.writer().await, SMALL).await;
        let client = database.client().await;
        let lists = lists(&client).await;
        let seen = RefCell::new(Vec::new());
        // The same cases on both databases: their lists are compared at the end.
        let mut runner = TestRunner::new_with_rng(
            Config { cases: 96, failure_persistence: None, ..Config::default() },
            proptest::test_runner::TestRng::deterministic_rng(
                proptest::test_runner::RngAlgorithm::ChaCha,
            ),
        );
        runner
            .run(&orders(lists), |(name, order, size)| {
                let name = name.as_str();
                let whole = block(walk(&client, name, &order, 100, true));
                let forward = block(walk(&client, name, &order, size, true));
                let mut backward = block(walk(&client, name, &order, size, false));
                backward.reverse();
                prop_assert_eq!(&forward, &whole);
                prop_assert_eq!(&backward, &whole);
                let total = &block(client.data(&format!(
                    "{{ {name}(filter: {{ {} }}) {{ totalCount }} }}",
                    around(&order)
                )))[name];
                prop_assert_eq!(json!(whole.len()), total["totalCount"].clone());
                seen.borrow_mut().push(whole);
                Ok(())
            })
            .unwrap();
        answers.push(seen.into_inner());
    }
    if let [sqlite, postgres] = &answers[..] {
        assert_eq!(sqlite, postgres, "the databases order alike");
    }
}

#[tokio::test]
async fn nested_pages_from_either_end_are_the_whole_list() {
    for database in
        TestDatabase::each_and_citus("nested_pages_from_either_end_are_the_whole_list").await
    {
        fixture::load(&database.writer().await, SMALL).await;
        let client = database.client().await;
        let order = "orderBy: [{ field: ROLE, direction: DESC }, { field: HOURS, nulls: FIRST }]";
        let query = format!(
            "{{ trainingSessions {{ nodes {{ id trainees({order}) {{
            totalCount edges {{ cursor node {{ id }} }} }} }} }} }}"
        );
        let data = client.data(&query).await;
        for session in data["trainingSessions"]["nodes"].as_array().unwrap() {
            let edges = session["trainees"]["edges"].as_array().unwrap();
            assert_eq!(json!(edges.len()), session["trainees"]["totalCount"]);
            for (end, place) in [("first", "after"), ("last", "before")] {
                // Each cursor, sent back, gives the rows beyond it.
                for (index, edge) in edges.iter().enumerate() {
                    let query = format!(
                        "{{ node(id: {}) {{ ... on TrainingSession {{
                        trainees({order}, {end}: 2, {place}: {}) {{ nodes {{ id }}
                        pageInfo {{ hasNextPage hasPreviousPage }} }} }} }} }}",
                        session["id"], edge["cursor"]
                    );
                    let page = client.data(&query).await["node"]["trainees"].clone();
                    let beyond = match end {
                        "first" => &edges[index + 1..edges.len().min(index + 3)],
                        _ => &edges[index.saturating_sub(2)..index],
                    };
                    let ids: Vec<_> = beyond.iter().map(|edge| &edge["node"]).collect();
                    assert_eq!(page["nodes"], json!(ids), "{query}");
                    let (next, previous) = match end {
                        "first" => (index + 3 < edges.len(), true),
                        _ => (true, index > 2),
                    };
                    assert_eq!(page["pageInfo"]["hasNextPage"], json!(next), "{query}");
                    assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(previous), "{query}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_page_is_said() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let client = database.client().await;
    let data = client.data("{ agencies(first: 1) { pageInfo { endCursor } } }").await;
    let cursor = data["agencies"]["pageInfo"]["endCursor"].to_string();
    let cases = [
        ("agencies(first: -1)", "BAD_ARGUMENT", "negative"),
        ("agencies(first: 101)", "PAGE_TOO_LARGE", "--max-page"),
        ("agencies(first: 1, last: 1)", "BAD_ARGUMENT", "one end"),
        ("agencies(after: \"?\")", "INVALID_CURSOR", "base64"),
        ("agencies(after: \"bnVsbA\")", "INVALID_CURSOR", "list"),
        (&format!("grants(after: {cursor})"), "INVALID_CURSOR", "another list"),
        (
            &format!("agencies(after: {cursor}, orderBy: [{{ field: NAME }}])"),
            "INVALID_CURSOR",
            "another list or order",
        ),
    ];
    for (field, code, words) in cases {
        let query = format!("{{ {field} {{ nodes {{ id }} }} \n}}");
        let answer = client.answer(&query, Value::Null).await;
        let (message, found) = client.error(&query).await;
        assert_eq!(found, code, "{query}: {message}");
        assert!(message.contains(words), "{query}: {message}");
        assert!(answer.statements().is_empty(), "{query}: refused before anything is read");
    }
}

/// All ids of a list, a page at a time.
async fn walk(client: &Client, list: &str, order: &str, size: u32, forward: bool) -> Vec<String> {
    let mut ids = Vec::new();
    let mut place = String::new();
    loop {
        let end = if forward { "first" } else { "last" };
        let query = format!(
            "{{ {list}(filter: {{ {} }}, orderBy: {order}, {end}: {size}{place}) {{
            nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}",
            around(order)
        );
        let data = client.data(&query).await;
        let page = &data[list];
        let mut nodes: Vec<_> = page["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["id"].as_str().unwrap().to_owned())
            .collect();
        if !forward {
            nodes.reverse();
        }
        ids.extend(nodes);
        let info = &page["pageInfo"];
        let (more, cursor, name) = match forward {
            true => (&info["hasNextPage"], &info["endCursor"], "after"),
            false => (&info["hasPreviousPage"], &info["startCursor"], "before"),
        };
        if *more == Value::Bool(false) {
            return ids;
        }
        place.clear();
        write!(place, ", {name}: {cursor}").unwrap();
    }
}
