//! The connections for queries. A statement that nobody waits for is stopped.
//!
//! If a query takes too long or its client disconnects, it is dropped, but its statement would continue in the
//! database and occupy a connection. So each connection here runs one statement, whose end is known. On SQLite the
//! statement checks a flag every thousand steps. On PostgreSQL the server is told, over another connection, to cancel
//! the statement of that backend. A connection becomes free only when its statement has ended.
//!
//! Connections can break, for example when the database restarts. A statement on a broken connection is sent once
//! more on a new one, and so is a statement that a replica canceled in favor of its primary. If no connection can be
//! made, the database counts as unreachable: until it answers again, requests fail at once. The same holds if a
//! statement cannot be stopped because the database does not answer at all, for example if the network drops all
//! packets. Then its connections are closed, and new ones are made when it is back.
//!
//! A database can be replaced: another file takes its place, or a backup is restored. A file is checked several times
//! a second, and opened again if it was replaced. A database without a complete dataset of this version of the
//! program counts as unreachable, with the reason.

mod connection;
mod file;
mod fitness;
mod marked;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use self::{
    connection::{Connection, StatementEnd},
    file::{DatabaseFile, FileChange},
    marked::SeenMark,
};
pub(crate) use self::{file::ReplacedAt, marked::MARKED};
use super::{DatabaseUrl, WELL, in_time};
use crate::error::{Error, is_gone, is_overtaken};

/// How often to check whether an unreachable database is back.
const PROBE: Duration = Duration::from_millis(250);
/// How often to check whether a connection has been closed.
const PAUSE: Duration = Duration::from_millis(5);
/// The usual reason.
const UNREACHABLE: &str = "the database cannot be reached";
/// The default deadline of a query.
const DEADLINE: Duration = Duration::from_secs(10);
/// The connections for queries, and the revision of the dataset that they read.
#[derive(Clone, Debug)]
pub struct Readers(Arc<ReadersInner>, Option<i32>);

#[derive(Debug)]
struct ReadersInner {
    /// For everything except client queries.
    spare: DatabaseConnection,
    /// None if queries share the spare connections.
    connections: Option<Connections>,
    /// The number of connections.
    count: usize,
    /// The deadline of a statement, including its wait for a connection.
    deadline: Duration,
    /// The number of statements that wait for a connection.
    waiting: AtomicUsize,
    /// Why the database cannot answer, if it cannot.
    gone: watch::Sender<Option<Arc<str>>>,
    /// When the database file was last replaced.
    replaced: ReplacedAt,
    /// The database file, if it is one.
    file: Option<DatabaseFile>,
    /// The commit number, if the database is on several machines.
    mark: SeenMark,
}

#[derive(Debug)]
struct Connections {
    free: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
}

impl Connections {
    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a connection is broken, which says nothing about others.
fn is_broken(error: &DbErr) -> bool {
    is_gone(error) && !matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
}

impl From<DatabaseConnection> for Readers {
    /// Queries that share connections with everything else; their statements are not stopped.
    fn from(spare: DatabaseConnection) -> Self {
        Self::with(spare, None, DEADLINE, ReplacedAt::default(), None)
    }
}

impl From<&DatabaseConnection> for Readers {
    fn from(spare: &DatabaseConnection) -> Self {
        spare.clone().into()
    }
}

impl Readers {
    /// Opens a database for a number of concurrent queries.
    ///
    /// # Errors
    /// If the connection fails.
    pub async fn open(
        url: impl TryInto<DatabaseUrl, Error = DbErr>,
        count: usize,
    ) -> Result<Self, DbErr> {
        Self::open_for(url, count, DEADLINE).await
    }

    /// Opens a database for a number of concurrent queries with a deadline.
    ///
    /// # Errors
    /// If the connection fails.
    pub async fn open_for(
        url: impl TryInto<DatabaseUrl, Error = DbErr>,
        count: usize,
        deadline: Duration,
    ) -> Result<Self, DbErr> {
        let url = &url.try_into()?;
        let replaced = ReplacedAt::default();
        let spare = super::reader_of(url, Some(replaced.clone())).await?;
        let mut free = Vec::with_capacity(count);
        for _ in 0..count {
            free.push(
                Connection::open(url, spare.get_database_backend(), deadline, &replaced).await?,
            );
        }
        let turns = Arc::new(Semaphore::new(count));
        let connections = Connections { free: Mutex::new(free), turns };
        // An immutable file declares that it never changes, and one in memory has no name.
        let file = (spare.get_database_backend() == DbBackend::Sqlite).then(|| {
            let options = spare.get_sqlite_connection_pool().connect_options();
            options.get_filename().to_owned()
        });
        let file = file.filter(|path| path.is_file()).map(DatabaseFile::new);
        Ok(Self::with(spare, Some(connections), deadline, replaced, file))
    }

