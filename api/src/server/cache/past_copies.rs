//! In-memory copies of earlier revisions, which are made when they would pay.
//!
//! The database answers the first queries of an earlier revision. When it has worked on them for as long as making a
//! copy takes, one is made in the background; only one is made at a time. So a client that asks for one revision
//! after another at most doubles the server's work, and nobody waits for a copy.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    catalog::dataset::Dataset, database::Readers, graphql::catalog, measures::Replica,
    server::cache::copy::Copy,
};

/// The rows that are copied per millisecond, at least.
const ROWS: u128 = 500;
/// The maximum number of revisions whose database time is recorded, because clients may name arbitrarily many.
const KNOWN: usize = 1_000;

/// The copies of earlier revisions.
#[derive(Debug)]
pub(crate) struct PastCopies {
    /// Their maximum total size in bytes.
    bytes: u64,
    state: Mutex<KeptCopies>,
}

#[derive(Debug, Default)]
struct KeptCopies {
    /// In order of their last use.
    copies: Vec<Copy>,
    /// How long the database has worked on revisions without a copy.
    missed: HashMap<i32, Duration>,
    is_making: bool,
}

impl PastCopies {
    /// A capacity in bytes; 0 disables copies.
    pub(crate) fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self { bytes, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, KeptCopies> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The copy of a dataset, if there is one.
    pub(crate) fn get(&self, of: &Dataset) -> Option<Copy> {
        let mut state = self.state();
        let at = state.copies.iter().position(|copy| copy.dataset == *of)?;
        let copy = state.copies.remove(at);
        state.copies.push(copy.clone());
        Some(copy)
    }

    /// Records how long the database worked on a dataset without a copy, and starts making a copy if that pays. The
    /// copy is assumed to be as large as that of the current revision.
    pub(crate) fn miss(
        self: &Arc<Self>,
        readers: &Readers,
        of: &Dataset,
        like: &Replica,
        took: Duration,
    ) {
        if like.size_in_bytes() as u64 > self.bytes {
            return;
        }
        let mut state = self.state();
        if state.copies.iter().any(|copy| copy.dataset == *of) {
            return;
        }
        if state.missed.len() >= KNOWN {
            state.missed.clear();
        }
        let missed = state.missed.entry(of.revision).or_default();
        *missed += took;
        if missed.as_millis() < like.rows() as u128 / ROWS || state.is_making {
            return;
        }
        state.missed.remove(&of.revision);
        state.is_making = true;
        drop(state);
        let (copies, readers, of) = (Arc::clone(self), readers.as_of(of.revision), of.clone());
        tokio::spawn(async move { copies.make(readers, of).await });
    }

    async fn make(&self, readers: Readers, of: Dataset) {
        let began = Instant::now();
        let made = Replica::build(catalog(), readers).await;
        let mut state = self.state();
        state.is_making = false;
        state.missed.remove(&of.revision);
        let revision = of.revision;
        match made {
            // A revision that was deleted meanwhile is empty, and has another stamp.
            Ok(replica) if replica.stamp() == of.stamp => {
                let (rows, bytes) = (replica.rows(), replica.size_in_bytes());
                let milliseconds = crate::trace::milliseconds(began.elapsed());
                tracing::info!(
                    revision,
                    rows,
                    bytes,
                    milliseconds,
                    "copied an earlier revision into memory"
                );
                state.copies.push(Copy { dataset: of, replica: Arc::new(replica) });
                let size = |copy: &Copy| copy.replica.size_in_bytes() as u64;
                while state.copies.iter().map(size).sum::<u64>() > self.bytes {
                    state.copies.remove(0);
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, revision, "cannot copy an earlier revision into memory");
            }
        }
    }
}
