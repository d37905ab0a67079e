//! What one request reads of the database: every statement goes through here, and is told of.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    DbBackend, QueryResult, Statement,
    sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement, Value},
};
use tracing::Instrument as _;

use super::{export::Export, kept::Kept};
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

/// The revisions that rows were read of: each statement says of which its rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Revisions {
    /// Nothing was read.
    #[default]
    None,
    /// All rows are of this one.
    One(i32),
    /// Something was looked for and not found, which does not say of which revision it is missing; what
    /// was found, if anything, is of one.
    Unsure,
    /// A load was committed in between.
    Several,
}

impl Revisions {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, other) | (other, Self::None) => other,
            (Self::One(this), Self::One(other)) if this == other => self,
            (Self::Unsure, Self::Unsure | Self::One(_)) | (Self::One(_), Self::Unsure) => {
                Self::Unsure
            }
            _ => Self::Several,
        }
    }
}

/// Rows, and the revision that they are of; none where there are none.
pub(crate) struct Rows<T> {
    pub(crate) rows: T,
    pub(crate) revision: Option<i32>,
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
    /// Rows, or pages of parents, that were read before.
    Kept,
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
            Self::Kept => "read before",
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
    /// How many root fields the query has.
    fields: AtomicUsize,
    price: AtomicU64,
    reads: Mutex<Vec<Read>>,
    /// The revision of the copy in memory that was read, where one was.
    copy: OnceLock<i32>,
    /// What was looked up before.
    kept: Option<Arc<Kept>>,
    revisions: Mutex<Revisions>,
}

/// What a statement calls the revision of its rows.
const REVISION: &str = "of_revision";

/// A place for the plan of a table.
#[derive(Debug)]
struct ToExport {
    /// The rows that it may have.
    most: u32,
    planned: Mutex<Option<Export>>,
}

/// Writes the limit of a statement into its text. As a placeholder it would keep PostgreSQL from planning the
/// statement once for all: a plan for whatever limit looks dearer than one for the limit at hand, so that it
/// would be planned anew each time.
fn show_limit(statement: &mut Statement) {
    const LIMIT: &str = " LIMIT $";
    let Some(values) = &mut statement.values else { return };
    let (last, sql) = (values.0.len().to_string(), &statement.sql);
    let Some(begins) = sql.find(LIMIT) else { return };
    let rest = &sql[begins + LIMIT.len()..];
    let is_last =
        rest.strip_prefix(&last).filter(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
    let (Some(rest), Some(Value::BigUnsigned(Some(limit)))) = (is_last, values.0.last()) else {
        return;
    };
    statement.sql = format!("{} LIMIT {limit}{rest}", &sql[..begins]);
    values.0.pop();
}

impl Session {
    pub(crate) fn new(readers: Readers) -> Self {
        Self::of(readers, Limits::default(), None)
    }

    /// A session within limits, which may take what was looked up before.
    pub(crate) fn of(readers: Readers, limits: Limits, kept: Option<Arc<Kept>>) -> Self {
        Self::with(readers, limits, false, None, kept)
    }

    /// A session of a request that wants to know its price only.
    pub(crate) fn to_price(readers: Readers, limits: Limits) -> Self {
        Self::with(readers, limits, true, None, None)
    }

    /// A session that only plans a table of so many rows at most.
    pub(crate) fn to_export(readers: Readers, limits: Limits, most: u32) -> Self {
        // It is bounded by its rows, and paid for as it is read.
        let limits = Limits { page: most, cost: u32::MAX, ..limits };
        let export = ToExport { most, planned: Mutex::default() };
        Self::with(readers, limits, false, Some(export), None)
    }

    fn with(
        readers: Readers,
        limits: Limits,
        only_prices: bool,
        export: Option<ToExport>,
        kept: Option<Arc<Kept>>,
    ) -> Self {
        Self(Arc::new(Inner {
            readers,
            limits,
            only_prices,
            export,
            fields: AtomicUsize::new(0),
            price: AtomicU64::new(0),
            reads: Mutex::default(),
            copy: OnceLock::new(),
            kept,
            revisions: Mutex::default(),
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
        select: SelectStatement,
    ) -> Result<Vec<QueryResult>, Error> {
        let count = |rows: Vec<QueryResult>| Ok((rows.len(), rows));
        Ok(self.read(table, purpose, select, count).await?.rows)
    }

    /// Runs a statement, and makes of its rows what they stand for, and how many that is.
    pub(crate) async fn read<T>(
        &self,
        table: &'static str,
        purpose: Purpose,
        mut select: SelectStatement,
        make: impl FnOnce(Vec<QueryResult>) -> Result<(usize, T), Error>,
    ) -> Result<Rows<T>, Error> {
        // In the statement itself: so it is of the same snapshot, and costs no other statement.
        let mut newest = Query::select();
        newest.expr(Expr::col(Alias::new("id")).max()).from(Alias::new("revisions"));
        select.expr_as(Expr::SubQuery(None, Box::new(newest.into())), Alias::new(REVISION));
        let mut statement = self.backend().build(&select);
        if self.backend() == DbBackend::Postgres {
            show_limit(&mut statement);
        }
        let sql = statement.sql.clone();
        let began = Instant::now();
        let span = trace::statement(self.system(), table, purpose, &sql);
        let rows = self.0.readers.query(statement).instrument(span.clone()).await;
        let took = began.elapsed();
        let made = rows.and_then(|rows| {
            let revision = match rows.first() {
                Some(row) => Some(row.try_get::<Option<i32>>("", REVISION)?.unwrap_or_default()),
                None => None,
            };
            Ok((revision, make(rows)?))
        });
        let count = made.as_ref().map(|(_, (count, _))| *count);
        trace::returned(&span, count.as_ref().ok().copied());
        let rows = count.unwrap_or_default();
        self.note(Read { table, purpose, rows, took, statement: Some(sql) });
        let (revision, (_, rows)) = made?;
        self.add(revision.map_or(Revisions::Unsure, Revisions::One));
        Ok(Rows { rows, revision })
    }

    fn add(&self, revisions: Revisions) {
        let mut all = self.0.revisions.lock().unwrap_or_else(PoisonError::into_inner);
        *all = all.and(revisions);
    }

    /// The revisions that rows were read of.
    pub(crate) fn revisions(&self) -> Revisions {
        *self.0.revisions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was looked up before.
    pub(super) fn kept(&self) -> Option<&Arc<Kept>> {
        self.0.kept.as_ref()
    }

    /// Notes that rows of so many keys were looked up before.
    pub(super) fn note_kept(&self, revision: i32, table: &'static str, rows: usize) {
        self.add(Revisions::One(revision));
        let (purpose, took) = (Purpose::Kept, Duration::ZERO);
        self.note(Read { table, purpose, rows, took, statement: None });
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

    /// Says how many root fields the query has.
    pub(crate) fn set_fields(&self, count: usize) {
        self.0.fields.store(count, Ordering::Relaxed);
    }

    /// Whether the query has one root field only.
    pub(crate) fn has_one_field(&self) -> bool {
        self.0.fields.load(Ordering::Relaxed) == 1
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
