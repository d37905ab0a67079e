//! The database schema of the dataset, and how it came to be.
//!
//! A migration never changes once it has landed: a change of the schema is a new module and a new
//! line in [`Migrator::migrations`]. A test holds the tables that the migrations make against the
//! entities, on SQLite and on PostgreSQL.

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

/// The table of the migrations that a database has.
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
        ]
    }
}

/// The key of PostgreSQL's advisory lock under which migrations and loads run: one at a time for a
/// database, from whatever machine.
pub const LOCK_KEY: i64 = 0x0063_6f70_735f_6462;

/// What can begin transactions: a connection, or a transaction within which others are parts.
pub trait Begins: ConnectionTrait + TransactionTrait<Transaction = DatabaseTransaction> {}

impl<T: ConnectionTrait + TransactionTrait<Transaction = DatabaseTransaction>> Begins for T {}

/// Begins the transaction that writes: one at a time for a database. Waits for the one that is on, however long that
/// takes, and says so in the log.
///
/// # Errors
/// Whatever the database says.
pub async fn begin(db: &impl Begins) -> Result<DatabaseTransaction, DbErr> {
    let wait = || {
        tracing::info!(
            "another process is writing to the database: waiting until it is done (Ctrl-C gives up, and changes nothing)"
        );
    };
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let mut waits = false;
    let transaction = loop {
        // SQLite waits by itself for as long as the connection says.
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

/// Whether SQLite has waited in vain for a lock: somebody else works on the whole file.
#[must_use]
pub fn is_locked(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        return false;
    };
    // SQLITE_BUSY and SQLITE_LOCKED, with what is said beyond them in the higher bits.
    matches!(&**error, sqlx::Error::Database(error) if error
        .try_downcast_ref::<sqlx::sqlite::SqliteError>()
        .and_then(sqlx::error::DatabaseError::code)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| matches!(code & 0xff, 5 | 6)))
}

/// Brings the database to the newest schema, in one transaction and under a lock: any number of
/// processes may call this at once, and the first does the work.
///
/// # Errors
/// Whatever the database says; the schema is then as it was.
pub async fn run(db: &impl Begins) -> Result<(), DbErr> {
    let transaction = begin(db).await?;
    refuse_encoding(&transaction).await?;
    refuse_newer(&transaction).await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}

/// Refuses a database that keeps texts in another encoding than UTF-8: it could not keep all of them, or would compare
/// them in another order. Whatever writes brings the database to the newest schema first, and so comes by here.
async fn refuse_encoding(db: &DatabaseTransaction) -> Result<(), DbErr> {
    let (question, wanted, mend) = match db.get_database_backend() {
        DbBackend::Postgres => (
            "SELECT current_setting('server_encoding')",
            "UTF8",
            "make another with `createdb --encoding=UTF8 --template=template0 NAME`, and name that",
        ),
        _ => ("PRAGMA encoding", "UTF-8", "name another file, which is made as it has to be"),
    };
    let statement = Statement::from_string(db.get_database_backend(), question);
    let row = db.query_one_raw(statement).await?;
    let encoding = row.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
    match encoding.filter(|encoding| encoding != wanted) {
        None => Ok(()),
        Some(encoding) => Err(DbErr::Custom(format!(
            "it keeps texts as {encoding}, and has to keep them as {wanted}: {mend}"
        ))),
    }
}

/// Refuses a database that has a migration which this program does not know.
async fn refuse_newer(db: &DatabaseTransaction) -> Result<(), DbErr> {
    let known = names();
    match applied(db, &SchemaManager::new(db))
        .await?
        .into_iter()
        .find(|version| !known.contains(version))
    {
        None => Ok(()),
        Some(unknown) => Err(DbErr::Custom(made_by_newer(&unknown))),
    }
}

/// What is said of a database that has a migration of a newer program.
#[must_use]
pub fn made_by_newer(migration: &str) -> String {
    format!(
        "it was made by a newer version of cops-graphql (it has {migration}): run that version, or name another \
         database"
    )
}

/// The migrations that this program knows.
fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// The migrations that a database has. It is only read: it may be a replica.
async fn applied(
    db: &impl ConnectionTrait,
    manager: &SchemaManager<'_>,
) -> Result<Vec<String>, DbErr> {
    if !manager.has_table(TABLE).await? {
        return Ok(Vec::new());
    }
    let mut select = Query::select();
    select.column("version").from(TABLE);
    let rows = db.query_all(&select).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Whether the database lacks a migration that this program knows: `true` also for an empty one.
///
/// # Errors
/// Whatever the database says.
pub async fn is_behind(db: &DatabaseConnection) -> Result<bool, DbErr> {
    let applied = applied(db, &SchemaManager::new(db)).await?;
    Ok(names().iter().any(|name| !applied.contains(name)))
}

/// The migrations of a database that this program does not know: those of a newer version.
///
/// # Errors
/// Whatever the database says.
pub async fn unknown(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let (mut found, known) = (applied(db, &SchemaManager::new(db)).await?, names());
    found.retain(|name| !known.contains(name));
    found.sort();
    Ok(found)
}
