//! Work that ends when nobody waits for it any more.
//!
//! A client that hangs up drops the future of its answer, and so do the deadline and a shutdown. What that future had
//! handed to a thread of its own knows nothing of it, unless it asks: before each pass over rows it looks at a [`Stop`],
//! which is set by whoever held its [`Waiting`].

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use crate::error::Error;

/// Whether work is to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

/// Somebody who waits: work ends when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Stop);

impl Waiting {
    /// What the work looks at.
    pub(crate) fn stop(&self) -> Stop {
        self.0.clone()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(true, Relaxed);
    }
}

impl Stop {
    /// Ends the work where nobody waits for it.
    ///
    /// # Errors
    /// One that nobody reads.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.0.load(Relaxed) { Err(Error::Unavailable) } else { Ok(()) }
    }
}
