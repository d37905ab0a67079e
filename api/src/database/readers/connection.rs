//! One connection of those that answer queries, and how its statement is stopped.
//!
//! It is kept open between statements, and nothing is sent to see whether it is well: a pool would ask the
//! database once more for each statement.

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

use crate::database::read_only;

/// How long a new connection may take. A database that does not answer by then counts as gone.
const CONNECT: Duration = Duration::from_millis(500);
/// The steps after which a statement of SQLite looks whether it is still wanted.
const STEPS: i32 = 1_000;

#[derive(Debug)]
pub(super) struct Connection {
    /// Makes a connection, and keeps none.
    maker: DatabaseConnection,
    /// None before the first statement, and after one has broken it.
    open: Option<OpenConnection>,
    stop: StopStatement,
}

#[derive(Debug)]
enum OpenConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// How the statement of a connection is stopped.
#[derive(Clone, Debug)]
enum StopStatement {
    /// It ends when this is set.
    Flag(Arc<AtomicBool>),
    /// The process of the server that works for the connection.
    Backend(Arc<AtomicI32>),
}

impl Connection {
    pub(super) async fn open(url: &str, backend: DbBackend) -> Result<Self, DbErr> {
        let mut options: ConnectOptions = read_only(url);
        options.min_connections(0).max_connections(1).acquire_timeout(CONNECT).connect_lazy(true);
        let stop = if backend == DbBackend::Sqlite {
            let flag = Arc::new(AtomicBool::new(false));
            let stop = StopStatement::Flag(Arc::clone(&flag));
            options.map_sqlx_sqlite_pool_opts(move |pool| {
                let flag = Arc::clone(&flag);
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

    /// Runs a statement, over a new connection where there is none.
    pub(super) async fn run(&mut self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        let connection = match &mut self.open {
            Some(connection) => connection,
            none => none.insert(OpenConnection::of(&self.maker).await.map_err(no_connection)?),
        };
        let rows = connection.run(statement).await;
        rows.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
    }

    /// Lets go of a connection that has broken.
    pub(super) fn forget(&mut self) {
        self.open = None;
    }

    /// Stops the statement that runs, and waits until it has ended.
    pub(super) async fn clear(&mut self, spare: &DatabaseConnection) {
        match &self.stop {
            StopStatement::Flag(flag) => flag.store(true, Ordering::Relaxed),
            StopStatement::Backend(id) => {
                let cancel = format!("SELECT pg_cancel_backend({})", id.load(Ordering::Relaxed));
                if let Err(error) = spare.execute_unprepared(&cancel).await {
                    tracing::warn!(%error, "cannot cancel a statement");
                }
            }
        }
        // It has its turn when the statement has ended.
        let is_well = match &mut self.open {
            Some(connection) => connection.has_ended().await,
            None => true,
        };
        if !is_well {
            self.forget();
        }
        tracing::debug!(is_well, "a statement that nobody waited for was stopped");
        if let StopStatement::Flag(flag) = &self.stop {
            flag.store(false, Ordering::Relaxed);
        }
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
        // The text is what `sea_query` has built: values are bound, never written into it.
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

    /// Waits until a statement that was left has ended, and tells whether the connection is well.
    async fn has_ended(&mut self) -> bool {
        // PostgreSQL answers the first with what became of the statement.
        let first = self.ping().await;
        first.is_ok() || self.ping().await.is_ok()
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
