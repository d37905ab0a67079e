//! The database schema of the dataset, as migrations.
//!
//! A released migration never changes: a schema change is a new module and a new line in [`Migrator::migrations`]. A
//! test compares the tables that the migrations create with the entities, on SQLite and on PostgreSQL.

use std::sync::atomic::{AtomicBool, Ordering};

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
        SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, sqlx,
    },
};

mod m20261121_000001_tables;
mod m20261121_000002_outcomes;
mod m20261121_000003_table_loads;
mod m20261125_000004_outcome_level;
mod m20261126_000005_identity;
mod m20261126_000006_recipients;
mod m20261127_000010_history;
mod m20261127_000011_places;
mod m20261128_000012_commit_marks;
mod m20261128_000013_tables_read;

/// The table that records the migrations of a database.
const TABLE: &str = "seaql_migrations";

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_tables::Migration),
            Box::new(m20261121_000002_outcomes::Migration),
            Box::new(m20261121_000003_table_loads::Migration),
            Box::new(m20261125_000004_outcome_level::Migration),
            Box::new(m20261126_000005_identity::Migration),
            Box::new(m20261126_000006_recipients::Migration),
            Box::new(m20261127_000010_history::Migration),
            Box::new(m20261127_000011_places::Migration),
            Box::new(m20261128_000012_commit_marks::Migration),
            Box::new(m20261128_000013_tables_read::Migration),
        ]
    }
}

/// The key of the PostgreSQL advisory lock for migrations and loads: only one runs at a time on a database, whatever
/// the machine.
pub const LOCK_KEY: i64 = 0x0063_6f70_735f_6462;

/// Anything that can begin transactions: a connection, or a transaction that contains others.
pub trait Begins: ConnectionTrait + TransactionTrait<Transaction = DatabaseTransaction> {
    /// The connection; `None` within another transaction, whose parts commit nothing by themselves.
    fn connections(&self) -> Option<&DatabaseConnection>;
}

impl Begins for DatabaseConnection {
    fn connections(&self) -> Option<&DatabaseConnection> {
        Some(self)
    }
}

impl Begins for DatabaseTransaction {
    fn connections(&self) -> Option<&DatabaseConnection> {
        None
    }
}

/// Begins the transaction that writes, of which a database has one at a time. Waits for a running one, however long
/// that takes, and logs that it waits.
///
/// # Errors
/// If a statement fails.
pub async fn begin(db: &impl Begins) -> Result<DatabaseTransaction, DbErr> {
    // A process may wait for its migration and then for its load; that is reported once.
    static HAS_SAID: AtomicBool = AtomicBool::new(false);
    let wait = || {
        if HAS_SAID.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::info!(
            "another process is writing to the database: waiting until it is done (Ctrl-C gives up without changes)"
        );
    };
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let mut waits = false;
    let transaction = loop {
        // SQLite itself waits for the busy timeout of the connection.
        match db.begin_with_options(options).await {
            Err(error) if is_locked(&error) => {
                if !std::mem::replace(&mut waits, true) {
                    wait();
                }
            }
            begun => break begun?,
        }
    };
    if transaction.get_database_backend() == DbBackend::Postgres {
        let question = format!("SELECT pg_try_advisory_xact_lock({LOCK_KEY})");
        let statement = Statement::from_string(DbBackend::Postgres, question);
        let row = transaction.query_one_raw(statement).await?;
        if !row.map(|row| row.try_get_by_index::<bool>(0)).transpose()?.unwrap_or_default() {
            wait();
            let lock = format!("SELECT pg_advisory_xact_lock({LOCK_KEY})");
            transaction.execute_unprepared(&lock).await?;
        }
    }
    Ok(transaction)
}

/// Whether SQLite has waited in vain for a lock: another process has locked the file.
#[must_use]
pub fn is_locked(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        return false;
    };
    // SQLITE_BUSY and SQLITE_LOCKED. Extended codes use the higher bits.
    matches!(&**error, sqlx::Error::Database(error) if error
        .try_downcast_ref::<sqlx::sqlite::SqliteError>()
        .and_then(sqlx::error::DatabaseError::code)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| matches!(code & 0xff, 5 | 6)))
}

