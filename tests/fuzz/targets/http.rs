//! HTTP requests, as bytes on a connection.

#![no_main]

use std::{cell::OnceCell, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The bytes of answers that are on their way.
const PIPE: usize = 1 << 20;
/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

thread_local! {
    static SERVICE: OnceCell<TowerToHyperService<Router>> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| {
    fuzz::with(|fixture| {
        let service = SERVICE.with(|it| {
            it.get_or_init(|| {
                let server = fixture.server();
                TowerToHyperService::new(fixture.block(async { server.router() }))
            })
            .clone()
        });
        let answer = fixture.block(async {
            let (mut client, server) = tokio::io::duplex(PIPE);
            let talk = async {
                // A server that has heard enough may have closed the connection.
                let _ = client.write_all(bytes).await;
                let _ = client.shutdown().await;
                let mut answer = Vec::new();
                let _ = client.read_to_end(&mut answer).await;
                answer
            };
            // A client that has said all that it wants to say still waits for the answer.
            let mut serve = http1::Builder::new();
            let serve = serve.half_close(true).serve_connection(TokioIo::new(server), service);
            let both = async { tokio::join!(talk, serve).0 };
            tokio::time::timeout(PATIENCE, both).await.expect("it ends")
        });
        for start in answer.windows(10).filter(|it| it.starts_with(b"HTTP/1.")) {
            assert_ne!(&start[8..10], b" 5", "{}", String::from_utf8_lossy(&answer));
        }
    });
});
