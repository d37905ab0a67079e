//! Work that ends when nobody waits for it any more.
//!
//! A client that hangs up drops the future of its answer, and so do the deadline and a shutdown. What works for that future
//! knows nothing of it, unless it asks: before each pass over rows it looks at a [`Stop`]. That is set where a [`Waiting`]
//! is dropped, which whoever handed work to another thread holds, or where the request itself is given up.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use crate::{
    error::Error,
    limits::{
        usage::{TakenMemory, Usage},
        work::Work,
    },
};

/// Whether work is to end, and what it takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    is_set: Arc<AtomicBool>,
    usage: Usage,
}

/// Somebody who waits: work ends when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Stop);

impl Waiting {
    /// Somebody who waits for work of a request that has done some already.
    pub(crate) fn of(usage: Usage) -> Self {
        Self(Stop { is_set: Arc::default(), usage })
    }

    /// What the work looks at.
    pub(crate) fn stop(&self) -> Stop {
        self.0.clone()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.is_set.store(true, Relaxed);
    }
}

impl Stop {
    /// Ends the work where nobody waits for it.
    ///
    /// # Errors
    /// One that nobody reads.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.is_set.load(Relaxed) || !self.usage.is_waited_for() {
            true => Err(Error::Unavailable),
            false => Ok(()),
        }
    }

    /// Notes work that is about to be done; ends it where nobody waits for it.
    ///
    /// # Errors
    /// One that nobody reads.
    pub(crate) fn spend(&self, work: Work) -> Result<(), Error> {
        self.usage.add(work);
        self.check()
    }

    /// Takes memory for so many things of a size.
    ///
    /// # Errors
    /// Says that it is more than there may be.
    pub(crate) fn take(&self, count: usize, size: usize) -> Result<TakenMemory, Error> {
        self.usage.take((count as u64).saturating_mul(size as u64))
    }
}
