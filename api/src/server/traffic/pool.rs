//! Threads for expensive queries, besides the serving threads.
//!
//! Between two waits an expensive query may use the CPU for milliseconds: it builds values, serializes and hashes
//! them. On the serving threads everything else would wait for that, even a liveness check. So it has threads of its
//! own, as many as there are cores. On Linux they have a lower priority.

use std::{
    pin::Pin,
    sync::OnceLock,
    task::{Context, Poll},
};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

use crate::{error::Error, limits::cores};

/// The threads, started when there is work for them.
#[derive(Debug, Default)]
pub(crate) struct Pool(OnceLock<Option<Runtime>>);

impl Pool {
    fn threads(&self) -> Option<&Runtime> {
        let start = || {
            let mut threads = Builder::new_multi_thread();
            threads.worker_threads(cores()).thread_name("cops-graphql-query").enable_all();
            threads.on_thread_start(yield_to_others);
            threads
                .build()
                .inspect_err(
                    |error| tracing::error!(%error, "cannot start the threads for queries"),
                )
                .ok()
        };
        self.0.get_or_init(start).as_ref()
    }

    /// Runs work on these threads as long as somebody waits for it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Error> {
        let threads = self.threads().ok_or(Error::Internal)?;
        Awaited(threads.spawn(work)).await
    }
}

/// Lowers the priority of this thread, and of the threads that it starts.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    /// Halfway down.
    const NICE: i32 = 10;
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "cannot lower the priority of a thread");
    }
}

/// Elsewhere priorities belong to processes.
#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}

impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(threads) = self.0.take().flatten() {
            threads.shutdown_background();
        }
    }
}

/// Work that is aborted when this is dropped.
struct Awaited<T>(JoinHandle<T>);

impl<T> Future for Awaited<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map_err(|error| {
            tracing::error!(%error, "a query was aborted");
            Error::Internal
        })
    }
}

impl<T> Drop for Awaited<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
