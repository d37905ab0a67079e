//! Keeps a connection counted as open.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use tokio::sync::watch;

use super::connections::{ConnectionPlace, LiveConnection, TooMany};

/// An open connection. A WebSocket outlives HTTP's use of the connection, so it holds one of these.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionHold {
    pub(super) place: Arc<ConnectionPlace>,
    _part: watch::Receiver<()>,
}

impl ConnectionHold {
    pub(super) fn new(place: ConnectionPlace, part: watch::Receiver<()>) -> Self {
        Self { place: Arc::new(place), _part: part }
    }

    /// Lets the connection carry subscriptions.
    ///
    /// # Errors
    /// Which limit is exceeded.
    pub(crate) fn go_live(&self) -> Result<LiveConnection, TooMany> {
        self.place.go_live()
    }

    /// Reads what the client is still sending when the connection is closed, so that the client can read why.
    pub(crate) fn linger(&self) {
        self.place.connection.lingers.store(true, Relaxed);
    }

    pub(super) fn lingers(&self) -> bool {
        self.place.connection.lingers.load(Relaxed)
    }
}
