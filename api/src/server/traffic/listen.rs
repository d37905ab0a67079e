//! Serves connections, and limits how slow they may be.
//!
//! A client that sends its request one byte a minute, or never reads its answer, occupies a connection, and the
//! number of connections is limited. So each step has a timeout ([`ConnectionLimits`]): the head of the first
//! request, the head of each later one, a body ([`crate::server::endpoint`]), a byte of the answer.
//! [`ClientConnections`] decides how many there may be, and which one is closed for another.
//!
//! When the server is asked to stop, it accepts no new connection. A connection that waits for its client is closed
//! at once, because the client could take long, and any other one when its request is answered.
//!
//! [`ConnectionLimits`]: super::connections::ConnectionLimits

use std::{
    convert::Infallible,
    io::{self, IoSlice},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse as _,
};
use hyper::{
    Request,
    body::{Body as HttpBody, Frame, Incoming, SizeHint},
    rt::{Read, ReadBufCursor, Write},
    server::conn::http1,
    service::{HttpService, service_fn},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use super::{
    connections::{ClientConnection, ClientConnections, ConnectionLimits},
    hold::ConnectionHold,
    lingering::LingeringStream,
    rate::Peer,
    unread,
};

/// How long to wait if no connection can be accepted, for example without free file descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// The answer to a connection in the reserve that requests anything but health and metrics.
const BUSY: &str = r#"{"errors":[{"message":"The server has too many connections. Try again in 1 second.","extensions":{"code":"OVERLOADED"}}]}"#;

/// Serves connections until it is asked to stop. Returns whether every request that had begun by then was answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Arc<ClientConnections>,
    stopped: impl Future<Output = ()>,
) -> bool {
    // Each open connection holds a part of it.
    let (open, part) = watch::channel(());
    let mut stopped = pin!(stopped);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stopped => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                refused(&error, &connections).await;
                continue;
            }
        };
        let Some(place) = connections.admit(peer.ip()) else { continue };
        let hold = ConnectionHold::new(place, part.clone());
        tokio::spawn(connection(stream, peer, router.clone(), hold));
    }
    drop((listener, part));
    connections.end();
    let drain = connections.limits().drain;
    let is_answered = tokio::time::timeout(drain, open.closed()).await.is_ok();
    if !is_answered {
        let seconds = drain.as_secs();
        tracing::warn!(seconds, "some requests were not answered in time and were aborted");
    }
    is_answered
}

/// Logs why no connection could be accepted. If an immediate retry would fail, a waiting connection is closed to make
/// room.
async fn refused(error: &io::Error, connections: &ClientConnections) {
    let of_client = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    );
    if !of_client {
        tracing::error!(%error, "cannot accept a connection");
        connections.close_oldest();
        tokio::time::sleep(PAUSE).await;
    }
}

/// Serves one connection to its end, which comes soon if it is told to end.
async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, hold: ConnectionHold) {
    let (client, limits) = (&hold.place.connection, hold.place.limits());
    let mut served = pin!(serve_http(stream, peer, router, &hold, limits));
    let mut first_head = pin!(tokio::time::sleep(limits.head));
    let mut end = pin!(client.end.notified());
    let (mut is_late, mut is_ending) = (false, false);
    std::future::poll_fn(|context| {
        // First, so that a request that has already arrived counts.
        if let Poll::Ready(done) = served.as_mut().poll(context) {
            if let Err(error) = done {
                tracing::debug!(%error, "a connection was lost");
            }
            return Poll::Ready(());
        }
        is_late = is_late || first_head.as_mut().poll(context).is_ready();
        is_ending = is_ending || end.as_mut().poll(context).is_ready();
        if (is_ending && client.waits()) || (is_late && !client.has_asked()) {
            return Poll::Ready(());
        }
        if is_ending && client.is_answering() {
            served.as_mut().graceful_shutdown();
        }
        Poll::Pending
    })
    .await;
}

fn serve_http(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    hold: &ConnectionHold,
    limits: &ConnectionLimits,
) -> http1::UpgradeableConnection<
    WatchedStream,
    impl HttpService<Incoming, ResBody = WatchedBody<Body>, Future: Send> + Send,
> {
    let client = &hold.place.connection;
    // This only speeds up answers, so a failure does not matter.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(LingeringStream::new(stream, hold.clone()));
    stream.set_write_timeout(Some(limits.write));
    let stream = WatchedStream {
        stream: TokioIo::new(Box::pin(stream)),
        client: Arc::clone(client),
        own: None,
    };
    let hold = hold.clone();
    let service = service_fn(move |request| {
        let answer = answer(request, peer, router.clone(), hold.clone());
        async move { Ok::<_, Infallible>(answer.await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .serve_connection(stream, service)
        .with_upgrades()
}

/// Answers one request, and tracks its progress.
async fn answer(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    router: Router,
    hold: ConnectionHold,
) -> Response<WatchedBody<Body>> {
    let client = Arc::clone(&hold.place.connection);
    client.has_head();
    if request.body().is_end_stream() {
        client.answers();
    }
    let is_for_watchers = {
        let path = request.uri().path();
        path == "/metrics" || path.starts_with("/health/")
    };
    let is_of_reserve = client.too_many.is_some();
    let mut response = if is_of_reserve && !is_for_watchers {
        busy()
    } else {
        client.was_answered.store(true, Relaxed);
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(hold);
        let arrives = Arc::clone(&client);
        let request = request.map(|body| {
            Body::new(WatchedBody { body, client: arrives, at_end: ClientConnection::answers })
        });
        router.oneshot(request).await.unwrap_or_else(|never| match never {})
    };
    if is_of_reserve {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    client.answers();
    response.map(|body| WatchedBody { body, client, at_end: ClientConnection::has_answered })
}

/// The answer to a request that a connection in the reserve may not make.
fn busy() -> Response<Body> {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::RETRY_AFTER, "1"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, BUSY).into_response()
}

/// A body whose end is tracked: it is dropped when it has been read, or when the rest is not needed.
struct WatchedBody<B> {
    body: B,
    client: Arc<ClientConnection>,
    at_end: fn(&ClientConnection),
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for WatchedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for WatchedBody<B> {
    fn drop(&mut self) {
        (self.at_end)(&self.client);
    }
}

/// A stream that tracks when everything has been sent.
struct WatchedStream {
    stream: TokioIo<Pin<Box<TimeoutStream<LingeringStream>>>>,
    client: Arc<ClientConnection>,
    /// The unsent rest of what replaces hyper's own response.
    own: Option<Bytes>,
}

impl WatchedStream {
    /// If the bytes are hyper's response to a head that it cannot parse, sends other bytes instead. Otherwise returns
    /// `None`.
    fn poll_own(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Option<Poll<io::Result<usize>>> {
        if self.own.is_none() {
            self.own = Some(unread::worded(bytes)?.into());
        }
        while let Some(own) = self.own.as_mut().filter(|own| !own.is_empty()) {
            match Pin::new(&mut self.stream).poll_write(context, own) {
                Poll::Ready(Ok(0)) => {
                    return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into())));
                }
                Poll::Ready(Ok(sent)) => drop(own.split_to(sent)),
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => return Some(Poll::Pending),
            }
        }
        self.own = None;
        Some(Poll::Ready(Ok(bytes.len())))
    }
}

impl Read for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.poll_own(context, bytes) {
            Some(sent) => sent,
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        match first.and_then(|first| self.poll_own(context, first)) {
            Some(sent) => sent,
            None => Pin::new(&mut self.stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes the stream when it has written everything.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(context));
        self.client.has_sent();
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
