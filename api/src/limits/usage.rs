//! The resources of a running request: work, which is counted, and memory, which is limited.
//!
//! Memory is only counted where it can be large: for rows that are read, and for data kept per row, group or value
//! while groups are computed. Each request has a limit, and so do all running requests together. The estimated memory
//! of a request is reserved before it runs, so that requests wait instead of failing each other.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::work::Work;
use crate::error::Error;

/// The unit of reserved memory.
const MEBIBYTE: u64 = 1 << 20;
/// The memory that a request may use without a reservation.
const FREE: u64 = MEBIBYTE;

/// The server option for the memory of a query.
pub(crate) const MOST_OF_EACH: &str = " (--max-memory)";

/// The memory limits of requests.
#[derive(Clone, Debug)]
pub(crate) struct MemoryBudget {
    /// The limit in bytes for each request, and the option that sets it.
    each: u64,
    setting: &'static str,
    /// The limit in mebibytes for all requests together.
    all: Arc<Semaphore>,
    most: u32,
}

impl MemoryBudget {
    /// A budget in mebibytes for each query and for all together.
    pub(crate) fn new(each: u32, all: u32) -> Self {
        Self::of(each, all, MOST_OF_EACH)
    }

    /// A budget in mebibytes for all files together. One file may use all of it.
    pub(crate) fn of_files(all: u32) -> Self {
        Self::of(all, all, " (a third of --max-memory-of-all)")
    }

    fn of(each: u32, all: u32, setting: &'static str) -> Self {
        let most = all.max(each).max(1);
        let permits = Arc::new(Semaphore::new(most as usize));
        Self { each: u64::from(each) * MEBIBYTE, setting, all: permits, most }
    }

    /// Reserves memory for a request, waiting until enough is available. `is_apart` tells whether the request runs on
    /// the threads for expensive requests.
    pub(crate) async fn set_aside(&self, bytes: u64, is_apart: bool) -> Usage {
        let aside = match self.wanted(bytes) {
            0 => None,
            wanted => Arc::clone(&self.all).acquire_many_owned(wanted).await.ok(),
        };
        self.usage(aside, is_apart)
    }

    /// Reserves memory if enough is available now.
    pub(crate) fn set_aside_now(&self, bytes: u64, is_apart: bool) -> Option<Usage> {
        let aside = match self.wanted(bytes) {
            0 => None,
            wanted => Some(Arc::clone(&self.all).try_acquire_many_owned(wanted).ok()?),
        };
        Some(self.usage(aside, is_apart))
    }

    fn wanted(&self, bytes: u64) -> u32 {
        mebibytes(bytes.saturating_sub(FREE)).min(self.most)
    }

    fn usage(&self, aside: Option<OwnedSemaphorePermit>, is_apart: bool) -> Usage {
        let (budget, aside) = (Some(self.clone()), Mutex::new(aside));
        Usage(Arc::new(UsageInner { budget, aside, is_apart, ..UsageInner::default() }))
    }
}

/// Memory that stays reserved after its request is done, for an answer that is not sent yet.
#[derive(Debug)]
pub(crate) struct MemoryAside {
    _permit: OwnedSemaphorePermit,
}

/// Bytes in mebibytes, rounded up.
fn mebibytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(MEBIBYTE)).unwrap_or(u32::MAX)
}

/// The resources that one request has used so far, in all its parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage(Arc<UsageInner>);

#[derive(Debug, Default)]
struct UsageInner {
    work: AtomicU64,
    bytes: AtomicU64,
    /// `None` if only the machine limits memory.
    budget: Option<MemoryBudget>,
    aside: Mutex<Option<OwnedSemaphorePermit>>,
    is_apart: bool,
    /// Whether nobody is waiting for the request anymore.
    is_given_up: AtomicBool,
    /// The deadline of the request.
    deadline: OnceLock<Instant>,
}

/// Memory in use until this is dropped.
#[must_use]
#[derive(Debug)]
pub(crate) struct TakenMemory {
    of: Usage,
    bytes: u64,
}

/// Someone waiting for a request, which is canceled when this is dropped.
#[must_use]
#[derive(Debug)]
pub(crate) struct Waiter(Usage);

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.0.is_given_up.store(true, Relaxed);
    }
}

impl Usage {
    /// Keeps the request running until the deadline, and as long as the returned value is held.
    pub(crate) fn wait_until(&self, deadline: Instant) -> Waiter {
        // A request has one deadline, so the first one stays.
        let _ = self.0.deadline.set(deadline);
        Waiter(self.clone())
    }

    /// Whether anyone is still waiting for the request.
    pub(crate) fn is_waited_for(&self) -> bool {
        let is_late = || self.0.deadline.get().is_some_and(|deadline| Instant::now() > *deadline);
        !self.0.is_given_up.load(Relaxed) && !is_late()
    }

    /// Whether the request runs on the threads for expensive requests.
    pub(crate) fn is_apart(&self) -> bool {
        self.0.is_apart
    }

    /// Adds work.
    pub(crate) fn add(&self, work: Work) {
        self.0.work.fetch_add(work.0, Relaxed);
    }

