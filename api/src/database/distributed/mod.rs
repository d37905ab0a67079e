//! A database on several machines: PostgreSQL with Citus.
//!
//! Each machine has its own snapshot: a statement that reads several machines while a load commits may find the
//! load's rows on one machine and not yet on another. So a load marks its commit, and readers check the mark:
//! - `commit_marks` holds one number, on every machine. A load increments it in separate transactions, before and
//!   after its commit. The number is odd while a load is being committed.
//! - A statement's result counts if the number was even before the statement and is the same after it. Otherwise the
//!   statement runs again.
//!
//! This is sufficient. Let the number be `v` before and after a statement, and even. The load that set it to `v` had
//! been committed on every machine by then, because it increments the number only afterwards, and so had the loads
//! before it. The next load sets it to `v + 1` on every machine before it commits on any. After the statement some
//! machine still had `v`, so the next load had not begun to commit when the statement ended. It does not matter which
//! machine is asked either time. Loads run one at a time, and a process may die between the two increments: then the
//! number stays odd, no query is answered, and the next load, or the next start of a server, first resolves the
//! commit ([`CommitMarks::of`]).
//!
//! The statements of one request, and an in-memory copy, are kept consistent by the revision that each statement
//! reports, as on one machine ([`super::session`]).
//!
//! On a single machine `commit_marks` is empty, and statements run without these checks.

mod layout;

use std::time::{Duration, Instant};

use migration::Begins;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqlxPostgresConnector, Statement,
    sqlx::postgres::{PgConnectOptions, PgPoolOptions},
};

pub use self::layout::{DistributeError, Distributed, Placement, distribute};
pub(crate) use self::layout::{is_divided, not_laid_out};

/// How long a commit may take before it counts as interrupted, and the pause between two checks.
pub(crate) const COMMIT: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// The statement that updates the planner's statistics.
const ANALYZE: &str = "ANALYZE";
/// A fast statement that reaches every machine.
const EVERYWHERE: &str = "SELECT COUNT(*) FROM trainees WHERE id < 0";
/// The statement that reads the number.
pub(crate) const MARK: &str = "SELECT value FROM commit_marks";

/// Whether this number means that a load is being committed.
pub(crate) fn is_under_way(mark: i32) -> bool {
    mark % 2 != 0
}

/// The number; `None` if the database is on one machine.
///
/// # Errors
/// If the statement fails.
pub async fn mark(db: &impl ConnectionTrait) -> Result<Option<i32>, DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), MARK);
    db.query_one_raw(statement).await?.map(|row| row.try_get_by_index(0)).transpose()
}

/// Marks commits, over a separate connection from the load's.
#[derive(Debug)]
pub(super) struct CommitMarks(DatabaseConnection);

impl CommitMarks {
    /// The marks of a database on several machines, for a transaction that holds the lock of loads. A commit that a
    /// process left unfinished is resolved first.
    pub(super) async fn of(
        db: &impl Begins,
        transaction: &DatabaseTransaction,
    ) -> Result<Option<Self>, DbErr> {
        let (Some(mark), Some(connections)) = (mark(transaction).await?, db.connections()) else {
            return Ok(None);
        };
        // The writing connection is busy with the transaction.
        let options = connections.get_postgres_connection_pool().connect_options();
        let pool = PgPoolOptions::new().max_connections(1);
        let pool = pool.connect_lazy_with(PgConnectOptions::clone(&options));
        let marks = Self(SqlxPostgresConnector::from_sqlx_postgres_pool(pool));
        // A load changes distributed and replicated tables one after the other.
        let sequential = "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'";
        transaction.execute_unprepared(sequential).await?;
        if is_under_way(mark) {
            tracing::warn!(
                "an earlier load was interrupted while it was being committed: resolving its commit"
            );
            marks.end().await?;
        }
        Ok(Some(marks))
    }

    /// Finishes committed transactions on every machine, and increments the number.
    async fn end(&self) -> Result<(), DbErr> {
        let question = "SELECT to_regproc('recover_prepared_transactions') IS NOT NULL";
        let statement = Statement::from_string(DbBackend::Postgres, question);
        let row = self.0.query_one_raw(statement).await?;
        if row.map(|row| row.try_get_by_index::<bool>(0)).transpose()?.unwrap_or_default() {
            self.0.execute_unprepared("SELECT recover_prepared_transactions()").await?;
        }
        self.raise().await
    }

    async fn raise(&self) -> Result<(), DbErr> {
        self.0.execute_unprepared("UPDATE commit_marks SET value = value + 1").await?;
        Ok(())
    }
}

/// Commits a transaction that holds the lock of loads.
pub(super) async fn commit(
    transaction: DatabaseTransaction,
    marks: Option<CommitMarks>,
) -> Result<(), DbErr> {
    let Some(marks) = marks else { return transaction.commit().await };
    marks.raise().await?;
    // If this fails, the number stays odd: it is unknown what the machines have committed.
    transaction.commit().await?;
    // The data are committed even if this fails, so it must not be reported as a failure.
    if let Err(error) = marks.end().await {
        tracing::error!(
            %error,
            "the data are committed, but servers stay unready until the next load or the next start of a server \
             finishes the commit"
        );
    }
    Ok(())
}

/// Commits a load, with new statistics for the planner.
pub(super) async fn commit_load(
    transaction: DatabaseTransaction,
    marks: Option<CommitMarks>,
) -> Result<(), DbErr> {
    // On several machines ANALYZE takes long, so it runs after the commit.
    let later = marks.as_ref().map(|marks| marks.0.clone());
    if later.is_none() {
        transaction.execute_unprepared(ANALYZE).await?;
    }
    commit(transaction, marks).await?;
    if let Some(connections) = later {
        analyze(&connections).await;
    }
    Ok(())
}

/// Updates the planner's statistics after a commit: without them queries are slower, but not wrong.
async fn analyze(db: &impl ConnectionTrait) {
    if let Err(error) = db.execute_unprepared(ANALYZE).await {
        tracing::warn!(%error, "could not update the statistics of the planner: run ANALYZE");
    }
}

/// Sends a statement to every machine.
///
/// # Errors
/// If a machine does not answer.
pub(crate) async fn ask_every_machine(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), EVERYWHERE);
    db.query_one_raw(statement).await.map(|_| ())
}

/// Whether the number stays the same for as long as a commit may take.
///
/// # Errors
/// If a statement fails.
pub(crate) async fn stands(db: &impl ConnectionTrait, number: i32) -> Result<bool, DbErr> {
    let began = Instant::now();
    while mark(db).await? == Some(number) {
        if began.elapsed() > COMMIT {
            return Ok(true);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(false)
}

/// Whether a load is being committed, or was interrupted during its commit.
pub async fn is_cut_off(db: &impl ConnectionTrait) -> bool {
    mark(db).await.is_ok_and(|mark| mark.is_some_and(is_under_way))
}

/// Resolves a commit that a process left unfinished, if there is one.
///
/// # Errors
/// If a statement fails.
pub async fn mend(db: &impl Begins) -> Result<(), DbErr> {
    if is_cut_off(db).await {
        let transaction = migration::begin(db).await?;
        CommitMarks::of(db, &transaction).await?;
        transaction.rollback().await?;
    }
    Ok(())
}
