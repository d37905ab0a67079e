//! One connection for queries, and how its statement is stopped.
//!
//! It stays open between statements and is not pinged: a pool would send one more request for each statement.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend,
    DbErr, QueryResult, RuntimeErr, Statement,
    sea_query::Values,
    sqlx::{
        self, AssertSqlSafe, Connection as _, PgConnection, Postgres, Sqlite, SqliteConnection,
    },
};
use sea_query_sqlx::SqlxValues;

use super::file::ReplacedAt;
use crate::database::{AFTER_DEADLINE, DatabaseUrl, WELL, read_only};

/// How long a new connection may take. A database that does not answer by then counts as unreachable.
const CONNECT: Duration = Duration::from_millis(500);
/// How many steps SQLite runs before it checks whether a statement is still wanted.
const STEPS: i32 = 1_000;

#[derive(Debug)]
pub(super) struct Connection {
    /// Makes connections, and keeps none.
    maker: DatabaseConnection,
    /// None before the first statement, and after a statement has broken it.
    open: Option<OpenConnection>,
    stop: StopStatement,
}

#[derive(Debug)]
pub(super) enum OpenConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// How a connection's statement is stopped.
#[derive(Clone, Debug)]
enum StopStatement {
    /// The statement ends when this is set.
    Flag(Arc<AtomicBool>),
    /// The process of the server that serves the connection.
    Backend(Arc<AtomicI32>),
}

/// The outcome of a statement that was stopped.
#[derive(Clone, Copy, Debug)]
pub(super) enum StatementEnd {
    /// It has ended, or its connection is broken.
    Known,
    /// Its connection does not answer any more.
    Unknown,
    /// Nor does the database over another connection.
    Gone,
}

impl Connection {
    pub(super) async fn open(
        url: &DatabaseUrl,
        backend: DbBackend,
        deadline: Duration,
        replaced: &ReplacedAt,
    ) -> Result<Self, DbErr> {
        let mut options: ConnectOptions = read_only(url, deadline + AFTER_DEADLINE);
        options.min_connections(0).max_connections(1).acquire_timeout(CONNECT).connect_lazy(true);
        let stop = if backend == DbBackend::Sqlite {
            let flag = Arc::new(AtomicBool::new(false));
            let stop = StopStatement::Flag(Arc::clone(&flag));
            let replaced = replaced.clone();
            options.map_sqlx_sqlite_pool_opts(move |pool| {
                let (flag, replaced) = (Arc::clone(&flag), replaced.clone());
                // A connection that nobody waited for stays in this pool, open.
                let pool = pool.before_acquire(move |_, connection| {
                    let is_of_file = replaced.is_before(connection.age);
                    Box::pin(async move { Ok(is_of_file) })
                });
                pool.after_connect(move |connection, _| {
                    let flag = Arc::clone(&flag);
                    Box::pin(async move {
                        let goes_on = move || !flag.load(Ordering::Relaxed);
                        connection.lock_handle().await?.set_progress_handler(STEPS, goes_on);
                        Ok(())
                    })
                })
            });
            stop
        } else {
            let backend = Arc::new(AtomicI32::new(0));
            let stop = StopStatement::Backend(Arc::clone(&backend));
            options.map_sqlx_postgres_pool_opts(move |pool| {
                let backend = Arc::clone(&backend);
                pool.after_connect(move |connection, _| {
                    let backend = Arc::clone(&backend);
                    Box::pin(async move {
                        let id = sqlx::query_scalar("SELECT pg_backend_pid()");
                        backend.store(id.fetch_one(connection).await?, Ordering::Relaxed);
                        Ok(())
                    })
                })
            });
            stop
        };
        Ok(Self { maker: Database::connect(options).await?, open: None, stop })
    }

    /// Runs a statement, over a new connection if there is none.
    pub(super) async fn run(&mut self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        let connection = match &mut self.open {
            Some(connection) => connection,
            none => none.insert(OpenConnection::of(&self.maker).await.map_err(no_connection)?),
        };
        let rows = connection.run(statement).await;
        rows.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
    }

    /// Takes out the open connection.
    pub(super) fn take(&mut self) -> Option<OpenConnection> {
        self.open.take()
    }

    /// Drops a broken connection.
    pub(super) fn forget(&mut self) {
        self.open = None;
    }

    /// Stops the running statement, and waits until it has ended: over a network, only for a limited time.
    pub(super) async fn clear(&mut self, spare: &DatabaseConnection) -> StatementEnd {
        let (is_well, end) = match &self.stop {
            StopStatement::Flag(flag) => {
                flag.store(true, Ordering::Relaxed);
                let is_well = OpenConnection::is_well(&mut self.open).await;
                flag.store(false, Ordering::Relaxed);
                (is_well, StatementEnd::Known)
            }
            StopStatement::Backend(id) => {
                let cancel = format!("SELECT pg_cancel_backend({})", id.load(Ordering::Relaxed));
                let cancel = tokio::time::timeout(WELL, spare.execute_unprepared(&cancel)).await;
                let is_canceled = matches!(cancel, Ok(Ok(_)));
                if !is_canceled {
                    tracing::warn!(?cancel, "cannot cancel a statement");
                }
                let patience = if is_canceled { WELL } else { WELL / 4 };
                let is_well = OpenConnection::is_well(&mut self.open);
                match tokio::time::timeout(patience, is_well).await {
                    // The cancellation might still arrive, and cancel the next statement.
                    Ok(is_well) => (is_well && is_canceled, StatementEnd::Known),
                    Err(_) if is_canceled => (false, StatementEnd::Unknown),
                    Err(_) => (false, StatementEnd::Gone),
                }
            }
        };
        if !is_well {
            self.forget();
        }
        tracing::debug!(is_well, ?end, "stopped a statement that nobody waited for");
        end
    }
}

impl OpenConnection {
    async fn of(maker: &DatabaseConnection) -> Result<Self, sqlx::Error> {
        Ok(match maker.get_database_backend() {
            DbBackend::Postgres => {
                Self::Postgres(maker.get_postgres_connection_pool().acquire().await?.detach())
            }
            _ => Self::Sqlite(maker.get_sqlite_connection_pool().acquire().await?.detach()),
        })
    }

    async fn run(&mut self, statement: &Statement) -> Result<Vec<QueryResult>, sqlx::Error> {
        // The text was built by `sea_query`: values are bound, never written into it.
        let sql = AssertSqlSafe(statement.sql.as_str());
        let values = statement.values.clone().unwrap_or_else(|| Values(Vec::new()));
        let values = SqlxValues(values);
        Ok(match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query_with::<Sqlite, _>(sql, values).fetch_all(connection).await?;
                rows.into_iter().map(QueryResult::from).collect()
            }
            Self::Postgres(connection) => {
                let rows =
                    sqlx::query_with::<Postgres, _>(sql, values).fetch_all(connection).await?;
                rows.into_iter().map(QueryResult::from).collect()
            }
        })
    }

    /// Waits until an abandoned statement has ended, and returns whether the connection, if any, is usable.
    async fn is_well(open: &mut Option<Self>) -> bool {
        let Some(connection) = open else { return true };
        // The ping waits for the statement. PostgreSQL answers the first one with the statement's error.
        let first = connection.ping().await;
        first.is_ok() || connection.ping().await.is_ok()
    }

    /// Closes the connection, and waits until it is closed.
    pub(super) async fn close(self) {
        let closed = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "closing a connection failed");
        }
    }

    async fn ping(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => connection.ping().await,
            Self::Postgres(connection) => connection.ping().await,
        }
    }
}

fn no_connection(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        error => DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))),
    }
}
