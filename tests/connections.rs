//! Connections over real sockets: how many are allowed, how slow they may be, and which one is closed first.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    routing::{get, post},
};
use cops_graphql::server::{self, ClientConnections, ConnectionCounts, ConnectionLimits};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Semaphore, oneshot},
    task::JoinHandle,
};

/// The head of a request that has no end.
const HALF: &str = "GET / HTTP/1.1\r\nhost: here\r\n";
/// A request whose body is not all there.
const HALF_BODY: &str = "POST /body HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\nhalf";
/// More than the buffers of a socket hold.
const LARGE: usize = 32 << 20;

/// A server of a few routes, on a port of its own.
struct Host {
    address: SocketAddr,
    connections: Arc<ClientConnections>,
    /// Requests of `/slow` take one each.
    slow: Arc<Semaphore>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<bool>,
}

impl Host {
    async fn with(limits: ConnectionLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let slow = Arc::new(Semaphore::new(0));
        let turns = Arc::clone(&slow);
        let take = async move || {
            turns.acquire().await.unwrap().forget();
            "slow\n"
        };
        let router = Router::new()
            .route("/", get(|| async { "well\n" }))
            .route("/slow", get(take))
            .route("/large", get(|| async { Bytes::from(vec![b'x'; LARGE]) }))
            .route("/body", post(|body: Bytes| async { body }))
            .route("/health/live", get(|| async { "live\n" }))
            .route("/metrics", get(|| async { "metrics\n" }));
        let connections = Arc::new(ClientConnections::new(limits));
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or(()) };
        let served =
            tokio::spawn(server::serve(listener, router, Arc::clone(&connections), stopped));
        Self { address, connections, slow, stop: Some(stop), served }
    }

    /// A connection from `127.0.0.N`.
    async fn connect(&self, n: u8) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, n], 0))).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// A connection that has sent something.
    async fn send(&self, n: u8, text: &str) -> TcpStream {
        let mut stream = self.connect(n).await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// The answer to one request over a connection of its own.
    async fn ask(&self, n: u8, path: &str) -> String {
        ask(&mut self.connect(n).await, path).await
    }

    /// A connection whose request is being answered.
    async fn busy(&self, n: u8) -> TcpStream {
        self.send(n, &request("/slow")).await
    }

    /// Waits until the counts are as they should be.
    async fn counts(&self, are: impl Fn(ConnectionCounts) -> bool) {
        within(async {
            while !are(self.connections.counts()) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

/// What must not take long.
async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work).await.expect("it takes too long")
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: here\r\n\r\n")
}

async fn ask(stream: &mut TcpStream, path: &str) -> String {
    stream.write_all(request(path).as_bytes()).await.unwrap();
    answer(stream).await
}

/// Reads one answer.
async fn answer(stream: &mut TcpStream) -> String {
    within(async {
        let mut read = Vec::new();
        loop {
            assert!(stream.read_buf(&mut read).await.unwrap() > 0, "closed before the answer");
            let text = String::from_utf8_lossy(&read);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() == length.unwrap().parse::<usize>().unwrap() {
                return text.into_owned();
            }
        }
    })
    .await
}

/// Waits until the server closes a connection, without a word.
async fn closed(mut stream: TcpStream) {
    let read = within(stream.read(&mut [0; 1])).await;
    // What was sent and not read makes a reset of it.
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

fn is_refused(answer: &str) -> bool {
    let has = |text: &str| answer.contains(text);
    answer.starts_with("HTTP/1.1 503")
        && has("\r\nretry-after: 1\r\n")
        && has("\r\nconnection: close\r\n")
        && has("OVERLOADED")
}

fn is_well(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200")
}

#[tokio::test]
async fn an_address_has_a_part_of_all_connections() {
    let trusted_proxies = vec!["127.0.0.9".parse::<std::net::IpAddr>().unwrap().into()];
    let host = Host::with(ConnectionLimits {
        most: 12,
        most_per_address: Some(2),
        trusted_proxies,
        ..ConnectionLimits::default()
    })
    .await;
    let _held = [host.send(2, HALF).await, host.busy(2).await];
    assert!(is_refused(&host.ask(2, "/").await));
    // Whoever watches the server from there hears from it, and everybody else does, too.
    for path in ["/health/live", "/metrics"] {
        assert!(is_well(&host.ask(2, path).await), "{path}");
    }
    assert!(is_well(&host.ask(3, "/").await));
    let mut of_proxy = Vec::new();
    for _ in 0..5 {
        of_proxy.push(host.connect(9).await);
        assert!(is_well(&ask(of_proxy.last_mut().unwrap(), "/").await));
    }
    // What was answered was not refused.
    host.counts(|counts| (counts.refused_of_address, counts.refused_of_all) == (1, 0)).await;
    host.counts(|counts| (counts.open, counts.closed_idle) == (2 + 5, 0)).await;
}

#[tokio::test]
async fn many_half_sent_requests_of_one_address_do_nothing_to_others() {
    let host = Host::with(ConnectionLimits::default()).await;
    let mut others = Vec::new();
    for n in 3..23 {
        others.push(host.connect(n).await);
        assert!(is_well(&ask(others.last_mut().unwrap(), "/").await));
    }
    let mut held = Vec::new();
    for n in 0..900 {
        let half = host.send(2, HALF).await;
        // Those beyond what it may have are closed: no need to keep them open here.
        match n < 250 {
            true => held.push(half),
            false => held[225 + n % 25] = half,
        }
    }
    for other in &mut others {
        assert!(is_well(&ask(other, "/").await));
    }
    assert!(is_well(&host.ask(23, "/").await));
    host.counts(|counts| counts.open == 20 + 225 + 16 && counts.closed_idle == 0).await;
}

#[tokio::test]
async fn the_connection_that_has_waited_longest_makes_room() {
    let limits =
        ConnectionLimits { most: 4, most_per_address: Some(4), ..ConnectionLimits::default() };
    let host = Host::with(limits).await;
    let mut first = host.busy(2).await;
    let mut idle = host.connect(3).await;
    assert!(is_well(&ask(&mut idle, "/").await));
    let half = host.send(4, HALF).await;
    let half_body = host.send(5, HALF_BODY).await;
    host.counts(|counts| counts.open == 4).await;
    let mut new = Vec::new();
    for (n, older) in [(6, idle), (7, half), (8, half_body)] {
        let mut stream = host.connect(n).await;
        assert!(is_well(&ask(&mut stream, "/").await));
        closed(older).await;
        new.push(stream);
    }
    host.counts(|counts| (counts.open, counts.closed_idle) == (4, 3)).await;
    host.slow.add_permits(1);
    assert!(is_well(&answer(&mut first).await));
    for stream in &mut new {
        assert!(is_well(&ask(stream, "/").await));
    }
}

#[tokio::test]
async fn health_is_answered_when_all_connections_are_busy() {
    let host = Host::with(ConnectionLimits { most: 4, ..ConnectionLimits::default() }).await;
    let mut busy = Vec::new();
    for n in 2..6 {
        busy.push(host.busy(n).await);
    }
    assert!(is_refused(&host.ask(6, "/").await));
    assert!(is_well(&host.ask(6, "/health/live").await));
    host.counts(|counts| counts.refused_of_all == 1).await;
    let mut halves = Vec::new();
    for _ in 0..40 {
        halves.push(host.send(7, HALF).await);
    }
    assert!(is_well(&host.ask(6, "/health/live").await));
    assert!(is_well(&host.ask(6, "/metrics").await));
    closed(halves.swap_remove(0)).await;
    host.slow.add_permits(4);
    for stream in &mut busy {
        assert!(is_well(&answer(stream).await));
    }
    // They are idle, and make room.
    assert!(is_well(&host.ask(6, "/").await));
    host.counts(|counts| counts.closed_idle == 1).await;
}

#[tokio::test]
async fn an_answer_that_is_not_sent_yet_is_sent() {
    let host = Host::with(ConnectionLimits { most: 1, ..ConnectionLimits::default() }).await;
    let mut reader = host.send(2, &request("/large")).await;
    within(reader.readable()).await.unwrap();
    assert!(is_refused(&host.ask(3, "/").await));
    assert_eq!(host.connections.counts().closed_idle, 0);
    assert!(answer(&mut reader).await.len() > LARGE);
    assert!(is_well(&host.ask(3, "/").await));
    closed(reader).await;
}

#[tokio::test]
async fn the_first_head_has_less_time_than_an_idle_connection() {
    let head = Duration::from_millis(200);
    let host = Host::with(ConnectionLimits { head, ..ConnectionLimits::default() }).await;
    let mut idle = host.connect(2).await;
    assert!(is_well(&ask(&mut idle, "/").await));
    let mut slow = host.busy(2).await;
    closed(host.send(2, HALF).await).await;
    closed(host.connect(2).await).await;
    // These are older.
    assert!(is_well(&ask(&mut idle, "/").await));
    host.slow.add_permits(1);
    assert!(is_well(&answer(&mut slow).await));
    let idle = Duration::from_millis(200);
    let host = Host::with(ConnectionLimits { idle, ..ConnectionLimits::default() }).await;
    let mut stream = host.connect(2).await;
    assert!(is_well(&ask(&mut stream, "/").await));
    closed(stream).await;
    host.counts(|counts| (counts.open, counts.closed_idle) == (0, 0)).await;
}

#[tokio::test]
async fn whoever_makes_the_server_wait_does_not_delay_its_stop() {
    let mut host = Host::with(ConnectionLimits::default()).await;
    let mut idle = host.connect(2).await;
    assert!(is_well(&ask(&mut idle, "/").await));
    let mut busy = host.busy(2).await;
    let waiting =
        [idle, host.connect(2).await, host.send(2, HALF).await, host.send(2, HALF_BODY).await];
    host.counts(|counts| counts.open == 5).await;
    host.stop.take().unwrap().send(()).unwrap();
    for stream in waiting {
        closed(stream).await;
    }
    assert!(!host.served.is_finished());
    host.slow.add_permits(1);
    let answered = answer(&mut busy).await;
    assert!(is_well(&answered) && answered.contains("\r\nconnection: close\r\n"), "{answered}");
    within(host.served).await.unwrap();
}

#[tokio::test]
async fn what_is_not_answered_in_time_is_cut_off() {
    let drain = Duration::from_millis(100);
    let mut host = Host::with(ConnectionLimits { drain, ..ConnectionLimits::default() }).await;
    let _busy = host.busy(2).await;
    host.counts(|counts| counts.open == 1).await;
    host.stop.take().unwrap().send(()).unwrap();
    within(host.served).await.unwrap();
}
