//! Counters of cache hits.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheOutcome {
    /// From the cache.
    Hit,
    /// Shared with an identical request in progress.
    Joined,
    /// Computed.
    Miss,
}

/// Counters since the start, which may be read at any time.
#[derive(Debug, Default)]
pub struct Counters {
    hits: AtomicU64,
    joined: AtomicU64,
    misses: AtomicU64,
    unchanged: AtomicU64,
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// Answers from the cache.
    pub hits: u64,
    /// Answers shared with an identical request in progress.
    pub joined: u64,
    /// Answers that had to be computed.
    pub misses: u64,
    /// Responses with status 304 (not modified). Their answers count above, too.
    pub unchanged: u64,
}

impl Counters {
    /// The current counts.
    #[must_use]
    pub fn counts(&self) -> CacheCounts {
        CacheCounts {
            hits: self.hits.load(Relaxed),
            joined: self.joined.load(Relaxed),
            misses: self.misses.load(Relaxed),
            unchanged: self.unchanged.load(Relaxed),
        }
    }

    pub(crate) fn count(&self, found: CacheOutcome) {
        let counter = match found {
            CacheOutcome::Hit => &self.hits,
            CacheOutcome::Joined => &self.joined,
            CacheOutcome::Miss => &self.misses,
        };
        counter.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_unchanged(&self) {
        self.unchanged.fetch_add(1, Relaxed);
    }
}
