//! What one request reads of the database: every statement goes through here, and is told of.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    DbBackend, QueryResult, Statement,
    sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement, Value},
};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::{Readers, distributed::MARK, readers::MARKED, token::DataStamp};
use crate::{
    error::Error,
    limits::{usage::Usage, work::Work},
    trace,
};

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
    One(DataStamp),
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

/// Rows, and what says of which revision they are; none where there are none.
pub(crate) struct RowsRead<T> {
    pub(crate) rows: T,
    pub(crate) stamp: Option<DataStamp>,
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
    /// The keys of rows in an order, from the copy in memory or all keys of a file.
    Order,
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
    /// What its statements take turns by.
    turns: Semaphore,
    reads: Mutex<Vec<Read>>,
    /// The revision of the copy in memory that was read, where one was.
    copy: OnceLock<DataStamp>,
    revisions: Mutex<Revisions>,
    usage: Usage,
}

/// The statements of one request that run at once: no request takes all connections.
const AT_ONCE: usize = 2;

/// What a statement calls the revision of its rows.
const REVISION: &str = "of_revision";

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

/// The token of the newest revision; nothing where there is none. On PostgreSQL it is mixed with the number of the
/// transaction that has written it there: a backup that is restored has the same token, and another number.
pub(crate) fn newest_stamp(backend: DbBackend) -> SelectStatement {
    let (mut last, mut newest) = (Query::select(), Query::select());
    last.expr(Expr::col(Alias::new("id")).max()).from(Alias::new("revisions"));
    let last = Expr::SubQuery(None, Box::new(last.into()));
    let is_last = Expr::col(Alias::new("id")).eq(last);
    match backend {
        // Each of several machines has transactions of its own.
        DbBackend::Postgres => newest
            .expr(Expr::cust("token # COALESCE((SELECT 0 FROM commit_marks), xmin::text::bigint)")),
        _ => newest.column(Alias::new("token")),
    };
    newest.from(Alias::new("revisions")).and_where(is_last);
    newest
}

/// A statement that tells of which revision its rows are: in itself, so it is of the same snapshot and costs no other one.
/// On PostgreSQL it tells the number of the commits, too, and stands by itself: where several machines work on it, they
/// cannot tell the revision within what they add up.
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

    /// The database as a request sees it that takes work and memory of its own.
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

    /// What was taken so far.
    pub(crate) fn usage(&self) -> &Usage {
        &self.0.usage
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
        select: SelectStatement,
        make: impl FnOnce(Vec<QueryResult>) -> Result<(usize, T), Error>,
    ) -> Result<RowsRead<T>, Error> {
        let place = Readers::place;
        self.read_placed(table, purpose, select, place, make).await
    }

    /// The same, of a statement whose parts say themselves which revision they read.
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
        // A driver's future is large, and all that may ask something of a database would be so, too.
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
            // Half of a file, or a table that is yet to be restored, fails in ways that no statement of ours would.
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

    /// The revisions that rows were read of.
    pub(crate) fn revisions(&self) -> Revisions {
        *self.0.revisions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that rows of so many keys were looked up before.
    pub(crate) fn note_kept(&self, revision: DataStamp, table: &'static str, rows: usize) {
        self.add(Revisions::One(revision));
        let (purpose, took) = (Purpose::Kept, Duration::ZERO);
        self.note(Read { table, purpose, rows, took, statement: None });
    }

    /// Notes that the copy in memory of a revision was read.
    pub(crate) fn note_copy(&self, revision: DataStamp, read: Read) {
        // A request reads one copy only.
        let _ = self.0.copy.set(revision);
        self.note(read);
    }

    fn note(&self, read: Read) {
        self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).push(read);
    }

    /// The revision of the copy in memory that was read, where one was.
    pub(crate) fn copy(&self) -> Option<DataStamp> {
        self.0.copy.get().copied()
    }

    /// What was read so far.
    pub(crate) fn reads(&self) -> Vec<Read> {
        self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