    fn with(
        spare: DatabaseConnection,
        connections: Option<Connections>,
        deadline: Duration,
        replaced: ReplacedAt,
        file: Option<DatabaseFile>,
    ) -> Self {
        let count =
            connections.as_ref().map_or(0, |connections| connections.turns.available_permits());
        let inner = ReadersInner {
            spare,
            connections,
            count,
            deadline,
            waiting: AtomicUsize::new(0),
            gone: watch::Sender::new(None),
            file,
            replaced,
            mark: SeenMark::default(),
        };
        Self(Arc::new(inner), None)
    }

    /// The connections for everything except client queries, such as a copy of the dataset.
    #[must_use]
    pub fn spare(&self) -> &DatabaseConnection {
        &self.0.spare
    }

    /// The same database, read over the spare connections.
    pub(crate) fn by_spare(&self) -> Self {
        let inner = &self.0;
        let spare = inner.spare.clone();
        let by_spare = Self::with(spare, None, inner.deadline, inner.replaced.clone(), None);
        Self(by_spare.0, self.1)
    }

    /// The same connections, reading the dataset as of an earlier revision.
    pub(crate) fn as_of(&self, revision: i32) -> Self {
        Self(Arc::clone(&self.0), Some(revision))
    }

    /// Makes a statement read the revision of these readers.
    pub(crate) fn place(&self, statement: &mut Statement) {
        if let Some(revision) = self.1 {
            super::as_of::read_at(statement, revision);
        }
    }

    /// The same for a statement whose parts select their revisions themselves.
    pub(crate) fn place_parts(&self, statement: &mut Statement) {
        if let Some(revision) = self.1 {
            super::as_of::tell_of(statement, revision);
        }
    }

    /// How often the database file was opened again.
    pub(super) fn opened(&self) -> u64 {
        self.0.replaced.count()
    }

    /// The kind of database.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.0.spare.get_database_backend()
    }

    /// The number of connections for queries, and how many are busy.
    #[must_use]
    pub fn busy(&self) -> (usize, usize) {
        let free = self
            .0
            .connections
            .as_ref()
            .map_or(0, |connections| connections.turns.available_permits());
        (self.0.count, self.0.count - free)
    }

    /// The number of statements that wait for a connection.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// Whether the database cannot be reached.
    #[must_use]
    pub fn are_gone(&self) -> bool {
        self.0.gone.borrow().is_some()
    }

    /// Why the database cannot answer, if it cannot.
    pub(crate) fn reason(&self) -> Option<Arc<str>> {
        self.0.gone.borrow().clone()
    }

    /// Checks whether the database file has been replaced. A new file is opened when it is complete; until then the
    /// database counts as unreachable. Returns whether another file was opened.
    pub(crate) async fn look(&self) -> bool {
        let Some(file) = &self.0.file else { return false };
        let mut change = file.look();
        if change == FileChange::Replaced {
            tracing::warn!("the database file was replaced");
            self.close().await;
            change = file.look();
            if change != FileChange::Settled {
                self.lose("the database file is being replaced");
            }
        }
        match change {
            FileChange::Missing => {
                if !self.are_gone() {
                    self.close().await;
                }
                self.lose("the database file is gone");
            }
            FileChange::Settled => {
                self.close().await;
                file.settle();
                tracing::info!("opened the new database file");
            }
            FileChange::BesideOldLog => self.lose(
                "the database file was replaced, but the write-ahead log of the previous file lies next to it: \
                 delete the files with its name that end with -wal or -shm",
            ),
            FileChange::Replaced | FileChange::Same => {}
        }
        change == FileChange::Settled
    }

