//! What subscribers hear when the server stops.

use super::*;

#[tokio::test]
async fn subscribers_are_told_that_the_server_stops() {
    let mut host = Host::new().await;
    let mut socket = host.connect().await;
    socket.subscribe("a", PUBLICATIONS).await;
    socket.answer("a").await;
    let request = reqwest::Client::new().post(format!("http://{}/graphql", host.address));
    let request = request.header("accept", "text/event-stream");
    let mut events = request.json(&json!({ "query": PUBLICATIONS })).send().await.unwrap();
    host.wait_for("live_subscriptions{transport=\"sse\"}", 1).await;
    host.stop.take().unwrap().send(()).unwrap();
    let closed = socket.closed().await;
    assert!(closed.0 == 1001 && closed.1.contains("stopping"), "{closed:?}");
    let mut text = String::new();
    while let Some(bytes) = within(events.chunk()).await.unwrap() {
        text.push_str(std::str::from_utf8(&bytes).unwrap());
    }
    assert!(text.ends_with(": the server is stopping, reconnect\n\n"), "{text}");
    assert!(!text.contains("complete"), "{text}");
    assert!(within(host.served).await.unwrap(), "nobody was cut off");
}
