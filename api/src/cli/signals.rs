//! The signals that a server hears.
//!
//! | signal | what it does |
//! | --- | --- |
//! | SIGTERM, SIGINT | The server answers what has begun, and stops. A second one ends it at once. |
//! | SIGHUP | What can be read again is: the trusted documents, and the file that says what to log. |
//!
//! What is read again takes the place of the old only if it is right as a whole; if not, the log says what is wrong with
//! it, and the old stays. Everything else is chosen at the start: a new process takes other options.

use std::{path::PathBuf, sync::Arc};

use super::log::FilterFile;
use crate::{limits::Limits, server::TrustedDocuments};

/// What a server reads again.
pub(super) struct Reloaded {
    /// What to log.
    pub(super) log: Option<FilterFile>,
    /// The trusted documents, and where they stand.
    pub(super) trusted: Option<(Arc<TrustedDocuments>, PathBuf)>,
    /// The limits that documents are held against.
    pub(super) limits: Limits,
}

impl Reloaded {
    /// Reads it all again. Reading blocks.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nothing asks for it"))]
    fn read_again(&self) {
        if self.log.is_none() && self.trusted.is_none() {
            tracing::info!(
                "SIGHUP: there is nothing to read again, neither --log-filter-file nor --trusted-documents"
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
                    tracing::info!(documents, "read the trusted documents again");
                }
                Err(reason) => {
                    let documents = trusted.len();
                    tracing::error!(documents, reason, "the trusted documents stay as they were");
                }
            }
        }
    }
}

/// The signals of the process: from the first of these values on, none of them ends it by itself. Where there are none,
/// Ctrl-C.
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
    /// Begins to listen.
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits until the process is asked to stop. Gives the exit code of one that a signal has ended.
    pub(super) async fn stop(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }

    /// Waits until the process is asked to stop, and meanwhile reads again what it is told to.
    async fn stop_reloading(&mut self, reloaded: &Arc<Reloaded>) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hangup.recv() => {}
            }
            let reloaded = Arc::clone(reloaded);
            if tokio::task::spawn_blocking(move || reloaded.read_again()).await.is_err() {
                tracing::error!("what was to be read again could not be: it stays as it was");
            }
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for Ctrl-C. Gives the exit code of a process that it has ended.
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
    /// Listens from now on for a server that serves. The future ends when it is asked to stop; when it is asked once
    /// more, the process ends.
    pub(super) fn of_server(mut self, reloaded: Reloaded) -> impl Future<Output = ()> {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            self.stop_reloading(&Arc::new(reloaded)).await;
            tracing::info!(
                "stopping: requests that have begun are answered first; a second signal ends that at once"
            );
            // A server that has ended by itself waits for nobody.
            let _ = stop.send(());
            let code = self.stop().await;
            tracing::warn!("stopped at once, as asked twice: requests that had begun were cut off");
            std::process::exit(code);
        });
        async move {
            let _ = stopped.await;
        }
    }
}
