//! The connections that answer queries. A statement that nobody waits for any more is stopped.
//!
//! A query that takes too long, or whose client hangs up, is dropped; its statement would run on in the
//! database, and keep a connection. So each connection here is taken by one statement, whose end is known: on
//! SQLite the statement looks at a flag every thousand steps, and on PostgreSQL the server is told, over
//! another connection, to cancel what that backend does. A connection comes back when its statement has
//! ended, and not before.
//!
//! Connections break, as when the database restarts. A statement on a broken one is sent once more, on a
//! new one, and so is one that a replica has cancelled in favour of what its primary did. Where there is no
//! connection to be had, the database counts as gone: until it answers again, nobody waits for it. So it does where a
//! statement cannot be stopped because the database says nothing at all, as behind a network that swallows what is
//! sent. Its connections are closed then, and new ones are made when it is back.
//!
//! A database may become another one: its file is replaced, or a backup is restored. A file is looked at several times a
//! second, and opened anew. What is not a whole dataset of this version of the program counts as gone, with the reason.

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

/// How often it is looked whether a database that was gone is back.
const PROBE: Duration = Duration::from_millis(250);
/// How often it is looked whether a connection has been closed.
const PAUSE: Duration = Duration::from_millis(5);
/// Why most databases are gone.
const UNREACHABLE: &str = "the database cannot be reached";
/// How long a query may take where nobody says.
const DEADLINE: Duration = Duration::from_secs(10);
/// Connections for queries, and which revision of the dataset they read.
#[derive(Clone, Debug)]
pub struct Readers(Arc<ReadersInner>, Option<i32>);

#[derive(Debug)]
struct ReadersInner {
    /// For all that is not a query of a client.
    spare: DatabaseConnection,
    /// None where queries share that.
    connections: Option<Connections>,
    /// How many connections there are.
    count: usize,
    /// How long a statement may take, its wait for a connection included.
    deadline: Duration,
    /// How many statements wait for a connection.
    waiting: AtomicUsize,
    /// Why the database cannot answer, where it cannot.
    gone: watch::Sender<Option<Arc<str>>>,
    /// When that was last another file.
    replaced: ReplacedAt,
    /// The file that it is, where it is one.
    file: Option<DatabaseFile>,
    /// What tells whether a load is being committed, where several machines hold it.
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

/// Whether a connection has broken, which says nothing yet of another.
fn is_broken(error: &DbErr) -> bool {
    is_gone(error) && !matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
}

impl From<DatabaseConnection> for Readers {
    /// Queries that share connections with everything else, and whose statements run to their end.
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
    /// Opens a database for queries, so many at once.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open(
        url: impl TryInto<DatabaseUrl, Error = DbErr>,
        count: usize,
    ) -> Result<Self, DbErr> {
        Self::open_for(url, count, DEADLINE).await
    }

    /// Opens a database for queries that may take so long, so many at once.
    ///
    /// # Errors
    /// Whatever the database says.
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
        // An immutable file says that it never changes, and one in memory has no name.
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

    /// Connections for what is not a query of a client, such as a copy of the dataset.
    #[must_use]
    pub fn spare(&self) -> &DatabaseConnection {
        &self.0.spare
    }

    /// The same database, read by way of those.
    pub(crate) fn by_spare(&self) -> Self {
        let inner = &self.0;
        let spare = inner.spare.clone();
        let by_spare = Self::with(spare, None, inner.deadline, inner.replaced.clone(), None);
        Self(by_spare.0, self.1)
    }

    /// The same, which read the dataset as it was after an earlier load.
    pub(crate) fn as_of(&self, revision: i32) -> Self {
        Self(Arc::clone(&self.0), Some(revision))
    }

    /// Makes a statement read the revision that these read.
    pub(crate) fn place(&self, statement: &mut Statement) {
        if let Some(revision) = self.1 {
            super::as_of::read_at(statement, revision);
        }
    }

    /// The same for a statement whose parts say themselves which revision they read.
    pub(crate) fn place_parts(&self, statement: &mut Statement) {
        if let Some(revision) = self.1 {
            super::as_of::tell_of(statement, revision);
        }
    }

    /// How often the file of the database was opened anew.
    pub(super) fn opened(&self) -> u64 {
        self.0.replaced.count()
    }

