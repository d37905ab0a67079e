//! Forgetting earlier revisions, which takes their rows out of the history and is never undone.

use entity::{revision, table::tables};
use migration::Begins;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QueryOrder as _};

use super::{
    distributed::{self, CommitMarks},
    load::{ENDED_BY, KEPT_COUNTER, counter, raise},
};

/// What was forgotten, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The first revision that was kept before.
    pub from: i32,
    /// The first revision that is kept now.
    pub kept: i32,
    /// The current revision.
    pub current: i32,
    /// The rows that only the forgotten revisions had.
    pub rows: u64,
}

/// Why nothing is forgotten.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// There is nothing before the revision.
    #[error(
        "there is nothing before revision {before} that could be forgotten: kept are the revisions {from} to {current}"
    )]
    Nothing {
        /// What was asked for.
        before: i32,
        /// The first revision that is kept.
        from: i32,
        /// The current revision.
        current: i32,
    },
    /// The revision is yet to come.
    #[error("there is no revision {before}: the current one is {current}, which is always kept")]
    NoSuchRevision {
        /// What was asked for.
        before: i32,
        /// The current revision.
        current: i32,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The first and the last revision that can be asked for.
///
/// # Errors
/// Whatever the database says.
pub async fn kept(db: &impl ConnectionTrait) -> Result<(i32, i32), DbErr> {
    let last = revision::Entity::find().order_by_desc(revision::Column::Id).one(db).await?;
    Ok((counter(db, KEPT_COUNTER).await?.max(1), last.map_or(0, |last| last.id)))
}

/// Forgets the revisions before one. A trial only counts what that would take out.
///
/// # Errors
/// Says why there is nothing to forget, or what the database says; nothing has changed then.
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
