//! A document that was read before is answered as one that was not.

use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase},
};

async fn outcome(client: &Client, document: &str, variables: &Value) -> (Value, String) {
    let response = client.answer(document, variables.clone()).await.response;
    (response.data.into_json().unwrap(), format!("{:?}", response.errors))
}

#[tokio::test]
async fn what_was_read_before_is_answered_as_what_was_not() {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let filter = "query Q($f: AgencyFilter, $n: Int = 3) { agencies(filter: $f, first: $n) { totalCount nodes { name } } }";
    let part = "query($s: String, $on: Boolean!) { agencies(filter: { state: { eq: $s }, bogus: 1 }) { totalCount @include(if: $on) } }";
    let list = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let one = "query($by: AgencyKey!) { agency(by: $by) { name } }";
    let order = "query($o: [AgencyOrder!]) { agencies(orderBy: $o, first: 2) { nodes { name } } }";
    let cases: [(&str, Vec<Value>); 6] = [
        (
            filter,
            vec![
                json!({ "f": { "state": { "eq": "DC" } }, "n": 1 }),
                json!({ "f": { "state": { "eq": 1 } }, "n": 1 }),
                json!({ "f": { "nothing": 1 }, "n": 1 }),
                json!({ "f": { "or": [{ "state": { "in": ["DC", 2] } }] }, "n": 1 }),
                json!({ "f": { "or": { "state": { "eq": "DC" } } }, "n": 1 }),
                json!({ "f": "text", "n": 1 }),
                json!({ "f": null, "n": 1 }),
                json!({ "f": { "state": { "eq": "DC" } }, "n": "1" }),
                json!({ "f": { "state": { "eq": "DC" } }, "n": 1.5 }),
                json!({ "f": { "state": { "eq": "DC" } } }),
                json!({ "n": 2 }),
                json!({ "n": null }),
                json!({ "n": 2, "unknown": 1 }),
                json!({}),
            ],
        ),
        (
            part,
            vec![
                json!({ "on": true }),
                json!({ "on": false }),
                json!({ "on": "yes" }),
                json!({ "on": true, "s": "DC" }),
            ],
        ),
        (
            list,
            vec![
                json!({ "ids": ["QWdlbmN5OjE"] }),
                json!({ "ids": [1] }),
                json!({ "ids": "QWdlbmN5OjE" }),
                json!({ "ids": [null] }),
                json!({ "ids": [{}] }),
                json!({}),
            ],
        ),
        (
            one,
            vec![
                json!({ "by": { "ori": "CA0194200" } }),
                json!({ "by": { "ori": "CA0194200", "id": "a" } }),
                json!({ "by": {} }),
                json!({ "by": { "ori": null } }),
                json!({ "by": { "name": "a" } }),
            ],
        ),
        (
            order,
            vec![
                json!({ "o": [{ "field": "NAME" }] }),
                json!({ "o": [{ "field": "NAMES" }] }),
                json!({ "o": [{ "direction": "ASC" }] }),
                json!({ "o": { "field": "NAME", "direction": "DESC" } }),
                json!({ "o": [] }),
            ],
        ),
        ("{ agencies(first: 1) { totalCount } }", vec![json!({}), json!({ "unused": 1 })]),
    ];
    let shared = test.client().await;
    for (document, given) in &cases {
        // Twice, so that each comes after each.
        for variables in given.iter().chain(given.iter().rev()) {
            let fresh = outcome(&test.client().await, document, variables).await;
            let known = outcome(&shared, document, variables).await;
            assert_eq!(known, fresh, "{document} {variables}");
        }
    }
    // Another operation of the same document has variables of its own.
    let two = "query A($n: Int) { agencies(first: $n) { totalCount } } query B($n: State) { agencies(filter: { state: { eq: $n } }) { totalCount } }";
    let ask = async |name: &str, n: Value| {
        let mut request = async_graphql::Request::new(two).operation_name(name);
        request.variables = async_graphql::Variables::from_json(json!({ "n": n }));
        shared.send(request).await.response.errors.len()
    };
    for _ in 0..2 {
        assert_eq!(ask("A", json!(1)).await, 0);
        assert_eq!(ask("A", json!("DC")).await, 1);
        assert_eq!(ask("B", json!("DC")).await, 0);
        assert_eq!(ask("B", json!(1)).await, 1);
        assert_eq!(ask("C", json!(1)).await, 1);
    }
}
