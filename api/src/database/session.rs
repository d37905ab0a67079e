//! What one request reads from the database: every statement goes through here and is recorded.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    DbBackend, QueryResult, Statement,
    sea_query::{Alias, Expr, Query, SelectStatement, Value},
};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::{
    Readers,
    distributed::MARK,
    readers::MARKED,
    token::{DataStamp, newest_stamp},
};
use crate::{
    error::Error,
    limits::{usage::Usage, work::Work},
    trace,
};

/// One read of a request.
#[derive(Clone, Debug)]
pub struct Read {
    /// The table.
    pub table: &'static str,
    /// The purpose.
    pub purpose: Purpose,
    /// How many rows or groups it returned.
    pub rows: usize,
    /// How long it took.
    pub took: Duration,
    /// The statement, with placeholders for its values; none if it was read from memory.
    pub statement: Option<String>,
}

/// The revisions of the rows that were read: each statement reports the revision of its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Revisions {
    /// Nothing was read.
    #[default]
    None,
    /// All rows are of this one.
    One(DataStamp),
    /// A row was not found, which does not show at which revision it is missing; the rows that were found, if any,
    /// are of one revision.
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

/// Rows, and the stamp of their revision; no stamp without rows.
pub(crate) struct RowsRead<T> {
    pub(crate) rows: T,
    pub(crate) stamp: Option<DataStamp>,
}

/// The purpose of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The page of a list.
    Page,
    /// The pages of many parents.
    Pages,
    /// Rows by their keys.
    Rows,
    /// The key of the row with a natural key.
    Key,
    /// Aggregates over all rows.
    Aggregates,
    /// The dataset as a whole.
    Dataset,
    /// The keys of rows in an order, from the in-memory copy or from a file.
    Order,
    /// Cached rows, or cached pages of parents.
    Kept,
}

impl Purpose {
    /// The name for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Pages => "pages by parent",
            Self::Rows => "rows by key",
            Self::Key => "key by name",
            Self::Aggregates => "aggregates",
            Self::Dataset => "dataset",
            Self::Order => "keys in order",
            Self::Kept => "read before",
        }
    }
}

/// The database as one request sees it, and what the request has read so far.
#[derive(Clone, Debug)]
pub(crate) struct Session(Arc<SessionInner>);

#[derive(Debug)]
struct SessionInner {
    readers: Readers,
    /// Limits its concurrent statements.
    turns: Semaphore,
    reads: Mutex<Vec<Read>>,
    /// The revision of the in-memory copy that was read, if any.
    copy: OnceLock<DataStamp>,
    revisions: Mutex<Revisions>,
    usage: Usage,
}

/// How many statements of one request run at once, so that no request takes all connections.
const AT_ONCE: usize = 2;

/// The column of a statement with the revision of its rows.
const REVISION: &str = "of_revision";

/// Writes the limit of a statement into its text. As a placeholder it would keep PostgreSQL from reusing a plan: the
/// generic plan for any limit looks more expensive than one for the actual limit, so PostgreSQL would plan each time.
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

/// A statement that reports the revision of its rows. It does so itself, so the revision is of the same snapshot and
/// needs no other statement. On PostgreSQL it also reports the commit number, in an outer query: several machines
/// cannot report the revision within what they aggregate.
fn telling(mut select: SelectStatement, backend: DbBackend) -> SelectStatement {
    let newest = Expr::SubQuery(None, Box::new(newest_stamp(backend).into()));
    if backend != DbBackend::Postgres {
        select.expr_as(newest, Alias::new(REVISION));
        return select;
    }
    let mut telling = Query::select();
    telling
        .expr(Expr::cust("\"answer\".*"))
        .expr_as(newest, Alias::new(REVISION))
        .expr_as(Expr::cust(format!("({MARK})")), Alias::new(MARKED))
        .from_subquery(select, Alias::new("answer"));
    telling
}

impl Session {
    pub(crate) fn new(readers: Readers) -> Self {
        Self::taking(readers, Usage::default())
    }

    /// The database as seen by a request that tracks its own work and memory.
    pub(crate) fn taking(readers: Readers, usage: Usage) -> Self {
        Self(Arc::new(SessionInner {
            readers,
            turns: Semaphore::new(AT_ONCE),
            reads: Mutex::default(),
            copy: OnceLock::new(),
            revisions: Mutex::default(),
            usage,
        }))
    }

    /// What was used so far.
    pub(crate) fn usage(&self) -> &Usage {
        &self.0.usage
    }

