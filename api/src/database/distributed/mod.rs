//! A database on several machines, as Citus makes one of PostgreSQL.
//!
//! Each machine has a snapshot of its own: a statement that reads several of them while a load is committed may find its
//! rows on one and not yet on another. So a load marks its commit, and readers look at the marks:
//! - `commit_marks` holds one number, on every machine. A load raises it, in a transaction of its own, before its commit
//!   and again after it. It is odd while a load is being committed.
//! - A statement counts where the number was even before it began and is the same after it has ended. Otherwise it is run
//!   again.
//!
//! That suffices. Let the number be `v` before a statement and after it, and even. The load that raised it to `v` had
//! been committed on every machine by then, as it raises the number only after that, and so had those before it. The next load
//! raises it to `v + 1` on every machine before it commits on any. After the statement some machine still said `v`, so the
//! next load had not begun to commit when the statement ended. Which machine is asked makes no difference, neither here nor
//! there, and it makes none that loads run one at a time and a process may die between the two: then the number stays odd, nothing
//! is answered, and the next load, or the next start of a server, first finds out what became of the commit
//! ([`CommitMarks::of`]).
//!
//! Statements of one request, and a copy in memory, are held together by the revision that each of them tells, as everywhere
//! ([`super::session`]).
//!
//! Where one machine has it all, `commit_marks` is empty, and a statement is what it is by itself.

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

/// How long a load may take to be committed before it counts as cut off, and the pause between two looks.
pub(crate) const COMMIT: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// The statement that makes new statistics for the planner.
const ANALYZE: &str = "ANALYZE";
/// The statement that asks every machine, and takes no time.
const EVERYWHERE: &str = "SELECT COUNT(*) FROM trainees WHERE id < 0";
/// The statement that reads the number.
pub(crate) const MARK: &str = "SELECT value FROM commit_marks";

/// Whether a load is being committed while the number is this.
pub(crate) fn is_under_way(mark: i32) -> bool {
    mark % 2 != 0
}

/// The number; none where one machine holds the database.
///
/// # Errors
/// Whatever the database says.
pub async fn mark(db: &impl ConnectionTrait) -> Result<Option<i32>, DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), MARK);
    db.query_one_raw(statement).await?.map(|row| row.try_get_by_index(0)).transpose()
}

/// What marks commits, over a connection beside the one of the load.
#[derive(Debug)]
pub(super) struct CommitMarks(DatabaseConnection);

impl CommitMarks {
    /// Those of a database on several machines, for a transaction that has the lock of loads. A commit that a process
    /// left behind half done is brought to its end first.
    pub(super) async fn of(
        db: &impl Begins,
        transaction: &DatabaseTransaction,
    ) -> Result<Option<Self>, DbErr> {
        let (Some(mark), Some(connections)) = (mark(transaction).await?, db.connections()) else {
            return Ok(None);
        };
        // The connection that writes has its hands full.
        let options = connections.get_postgres_connection_pool().connect_options();
        let pool = PgPoolOptions::new().max_connections(1);
        let pool = pool.connect_lazy_with(PgConnectOptions::clone(&options));
        let marks = Self(SqlxPostgresConnector::from_sqlx_postgres_pool(pool));
        // A load changes tables of both kinds one after the other.
        let sequential = "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'";
        transaction.execute_unprepared(sequential).await?;
        if is_under_way(mark) {
            tracing::warn!(
                "an earlier load was cut off while it was committed: looking what became of it"
            );
            marks.end().await?;
        }
        Ok(Some(marks))
    }

    /// Brings to an end, on every machine, what was committed, and says so.
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

/// Commits what was done under the lock of loads.
pub(super) async fn commit(
    transaction: DatabaseTransaction,
    marks: Option<CommitMarks>,
) -> Result<(), DbErr> {
    let Some(marks) = marks else { return transaction.commit().await };
    marks.raise().await?;
    // Where this fails, the number stays odd: nobody knows yet what the machines have of it.
    transaction.commit().await?;
    // What is committed stays so, whatever fails now: to call it a failure would be wrong.
    if let Err(error) = marks.end().await {
        tracing::error!(
            %error,
            "this is committed, and servers are not ready before the next load, or the next start of a server, has seen to it"
        );
    }
    Ok(())
}

/// Commits what a load did, with new statistics for the planner.
pub(super) async fn commit_load(
    transaction: DatabaseTransaction,
    marks: Option<CommitMarks>,
) -> Result<(), DbErr> {
    // On several machines they take long, and are made when the commit is over.
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

/// Makes new statistics for the planner of what is committed: without them it is slower, and not wrong.
async fn analyze(db: &impl ConnectionTrait) {
    if let Err(error) = db.execute_unprepared(ANALYZE).await {
        tracing::warn!(%error, "there are no new statistics for the planner: run ANALYZE");
    }
}

/// Asks every machine.
///
/// # Errors
/// What the database says of one that does not answer.
pub(crate) async fn ask_every_machine(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), EVERYWHERE);
    db.query_one_raw(statement).await.map(|_| ())
}

/// Whether the number stays what it is for as long as a commit may take.
///
/// # Errors
/// Whatever the database says.
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

/// Whether a load is being committed, or was cut off while it was.
pub async fn is_cut_off(db: &impl ConnectionTrait) -> bool {
    mark(db).await.is_ok_and(|mark| mark.is_some_and(is_under_way))
}

/// Finds out what became of a commit that a process left behind half done, where there is one.
///
/// # Errors
/// Whatever the database says.
pub async fn mend(db: &impl Begins) -> Result<(), DbErr> {
    if is_cut_off(db).await {
        let transaction = migration::begin(db).await?;
        CommitMarks::of(db, &transaction).await?;
        transaction.rollback().await?;
    }
    Ok(())
}
