//! The server over a real socket.

use cops_graphql::{database, http::Server, schema::Dataset};
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    support::TestDatabase,
};

/// A server on a port of its own, with the base of its URLs.
async fn server() -> (TestDatabase, String) {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let reader = database::reader(&test.url).await.unwrap();
    let dataset = Dataset::read(&reader).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Server::new(reader, dataset).router();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (test, url)
}

#[tokio::test]
async fn a_query_is_answered_by_post_and_by_get() {
    let (_test, url) = server().await;
    let client = reqwest::Client::new();
    let query =
        "query Q($n: Int) { agencies(first: $n) { totalCount } } query R { dataset { revision } }";
    let body = json!({ "query": query, "variables": { "n": 1 }, "operationName": "Q" });
    let posted = client.post(format!("{url}/graphql")).json(&body).send().await.unwrap();
    assert_eq!(posted.status(), 200);
    assert!(posted.headers().contains_key("x-request-id"));
    let posted: Value = posted.json().await.unwrap();
    assert_eq!(posted["data"]["agencies"]["totalCount"], 24);
    assert_eq!(posted["extensions"]["dataset"], json!({ "revision": 1, "synthetic": false }));
    // Fields come in the order of the query, not of the alphabet.
    let ordered = json!({ "query": "{ z: __typename agencies(first: 1) { totalCount nodes { state name } } a: __typename }" });
    let ordered = client.post(format!("{url}/graphql")).json(&ordered).send().await.unwrap();
    let ordered = ordered.text().await.unwrap();
    let expected = "{\"data\":{\"z\":\"Query\",\"agencies\":{\"totalCount\":24,\"nodes\":[{\"state\":\"DC\",\"name\":";
    assert!(ordered.starts_with(expected), "{ordered}");
    let got = client
        .get(format!("{url}/graphql"))
        .query(&[("query", query), ("variables", "{\"n\":1}"), ("operationName", "R")])
        .send()
        .await
        .unwrap();
    let got: Value = got.json().await.unwrap();
    assert_eq!(got["data"]["dataset"]["revision"], 1);
}

#[tokio::test]
async fn what_is_not_a_query_is_refused_with_words() {
    let (_test, url) = server().await;
    let client = reqwest::Client::new();
    let form = client.post(format!("{url}/graphql")).body("query={__typename}");
    let form =
        form.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(form.status(), 415);
    let broken = client.post(format!("{url}/graphql")).body("{");
    let broken = broken.header("content-type", "application/json").send().await.unwrap();
    assert_eq!(broken.status(), 400);
    let broken: Value = broken.json().await.unwrap();
    assert!(broken["errors"][0]["message"].as_str().unwrap().contains("JSON object"), "{broken}");
    let empty = client.get(format!("{url}/graphql")).send().await.unwrap();
    assert_eq!(empty.status(), 400);
    let unknown = client
        .post(format!("{url}/graphql"))
        .header("accept", "application/graphql-response+json")
        .json(&json!({ "query": "{ nothing }" }));
    let unknown = unknown.send().await.unwrap();
    assert_eq!(unknown.status(), 400);
    let unknown: Value = unknown.json().await.unwrap();
    assert!(unknown.get("data").is_none(), "{unknown}");
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "INVALID_QUERY");
    let put = client.put(format!("{url}/graphql")).send().await.unwrap();
    assert_eq!(put.status(), 405);
}

#[tokio::test]
async fn a_new_revision_is_seen_while_serving() {
    use cops_graphql::database::load::{Counts, Load};
    let (test, url) = server().await;
    let load = Load::begin(&test.writer().await, "more", false).await.unwrap();
    let ready = || async {
        let body = reqwest::get(format!("{url}/health/ready")).await.unwrap();
        assert_eq!(body.status(), 200);
        body.json::<Value>().await.unwrap()["revision"].clone()
    };
    assert_eq!(ready().await, 1, "nobody sees a load before it commits");
    load.commit(Counts::default()).await.unwrap();
    assert_eq!(ready().await, 2);
    let sdl = reqwest::get(format!("{url}/schema.graphql")).await.unwrap().text().await.unwrap();
    assert_eq!(sdl, cops_graphql::schema::sdl());
}

#[tokio::test]
async fn the_server_cannot_write() {
    use sea_orm::ConnectionTrait as _;
    for test in TestDatabase::each("the_server_cannot_write").await {
        fixture::load(&test.writer().await, SMALL).await;
        let reader = database::reader(&test.url).await.unwrap();
        let error = reader.execute_unprepared("DELETE FROM trainees").await.unwrap_err();
        let error = error.to_string();
        assert!(error.contains("readonly") || error.contains("read-only"), "{error}");
    }
}