    /// The kind of database.
    pub(crate) fn backend(&self) -> DbBackend {
        self.0.readers.backend()
    }

    /// The name of the kind of database in OpenTelemetry's conventions.
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

    /// Runs a statement, and converts its rows; `make` returns the result and its count.
    pub(crate) async fn read<T>(
        &self,
        table: &'static str,
        purpose: Purpose,
        select: SelectStatement,
        make: impl FnOnce(Vec<QueryResult>) -> Result<(usize, T), Error>,
    ) -> Result<RowsRead<T>, Error> {
        let place = Readers::place;
        self.read_placed(table, purpose, select, place, make).await
    }

    /// The same, for a statement whose parts select their revisions themselves.
    pub(crate) async fn read_parts<T>(
        &self,
        table: &'static str,
        purpose: Purpose,
        select: SelectStatement,
        make: impl FnOnce(Vec<QueryResult>) -> Result<(usize, T), Error>,
    ) -> Result<RowsRead<T>, Error> {
        let place = Readers::place_parts;
        self.read_placed(table, purpose, select, place, make).await
    }

    async fn read_placed<T>(
        &self,
        table: &'static str,
        purpose: Purpose,
        select: SelectStatement,
        place: impl FnOnce(&Readers, &mut Statement),
        make: impl FnOnce(Vec<QueryResult>) -> Result<(usize, T), Error>,
    ) -> Result<RowsRead<T>, Error> {
        let mut statement = self.backend().build(&telling(select, self.backend()));
        place(&self.0.readers, &mut statement);
        if self.backend() == DbBackend::Postgres {
            show_limit(&mut statement);
        }
        let sql = statement.sql.clone();
        self.0.usage.add(Work::statements(1));
        let began = Instant::now();
        let span = trace::statement(self.system(), table, purpose.words(), &sql);
        let turn = self.0.turns.acquire().await.map_err(|_| Error::Internal)?;
        // A driver's future is large; unboxed it would enlarge every future that may query the database.
        let readers = &self.0.readers;
        let opened = readers.opened();
        let rows =
            Box::pin(readers.query_between_commits(statement)).instrument(span.clone()).await;
        drop(turn);
        let took = began.elapsed();
        let made = rows.and_then(|rows| {
            let stored = match rows.first() {
                Some(row) => Some(row.try_get::<Option<i64>>("", REVISION)?.unwrap_or_default()),
                None => None,
            };
            Ok((stored.map(|stored| DataStamp::new(stored, opened)), make(rows)?))
        });
        let made = match made {
            // An incomplete file, or a table that is not restored yet, fails in ways that our statements otherwise
            // never do.
            Err(Error::Internal) if Box::pin(readers.are_replaced()).await => {
                Err(Error::Unavailable)
            }
            made => made,
        };
        let count = made.as_ref().map(|(_, (count, _))| *count);
        trace::returned(&span, count.as_ref().ok().copied());
        let rows = count.unwrap_or_default();
        self.note(Read { table, purpose, rows, took, statement: Some(sql) });
        let (stamp, (_, rows)) = made?;
        self.add(stamp.map_or(Revisions::Unsure, Revisions::One));
        Ok(RowsRead { rows, stamp })
    }

    fn add(&self, revisions: Revisions) {
        let mut all = self.0.revisions.lock().unwrap_or_else(PoisonError::into_inner);
        *all = all.and(revisions);
    }

    /// The revisions of the rows that were read.
    pub(crate) fn revisions(&self) -> Revisions {
        *self.0.revisions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that a number of rows came from the cache.
    pub(crate) fn note_kept(&self, revision: DataStamp, table: &'static str, rows: usize) {
        self.add(Revisions::One(revision));
        let (purpose, took) = (Purpose::Kept, Duration::ZERO);
        self.note(Read { table, purpose, rows, took, statement: None });
    }

    /// Records that the in-memory copy of a revision was read.
    pub(crate) fn note_copy(&self, revision: DataStamp, read: Read) {
        // A request reads only one copy.
        let _ = self.0.copy.set(revision);
        self.note(read);
    }

    fn note(&self, read: Read) {
        self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).push(read);
    }

    /// The revision of the in-memory copy that was read, if any.
    pub(crate) fn copy(&self) -> Option<DataStamp> {
        self.0.copy.get().copied()
    }

    /// What was read so far.
    pub(crate) fn reads(&self) -> Vec<Read> {
        self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