/// Migrates the database to the newest schema, in one transaction and under a lock: any number of processes may call
/// this at once, and the first one does the work.
///
/// # Errors
/// If a statement fails; then the schema is unchanged.
pub async fn run(db: &impl Begins) -> Result<(), DbErr> {
    let transaction = begin(db).await?;
    refuse(&transaction).await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}

/// Refuses a database that this program must not write to: one with another text encoding, one of a newer version,
/// and one of another program. Only reads it.
///
/// # Errors
/// What is in the way, or if a statement fails.
pub async fn refuse(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    refuse_encoding(db).await?;
    if let Some(table) = foreign_table(db).await? {
        return Err(DbErr::Custom(made_by_another(&table)));
    }
    match unknown(db).await?.first() {
        None => Ok(()),
        Some(unknown) => Err(DbErr::Custom(made_by_newer(unknown))),
    }
}

/// Refuses a database that stores text in another encoding than UTF-8: it could not store all texts, or would compare
/// them in another order. Everything that writes migrates the database first, and so passes this check.
async fn refuse_encoding(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let (question, wanted, mend) = match db.get_database_backend() {
        DbBackend::Postgres => (
            "SELECT current_setting('server_encoding')",
            "UTF8",
            "create another one with `createdb --encoding=UTF8 --template=template0 NAME`, and name that",
        ),
        _ => ("PRAGMA encoding", "UTF-8", "name a new file, which gets the right encoding"),
    };
    let statement = Statement::from_string(db.get_database_backend(), question);
    let row = db.query_one_raw(statement).await?;
    let encoding = row.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
    match encoding.filter(|encoding| encoding != wanted) {
        None => Ok(()),
        Some(encoding) => Err(DbErr::Custom(format!(
            "it stores text as {encoding}, but must store it as {wanted}: {mend}"
        ))),
    }
}

/// A table of a database that has tables, but none of this program's migrations.
///
/// # Errors
/// If a statement fails.
pub async fn foreign_table(db: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    let (applied, known) = (applied(db).await?, names());
    let is_ours = applied.iter().any(|version| known.contains(version));
    Ok(if is_ours { None } else { tables(db).await?.into_iter().next() })
}

/// The names of a database's tables.
async fn tables(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let sql = match db.get_database_backend() {
        // Tables of an extension, such as the coordinate systems of PostGIS, do not count.
        DbBackend::Postgres => {
            "SELECT relname::text FROM pg_class \
             WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'f') \
             AND NOT EXISTS (SELECT FROM pg_depend \
             WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e') ORDER BY relname"
        }
        _ => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             ORDER BY name"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The error for a database that has such a table.
#[must_use]
pub fn made_by_another(table: &str) -> String {
    format!(
        "it has tables (such as `{table}`) but none of the migrations of cops-graphql: name an empty database, or a \
         file that does not exist yet"
    )
}

/// The error for a database with a migration of a newer program.
#[must_use]
pub fn made_by_newer(migration: &str) -> String {
    format!(
        "it was written by a newer version of cops-graphql (it has {migration}): run that version, or name another \
         database"
    )
}

/// The migrations that this program knows.
fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// The migrations that a database has. Only reads it: it may be a replica.
async fn applied(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    if !tables(db).await?.iter().any(|table| table == TABLE) {
        return Ok(Vec::new());
    }
    let mut select = Query::select();
    select.column("version").from(TABLE);
    let rows = db.query_all(&select).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Whether the database lacks a migration that this program knows; also `true` for an empty one.
///
/// # Errors
/// If a statement fails.
pub async fn is_behind(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let applied = applied(db).await?;
    Ok(names().iter().any(|name| !applied.contains(name)))
}

/// Whether no migration has been applied yet.
///
/// # Errors
/// If a statement fails.
pub async fn is_empty(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(applied(db).await?.is_empty())
}

/// The migrations of a database that this program does not know: those of a newer version.
///
/// # Errors
/// If a statement fails.
pub async fn unknown(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let (mut found, known) = (applied(db).await?, names());
    found.retain(|name| !known.contains(name));
    found.sort();
    Ok(found)
}
