//! How much there may be, and what is refused.

use cops_graphql::{
    limits::Limits,
    server::{ClientConnections, ConnectionLimits, LiveLimits, RateLimit, TrustedDocuments},
};

use super::*;

#[tokio::test]
async fn a_client_may_subscribe_to_so_much() {
    let live = LiveLimits { most_per_client: Some(10), ..LiveLimits::default() };
    let host = Host::with(Settings { live, ..Settings::default() }).await;
    let mut socket = host.connect().await;
    for id in 0..1_000 {
        socket.subscribe(&id.to_string(), PUBLICATIONS).await;
    }
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..1_000 {
        let message = socket.next().await;
        if message["type"] == "next" {
            answered += 1;
            continue;
        }
        refused += 1;
        assert_eq!(message["payload"][0]["extensions"]["code"], "OVERLOADED");
        let words = message["payload"][0]["message"].as_str().unwrap();
        assert!(words.contains("--max-subscriptions-per-client"), "{words}");
    }
    assert_eq!((answered, refused), (10, 990));
    // One that is completed makes room for another.
    socket.send(json!({ "type": "complete", "id": "0" })).await;
    host.wait_for("live_subscriptions{transport=\"websocket\"}", 9).await;
    socket.subscribe("again", PUBLICATIONS).await;
    socket.answer("again").await;
}

#[tokio::test]
async fn a_connection_carries_so_many_operations() {
    let host = Host::new().await;
    let mut socket = host.connect().await;
    let mut last = Value::Null;
    for id in 0..=100 {
        socket.subscribe(&id.to_string(), PUBLICATIONS).await;
        last = socket.next().await;
        assert_eq!(last["type"] == "next", id < 100, "{id}: {last}");
    }
    assert!(
        last["payload"][0]["message"]
            .as_str()
            .unwrap()
            .contains("The connection has reached its limit"),
        "{last}"
    );
    host.load().await;
    for _ in 0..100 {
        assert_eq!(socket.next().await["type"], "next");
    }
}

#[tokio::test]
async fn live_queries_may_cost_so_much_together() {
    let live = LiveLimits { cost: 150, ..LiveLimits::default() };
    let host = Host::with(Settings { live, ..Settings::default() }).await;
    let mut socket = host.connect().await;
    let query = |n: i32| {
        format!("subscription {{ live {{ grants(first: {n}) {{ nodes {{ title }} }} }} }}")
    };
    let mut refused = None;
    for n in 1..50 {
        // Whoever subscribes to the same again costs nothing more.
        for id in [format!("{n}"), format!("{n} again")] {
            socket.subscribe(&id, &query(n)).await;
            let message = socket.next().await;
            if message["type"] == "error" {
                refused.get_or_insert((n, message["payload"][0]["message"].to_string()));
            }
        }
    }
    let (n, words) = refused.expect("it has an end");
    assert!(n > 1, "{words}");
    assert!(words.contains("--max-live-cost"), "{words}");
}

#[tokio::test]
async fn half_of_the_connections_are_for_those_that_ask_once() {
    let limits =
        ConnectionLimits { most: 8, most_per_address: Some(6), ..ConnectionLimits::default() };
    let connections = Arc::new(ClientConnections::new(limits));
    let host = Host::with(Settings { connections, ..Settings::default() }).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(host.connect().await);
    }
    let Err((status, body)) = host.open(&[]).await else { panic!("a fourth") };
    assert!(status == 503 && body.to_string().contains("half of all"), "{body}");
    assert_eq!(host.get("/health/live").await.status(), 200);
    drop(held.pop());
    within(async {
        while host.open(&[]).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_that_never_reads_is_closed_and_others_go_on() {
    let limits =
        ConnectionLimits { write: Duration::from_millis(300), ..ConnectionLimits::default() };
    let connections = Arc::new(ClientConnections::new(limits));
    let host = Host::with(Settings { connections, ..Settings::default() }).await;
    let mut slow = host.connect().await;
    let all = "{ grants(first: 100) { nodes { id title awardNumber agency { name state ori9 } program { name code } } } }";
    // More than the buffers of a socket hold.
    let sends = async {
        for id in 0..4_000 {
            let message =
                json!({ "type": "subscribe", "id": id.to_string(), "payload": { "query": all } });
            if slow.0.send(Message::text(message.to_string())).await.is_err() {
                return;
            }
        }
    };
    let dropped = host.wait_for("live_dropped_total{reason=\"slow\"}", 1);
    within(async {
        tokio::select! {
            ((), ()) = async { tokio::join!(sends, std::future::pending::<()>()) } => {}
            () = dropped => {}
        }
    })
    .await;
    let mut other = host.connect().await;
    other.subscribe("a", PUBLICATIONS).await;
    other.answer("a").await;
}

#[tokio::test]
async fn with_trusted_documents_only_nothing_else_can_be_subscribed_to() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("counts.graphql"), PUBLICATIONS).unwrap();
    let trusted = TrustedDocuments::read(folder.path(), &Limits::default()).unwrap();
    let trusted = Some(Arc::new(trusted));
    let host = Host::with(Settings { trusted, trusted_only: true, ..Settings::default() }).await;
    let mut socket = host.connect().await;
    socket.ask("a", json!({ "documentId": "counts" })).await;
    socket.answer("a").await;
    socket.ask("b", json!({ "query": PUBLICATIONS })).await;
    socket.answer("b").await;
    socket.subscribe("c", "subscription { datasetChanged { revision } }").await;
    assert_eq!(socket.error("c").await["extensions"]["code"], "NOT_TRUSTED");
}

#[tokio::test]
async fn a_document_that_was_sent_once_can_be_named() {
    use sha2::Digest as _;
    let host = Host::new().await;
    let mut socket = host.connect().await;
    let hash = format!("{:x}", sha2::Sha256::digest(PUBLICATIONS));
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    socket.ask("a", json!({ "extensions": extensions })).await;
    assert_eq!(socket.error("a").await["message"], "PersistedQueryNotFound");
    socket.ask("b", json!({ "query": PUBLICATIONS, "extensions": extensions })).await;
    socket.answer("b").await;
    socket.ask("c", json!({ "extensions": extensions })).await;
    socket.answer("c").await;
}

#[tokio::test]
async fn answers_are_paid_for() {
    let rate_limit = RateLimit { points_per_second: 1, burst: 60, trusted_proxies: Vec::new() };
    let host = Host::with(Settings { rate_limit, ..Settings::default() }).await;
    let mut socket = host.connect().await;
    let mut codes = Vec::new();
    for id in 0..80 {
        socket.subscribe(&id.to_string(), PUBLICATIONS).await;
        let message = socket.next().await;
        codes.push(
            message["payload"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned(),
        );
    }
    assert_eq!(codes[0], "");
    assert_eq!(codes[79], "RATE_LIMITED");
}
