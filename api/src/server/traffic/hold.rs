//! What keeps a connection among those that are open.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use tokio::sync::watch;

use super::connections::{ConnectionPlace, LiveConnection, TooMany};

/// A connection that is open. A WebSocket goes on when HTTP is done with the connection, and so has a part of this.
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
    /// What there are too many of.
    pub(crate) fn go_live(&self) -> Result<LiveConnection, TooMany> {
        self.place.go_live()
    }

    /// Reads what its client is still sending when it is closed, so that the client reads why.
    pub(crate) fn linger(&self) {
        self.place.connection.lingers.store(true, Relaxed);
    }

    pub(super) fn lingers(&self) -> bool {
        self.place.connection.lingers.load(Relaxed)
    }
}
