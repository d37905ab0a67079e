//! Server-sent events.

use reqwest::{Client, Response};

use super::*;

/// The events of a response, one after another.
struct Events {
    response: Response,
    read: String,
}

impl Events {
    async fn of(host: &Host, query: &str) -> Self {
        let request = Client::new().post(format!("http://{}/graphql", host.address));
        let request = request.header("accept", "text/event-stream");
        let response = request.json(&json!({ "query": query })).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self { response, read: String::new() }
    }

    /// The kind and the data of the next event, comments aside; none where the response has ended.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                if event.starts_with(':') {
                    continue;
                }
                let (kind, data) = event.split_once('\n').unwrap();
                let data = data.strip_prefix("data:").unwrap();
                let data = serde_json::from_str(data).unwrap_or_default();
                return Some((kind.strip_prefix("event: ").unwrap().to_owned(), data));
            }
            let bytes = within(self.response.chunk()).await.unwrap()?;
            self.read.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

#[tokio::test]
async fn a_subscription_is_told_by_events() {
    let host = Host::new().await;
    let mut events = Events::of(&host, PUBLICATIONS).await;
    for (revision, count) in [(1, 1), (2, 2)] {
        let (kind, data) = events.next().await.unwrap();
        assert_eq!(kind, "next");
        assert_eq!(data["data"]["live"]["publications"]["totalCount"], count);
        assert_eq!(data["extensions"]["dataset"]["revision"], revision);
        if revision == 1 {
            host.load().await;
        }
    }
    assert_eq!(host.metric("live_subscriptions{transport=\"sse\"}").await, 1);
    drop(events);
    host.wait_for("live_subscriptions{transport=\"sse\"}", 0).await;
}

#[tokio::test]
async fn what_has_one_answer_is_told_and_completed() {
    let host = Host::new().await;
    let wrong = "there is no field \"nothing\" in Query.";
    for (query, pointer, expected) in [
        ("{ dataset { revision } }", "/data/dataset/revision", json!(1)),
        ("{ nothing }", "/errors/0/message", json!(wrong)),
        ("subscription { live { nothing } }", "/errors/0/message", json!(wrong)),
    ] {
        let mut events = Events::of(&host, query).await;
        let (kind, data) = events.next().await.unwrap();
        assert_eq!((kind.as_str(), data.pointer(pointer)), ("next", Some(&expected)), "{data}");
        assert_eq!(events.next().await, Some(("complete".to_owned(), Value::Null)));
        assert_eq!(events.next().await, None);
    }
}

#[tokio::test]
async fn json_is_the_answer_where_it_is_wanted_and_a_subscription_has_none() {
    let host = Host::new().await;
    let ask = async |query: &str, accept: &str, by_get: bool| {
        let (url, client) = (format!("http://{}/graphql", host.address), Client::new());
        let request = match by_get {
            true => client.get(url).query(&[("query", query)]),
            false => client.post(url).json(&json!({ "query": query })),
        };
        let response = request.header("accept", accept).send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), kind, response)
    };
    for by_get in [false, true] {
        for (accept, status) in
            [("application/json", 200), ("application/graphql-response+json", 400)]
        {
            let (found, _, response) = ask(PUBLICATIONS, accept, by_get).await;
            assert_eq!(found, status);
            let body = response.text().await.unwrap();
            assert!(body.contains("/graphql/ws") && body.contains("text/event-stream"), "{body}");
        }
        // What urql accepts of a query.
        let either = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
        let (_, kind, _) = ask("{ __typename }", either, by_get).await;
        assert!(kind.contains("json"), "{kind}");
        let (_, kind, _) = ask(PUBLICATIONS, either, by_get).await;
        assert!(kind.contains("event-stream"), "{kind}");
        // What is no request has a status.
        let (status, kind, _) = ask("", "text/event-stream", by_get).await;
        assert!(status == 400 && kind.contains("json"), "{status} {kind}");
    }
}
