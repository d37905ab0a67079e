//! The protocol of a WebSocket, and what a client may do wrong.

use cops_graphql::server::{ClientConnections, ConnectionLimits, LiveLimits};

use super::*;

const INIT: &str = r#"{"type":"connection_init"}"#;

#[tokio::test]
async fn what_makes_no_sense_closes_the_connection_with_a_code_and_words() {
    let host = Host::new().await;
    let mut other = host.connect().await;
    other.subscribe("a", PUBLICATIONS).await;
    other.answer("a").await;
    let live = r#"{"type":"subscribe","id":"a","payload":{"query":"subscription { datasetChanged { revision } }"}}"#;
    let large = format!(r#"{{"type":"ping","payload":{{"a":"{}"}}}}"#, "x".repeat(1 << 20));
    for (messages, code, words) in [
        (vec!["garbage"], 4400, "a JSON object"),
        (vec![r#"{"type":"start"}"#], 4400, "subscriptions-transport-ws"),
        (vec![INIT, r#"{"type":"subscribe","id":"a"}"#], 4400, "needs a `payload`"),
        (vec![live], 4401, "Unauthorized"),
        (vec![INIT, live, live], 4409, "Subscriber for a already exists"),
        (vec![INIT, INIT], 4429, "Too many initialisation requests"),
        (vec![INIT, &large], 1009, "at most 102400 bytes (--max-body)"),
    ] {
        let mut socket = host.open(&[]).await.unwrap();
        for message in messages {
            // The server may have closed it meanwhile.
            let _ = socket.0.send(Message::text(message)).await;
        }
        let closed = socket.closed().await;
        assert_eq!(closed.0, code, "{closed:?}");
        assert!(closed.1.contains(words), "{closed:?}");
    }
    let mut socket = host.open(&[]).await.unwrap();
    socket.0.send(Message::binary(INIT.as_bytes().to_vec())).await.unwrap();
    let closed = socket.closed().await;
    assert!(closed.0 == 4400 && closed.1.contains("binary"), "{closed:?}");
    host.wait_for("live_dropped_total{reason=\"bad_message\"}", 6).await;
    host.load().await;
    assert_eq!(other.answer("a").await["data"]["live"]["publications"]["totalCount"], 2);
}

#[tokio::test]
async fn an_operation_that_its_client_completes_says_no_more() {
    let host = Host::new().await;
    let mut socket = host.connect().await;
    for _ in 0..20 {
        socket.subscribe("a", PUBLICATIONS).await;
        socket.send(json!({ "type": "complete", "id": "a" })).await;
    }
    socket.subscribe("a", "{ dataset { revision } }").await;
    // None of those before, and nothing that ends this one before its time.
    let mut message = socket.next().await;
    while message["payload"]["data"].get("live").is_some() {
        message = socket.next().await;
    }
    assert_eq!(message["payload"]["data"], json!({ "dataset": { "revision": 1 } }), "{message}");
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "a" }));
    socket.send(json!({ "type": "complete", "id": "never there" })).await;
    socket.send(json!({ "type": "pong" })).await;
    socket.send(json!({ "type": "ping", "payload": { "a": 1 } })).await;
    assert_eq!(socket.next().await["type"], "pong");
    host.wait_for("live_queries", 0).await;
}

#[tokio::test]
async fn a_client_that_does_not_begin_is_closed() {
    let limits =
        ConnectionLimits { head: Duration::from_millis(300), ..ConnectionLimits::default() };
    let connections = Arc::new(ClientConnections::new(limits));
    let host = Host::with(Settings { connections, ..Settings::default() }).await;
    let mut begun = host.connect().await;
    let closed = host.open(&[]).await.unwrap().closed().await;
    assert!(closed.0 == 4408 && closed.1.contains("connection_init"), "{closed:?}");
    begun.subscribe("a", "{ __typename }").await;
    begun.answer("a").await;
}

#[tokio::test]
async fn a_client_that_does_not_answer_pings_is_closed() {
    let live = LiveLimits { ping: Duration::from_millis(100), ..LiveLimits::default() };
    let host = Host::with(Settings { live, ..Settings::default() }).await;
    let mut there = host.connect().await;
    let silent = host.connect().await;
    // Only whoever reads answers pings.
    let there = tokio::spawn(async move {
        there.subscribe("a", "subscription { datasetChanged { revision } }").await;
        there.answer("a").await
    });
    host.wait_for("live_dropped_total{reason=\"silent\"}", 1).await;
    let closed = silent.closed().await;
    assert!(closed.0 == 4408 && closed.1.contains("ping"), "{closed:?}");
    host.load().await;
    assert_eq!(within(there).await.unwrap()["data"]["datasetChanged"]["revision"], 2);
}

#[tokio::test]
async fn who_may_connect() {
    let origins = vec!["https://dashboard.example".parse().unwrap()];
    let host = Host::with(Settings { origins, ..Settings::default() }).await;
    let own = format!("http://{}", host.address);
    for origin in ["https://dashboard.example", &own] {
        assert!(host.open(&[("origin", origin)]).await.is_ok(), "{origin}");
    }
    // A program has no origin.
    assert!(host.open(&[]).await.is_ok());
    for origin in ["https://elsewhere.example", "http://dashboard.example", "null"] {
        let Err((status, body)) = host.open(&[("origin", origin)]).await else {
            panic!("{origin}")
        };
        assert_eq!(status, 403);
        assert!(body.to_string().contains("--cors-origin"), "{body}");
    }
    let any = Host::new().await;
    assert!(any.open(&[("origin", "https://elsewhere.example")]).await.is_ok());
    let Err((status, body)) = any.open(&[("sec-websocket-protocol", "graphql-ws")]).await else {
        panic!("another protocol");
    };
    assert!(status == 400 && body.to_string().contains("graphql-transport-ws"), "{body}");
    let page = any.get("/graphql/ws").await;
    assert_eq!(page.status(), 426);
    assert_eq!(page.headers()["upgrade"], "websocket");
    assert!(page.text().await.unwrap().contains("text/event-stream"));
}
