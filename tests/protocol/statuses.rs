//! What is asked how, and what the status and the media type say to it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{GRAPHQL, JSON, Site, code, header, query, read};

#[tokio::test]
async fn the_media_type_and_the_status_are_negotiated() {
    let site = Site::new().await;
    let bad = "{ nothing }";
    let table = [
        ("{ __typename }", "", 200, JSON),
        ("{ __typename }", "*/*", 200, JSON),
        ("{ __typename }", JSON, 200, JSON),
        ("{ __typename }", GRAPHQL, 200, GRAPHQL),
        ("{ __typename }", "application/graphql-response+json;q=0.1, text/html", 200, GRAPHQL),
        ("{ __typename }", "text/html", 406, JSON),
        (bad, JSON, 200, JSON),
        (bad, GRAPHQL, 400, GRAPHQL),
        ("{ ", JSON, 200, JSON),
        ("{ ", GRAPHQL, 400, GRAPHQL),
        ("{ node(id: \"?\") { id } }", GRAPHQL, 400, GRAPHQL),
        ("{ agencies(first: 101) { totalCount } }", GRAPHQL, 400, GRAPHQL),
        ("{ agencies(first: 101) { totalCount } }", JSON, 200, JSON),
    ];
    for (text, accept, status, media) in table {
        for request in [site.post(&query(text)), site.get(&[("query", text)])] {
            let request =
                if accept.is_empty() { request } else { request.header("accept", accept) };
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{text} as {accept}");
            let expected = format!("{media}; charset=utf-8");
            assert_eq!(header(&response, "content-type"), expected, "{text} as {accept}");
            let vary = header(&response, "vary");
            assert_eq!(
                vary,
                "accept, accept-encoding, graphql-cost, graphql-explain, graphql-cite, graphql-warnings, x-dataset-revision"
            );
            let body: Value = response.json().await.unwrap();
            assert_eq!(body.get("data").is_some(), body.get("errors").is_none(), "{body}");
        }
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_json() {
    let site = Site::new().await;
    let twice = site.get(&[("query", "{ __typename }"), ("query", "{ dataset { revision } }")]);
    let text = |body: &str, media: &str| {
        site.client.post(&site.url).body(body.to_owned()).header("content-type", media)
    };
    let cases = [
        (twice, 400, "`query` appears more than once"),
        (site.get(&[]), 400, "`query` is missing"),
        (
            site.get(&[("query", "{a}"), ("variables", "[1]")]),
            400,
            "`variables` must be a JSON object",
        ),
        (site.get(&[("query", "{a}"), ("extensions", "{")]), 400, "`extensions` is not JSON"),
        (site.post(&json!({ "query": 1 })), 400, "`query` must be a string, but is a number"),
        (site.post(&json!({ "operationName": "A" })), 400, "`query` is missing"),
        (site.post(&json!("{ __typename }")), 400, "JSON object"),
        (text("", JSON), 400, "The body is empty"),
        (text("{ \"query\": ", JSON), 400, "line 1 column"),
        (text("query=%7Ba%7D", "application/x-www-form-urlencoded"), 415, "Content-Type"),
        (text("{\"query\":\"{a}\"}", "text/plain"), 415, "Content-Type"),
        (text("{\"query\":\"{a}\"}", "multipart/form-data; boundary=a"), 415, "Content-Type"),
        (text("{\"query\":\"{a}\"}", "application/json; charset=iso-8859-1"), 415, "UTF-8"),
        (site.client.post(&site.url).body("{\"query\":\"{a}\"}"), 415, "Content-Type"),
    ];
    for (request, status, words) in cases {
        let (found, body) = read(request).await;
        assert_eq!(found, status, "{body}");
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(words) && !message.contains('\n'), "{message}");
        assert_eq!(code(&body), "BAD_REQUEST");
        assert!(body.get("data").is_none());
    }
    let utf8 = text("{\"query\":\"{ __typename }\"}", "application/json; charset=UTF-8");
    assert_eq!(utf8.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn there_are_no_mutations() {
    let site = Site::new().await;
    for text in ["mutation { __typename }", "mutation M { a }"] {
        let response = site.get(&[("query", text)]).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(header(&response, "allow"), "GET, HEAD, POST, OPTIONS");
        let (status, body) = read(site.post(&query(text)).header("accept", GRAPHQL)).await;
        assert_eq!((status.as_u16(), code(&body)), (400, "INVALID_QUERY"));
        assert!(body["errors"][0]["message"].as_str().unwrap().contains("read-only"), "{body}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let response = site.client.request(method, &site.url).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(header(&response, "allow"), "GET, HEAD, POST, OPTIONS");
        assert_eq!(code(&response.json().await.unwrap()), "BAD_REQUEST");
    }
    let head = site.client.head(&site.url).query(&[("query", "{ __typename }")]);
    let head = head.send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert!(!header(&head, "etag").is_empty());
    assert!(header(&head, "content-length").parse::<u32>().unwrap() > 0);
    assert_eq!(head.text().await.unwrap(), "");
}

#[tokio::test]
async fn a_browser_is_led_to_the_playground() {
    let site = Site::new().await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let opened = site.get(&[]).header("accept", browser).send().await.unwrap();
    assert_eq!(opened.status(), 303);
    assert_eq!(header(&opened, "location"), "/playground");
    let asked = site.get(&[("query", "{ __typename }")]).header("accept", browser);
    assert_eq!(asked.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_is_wrong_with_a_document_is_said_in_one_line() {
    let site = Site::new().await;
    for (text, words) in [
        ("{ agencies( }", "syntax error in line 1, column 13: expected"),
        ("{\n  agencies {\n", "syntax error in line 3, column 1: expected"),
        ("", "`query` is missing"),
        ("{ agencies { totalCounts } }", "Did you mean \"totalCount\"?"),
        (
            "{ agencies(orderBy: [{ field: NAM }]) { totalCount } }",
            "orderBy[0].field: \"NAM\" is no value of AgencyOrderField. Did you mean \"NAME\"",
        ),
        (
            "query A { __typename } query B { __typename }",
            "`operationName` must say which operation is to run: it has \"A\", \"B\"",
        ),
    ] {
        let (_, body) = read(site.post(&query(text))).await;
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(words) && !message.contains('\n'), "{message}");
    }
    let wrong = "nothing ".repeat(500);
    let (_, body) = read(site.post(&query(&format!("{{ {wrong} }}")))).await;
    assert_eq!(body["errors"].as_array().unwrap().len(), 50);
}
