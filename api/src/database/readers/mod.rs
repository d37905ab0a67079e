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

mod connection;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use self::connection::{Connection, StatementEnd};
use super::{DatabaseUrl, WELL, in_time};
use crate::error::{Error, is_gone, is_overtaken};

/// How often it is looked whether a database that was gone is back.
const PROBE: Duration = Duration::from_millis(250);
/// How long a query may take where nobody says.
const DEADLINE: Duration = Duration::from_secs(10);
/// Connections for queries.
#[derive(Clone, Debug)]
pub struct Readers(Arc<ReadersInner>);

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
    /// Whether the database cannot be reached.
    gone: watch::Sender<bool>,
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
        Self::with(spare, None, DEADLINE)
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
        let spare = super::reader(url).await?;
        let mut free = Vec::with_capacity(count);
        for _ in 0..count {
            free.push(Connection::open(url, spare.get_database_backend(), deadline).await?);
        }
        let turns = Arc::new(Semaphore::new(count));
        let connections = Connections { free: Mutex::new(free), turns };
        Ok(Self::with(spare, Some(connections), deadline))
    }

    fn with(
        spare: DatabaseConnection,
        connections: Option<Connections>,
        deadline: Duration,
    ) -> Self {
        let count =
            connections.as_ref().map_or(0, |connections| connections.turns.available_permits());
        Self(Arc::new(ReadersInner {
            spare,
            connections,
            count,
            deadline,
            waiting: AtomicUsize::new(0),
            gone: watch::Sender::new(false),
        }))
    }

    /// Connections for what is not a query of a client, such as a copy of the dataset.
    #[must_use]
    pub fn spare(&self) -> &DatabaseConnection {
        &self.0.spare
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
        *self.0.gone.borrow()
    }

    /// Runs a statement, which is stopped where this future is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database cannot be reached, at once where that is known, and
    /// [`Error::Timeout`] where it takes longer than a query may.
    pub async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, Error> {
        let Some(connections) = &self.0.connections else {
            let spare = &self.0.spare;
            return Ok(in_time(spare, spare.query_all_raw(statement)).await?);
        };
        let answer = tokio::time::timeout(self.0.deadline, self.run(connections, statement));
        answer.await.map_err(|_| Error::Timeout(self.0.deadline.as_secs_f64()))?
    }

    /// Runs a statement over a connection of its own, and once more where that has broken.
    async fn run(
        &self,
        connections: &Connections,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, Error> {
        let mut taken = self.take(connections).await?;
        let result = match taken.run(&statement).await {
            Err(error) if is_broken(&error) || is_overtaken(&error) => taken.run(&statement).await,
            result => result,
        };
        if result.as_ref().is_err_and(is_gone) {
            self.lose();
        }
        Ok(result?)
    }

    /// Takes a connection as soon as one is free.
    async fn take(&self, connections: &Connections) -> Result<Taken, Error> {
        let _waiting = WaitingStatement::for_a_seat(&self.0.waiting);
        let mut gone = self.0.gone.subscribe();
        let turn = tokio::select! {
            biased;
            _ = gone.wait_for(|gone| *gone) => return Err(Error::Unavailable),
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

    /// Notes that the database is gone, and looks for it until it is back.
    fn lose(&self) {
        if self.0.gone.send_replace(true) {
            return;
        }
        tracing::error!("the database is gone: queries are refused until it is back");
        self.forget_free();
        let readers = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PROBE).await;
                let ping = tokio::time::timeout(WELL, readers.0.spare.ping()).await;
                if matches!(ping, Ok(Ok(()))) {
                    break;
                }
            }
            readers.0.gone.send_replace(false);
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
                StatementEnd::Gone => readers.lose(),
            }
            give_back(connection);
        });
    }
}
