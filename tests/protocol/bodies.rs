//! Bodies and heads that are none: what breaks off, what is in a coding, and what is too long.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use cops_graphql::limits::Limits;

use super::*;

/// Sends bytes, and nothing after them; gives the status and what is said.
async fn raw(site: &Site, bytes: &[u8]) -> (String, Value) {
    let address = site.url.trim_start_matches("http://").trim_end_matches("/graphql");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    assert!(head.to_ascii_lowercase().contains("content-type: application/json"), "{head}");
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap()
}

fn message(answer: &Value) -> &str {
    answer["errors"][0]["message"].as_str().unwrap()
}

const POST: &str = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";

#[tokio::test]
async fn a_body_that_breaks_off_is_no_large_one() {
    let site = Site::new().await;
    for rest in [
        // Fewer bytes than it says.
        "content-length: 90\r\n\r\n{\"query\":",
        // No last chunk.
        "transfer-encoding: chunked\r\n\r\n9\r\n{\"query\":\r\n",
        // A chunk whose length is no number.
        "transfer-encoding: chunked\r\n\r\nzz\r\n{\"query\":\r\n0\r\n\r\n",
    ] {
        let (head, answer) = raw(&site, format!("{POST}{rest}").as_bytes()).await;
        assert_eq!((status(&head), code(&answer)), ("400", "BAD_REQUEST"), "{rest}: {answer}");
        assert!(message(&answer).contains("is incomplete"), "{answer}");
    }
    // What is too large is told by what has arrived, and not by a number that is made up.
    let limits = Limits { body: 10, ..Limits::default() };
    let site = Site::with(Settings { limits, ..Settings::default() }).await;
    let rest = "connection: close\r\ntransfer-encoding: chunked\r\n\r\n1c\r\n{\"query\":\"{ __typename }\"}  \r\n0\r\n\r\n";
    let (head, answer) = raw(&site, format!("{POST}{rest}").as_bytes()).await;
    assert_eq!((status(&head), code(&answer)), ("413", "QUERY_TOO_LARGE"), "{answer}");
    assert!(message(&answer).starts_with("28 bytes of request are more than the 10"), "{answer}");
}

#[tokio::test]
async fn a_coding_that_is_not_taken_is_told_from_a_media_type_that_is_not() {
    let site = Site::new().await;
    let post = |coding: &str, kind: &str| {
        let request = site.client.post(&site.url).header("content-type", kind);
        request.header("content-encoding", coding).body("{\"query\":\"{ __typename }\"}")
    };
    for coding in ["gzip", "br", "nothing-known", "identity, gzip", "gzip, identity"] {
        let response = post(coding, JSON).send().await.unwrap();
        assert_eq!(response.status(), 415, "{coding}");
        assert_eq!(header(&response, "accept-encoding"), "identity");
        assert_eq!(header(&response, "accept-post"), "");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(code(&answer), "BAD_REQUEST");
        assert!(message(&answer).contains("Content-Encoding"), "{answer}");
    }
    for coding in ["identity", "Identity", ""] {
        assert_eq!(post(coding, JSON).send().await.unwrap().status(), 200, "{coding:?}");
    }
    let response = post("gzip", "text/plain").send().await.unwrap();
    assert_eq!(response.status(), 415);
    assert_eq!(header(&response, "accept-encoding"), "");
    assert_eq!(header(&response, "accept-post"), JSON);
}

#[tokio::test]
async fn a_head_that_cannot_be_read_is_refused_in_words() {
    let site = Site::new().await;
    let long = format!("GET /graphql?query={} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(70_000));
    let (head, answer) = raw(&site, long.as_bytes()).await;
    assert_eq!((status(&head), code(&answer)), ("414", "QUERY_TOO_LARGE"), "{answer}");
    assert!(message(&answer).contains("65534 bytes") && message(&answer).contains("POST"));
    assert!(head.contains("cache-control: no-store"), "{head}");
    let many = format!("GET /graphql HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(200));
    let (head, answer) = raw(&site, many.as_bytes()).await;
    assert_eq!((status(&head), code(&answer)), ("431", "QUERY_TOO_LARGE"), "{answer}");
    assert!(message(&answer).contains("100 headers"), "{answer}");
    let (head, answer) = raw(&site, b"GET /graphql HTTP/1.1\r\nno header\r\n\r\n").await;
    assert_eq!((status(&head), code(&answer)), ("400", "BAD_REQUEST"), "{answer}");
    // What is just short enough is read, and what a handler refuses is left as it is.
    let query = format!("{{__typename}}{}", "+".repeat(65_000));
    let url = format!("{}?query={query}", site.url);
    assert_eq!(site.client.get(&url).send().await.unwrap().status(), 200);
    let (status, answer) = read(site.get(&[("query", "{ a }")]).header("accept", GRAPHQL)).await;
    assert_eq!((status.as_u16(), code(&answer)), (400, "INVALID_QUERY"));
}
