//! The database schema of the dataset, and how it came to be.
//!
//! A migration never changes once it has landed: a change of the schema is a new module and a new
//! line in [`Migrator::migrations`]. A test holds the tables that the migrations make against the
//! entities, on SQLite and on PostgreSQL.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
        SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    },
};

mod m20261121_000001_tables;
mod m20261121_000002_outcomes;
mod m20261121_000003_table_loads;
mod m20261125_000004_outcome_level;
mod m20261126_000005_identity;
mod m20261126_000006_recipients;

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
            Box::new(m20261126_000006_recipients::Migration),
        ]
    }
}

/// The key of PostgreSQL's advisory lock under which migrations and loads run: one at a time for a
/// database, from whatever machine.
pub const LOCK_KEY: i64 = 0x0063_6f70_735f_6462;

/// Brings the database to the newest schema, in one transaction and under a lock: any number of
/// processes may call this at once, and the first does the work.
///
/// # Errors
/// Whatever the database says; the schema is then as it was.
pub async fn run(db: &DatabaseConnection) -> Result<(), DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let transaction = db.begin_with_options(options).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({LOCK_KEY})");
        transaction.execute_unprepared(&lock).await?;
    }
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