    /// Closes all connections, so that the next statements open the current file. Running statements are waited for,
    /// and new ones wait: two files with one name must not be open at once, because they share a log.
    async fn close(&self) {
        let Some(connections) = &self.0.connections else { return };
        let all = u32::try_from(self.0.count).unwrap_or(u32::MAX);
        let turns = connections.turns.acquire_many(all);
        let Ok(Ok(_turns)) = tokio::time::timeout(self.0.deadline, turns).await else {
            return self.lose("the database file was replaced while a query was running");
        };
        // A connection opened before all are closed is closed the next time it is requested.
        self.0.replaced.note();
        let open: Vec<_> = connections.free().iter_mut().filter_map(Connection::take).collect();
        for connection in open {
            connection.close().await;
        }
        let pool = self.0.spare.get_sqlite_connection_pool();
        let until = Instant::now() + WELL;
        while pool.size() > 0 && Instant::now() < until {
            match pool.try_acquire() {
                Some(connection) => drop(connection.close().await),
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Checks whether the database holds a complete dataset of this version of the program. If it does not, queries
    /// are refused until it does.
    ///
    /// # Errors
    /// If a statement fails.
    pub(crate) async fn is_fit(&self) -> Result<bool, DbErr> {
        let reason = fitness::unfit(&self.0.spare).await?;
        if let Some(reason) = &reason {
            self.lose(reason);
        }
        Ok(reason.is_none())
    }

    /// Whether a statement failed because the database is being replaced.
    pub(crate) async fn are_replaced(&self) -> bool {
        let is_unsettled = || self.0.file.as_ref().is_some_and(DatabaseFile::is_unsettled);
        self.are_gone() || is_unsettled() || !self.is_fit().await.unwrap_or(false)
    }

    /// Runs a statement, and stops it if this future is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the database cannot be reached, at once if that is known, and [`Error::Timeout`]
    /// after the deadline.
    pub async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, Error> {
        self.ask(&statement).await
    }

    async fn ask(&self, statement: &Statement) -> Result<Vec<QueryResult>, Error> {
        let Some(connections) = &self.0.connections else {
            let spare = &self.0.spare;
            return Ok(in_time(spare, spare.query_all_raw(statement.clone())).await?);
        };
        let answer = tokio::time::timeout(self.0.deadline, self.run(connections, statement));
        answer.await.map_err(|_| Error::Timeout(self.0.deadline.as_secs_f64()))?
    }

    /// Runs a statement over its own connection, and once more if the connection was broken.
    async fn run(
        &self,
        connections: &Connections,
        statement: &Statement,
    ) -> Result<Vec<QueryResult>, Error> {
        let mut taken = self.take(connections).await?;
        let result = match taken.run(statement).await {
            Err(error) if is_broken(&error) || is_overtaken(&error) => taken.run(statement).await,
            result => result,
        };
        if result.as_ref().is_err_and(is_gone) {
            self.lose(UNREACHABLE);
        }
        Ok(result?)
    }

    /// Takes a connection as soon as one is free.
    async fn take(&self, connections: &Connections) -> Result<Taken, Error> {
        let _waiting = WaitingStatement::for_a_seat(&self.0.waiting);
        let mut gone = self.0.gone.subscribe();
        let turn = tokio::select! {
            biased;
            _ = gone.wait_for(Option::is_some) => return Err(Error::Unavailable),
            turn = Arc::clone(&connections.turns).acquire_owned() => turn.map_err(|_| Error::Internal)?,
        };
        let connection = connections.free().pop();
        let connection = Some(connection.ok_or(Error::Internal)?);
        Ok(Taken { readers: self.clone(), connection, turn: Some(turn), is_running: false })
    }

    /// Closes the free connections: if one is dead, the others may be, too.
    fn forget_free(&self) {
        if let Some(connections) = &self.0.connections {
            connections.free().iter_mut().for_each(Connection::forget);
        }
    }

    /// Records that the database is unreachable, and why, and checks until it is back.
    fn lose(&self, reason: &str) {
        let before = self.0.gone.send_replace(Some(reason.into()));
        if before.as_deref() != Some(reason) {
            let file = self.0.file.as_ref().map(|file| file.path().display().to_string());
            tracing::error!(file, "{reason}: queries are refused until it is back");
        }
        if before.is_some() {
            return;
        }
        self.forget_free();
        let readers = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PROBE).await;
                if readers.0.file.as_ref().is_some_and(DatabaseFile::is_unsettled) {
                    continue;
                }
                let fit = tokio::time::timeout(WELL, fitness::unfit(&readers.0.spare)).await;
                match fit {
                    Ok(Ok(None)) => break,
                    Ok(Ok(Some(reason))) => drop(readers.0.gone.send_replace(Some(reason.into()))),
                    // The file is opened again: the open one may have been replaced.
                    _ if readers.0.file.is_some() => readers.0.replaced.note(),
                    _ => {}
                }
            }
            readers.0.gone.send_replace(None);
            tracing::info!("the database is back");
        });
    }
}

/// A waiting statement, until this is dropped.
struct WaitingStatement<'a>(&'a AtomicUsize);

impl<'a> WaitingStatement<'a> {
    fn for_a_seat(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for WaitingStatement<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection in use.
struct Taken {
    readers: Readers,
    connection: Option<Connection>,
    turn: Option<OwnedSemaphorePermit>,
    is_running: bool,
}

impl Taken {
    async fn run(&mut self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.is_running = true;
        let connection = self.connection.as_mut().expect("returned only when this is dropped");
        let result = connection.run(statement).await;
        if result.as_ref().is_err_and(is_broken) {
            connection.forget();
        }
        self.is_running = false;
        result
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let (Some(mut connection), turn) = (self.connection.take(), self.turn.take()) else {
            return;
        };
        let readers = self.readers.clone();
        let give_back = move |connection| {
            if let Some(connections) = &readers.0.connections {
                connections.free().push(connection);
            }
            drop(turn);
        };
        if !self.is_running {
            return give_back(connection);
        }
        let readers = self.readers.clone();
        tokio::spawn(async move {
            match connection.clear(readers.spare()).await {
                StatementEnd::Known => {}
                StatementEnd::Unknown => readers.forget_free(),
                StatementEnd::Gone => readers.lose(UNREACHABLE),
            }
            give_back(connection);
        });
    }
}
