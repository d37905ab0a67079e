//! Rows that were looked up before: they cannot change within a revision.
//!
//! A program is asked for by most queries about grants, and an agency by its id again and again. What a
//! loader has read for a key is kept for the requests that follow, in so many bytes, and goes whole when a
//! new revision comes. What a list reads that has no parent is not kept here, unless its rows are looked up by keys: it
//! depends on a filter, an order and a page, and [`crate::server`] keeps whole answers.
//!
//! Nothing is kept that is not known to be of the revision, and whoever takes something says so to its
//! [`Session`](crate::database::session::Session): an answer is of one revision, wherever its rows come from.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use async_graphql::Value as GraphQl;
use quick_cache::{
    DefaultHashBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};

use super::rows::{Row, RowPage};
use crate::{catalog::dataset::Dataset, database::token::DataStamp};

/// Bytes that something costs beside its cells.
const OVERHEAD: u64 = 96;
/// How many kinds of look-ups are remembered: what is read, of which table, through which filter.
const KINDS: usize = 1_000;
/// What something is expected to weigh.
const USUAL: u64 = 256;

/// What is kept for the key of a row.
#[derive(Clone, Debug)]
pub(crate) enum CachedRows {
    /// The row with that key, where there is one.
    Row(Option<Arc<Row>>),
    /// The page of that parent.
    Page(RowPage),
}

/// The rows of the newest revision that is known.
#[derive(Debug)]
pub(crate) struct RowCache {
    bytes: u64,
    newest: Mutex<Newest>,
}

/// The rows that are kept, and what the server was told last of the dataset when they began.
#[derive(Debug)]
struct Newest {
    told: DataStamp,
    rows: Arc<RevisionRows>,
}

/// The rows of one revision.
#[derive(Debug)]
pub(crate) struct RevisionRows {
    /// That revision.
    pub(crate) dataset: Dataset,
    kinds: Cache<Arc<str>, u64>,
    count: AtomicU64,
    found: Cache<(u64, i32), CachedRows, Weights>,
}

/// The rows of one kind of look-up.
#[derive(Clone, Debug)]
pub(crate) struct LookupKind {
    kept: Arc<RevisionRows>,
    number: u64,
}

#[derive(Clone, Debug)]
struct Weights;

impl Weighter<(u64, i32), CachedRows> for Weights {
    fn weight(&self, _: &(u64, i32), found: &CachedRows) -> u64 {
        let cell = |cell: &GraphQl| match cell {
            GraphQl::String(text) => text.len(),
            GraphQl::Enum(name) => name.len(),
            _ => 0,
        };
        let row = |row: &Arc<Row>| {
            let texts: usize = row.cells.iter().map(cell).sum();
            OVERHEAD + (texts + row.cells.len() * size_of::<GraphQl>()) as u64
        };
        OVERHEAD
            + match found {
                CachedRows::Row(found) => found.as_ref().map_or(0, row),
                CachedRows::Page(page) => page.rows.iter().map(row).sum(),
            }
    }
}

impl RowCache {
    /// Keeps so many bytes of rows.
    pub(crate) fn new(dataset: Dataset, bytes: u64) -> Self {
        let told = dataset.stamp;
        let rows = Arc::new(RevisionRows::new(dataset, bytes));
        Self { bytes, newest: Mutex::new(Newest { told, rows }) }
    }

    /// The rows of the revision that the server was told of, or of one that somebody has met since: what the server
    /// hears next is of that. Those of another go.
    pub(crate) fn at(&self, told: &Dataset) -> Arc<RevisionRows> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.told != told.stamp {
            newest.told = told.stamp;
            self.replace(&mut newest, told);
        }
        Arc::clone(&newest.rows)
    }

    /// The rows of a revision that the database was just found to hold.
    pub(crate) fn met(&self, found: &Dataset) -> Arc<RevisionRows> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        self.replace(&mut newest, found);
        Arc::clone(&newest.rows)
    }

    fn replace(&self, newest: &mut Newest, dataset: &Dataset) {
        if newest.rows.dataset.stamp != dataset.stamp {
            newest.rows = Arc::new(RevisionRows::new(dataset.clone(), self.bytes));
        }
    }

    /// How many bytes are kept.
    pub(crate) fn bytes(&self) -> u64 {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).rows.found.weight()
    }
}

impl RevisionRows {
    fn new(dataset: Dataset, bytes: u64) -> Self {
        let count = usize::try_from(bytes / USUAL).unwrap_or(usize::MAX);
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self {
            dataset,
            kinds: Cache::new(KINDS),
            count: AtomicU64::new(0),
            found: Cache::with(count, bytes, Weights, hasher, lifecycle),
        }
    }

    /// The rows of the look-ups that are called so: two that read something else have other names.
    pub(crate) fn kind(self: &Arc<Self>, name: &str) -> LookupKind {
        let number = self.kinds.get(name).unwrap_or_else(|| {
            // One that was forgotten gets a new number, and what was kept for it is found no more.
            let number = self.count.fetch_add(1, Ordering::Relaxed);
            self.kinds.insert(name.into(), number);
            number
        });
        LookupKind { kept: Arc::clone(self), number }
    }
}

impl LookupKind {
    /// What statements say that read rows of the same revision.
    pub(crate) fn stamp(&self) -> DataStamp {
        self.kept.dataset.stamp
    }

    pub(crate) fn get(&self, key: i32) -> Option<CachedRows> {
        self.kept.found.get(&(self.number, key))
    }

    /// Keeps what was read at a revision, where it is this one.
    pub(crate) fn keep(
        &self,
        stamp: Option<DataStamp>,
        found: impl Iterator<Item = (i32, CachedRows)>,
    ) {
        if stamp == Some(self.stamp()) {
            for (key, found) in found {
                self.kept.found.insert((self.number, key), found);
            }
        }
    }
}
