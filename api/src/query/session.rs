//! What one request reads of the database: every statement goes through here, and is told of.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{DbBackend, QueryResult, sea_query::SelectStatement};
use tracing::Instrument as _;

use super::export::Export;
use crate::{database::Readers, error::Error, limits::Limits, trace};

/// Something that was read for a request.
#[derive(Clone, Debug)]
pub struct Read {
    /// The table.
    pub table: &'static str,
    /// What for.
    pub purpose: Purpose,
    /// How many rows came of it, or groups.
    pub rows: usize,
    /// How long it took.
    pub took: Duration,
    /// The statement, with placeholders for its values; none where it was read from memory.
    pub statement: Option<String>,
}

/// What something is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The page of a list.
    Page,
    /// The pages of many parents.
    Pages,
    /// Rows by their keys.
    Rows,
    /// The key of the row that a natural key names.
    Key,
    /// What is computed of all rows.
    Aggregates,
    /// The dataset as a whole.
    Dataset,
}

impl Purpose {
    /// In words, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Pages => "pages by parent",
            Self::Rows => "rows by key",
            Self::Key => "key by name",
            Self::Aggregates => "aggregates",
            Self::Dataset => "dataset",
        }
    }
}

/// The database as one request sees it, and what the request has read so far.
#[derive(Clone, Debug)]
pub(crate) struct Session(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    readers: Readers,
    limits: Limits,
    /// Whether queries are priced, and nothing is read.
    only_prices: bool,
    /// Where a list is left that is planned to be a table, and not read.
    export: Option<ToExport>,
    price: AtomicU64,
    reads: Mutex<Vec<Read>>,
    /// The revision of the copy in memory that was read, where one was.
    copy: OnceLock<i32>,
}

/// A place for the plan of a table.
#[derive(Debug)]
struct ToExport {
    /// The rows that it may have.
    most: u32,
    planned: Mutex<Option<Export>>,
}

impl Session {
    pub(crate) fn new(readers: Readers) -> Self {
        Self::of(readers, Limits::default(), false)
    }

    /// A session within limits, for a request that may want to know its price only.
    pub(crate) fn of(readers: Readers, limits: Limits, only_prices: bool) -> Self {
        Self::with(readers, limits, only_prices, None)
    }

    /// A session that only plans a table of so many rows at most.
    pub(crate) fn to_export(readers: Readers, limits: Limits, most: u32) -> Self {
        // It is bounded by its rows, and paid for as it is read.
        let limits = Limits { page: most, cost: u32::MAX, ..limits };
        let export = ToExport { most, planned: Mutex::default() };
        Self::with(readers, limits, false, Some(export))
    }

    fn with(readers: Readers, limits: Limits, only_prices: bool, export: Option<ToExport>) -> Self {
        Self(Arc::new(Inner {
            readers,
            limits,
            only_prices,
            export,
            price: AtomicU64::new(0),
            reads: Mutex::default(),
            copy: OnceLock::new(),
        }))
    }

    /// The kind of database.
    pub(crate) fn backend(&self) -> DbBackend {
        self.0.readers.backend()
    }

    /// What the conventions of OpenTelemetry call the kind of database.
    fn system(&self) -> &'static str {
        match self.backend() {
            DbBackend::Postgres => "postgresql",
            _ => "sqlite",
        }
    }

    /// Runs a statement.
    pub(crate) async fn all(
        &self,
        table: &'static str,
        purpose: Purpose,
        select: &SelectStatement,
    ) -> Result<Vec<QueryResult>, Error> {
        let statement = self.backend().build(select);
        let sql = statement.sql.clone();
        let began = Instant::now();
        let span = trace::statement(self.system(), table, purpose, &sql);
        let rows = self.0.readers.query(statement).instrument(span.clone()).await;
        trace::returned(&span, rows.as_ref().ok().map(Vec::len));
        drop(span);
        let count = rows.as_ref().map_or(0, Vec::len);
        let took = began.elapsed();
        self.note(Read { table, purpose, rows: count, took, statement: Some(sql) });
        rows
    }

    /// Notes that the copy in memory of a revision was read.
    pub(crate) fn note_copy(&self, revision: i32, read: Read) {
        // A request reads one copy only.
        let _ = self.0.copy.set(revision);
        self.note(read);
    }

    fn note(&self, read: Read) {
        self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).push(read);
    }

    /// Adds the price of a part of the query.
    pub(crate) fn charge(&self, price: u64) {
        self.0.price.fetch_add(price, Ordering::Relaxed);
    }

    /// Whether its price is all that is wanted of a query.
    pub(crate) fn only_prices(&self) -> bool {
        self.0.only_prices
    }

    /// How many rows a table may have, where a list is to be planned as one.
    pub(crate) fn export_of(&self) -> Option<u32> {
        self.0.export.as_ref().map(|export| export.most)
    }

    /// Leaves the plan of a table to whoever asked for it.
    pub(crate) fn leave(&self, planned: Export) {
        if let Some(export) = &self.0.export {
            *export.planned.lock().unwrap_or_else(PoisonError::into_inner) = Some(planned);
        }
    }

    /// Takes the plan of a table that was left.
    pub(crate) fn planned(&self) -> Option<Export> {
        self.0.export.as_ref()?.planned.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What one query may ask for.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The price of the query, as far as it is planned.
    pub(crate) fn price(&self) -> u64 {
        self.0.price.load(Ordering::Relaxed)
    }

    /// The revision of the copy in memory that was read, where one was.
    pub(crate) fn copy(&self) -> Option<i32> {
        self.0.copy.get().copied()
    }

    /// What was read so far.
    pub(crate) fn reads(&self) -> Vec<Read> {
        self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
