//! Database connections: one that writes (for migrations and loads), a read-only pool, and [`Readers`], which are
//! also read-only and stop statements that nobody waits for.
//!
//! A [`DatabaseUrl`] names the database: `sqlite://PATH` (a missing file is created) or
//! `postgres://USER:PASSWORD@HOST:PORT/NAME`. Nothing displays it, and only [`explain()`] shows driver errors.

pub(crate) mod as_of;
pub(crate) mod counters;
pub mod distributed;
mod explain;
pub mod forget;
pub mod load;
mod places;
mod readers;
pub mod refold;
pub(crate) mod session;
mod suspended;
pub mod token;
mod url;

use std::time::Duration;

use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend,
    DbErr, Statement,
    sqlx::{
        self, Connection as _, PgConnection,
        postgres::PgConnectOptions,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};

pub(crate) use self::explain::no_database;
use self::readers::ReplacedAt;
pub use self::{
    explain::{explain, explain_write, folder_of},
    readers::Readers,
    url::{DatabaseUrl, DatabaseUrlError},
};

/// The size of a pool, and how long to wait for a connection.
pub(crate) const SPARE: u32 = 6;
const ACQUIRE: Duration = Duration::from_secs(5);
/// PostgreSQL's statement timeout for statements other than client queries, and how far it exceeds the deadline for
/// client queries: a statement that could not be canceled ends by itself.
const STATEMENT: Duration = Duration::from_secs(15);
const AFTER_DEADLINE: Duration = Duration::from_secs(5);
/// How long an idle connection to PostgreSQL may take to answer.
const WELL: Duration = Duration::from_secs(2);
/// How many rows SQLite reads ahead: with the default of 50, threads spend their time waking each other.
const ROWS_AHEAD: usize = 1_000;
/// How long a SQLite reader waits for a lock, which only maintenance takes.
const LOCKED: Duration = Duration::from_millis(500);
/// How long a SQLite writer waits for another one before it reports that it waits.
const BUSY: Duration = Duration::from_secs(1);
/// How many times to try to switch a new SQLite file to write-ahead logging, and the pause between: if several
/// processes do it at once, SQLite refuses all but one of them without waiting.
const PUT_INTO_WAL: u32 = 50;
const PAUSE: Duration = Duration::from_millis(50);

/// The options of connections. SeaORM shows the URL in a span, so it is given one without any details.
fn options(
    url: &DatabaseUrl,
    sqlite: impl Fn(SqliteConnectOptions) -> SqliteConnectOptions + Send + Sync + 'static,
    postgres: impl Fn(PgConnectOptions) -> PgConnectOptions + Send + Sync + 'static,
) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.scheme());
    options.sqlx_logging(false).record_stmt_in_spans(false).acquire_timeout(ACQUIRE);
    if let Some(known) = url.sqlite().cloned() {
        options.map_sqlx_sqlite_opts(move |_| sqlite(known.clone()));
    }
    if let Some(known) = url.postgres().cloned() {
        options.map_sqlx_postgres_opts(move |_| postgres(known.clone()));
    }
    options
}

