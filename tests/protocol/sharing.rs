//! Pages of other sites, and several requests in one.

use cops_graphql::{limits::Limits, server::Settings};
use reqwest::Method;
use serde_json::{Value, json};

use super::{JSON, Site, code, header, query, read};
use crate::{
    fixture::{SMALL, Size},
    support::TestDatabase,
};

const ORIGIN: &str = "https://dashboard.example";

#[tokio::test]
async fn a_page_of_any_site_may_read() {
    let site = Site::new().await;
    let preflight = site.client.request(Method::OPTIONS, &site.url).header("origin", ORIGIN);
    let preflight = preflight
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.status(), 200);
    for (name, expected) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-headers", "*"),
        ("access-control-allow-methods", "GET,HEAD,POST"),
        ("access-control-max-age", "86400"),
        ("access-control-allow-credentials", ""),
    ] {
        assert_eq!(header(&preflight, name), expected, "{name}");
    }
    let sdl = site.client.get(site.url.replace("graphql", "schema.graphql"));
    for request in [site.get(&[("query", "{ __typename }")]), site.get(&[]), sdl] {
        let read = request.header("origin", ORIGIN).send().await.unwrap();
        assert_eq!(header(&read, "access-control-allow-origin"), "*");
        let exposed = header(&read, "access-control-expose-headers");
        assert!(exposed.contains("etag") && exposed.contains("x-request-id"), "{exposed}");
        assert!(!header(&read, "vary").contains("origin"));
    }
}

#[tokio::test]
async fn an_operator_may_name_the_sites() {
    let origins = vec![ORIGIN.parse().unwrap(), "https://other.example".parse().unwrap()];
    let site = Site::with(Settings { origins, ..Settings::default() }).await;
    for (origin, expected) in [(ORIGIN, ORIGIN), ("https://evil.example", "")] {
        let request = site.get(&[("query", "{ __typename }")]).header("origin", origin);
        let response = request.send().await.unwrap();
        assert_eq!(header(&response, "access-control-allow-origin"), expected);
        let vary: Vec<_> = response.headers().get_all("vary").iter().collect();
        assert!(vary.iter().any(|value| *value == "origin"), "{vary:?}");
    }
}

#[tokio::test]
async fn a_list_of_requests_is_taken_where_the_operator_says_so() {
    let list = |count: usize| {
        let request = |number: usize| query(&format!("{{ a{number}: __typename }}"));
        Value::Array((0..count).map(request).collect())
    };
    let closed = Site::new().await;
    let (status, body) = read(closed.post(&list(1))).await;
    assert_eq!((status.as_u16(), code(&body)), (400, "BAD_REQUEST"));
    assert!(
        body["errors"][0]["message"].as_str().unwrap().contains("one request at a time"),
        "{body}"
    );
    let site = Site::with(Settings { most_in_batch: 10, ..Settings::default() }).await;
    for (count, words) in [(0, "empty"), (11, "limit of 10")] {
        let (status, body) = read(site.post(&list(count))).await;
        assert_eq!(status, 400);
        assert!(body["errors"][0]["message"].as_str().unwrap().contains(words), "{body}");
    }
    let response = site.post(&list(10)).send().await.unwrap();
    assert_eq!(header(&response, "content-type"), format!("{JSON}; charset=utf-8"));
    assert_eq!(header(&response, "cache-control"), "no-store");
    let answers: Vec<Value> = response.json().await.unwrap();
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer["data"][format!("a{number}")], "Query", "in the order of the requests");
    }
    assert_eq!(answers.len(), 10);
    // One that is wrong takes nothing from the others, and each is kept for itself.
    let mixed = json!([query("{ a3: __typename }"), query("{ nothing }"), 1, json!({})]);
    let answers: Vec<Value> = site.post(&mixed).send().await.unwrap().json().await.unwrap();
    assert_eq!(answers[0]["data"]["a3"], "Query");
    assert_eq!(code(&answers[1]), "INVALID_QUERY");
    assert_eq!((code(&answers[2]), code(&answers[3])), ("BAD_REQUEST", "BAD_REQUEST"));
    assert_eq!(site.counts().hits, 1);
    let long = Value::Array(vec![query("{ agencies { nodes { id name } } }"); 5]);
    let packed = site.post(&long).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    let packed = packed.bytes().await.unwrap();
    let unpacked: Vec<Value> =
        serde_json::from_reader(flate2::read::GzDecoder::new(&*packed)).unwrap();
    assert_eq!(unpacked.len(), 5);
    assert_eq!(unpacked[4]["data"]["agencies"]["nodes"].as_array().unwrap().len(), 24);
}

#[tokio::test]
async fn the_answers_of_a_list_of_requests_have_an_end_together() {
    let limits = Limits { page: 10_000, cost: 1_000_000, ..Limits::default() };
    let settings = Settings { most_in_batch: 50, limits, ..Settings::default() };
    let size = Size { trainees: 5_000, ..SMALL };
    let site = Site::of(TestDatabase::sqlite().await, size, settings).await;
    let name = "a".repeat(90);
    let large = query(&format!("{{ trainees(first: 5000) {{ nodes {{ {name}: role id }} }} }}"));
    let one = site.post(&large).send().await.unwrap().bytes().await.unwrap().len();
    let most = 16 << 20;
    let within = Value::Array(vec![large.clone(); most / (one + 1)]);
    let response = site.post(&within).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let body: Vec<Value> = response.json().await.unwrap();
    assert_eq!(body.len(), most / (one + 1));
    let beyond = Value::Array(vec![large; most / one + 1]);
    let (status, refused) = read(site.post(&beyond)).await;
    assert_eq!((status.as_u16(), code(&refused)), (413, "QUERY_TOO_LARGE"), "{refused}");
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("16 MiB"), "{refused}");
}
