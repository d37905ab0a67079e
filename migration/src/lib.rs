//! The database schema of the dataset, and how it came to be.
//!
//! A migration never changes once it has landed: a change of the schema is a new module and a new
//! line in [`Migrator::migrations`]. A test holds the tables that the migrations make against the
//! entities, on SQLite and on PostgreSQL.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode,
        TransactionOptions, TransactionTrait,
    },
};

mod m20261121_000001_tables;
mod m20261121_000002_outcomes;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_tables::Migration),
            Box::new(m20261121_000002_outcomes::Migration),
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
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}

/// Whether the database lacks a migration that this program knows: `true` also for an empty one.
///
/// # Errors
/// Whatever the database says.
pub async fn is_behind(db: &DatabaseConnection) -> Result<bool, DbErr> {
    let manager = SchemaManager::new(db);
    if !manager.has_table("seaql_migrations").await? {
        return Ok(true);
    }
    Ok(!Migrator::get_pending_migrations(db).await?.is_empty())
}
