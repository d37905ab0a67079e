//! How often answers were at hand.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheOutcome {
    /// It was kept.
    Hit,
    /// Somebody else was waiting for it already.
    Joined,
    /// It was worked out.
    Miss,
}

/// Counts since the start, which anybody may read while the server runs.
#[derive(Debug, Default)]
pub struct Counters {
    hits: AtomicU64,
    joined: AtomicU64,
    misses: AtomicU64,
    unchanged: AtomicU64,
}

/// The counts of one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// Answers that were kept.
    pub hits: u64,
    /// Answers that somebody else was waiting for already.
    pub joined: u64,
    /// Answers that had to be worked out.
    pub misses: u64,
    /// Responses that said only that nothing has changed (304). Their answers count above, too.
    pub unchanged: u64,
}

impl Counters {
    /// The counts as they are.
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
