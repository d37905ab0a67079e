//! Connections: one that writes (migrations and loads), a pool that cannot, and [`Readers`], which cannot
//! either and stop what nobody waits for.
//!
//! The database is named by a URL: `sqlite://PATH` (the file is made where it is missing) or
//! `postgres://USER:PASSWORD@HOST:PORT/NAME`.

pub mod load;
mod readers;
pub mod refold;
pub(crate) mod session;
pub mod token;

use std::time::Duration;

use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend,
    DbErr, RuntimeErr,
    sqlx::{
        self, Connection as _, PgConnection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

pub use self::readers::Readers;
use crate::error::is_locked;

/// The connections of a pool, and how long one is waited for.
pub(crate) const SPARE: u32 = 6;
const ACQUIRE: Duration = Duration::from_secs(5);
/// How long PostgreSQL works on a statement that is not a query of a client, and how much longer than its deadline on one
/// that is: where it could not be told to stop, it stops by itself.
const STATEMENT: Duration = Duration::from_secs(15);
const AFTER_DEADLINE: Duration = Duration::from_secs(5);
/// How long a connection to PostgreSQL may take to answer when it has nothing to do.
const WELL: Duration = Duration::from_secs(2);
/// The rows that SQLite reads before the first of them is taken: at the default of 50, threads spend their
/// time on waking each other.
const ROWS_AHEAD: usize = 1_000;
/// How long a reader of SQLite waits for a lock, which only maintenance takes.
const LOCKED: Duration = Duration::from_millis(500);
/// How long a writer of SQLite waits for another to finish before it gives up.
const BUSY: Duration = Duration::from_mins(1);
/// How often a new file of SQLite is put into write-ahead logging, and the pause between: where several
/// processes do it at once, SQLite refuses all but one of them without waiting.
const PUT_INTO_WAL: u32 = 50;
const PAUSE: Duration = Duration::from_millis(50);

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).record_stmt_in_spans(false).acquire_timeout(ACQUIRE);
    options.set_application_name("cops-graphql");
    options
}

/// What went wrong with a database, for an operator.
#[must_use]
pub fn explain(url: &str, error: &DbErr) -> String {
    let gave_up = match error {
        DbErr::Conn(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            matches!(**error, sqlx::Error::PoolTimedOut)
        }
        DbErr::ConnectionAcquire(_) => true,
        _ => false,
    };
    if error.to_string().contains("readonly database") {
        return "its file or folder cannot be written, where SQLite keeps its log: let this user write the \
                folder, or name a finished file as sqlite://PATH?mode=ro&immutable=true"
            .to_owned();
    }
    if error.to_string().contains("in a read-only transaction") {
        return "it may only be read, as a replica may: start a server on its primary first, and wait until the \
                replica has followed"
            .to_owned();
    }
    let seconds = ACQUIRE.as_secs();
    match gave_up || is_locked(error) {
        true if url.starts_with("sqlite") => {
            "another process has locked it: wait until that is done, or end it".to_owned()
        }
        true => format!("no connection within {seconds} s: is the server up, and has it any left?"),
        false => error.to_string(),
    }
}

/// One connection that may write, as a migration or a load needs it. A SQLite file that is missing is
/// made, and put into write-ahead logging so that a load never keeps readers waiting.
///
/// # Errors
/// Whatever the database says.
pub async fn writer(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = options(url);
    options.max_connections(1).map_sqlx_sqlite_opts(|options| {
        options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory")
    });
    let mut tries = PUT_INTO_WAL;
    loop {
        match Database::connect(options.clone()).await {
            Err(error) if tries > 0 && is_locked(&error) => tries -= 1,
            done => return done,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Closes a connection of [`writer`]. What was written is moved from the write-ahead log of SQLite into the file, so that
/// a copy of that is whole, as far as nobody reads the log just then.
///
/// # Errors
/// Whatever the database says.
pub async fn finish(writer: DatabaseConnection) -> Result<(), DbErr> {
    if writer.get_database_backend() == DbBackend::Sqlite {
        let pause = format!("PRAGMA busy_timeout = {}", WELL.as_millis());
        for sql in [pause.as_str(), "PRAGMA wal_checkpoint(TRUNCATE)"] {
            writer.execute_unprepared(sql).await?;
        }
    }
    writer.close().await
}

/// A pool of connections that cannot write, as a server needs it: whatever reached the database
/// through it, the database itself would refuse to change.
///
/// # Errors
/// Whatever the database says.
pub async fn reader(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = read_only(url, STATEMENT);
    // The pool itself waits without end for a connection that says nothing, and has one less until it answers.
    options.max_connections(SPARE).min_connections(1).map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|connection, _| Box::pin(is_well(connection)))
            .after_release(|connection, _| Box::pin(is_well(connection)))
    });
    Database::connect(options).await
}

/// Whether a connection answers. One that does not is closed.
async fn is_well(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let ping = tokio::time::timeout(WELL, connection.ping()).await;
    ping.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
}

/// Waits for a statement over a connection of [`reader`]. PostgreSQL ends it in time, but a network may keep its answer:
/// then the connection counts as lost.
pub(crate) async fn in_time<T>(
    database: &DatabaseConnection,
    statement: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    if database.get_database_backend() == DbBackend::Sqlite {
        return statement.await;
    }
    let answer = tokio::time::timeout(STATEMENT + ACQUIRE, statement).await;
    answer.unwrap_or_else(|_| Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)))
}

/// The options of connections that cannot write, and over which PostgreSQL works so long on a statement.
fn read_only(url: &str, longest: Duration) -> ConnectOptions {
    let longest = format!("{}ms", longest.as_millis());
    let mut options = options(url);
    options
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .busy_timeout(LOCKED)
                .statement_cache_capacity(500)
                .row_buffer_size(ROWS_AHEAD)
                .pragma("query_only", "on")
                .pragma("cache_size", "-4096")
        })
        .map_sqlx_postgres_opts(move |options| {
            options
                .options([("default_transaction_read_only", "on"), ("statement_timeout", &longest)])
                .statement_cache_capacity(500)
        });
    options
}