    /// The total work.
    pub(crate) fn work(&self) -> Work {
        Work(self.0.work.load(Relaxed))
    }

    /// Takes memory until the returned value is dropped.
    ///
    /// # Errors
    /// If it exceeds the limit of a request, or the memory available to all.
    pub(crate) fn take(&self, bytes: u64) -> Result<TakenMemory, Error> {
        // Dropping this on a refusal returns the memory.
        let taken = TakenMemory { of: self.clone(), bytes };
        self.keep(bytes).map(|()| taken)
    }

    /// Takes memory for the rest of the request.
    ///
    /// # Errors
    /// The same as [`Usage::take`].
    pub(crate) fn keep(&self, bytes: u64) -> Result<(), Error> {
        let now = self.0.bytes.fetch_add(bytes, Relaxed).saturating_add(bytes);
        let Some(budget) = &self.0.budget else { return Ok(()) };
        if now > budget.each {
            return Err(too_much(now, budget.each, budget.setting));
        }
        match bytes > 0 && now > FREE {
            true => self.set_more_aside(budget, mebibytes(now - FREE)),
            false => Ok(()),
        }
    }

    /// Keeps part of the reservation until the returned value is dropped. Returns `None` for small amounts.
    ///
    /// # Errors
    /// If not enough memory is available to all.
    pub(crate) fn hold(&self, bytes: u64) -> Result<Option<MemoryAside>, Error> {
        let Some(budget) = &self.0.budget else { return Ok(None) };
        let wanted = mebibytes(bytes.saturating_sub(FREE)).min(budget.most);
        if wanted == 0 {
            return Ok(None);
        }
        self.set_more_aside(budget, wanted)?;
        let mut aside = self.0.aside.lock().unwrap_or_else(PoisonError::into_inner);
        let permit = aside.as_mut().and_then(|aside| aside.split(wanted as usize));
        Ok(permit.map(|permit| MemoryAside { _permit: permit }))
    }

    /// Reserves more memory if the request uses more than estimated.
    fn set_more_aside(&self, budget: &MemoryBudget, wanted: u32) -> Result<(), Error> {
        let mut aside = self.0.aside.lock().unwrap_or_else(PoisonError::into_inner);
        let there = aside.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let missing =
            wanted.min(budget.most).saturating_sub(u32::try_from(there).unwrap_or(u32::MAX));
        if missing == 0 {
            return Ok(());
        }
        let more = Arc::clone(&budget.all).try_acquire_many_owned(missing);
        let more = more.map_err(|_| Error::OutOfMemory(budget.most))?;
        match aside.as_mut() {
            Some(aside) => aside.merge(more),
            None => *aside = Some(more),
        }
        Ok(())
    }
}

impl Drop for TakenMemory {
    fn drop(&mut self) {
        self.of.0.bytes.fetch_sub(self.bytes, Relaxed);
    }
}

/// The error for a request that exceeds its memory limit.
pub(crate) fn too_much(bytes: u64, most: u64, setting: &'static str) -> Error {
    let whole = |bytes: u64| usize::try_from(bytes.div_ceil(MEBIBYTE)).unwrap_or(usize::MAX);
    let (value, most) = (whole(bytes), whole(most));
    Error::Limit { counts: "mebibytes of memory", value, most, setting }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_takes_no_more_than_it_may() {
        let budget = MemoryBudget::new(4, 16);
        let usage = budget.set_aside(0, false).await;
        let first = usage.take(3 * MEBIBYTE).expect("it may have four");
        let refused = usage.take(2 * MEBIBYTE).expect_err("it may not have five");
        assert_eq!(refused.code(), "QUERY_TOO_LARGE");
        assert!(usage.take(MEBIBYTE).is_ok(), "what was refused is not taken");
        drop(first);
        assert!(usage.take(4 * MEBIBYTE).is_ok(), "what is given back may be taken again");
    }

    #[tokio::test]
    async fn a_request_is_given_up_when_nobody_waits_or_it_is_late() {
        let usage = Usage::default();
        assert!(usage.is_waited_for(), "there is no deadline");
        let waiter = usage.wait_until(Instant::now() + std::time::Duration::from_mins(1));
        assert!(usage.is_waited_for());
        drop(waiter);
        assert!(!usage.is_waited_for());
        let late = Usage::default();
        let _waiter = late.wait_until(Instant::now());
        assert!(!late.is_waited_for());
    }

    #[tokio::test]
    async fn all_take_no_more_than_there_is_together() {
        let budget = MemoryBudget::new(8, 10);
        let first = budget.set_aside(7 * MEBIBYTE, false).await;
        assert!(first.take(7 * MEBIBYTE).is_ok());
        // Another request of this size waits until the first is done.
        let mut second = Box::pin(budget.set_aside(8 * MEBIBYTE, false));
        assert!(futures_util::poll!(&mut second).is_pending());
        let small = budget.set_aside(0, false).await;
        assert!(small.take(MEBIBYTE).is_ok(), "a small amount is always available");
        assert_eq!(small.take(7 * MEBIBYTE).expect_err("it was not reserved").code(), "OVERLOADED");
        drop(first);
        assert!(second.await.take(8 * MEBIBYTE).is_ok());
    }
}
