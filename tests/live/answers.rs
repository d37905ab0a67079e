//! The answers that subscribers receive.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn a_live_query_is_answered_at_once_and_after_each_load_that_changes_it() {
    for database in TestDatabase::each("a_live_query_is_answered_at_once").await {
        for aggregates in [AggregatesBy::Memory, AggregatesBy::Sql] {
            let name = database.url.clone();
            let database = match name.starts_with("sqlite") {
                true => TestDatabase::sqlite().await,
                false => TestDatabase::postgres("live").await.unwrap(),
            };
            let host = Host::of(database, aggregates, Settings::default()).await;
            let mut socket = host.connect().await;
            let query = "subscription Q($year: Int) { now: live { publications(filter: { year: { gte: $year } }) { \
                         totalCount ...F } } } fragment F on PublicationConnection { nodes { title } }";
            let payload =
                json!({ "query": query, "operationName": "Q", "variables": { "year": 2020 } });
            socket.ask("a", payload).await;
            let first = socket.answer("a").await;
            let nothing = json!({ "now": { "publications": { "totalCount": 0, "nodes": [] } } });
            assert_eq!(first["data"], nothing);
            assert_eq!(first["extensions"]["dataset"]["revision"], 1);
            host.load_nothing().await;
            host.load().await;
            let committed = Instant::now();
            // The load that changes nothing is not told of.
            let second = socket.answer("a").await;
            assert!(
                committed.elapsed() < Duration::from_millis(2_500),
                "{:?}",
                committed.elapsed()
            );
            let one = json!({ "totalCount": 1, "nodes": [{ "title": "Of revision 3" }] });
            assert_eq!(second["data"]["now"]["publications"], one);
            assert_eq!(second["extensions"]["dataset"]["revision"], 3);
        }
    }
}

#[tokio::test]
async fn what_a_load_changed_is_told_with_the_tables() {
    for database in TestDatabase::each("what_a_load_changed_is_told").await {
        let host = Host::of(database, AggregatesBy::Memory, Settings::default()).await;
        let mut socket = host.connect().await;
        let query = "subscription { of: datasetChanged { revision previousRevision loads synthetic \
                     tables { name: table added changed removed __typename } } }";
        socket.subscribe("a", query).await;
        // It is there before the load is.
        host.wait_for("live_queries", 1).await;
        host.load().await;
        let told = socket.answer("a").await;
        let table = |name: &str, added: i32, changed: i32| json!({ "name": name, "added": added, "changed": changed, "removed": 0, "__typename": "DatasetTableChange" });
        let expected = json!({ "of": {
            "revision": 2, "previousRevision": 1, "loads": 1, "synthetic": false,
            "tables": [table("agencies", 0, 1), table("publications", 1, 0)],
        } });
        assert_eq!(told["data"], expected, "{told}");
        host.load_nothing().await;
        let told = socket.answer("a").await;
        assert_eq!(told["data"]["of"]["previousRevision"], 2);
        assert_eq!(told["data"]["of"]["tables"], json!([]));
    }
}

#[tokio::test]
async fn an_answer_is_that_of_the_query_byte_for_byte() {
    let host = Host::new().await;
    let mut socket = host.connect().await;
    let query = "{ grants(first: 5) { totals { count federalShare { sum avg } } nodes { awardNumber federalShare } } }";
    let asked = reqwest::Client::new().post(format!("http://{}/graphql", host.address));
    let asked = asked.json(&json!({ "query": query })).send().await.unwrap().text().await.unwrap();
    socket.subscribe("a", &format!("subscription {{ live {query} }}")).await;
    let message = within(socket.0.next()).await.unwrap().unwrap().into_text().unwrap();
    let data = asked.strip_prefix("{\"data\":").unwrap().split_once(",\"extensions\"").unwrap().0;
    let expected = format!("\"payload\":{{\"data\":{{\"live\":{data}}},\"extensions\":");
    assert!(message.contains(&expected), "{message}\n{expected}");
}

#[tokio::test]
async fn what_is_wrong_is_said_as_it_is_of_queries() {
    let host = Host::new().await;
    let mut socket = host.connect().await;
    for (query, words, column) in [
        ("subscription { live { nothing } }", "no field \"nothing\" in Query", 23),
        (
            "subscription { dataChanged { revision } }",
            "no field \"dataChanged\" in Subscription",
            16,
        ),
        (
            "subscription { live { grants(first: 101) { totalCount } } }",
            "exceeds the limit of 100",
            23,
        ),
        ("subscription { live { __typename } datasetChanged { revision } }", "one root field", 1),
        ("subscription { live @skip(if: false) { __typename } }", "@skip", 21),
        ("subscription { live { grants(", "syntax error", 30),
    ] {
        socket.subscribe("a", query).await;
        let error = socket.error("a").await;
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{query}: {error}");
        assert_eq!(error["locations"][0]["column"], column, "{query}: {error}");
    }
    // A name may be used again after its operation has ended, and the rest lives.
    socket.subscribe("a", "{ __typename }").await;
    assert_eq!(socket.answer("a").await["data"], json!({ "__typename": "Query" }));
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "a" }));
    socket.ask("b", json!({ "query": PUBLICATIONS, "extensions": { "revision": 1 } })).await;
    let error = socket.error("b").await;
    assert!(error["message"].as_str().unwrap().contains("newest revision"), "{error}");
}

#[tokio::test]
async fn what_is_asked_of_the_schema_is_answered_live_too() {
    let host = Host::new().await;
    let mut socket = host.connect().await;
    let query = "subscription { live { ...F __type(name: \"Query\") { name } } } fragment F on Query { __schema { queryType { name } } }";
    socket.subscribe("a", query).await;
    let answer = socket.answer("a").await;
    let name = json!({ "name": "Query" });
    assert_eq!(
        answer["data"]["live"],
        json!({ "__schema": { "queryType": name }, "__type": name })
    );
}

#[tokio::test]
async fn many_subscribers_of_one_query_cost_one_answer_a_load() {
    let host = Host::new().await;
    let mut sockets = Vec::new();
    for _ in 0..50 {
        let mut socket = host.connect().await;
        for id in ["a", "b"] {
            socket.subscribe(id, PUBLICATIONS).await;
            socket.answer(id).await;
        }
        sockets.push(socket);
    }
    assert_eq!(host.metric("live_queries").await, 1);
    assert_eq!(host.metric("live_answers_total").await, 1);
    assert_eq!(host.metric("live_subscriptions{transport=\"websocket\"}").await, 100);
    host.load().await;
    for socket in &mut sockets {
        for _ in 0..2 {
            let message = socket.next().await;
            let data = &message["payload"]["data"];
            assert_eq!(data["live"]["publications"]["totalCount"], 2, "{message}");
        }
    }
    assert_eq!(host.metric("live_answers_total").await, 2);
    assert_eq!(host.metric("live_deliveries_total").await, 200);
    drop(sockets);
    host.wait_for("live_queries", 0).await;
    host.wait_for("live_subscriptions{transport=\"websocket\"}", 0).await;
}