/// One connection that may write, for a migration or a load. A missing SQLite file is created and switched to
/// write-ahead logging, so that a load never blocks readers.
///
/// # Errors
/// If the connection fails.
pub async fn writer(
    url: impl TryInto<DatabaseUrl, Error = DbErr>,
) -> Result<DatabaseConnection, DbErr> {
    let sqlite = |options: SqliteConnectOptions| {
        writing(options).create_if_missing(true).journal_mode(SqliteJournalMode::Wal)
    };
    let mut options = options(&url.try_into()?, sqlite, |options| options);
    options.max_connections(1);
    let mut tries = PUT_INTO_WAL;
    loop {
        match Database::connect(options.clone()).await {
            Err(error) if tries > 0 && migration::is_locked(&error) => tries -= 1,
            done => return done,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One connection that may write, to a database with the newest schema. A database that this program must not write
/// to is refused before anything is changed: even opening a SQLite file for writing may change it.
///
/// # Errors
/// What is in the way ([`migration::refuse`]), or if a statement fails.
pub async fn prepared(
    url: impl TryInto<DatabaseUrl, Error = DbErr>,
) -> Result<DatabaseConnection, DbErr> {
    let url = &url.try_into()?;
    if let Ok(reader) = reader(url).await {
        let refused = migration::refuse(&reader).await;
        reader.close().await?;
        refused?;
    }
    let writer = writer(url).await?;
    migration::run(&writer).await?;
    distributed::mend(&writer).await?;
    Ok(writer)
}

/// The options for writing to SQLite.
fn writing(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory")
}

/// One connection for writes that are rolled back: nothing is created, and SQLite keeps its journal mode. The writes
/// may go to the write-ahead log before they are rolled back, but never to the file itself.
///
/// # Errors
/// If the connection fails, for example because the file is missing.
pub async fn trial_writer(url: &DatabaseUrl) -> Result<DatabaseConnection, DbErr> {
    let sqlite = |options| writing(options).create_if_missing(false);
    let mut options = options(url, sqlite, |options| options);
    options.max_connections(1);
    let db = Database::connect(options).await?;
    if url.is_sqlite() {
        let question = Statement::from_string(DbBackend::Sqlite, "PRAGMA journal_mode");
        let row = db.query_one_raw(question).await?;
        let mode = row.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
        if mode.as_deref() != Some("wal") {
            // Without a log, pages that do not fit into memory would be written to the file.
            db.execute_unprepared("PRAGMA cache_spill = 0").await?;
        }
    }
    Ok(db)
}

/// Closes a connection of [`writer`]. Moves the writes from SQLite's write-ahead log into the file, unless somebody
/// is reading the log, so that a copy of the file is complete.
///
/// # Errors
/// If a statement fails.
pub async fn finish(writer: DatabaseConnection) -> Result<(), DbErr> {
    if writer.get_database_backend() == DbBackend::Sqlite {
        let pause = format!("PRAGMA busy_timeout = {}", WELL.as_millis());
        for sql in [pause.as_str(), "PRAGMA wal_checkpoint(TRUNCATE)"] {
            writer.execute_unprepared(sql).await?;
        }
    }
    writer.close().await
}

/// A pool of read-only connections, for a server: the database itself would refuse any change made through it.
///
/// # Errors
/// If the connection fails.
pub async fn reader(
    url: impl TryInto<DatabaseUrl, Error = DbErr>,
) -> Result<DatabaseConnection, DbErr> {
    reader_of(&url.try_into()?, None).await
}

/// The same, for a file that may be replaced.
async fn reader_of(
    url: &DatabaseUrl,
    replaced: Option<ReplacedAt>,
) -> Result<DatabaseConnection, DbErr> {
    let mut options = read_only(url, STATEMENT);
    // The pool would wait without limit for a silent connection, and would have one connection less until it answers.
    // For a replaced file, no connection may be opened before all connections to the old one are closed.
    let least = u32::from(!url.is_sqlite());
    options.max_connections(SPARE).min_connections(least).map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|connection, _| Box::pin(is_well(connection)))
            .after_release(|connection, _| Box::pin(is_well(connection)))
    });
    if let Some(replaced) = replaced {
        options.map_sqlx_sqlite_pool_opts(move |pool| {
            let replaced = replaced.clone();
            pool.before_acquire(move |_, connection| {
                let is_of_file = replaced.is_before(connection.age);
                Box::pin(async move { Ok(is_of_file) })
            })
        });
    }
    Database::connect(options).await
}

/// Whether a connection answers. One that does not is closed.
async fn is_well(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let ping = tokio::time::timeout(WELL, connection.ping()).await;
    ping.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
}

/// Waits for a statement over a connection of [`reader`]. PostgreSQL ends it in time, but its answer may be lost in
/// the network: then the connection counts as lost.
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

/// The options of read-only connections, with PostgreSQL's statement timeout.
fn read_only(url: &DatabaseUrl, longest: Duration) -> ConnectOptions {
    let longest = format!("{}ms", longest.as_millis());
    let sqlite = |options: SqliteConnectOptions| {
        options
            // Otherwise the last connection to close a file would move its log into whatever file has replaced it.
            .read_only(true)
            .busy_timeout(LOCKED)
            .statement_cache_capacity(500)
            .row_buffer_size(ROWS_AHEAD)
            .pragma("query_only", "on")
            .pragma("cache_size", "-4096")
    };
    let postgres = move |options: PgConnectOptions| {
        options
            // A statement over all rows has many expressions and a high cost, so PostgreSQL would compile it: that takes
            // longer than running it, and is done again for each statement.
            .options([
                ("default_transaction_read_only", "on"),
                ("statement_timeout", &longest),
                ("jit", "off"),
            ])
            .statement_cache_capacity(500)
    };
    let mut options = options(url, sqlite, postgres);
    options.test_before_acquire(false);
    options
}
