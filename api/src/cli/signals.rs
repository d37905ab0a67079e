//! The signals that a server handles.
//!
//! | signal | effect |
//! | --- | --- |
//! | SIGTERM, SIGINT | The server finishes the requests in progress and stops. A second signal stops it immediately. |
//! | SIGHUP | The server reloads the trusted documents and the file of the log filter. |
//!
//! A reload replaces the old value only if the new one is valid as a whole; if not, the log says what is wrong, and the
//! old value stays. All other options are fixed when the process starts.

use std::{path::PathBuf, sync::Arc};

use super::log::FilterFile;
use crate::{limits::Limits, server::TrustedDocuments};

/// What a server reloads.
pub(super) struct Reloaded {
    /// The log filter.
    pub(super) log: Option<FilterFile>,
    /// The trusted documents, and their path.
    pub(super) trusted: Option<(Arc<TrustedDocuments>, PathBuf)>,
    /// The limits of trusted documents.
    pub(super) limits: Limits,
}

impl Reloaded {
    /// Reloads everything. Reading blocks.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only a Unix signal asks for it"))]
    fn read_again(&self) {
        if self.log.is_none() && self.trusted.is_none() {
            tracing::info!(
                "SIGHUP: there is nothing to reload, neither --log-filter-file nor --trusted-documents"
            );
        }
        if let Some(log) = &self.log {
            log.read_again();
        }
        if let Some((trusted, path)) = &self.trusted {
            match TrustedDocuments::read(path, &self.limits) {
                Ok(found) => {
                    let documents = found.len();
                    trusted.replace(found);
                    tracing::info!(documents, "reloaded the trusted documents");
                }
                Err(reason) => {
                    let documents = trusted.len();
                    tracing::error!(documents, reason, "the previous trusted documents stay");
                }
            }
        }
    }
}

/// The signals of the process, or Ctrl-C on systems without signals. Once this value exists, signals no longer end the
/// process by default.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Starts to listen.
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits until a signal asks the process to stop. Returns the exit code for that signal.
    pub(super) async fn stop(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }

    /// Waits until a signal asks the process to stop, and reloads on SIGHUP until then.
    async fn stop_reloading(&mut self, reloaded: &Arc<Reloaded>) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hangup.recv() => {}
            }
            let reloaded = Arc::clone(reloaded);
            if tokio::task::spawn_blocking(move || reloaded.read_again()).await.is_err() {
                tracing::error!("the reload failed: the previous values stay");
            }
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Starts to listen.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for Ctrl-C. Returns its exit code.
    pub(super) async fn stop(&mut self) -> i32 {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl-C");
            std::future::pending::<()>().await;
        }
        130
    }

    /// Waits for Ctrl-C.
    async fn stop_reloading(&mut self, _: &Arc<Reloaded>) {
        self.stop().await;
    }
}

impl Signals {
    /// Handles signals for a running server. The future ends on the first signal to stop; on the second, the process
    /// ends.
    pub(super) fn of_server(mut self, reloaded: Reloaded) -> impl Future<Output = ()> {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            self.stop_reloading(&Arc::new(reloaded)).await;
            tracing::info!(
                "stopping: requests in progress are answered first; a second signal stops immediately"
            );
            // The server may have ended on its own.
            let _ = stop.send(());
            let code = self.stop().await;
            tracing::warn!(
                "stopped immediately after a second signal: requests in progress were cut off"
            );
            std::process::exit(code);
        });
        async move {
            let _ = stopped.await;
        }
    }
}
