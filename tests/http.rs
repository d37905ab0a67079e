//! The server over a real socket.

use cops_graphql::{database, server::AggregatesBy};
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    support::{TestDatabase, server},
};

#[tokio::test]
async fn a_query_is_answered_by_post_and_by_get() {
    let (_test, url) = server(AggregatesBy::Memory).await;
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
    let (_test, url) = server(AggregatesBy::Memory).await;
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
    use cops_graphql::database::load::{Load, LoadCounts};
    let (test, url) = server(AggregatesBy::Memory).await;
    let load = Load::begin(&test.writer().await, "more", false).await.unwrap();
    let ready = || async {
        let body = reqwest::get(format!("{url}/health/ready")).await.unwrap();
        assert_eq!(body.status(), 200);
        body.json::<Value>().await.unwrap()["revision"].clone()
    };
    assert_eq!(ready().await, 1, "nobody sees a load before it commits");
    load.commit(LoadCounts::default()).await.unwrap();
    assert_eq!(ready().await, 2);
    let sdl = reqwest::get(format!("{url}/schema.graphql")).await.unwrap().text().await.unwrap();
    assert_eq!(sdl, cops_graphql::graphql::sdl());
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

/// Sends a query, and gives the status and the answer.
async fn ask(url: &str, body: Value) -> (u16, Value) {
    let request = reqwest::Client::new().post(format!("{url}/graphql"));
    let request = request.header("accept", "application/graphql-response+json");
    let response = request.json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn what_would_take_the_process_down_is_refused_and_the_server_lives() {
    let (_test, url) = server(AggregatesBy::Memory).await;
    let filter = |filter: &str| format!("{{ grants(filter: {filter}) {{ totalCount }} }}");
    let not =
        format!("{}{{ fiscalYear: {{ eq: 1 }} }}{}", "{ not: ".repeat(1_000), "}".repeat(1_000));
    let list = format!("{{ fiscalYear: {{ in: {}1{} }} }}", "[".repeat(3_000), "]".repeat(3_000));
    let flat = format!("{{ or: [{}] }}", "{}, ".repeat(5_000));
    let keys = "{ field: TITLE } ".repeat(11);
    let words = (0..17).map(|word| format!("word{word}")).collect::<Vec<_>>().join(" ");
    let cases = [
        (filter(&not), "QUERY_TOO_LARGE", "levels of nested brackets"),
        (filter(&list), "QUERY_TOO_LARGE", "levels of nested brackets"),
        (filter(&flat), "QUERY_TOO_LARGE", "tokens"),
        ("{ a ".repeat(10_000), "QUERY_TOO_LARGE", "levels of nested brackets"),
        (format!("{{ grants(orderBy: [{keys}]) {{ totalCount }} }}"), "BAD_ARGUMENT", "11 keys"),
        (format!("{{ grants(search: \"{words}\") {{ totalCount }} }}"), "BAD_ARGUMENT", "16"),
        (filter("{ title: { contains: \"\\u0000\" } }"), "INVALID_QUERY", "text"),
        (filter("{ obligatedOn: { eq: \"2024-02-30\" } }"), "INVALID_QUERY", "is not a date"),
        ("{ agencies( }".to_owned(), "INVALID_QUERY", "expected"),
    ];
    for (query, code, words) in cases {
        let (_, answer) = ask(&url, json!({ "query": query })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(words), "{answer}");
    }
    // The same by variables, which the text does not show.
    let query = "query($f: GrantFilter!) { grants(filter: $f) { totalCount } }";
    let item = json!({ "fiscalYear": { "eq": 2010 } });
    let or = |count: usize| json!({ "or": vec![item.clone(); count] });
    for (filter, refused) in [
        (or(250), false),
        (or(251), true),
        (json!({ "and": vec![or(200); 10] }), true),
        (json!({ "fiscalYear": { "in": vec![2010; 251] } }), true),
    ] {
        let (_, answer) = ask(&url, json!({ "query": query, "variables": { "f": filter } })).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        let is_refused = matches!(code, Some("BAD_ARGUMENT" | "QUERY_TOO_LARGE"));
        assert_eq!(is_refused, refused, "{answer}");
    }
    let (status, answer) = ask(&url, json!({ "query": "#".repeat(110_000) })).await;
    assert_eq!(status, 413, "{answer}");
    let (status, answer) = ask(&url, json!({ "query": query })).await;
    assert_eq!(status, 400);
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("$f"), "{answer}");
    let (_, answer) =
        ask(&url, json!({ "query": "{ dataset @skip(if: true) { revision } }" })).await;
    assert_eq!(answer["data"], json!({}), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_of_one_revision() {
    use cops_graphql::database::load::{Load, LoadCounts};
    let (test, url) = server(AggregatesBy::Memory).await;
    let db = test.writer().await;
    let loads = async move {
        for _ in 0..20 {
            let load = Load::begin(&db, "more", false).await.unwrap();
            load.commit(LoadCounts::default()).await.unwrap();
        }
    };
    let loads = tokio::spawn(loads);
    let query = json!({ "query": "{ revisions { totalCount } dataset { revision } again: dataset { revision } }" });
    let mut asked = 0;
    while !loads.is_finished() || asked == 0 {
        let (_, answer) = ask(&url, query.clone()).await;
        let revision = &answer["extensions"]["dataset"]["revision"];
        assert_eq!(&answer["data"]["dataset"]["revision"], revision, "{answer}");
        assert_eq!(&answer["data"]["again"]["revision"], revision, "{answer}");
        assert_eq!(&answer["data"]["revisions"]["totalCount"], revision, "{answer}");
        asked += 1;
    }
    loads.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_in_memory_follows_the_newest_revision() {
    use cops_graphql::database::load::{Load, LoadCounts};
    let (test, url) = server(AggregatesBy::Memory).await;
    // What asks for aggregates only is answered from the copy, of whichever revision it is.
    let copied = json!({ "query": "{ revisions { totalCount } }" });
    // What asks for rows too is of the newest revision at once.
    let mixed =
        json!({ "query": "{ dataset { revision } revisions { totalCount nodes { id } } }" });
    let (_, answer) = ask(&url, copied.clone()).await;
    assert_eq!(answer["data"]["revisions"]["totalCount"], 1, "{answer}");
    let load = Load::begin(&test.writer().await, "more", false).await.unwrap();
    load.commit(LoadCounts::default()).await.unwrap();
    let (_, answer) = ask(&url, mixed).await;
    assert_eq!(answer["data"]["revisions"]["totalCount"], 2, "{answer}");
    assert_eq!(answer["extensions"]["dataset"]["revision"], 2, "{answer}");
    let began = std::time::Instant::now();
    loop {
        let (_, answer) = ask(&url, copied.clone()).await;
        let count = &answer["data"]["revisions"]["totalCount"];
        assert_eq!(count, &answer["extensions"]["dataset"]["revision"], "{answer}");
        if *count == 2 {
            break;
        }
        assert!(began.elapsed().as_secs() < 20, "the copy does not follow");
        tokio::task::yield_now().await;
    }
}
