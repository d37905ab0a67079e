//! Connections: how many, and how slow they may be.
//!
//! A client that sends its request a byte a minute, or never reads its answer, costs a connection, and
//! connections are what a server has only so many of. So each step has a time: the head of a request, its
//! body ([`crate::server::endpoint`]), a byte of the answer. When the server is asked to stop, no new connection is
//! taken, and each that stands is closed when its request is answered.

use std::{convert::Infallible, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{HttpService, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use super::rate::Peer;

/// How long the head of a request may take, from the answer before it on: so long may a connection be idle.
const HEAD: Duration = Duration::from_mins(1);
/// How long a client may take no byte of an answer.
const WRITE: Duration = Duration::from_secs(20);
/// How long requests that have begun may take after the server was asked to stop.
const DRAIN: Duration = Duration::from_secs(30);
/// How long to wait where no connection can be taken, as without file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves connections, so many at once, until it is asked to stop.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    most: usize,
    stopped: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let turns = Arc::new(Semaphore::new(most.max(1)));
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let taken = async {
            let turn = Arc::clone(&turns).acquire_owned().await;
            (listener.accept().await, turn)
        };
        let (accepted, turn) = tokio::select! {
            biased;
            () = &mut stopped => break,
            taken = taken => taken,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                refused(&error).await;
                continue;
            }
        };
        let connection = connection(stream, peer, router.clone());
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(turn);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        let seconds = DRAIN.as_secs();
        tracing::warn!(seconds, "some requests were not answered in time, and are cut off");
    }
}

/// Says why no connection could be taken, and waits where trying again at once would be in vain.
async fn refused(error: &io::Error) {
    let of_client = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    );
    if !of_client {
        tracing::error!(%error, "cannot take a connection");
        tokio::time::sleep(PAUSE).await;
    }
}

type Io = TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>;

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> http1::Connection<Io, impl HttpService<Incoming, ResBody = Body, Future: Send> + Send> {
    // It is how soon an answer is sent; without it, it is sent all the same.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let router = router.clone();
        async move {
            Ok::<_, Infallible>(
                router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}),
            )
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
}
