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
//! connection to be had, the database counts as gone: until it answers again, nobody waits for it.

mod connection;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use self::connection::Connection;
use crate::error::{Error, is_gone, is_overtaken};

/// How often it is looked whether a database that was gone is back.
const PROBE: Duration = Duration::from_millis(250);
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

/// Whether a connection has broken, which says nothing yet of another.
fn is_broken(error: &DbErr) -> bool {
    is_gone(error) && !matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
}

impl From<DatabaseConnection> for Readers {
    /// Queries that share connections with everything else, and whose statements run to their end.
    fn from(spare: DatabaseConnection) -> Self {
        Self::with(spare, None)
    }
}

impl Readers {
    /// Opens a database for queries, so many at once.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open(url: &str, count: usize) -> Result<Self, DbErr> {
        let spare = super::reader(url).await?;
        let mut free = Vec::with_capacity(count);
        for _ in 0..count {
            free.push(Connection::open(url, spare.get_database_backend()).await?);
        }
        let turns = Arc::new(Semaphore::new(count));
        Ok(Self::with(spare, Some(Connections { free: Mutex::new(free), turns })))
    }

    fn with(spare: DatabaseConnection, connections: Option<Connections>) -> Self {
        let count =
            connections.as_ref().map_or(0, |connections| connections.turns.available_permits());
        Self(Arc::new(ReadersInner {
            spare,
            connections,
            count,
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
    /// [`Error::Unavailable`] where the database cannot be reached, at once where that is known.
    pub async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>, Error> {
        let Some(connections) = &self.0.connections else {
            return Ok(self.0.spare.query_all_raw(statement).await?);
        };
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
        let connection = connections.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = Some(connection.ok_or(Error::Internal)?);
        Ok(Taken { readers: self.clone(), connection, turn: Some(turn), is_running: false })
    }

    /// Notes that the database is gone, and looks for it until it is back.
    fn lose(&self) {
        if self.0.gone.send_replace(true) {
            return;
        }
        tracing::error!("the database is gone: queries are refused until it is back");
        let readers = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PROBE).await;
                if readers.0.spare.ping().await.is_ok() {
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
                connections.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
            drop(turn);
        };
        if !self.is_running {
            return give_back(connection);
        }
        let spare = self.readers.0.spare.clone();
        tokio::spawn(async move {
            connection.clear(&spare).await;
            give_back(connection);
        });
    }
}
