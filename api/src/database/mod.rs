//! Connections: one that writes (migrations and loads), a pool that cannot, and [`Readers`], which cannot
//! either and stop what nobody waits for.
//!
//! The database is named by a [`DatabaseUrl`]: `sqlite://PATH` (the file is made where it is missing) or
//! `postgres://USER:PASSWORD@HOST:PORT/NAME`. Nothing shows it, and [`explain()`] alone says what a driver says.

pub(crate) mod as_of;
pub mod distributed;
mod explain;
pub mod forget;
pub mod load;
mod places;
mod readers;
pub mod refold;
pub(crate) mod session;
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

use self::readers::ReplacedAt;
pub use self::{
    explain::explain,
    readers::Readers,
    url::{DatabaseUrl, DatabaseUrlError},
};

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
/// How long a writer of SQLite waits for another to finish before it says that it waits.
const BUSY: Duration = Duration::from_secs(1);
/// How often a new file of SQLite is put into write-ahead logging, and the pause between: where several
/// processes do it at once, SQLite refuses all but one of them without waiting.
const PUT_INTO_WAL: u32 = 50;
const PAUSE: Duration = Duration::from_millis(50);

/// The options of connections. SeaORM shows them in a span, and so is given no URL that says anything.
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

/// One connection that may write, as a migration or a load needs it. A SQLite file that is missing is
/// made, and put into write-ahead logging so that a load never keeps readers waiting.
///
/// # Errors
/// Whatever the database says.
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

/// One connection that may write, to a database with the newest schema. One that this program must not write to is
/// refused before anything of it is touched: even to open a file of SQLite for writing may change it.
///
/// # Errors
/// What is in the way ([`migration::refuse`]), or whatever the database says.
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

/// How a connection writes to SQLite.
fn writing(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory")
}

/// One connection that writes what is taken back: nothing is made, and SQLite is left in the journal mode that it has. What is
/// written may go into the write-ahead log before it is taken back, and never into the file itself.
///
/// # Errors
/// Whatever the database says, such as that the file is missing.
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
            // Without a log, pages that do not fit into memory would go into the file.
            db.execute_unprepared("PRAGMA cache_spill = 0").await?;
        }
    }
    Ok(db)
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
    // The pool itself waits without end for a connection that says nothing, and has one less until it answers.
    // A file that is replaced is opened by nobody before all have closed the old one.
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
fn read_only(url: &DatabaseUrl, longest: Duration) -> ConnectOptions {
    let longest = format!("{}ms", longest.as_millis());
    let sqlite = |options: SqliteConnectOptions| {
        options
            // The last that closes a file would else move its log into whatever has been copied over it.
            .read_only(true)
            .busy_timeout(LOCKED)
            .statement_cache_capacity(500)
            .row_buffer_size(ROWS_AHEAD)
            .pragma("query_only", "on")
            .pragma("cache_size", "-4096")
    };
    let postgres = move |options: PgConnectOptions| {
        options
            .options([("default_transaction_read_only", "on"), ("statement_timeout", &longest)])
            .statement_cache_capacity(500)
    };
    let mut options = options(url, sqlite, postgres);
    options.test_before_acquire(false);
    options
}
