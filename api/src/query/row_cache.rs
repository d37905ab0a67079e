//! A cache of rows, which cannot change within a revision.
//!
//! Most queries about grants read a program, and the same agency is looked up by its id again and again. The rows that
//! a loader reads for a key are cached for later requests, up to a number of bytes, and dropped when a new revision
//! comes. Root lists are not cached here unless their rows are looked up by key: they depend on a filter, an order and
//! a page, and [`crate::server`] caches whole answers.
//!
//! Only rows known to be of the revision are cached. Whoever takes rows from the cache reports that to its
//! [`Session`](crate::database::session::Session): an answer has one revision, wherever its rows come from.

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

/// The bytes of an entry beyond its cells.
const OVERHEAD: u64 = 96;
/// The most kinds of lookups to remember: what is read, from which table, through which filter.
const KINDS: usize = 1_000;
/// The expected weight of an entry, in bytes.
const USUAL: u64 = 256;

/// The cached rows of a key.
#[derive(Clone, Debug)]
pub(crate) enum CachedRows {
    /// The row with that key, if there is one.
    Row(Option<Arc<Row>>),
    /// The page of that parent.
    Page(RowPage),
}

/// The rows of the newest known revision.
#[derive(Debug)]
pub(crate) struct RowCache {
    bytes: u64,
    newest: Mutex<Newest>,
}

/// The cached rows, and the state of the dataset that the server knew when they began.
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
    /// A cache of this many bytes.
    pub(crate) fn new(dataset: Dataset, bytes: u64) -> Self {
        let told = dataset.stamp;
        let rows = Arc::new(RevisionRows::new(dataset, bytes));
        Self { bytes, newest: Mutex::new(Newest { told, rows }) }
    }

    /// The rows of the revision that the server knows, or of a newer one found since, which the server will learn of
    /// next. Rows of any other revision are dropped.
    pub(crate) fn at(&self, told: &Dataset) -> Arc<RevisionRows> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.told != told.stamp {
            newest.told = told.stamp;
            self.replace(&mut newest, told);
        }
        Arc::clone(&newest.rows)
    }

    /// The rows of a revision that the database was just found to have.
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

    /// The number of bytes in the cache.
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

    /// The rows of the lookups with this name. Lookups that read different rows have different names.
    pub(crate) fn kind(self: &Arc<Self>, name: &str) -> LookupKind {
        let number = self.kinds.get(name).unwrap_or_else(|| {
            // A forgotten kind gets a new number, so its old rows are never found again.
            let number = self.count.fetch_add(1, Ordering::Relaxed);
            self.kinds.insert(name.into(), number);
            number
        });
        LookupKind { kept: Arc::clone(self), number }
    }
}

impl LookupKind {
    /// The stamp of statements that read rows of the same revision.
    pub(crate) fn stamp(&self) -> DataStamp {
        self.kept.dataset.stamp
    }

    pub(crate) fn get(&self, key: i32) -> Option<CachedRows> {
        self.kept.found.get(&(self.number, key))
    }

    /// Caches rows read at a revision, if it is this one.
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
