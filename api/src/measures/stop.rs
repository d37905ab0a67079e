//! Stops work that nobody waits for any more.
//!
//! When a client hangs up, the future of its answer is dropped; a deadline or a shutdown does the same. Work on another
//! thread does not notice, so it checks a [`Stop`] before each pass over rows. The stop is set when the matching
//! [`Waiting`], held by whoever handed over the work, is dropped, or when the request itself is abandoned.

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

/// Whether work must stop, and the resources that it uses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    is_set: Arc<AtomicBool>,
    usage: Usage,
}

/// The waiting side: work stops when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Stop);

impl Waiting {
    /// The waiting side of a request that has already used some resources.
    pub(crate) fn of(usage: Usage) -> Self {
        Self(Stop { is_set: Arc::default(), usage })
    }

    /// The handle that the work checks.
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
    /// Stops the work if nobody waits for it.
    ///
    /// # Errors
    /// An error that nobody reads.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.is_set.load(Relaxed) || !self.usage.is_waited_for() {
            true => Err(Error::Unavailable),
            false => Ok(()),
        }
    }

    /// Records work that is about to be done; stops if nobody waits for it.
    ///
    /// # Errors
    /// An error that nobody reads.
    pub(crate) fn spend(&self, work: Work) -> Result<(), Error> {
        self.usage.add(work);
        self.check()
    }

    /// Takes memory for this many items of a size.
    ///
    /// # Errors
    /// Says that it exceeds the limit.
    pub(crate) fn take(&self, count: usize, size: usize) -> Result<TakenMemory, Error> {
        self.usage.take((count as u64).saturating_mul(size as u64))
    }
}