    /// The kind of database.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.0.spare.get_database_backend()
    }

    /// How many queries may read at once, and how many do.
    #[must_use]
    pub fn busy(&self) -> (usize, usize) {
        let free = self
            .0
            .connections
            .as_ref()
            .map_or(0, |connections| connections.turns.available_permits());
        (self.0.count, self.0.count - free)
    }

    /// How many statements wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// Whether the database cannot be reached.
    #[must_use]
    pub fn are_gone(&self) -> bool {
        self.0.gone.borrow().is_some()
    }

    /// Why the database cannot answer, where it cannot.
    pub(crate) fn reason(&self) -> Option<Arc<str>> {
        self.0.gone.borrow().clone()
    }

    /// Looks whether the file of the database is still the one that is open. One that was replaced is opened when it is
    /// whole: until then the database counts as gone. Tells whether another one was opened.
    pub(crate) async fn look(&self) -> bool {
        let Some(file) = &self.0.file else { return false };
        let mut change = file.look();
        if change == FileChange::Replaced {
            tracing::warn!("the file of the database was replaced");
            self.close().await;
            change = file.look();
            if change != FileChange::Settled {
                self.lose("the file of the database is being replaced");
            }
        }
        match change {
            FileChange::Missing => {
                if !self.are_gone() {
                    self.close().await;
                }
                self.lose("the file of the database is gone");
            }
            FileChange::Settled => {
                self.close().await;
                file.settle();
                tracing::info!("the file that replaced that of the database is open");
            }
            FileChange::BesideOldLog => self.lose(
                "the file of the database was replaced, and beside it stands the write-ahead log of the file before: \
                 remove what has its name and ends with -wal or -shm",
            ),
            FileChange::Replaced | FileChange::Same => {}
        }
        change == FileChange::Settled
    }

    /// Closes all connections, so that the next statements open the file that is there. Those that run are waited for, and
    /// those that come wait: two files of one name must not be open at once, for they share a log.
    async fn close(&self) {
        let Some(connections) = &self.0.connections else { return };
        let all = u32::try_from(self.0.count).unwrap_or(u32::MAX);
        let turns = connections.turns.acquire_many(all);
        let Ok(Ok(_turns)) = tokio::time::timeout(self.0.deadline, turns).await else {
            return self.lose("the file of the database was replaced while a query ran");
        };
        // Whatever is opened before all is closed is closed the next time that it is asked for.
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

    /// Looks whether the database holds a whole dataset of this version of the program; where it does not, nobody asks
    /// it until it does.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(crate) async fn is_fit(&self) -> Result<bool, DbErr> {
        let reason = fitness::unfit(&self.0.spare).await?;
        if let Some(reason) = &reason {
            self.lose(reason);
        }
        Ok(reason.is_none())
    }

    /// Whether a statement that made no sense was asked of a database that becomes another one.
    pub(crate) async fn are_replaced(&self) -> bool {
        let is_unsettled = || self.0.file.as_ref().is_some_and(DatabaseFile::is_unsettled);
        self.are_gone() || is_unsettled() || !self.is_fit().await.unwrap_or(false)
    }

    /// Runs a statement, which is stopped where this future is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database cannot be reached, at once where that is known, and
    /// [`Error::Timeout`] where it takes longer than a query may.
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

    /// Runs a statement over a connection of its own, and once more where that has broken.
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

    /// Closes the connections that nobody has: where one is dead, the others may be, too.
    fn forget_free(&self) {
        if let Some(connections) = &self.0.connections {
            connections.free().iter_mut().for_each(Connection::forget);
        }
    }

    /// Notes that the database is gone, and why, and looks for it until it is back.
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
                    // A file is opened anew: what is open may be of one that is there no more.
                    _ if readers.0.file.is_some() => readers.0.replaced.note(),
                    _ => {}
                }
            }
            readers.0.gone.send_replace(None);
            tracing::info!("the database is back");
        });
    }
}

/// Somebody who waits, until this is dropped.
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

/// A connection while somebody has it.
struct Taken {
    readers: Readers,
    connection: Option<Connection>,
    turn: Option<OwnedSemaphorePermit>,
    is_running: bool,
}

impl Taken {
    async fn run(&mut self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.is_running = true;
        let connection = self.connection.as_mut().expect("it is given back when this ends");
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
