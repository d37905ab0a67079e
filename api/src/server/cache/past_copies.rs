//! Copies in memory of earlier revisions, which are made when they have been missed for long enough.
//!
//! The first queries of an earlier revision are answered by the database. When it has worked on them as long as a copy
//! takes, one is made in the background, one at a time. So whoever asks for one revision after the other makes the server
//! work no more than twice as much, and nobody waits for a copy.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    catalog::dataset::Dataset, database::Readers, graphql::catalog, measures::Replica,
    server::cache::copy::Copy,
};

/// The rows that are copied in a millisecond, at least.
const ROWS: u128 = 500;
/// The revisions for which it is known how long the database has worked on them; a client may name very many.
const KNOWN: usize = 1_000;

/// The copies of earlier revisions.
#[derive(Debug)]
pub(crate) struct PastCopies {
    /// The bytes that they may take.
    bytes: u64,
    state: Mutex<KeptCopies>,
}

#[derive(Debug, Default)]
struct KeptCopies {
    /// The one that was used last comes last.
    copies: Vec<Copy>,
    /// How long the database has worked on revisions without a copy.
    missed: HashMap<i32, Duration>,
    is_making: bool,
}

impl PastCopies {
    /// Room for so many bytes of copies; 0 makes none.
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

    /// Notes how long the database has worked on a dataset without a copy, and begins to make one where that pays: as large
    /// as the copy of the current revision, it is thought to be.
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
            // One that was forgotten meanwhile is empty, and of another stamp.
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
