//! Deletes earlier revisions: removes their rows from the history for good.

use entity::{revision, table::tables};
use migration::Begins;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QueryOrder as _};

use super::{
    counters::{KEPT_COUNTER, counter, raise},
    distributed::{self, CommitMarks},
    load::ENDED_BY,
};

/// What was deleted, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The first revision that was kept before.
    pub from: i32,
    /// The first revision that is kept now.
    pub kept: i32,
    /// The current revision.
    pub current: i32,
    /// The rows that only the deleted revisions had.
    pub rows: u64,
}

/// Why nothing is deleted.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// There is nothing before the revision.
    #[error("no revision before {before} is kept: the available revisions are {from} to {current}")]
    Nothing {
        /// The requested revision.
        before: i32,
        /// The first revision that is kept.
        from: i32,
        /// The current revision.
        current: i32,
    },
    /// The revision does not exist yet.
    #[error("revision {before} does not exist: the current one is {current}, which is always kept")]
    NoSuchRevision {
        /// The requested revision.
        before: i32,
        /// The current revision.
        current: i32,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The first and the last available revision.
///
/// # Errors
/// If a statement fails.
pub async fn kept(db: &impl ConnectionTrait) -> Result<(i32, i32), DbErr> {
    let last = revision::Entity::find().order_by_desc(revision::Column::Id).one(db).await?;
    Ok((counter(db, KEPT_COUNTER).await?.max(1), last.map_or(0, |last| last.id)))
}

/// Deletes the revisions before one. A trial run only counts the rows.
///
/// # Errors
/// If there is nothing to delete, or a statement fails; then nothing has changed.
pub async fn forget(
    db: &impl Begins,
    before: i32,
    is_trial: bool,
) -> Result<Forgotten, ForgetError> {
    let transaction = migration::begin(db).await?;
    let marks = CommitMarks::of(db, &transaction).await?;
    let (from, current) = kept(&transaction).await?;
    if before > current {
        return Err(ForgetError::NoSuchRevision { before, current });
    }
    if before <= from {
        return Err(ForgetError::Nothing { before, from, current });
    }
    let mut rows = 0;
    for table in tables().iter().filter(|table| table.has_history()) {
        let sql = format!("DELETE FROM {} WHERE {ENDED_BY} <= {before}", table.history());
        rows += transaction.execute_unprepared(&sql).await?.rows_affected();
    }
    raise(&transaction, KEPT_COUNTER, before).await?;
    if is_trial {
        transaction.rollback().await?;
    } else {
        distributed::commit(transaction, marks).await?;
    }
    Ok(Forgotten { from, kept: before, current, rows })
}
