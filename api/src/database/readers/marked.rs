//! Statements to a database on several machines. Their results count only if no load was committed while they ran
//! ([`crate::database::distributed`]).

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{DbBackend, QueryResult, Statement};

use super::Readers;
use crate::{
    database::distributed::{COMMIT, MARK, is_under_way},
    error::Error,
};

/// The column of a statement with the commit number.
pub(crate) const MARKED: &str = "commits";
/// The pause before a statement runs again: the first, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(100)];

/// The commit number as last seen.
#[derive(Debug, Default)]
pub(super) struct SeenMark(Mutex<Seen>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Seen {
    /// Not read yet.
    #[default]
    Nothing,
    /// There is none: one machine holds the database.
    NoMark,
    Mark(i32),
}

impl SeenMark {
    fn get(&self) -> Seen {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, seen: Seen) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }
}

impl Readers {
    /// Runs a statement that reports the commit number, and runs it again if a load was committed meanwhile.
    ///
    /// # Errors
    /// Those of [`Self::query`], and [`Error::Unavailable`] if a commit does not finish.
    pub(crate) async fn query_between_commits(
        &self,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, Error> {
        if self.backend() != DbBackend::Postgres {
            return self.ask(&statement).await;
        }
        let (began, mut pause) = (Instant::now(), PAUSES[0]);
        // If loads follow each other, the waiting time starts again with each.
        let (mut last, mut stands) = (Seen::Nothing, began);
        while began.elapsed() < self.0.deadline {
            let before = match self.0.mark.get() {
                Seen::Nothing => self.look_at_mark().await?,
                seen => seen,
            };
            if matches!(before, Seen::Mark(mark) if is_under_way(mark)) {
                self.look_at_mark().await?;
            } else {
                let rows = self.ask(&statement).await?;
                let told = rows.first().map(|row| row.try_get::<Option<i32>>("", MARKED));
                let has_mark = told.transpose()?.flatten().is_some();
                if (before == Seen::NoMark && !has_mark) || self.look_at_mark().await? == before {
                    return Ok(rows);
                }
            }
            let mark = self.0.mark.get();
            if mark != last {
                (last, stands) = (mark, Instant::now());
            } else if stands.elapsed() > COMMIT {
                self.lose("a load is being committed, or was interrupted during its commit");
                return Err(Error::Unavailable);
            }
            tokio::time::sleep(pause).await;
            pause = PAUSES[1].min(pause * 2);
        }
        Err(Error::Timeout(self.0.deadline.as_secs_f64()))
    }

    async fn look_at_mark(&self) -> Result<Seen, Error> {
        let statement = Statement::from_string(DbBackend::Postgres, MARK);
        let rows = self.ask(&statement).await?;
        let mark = rows.first().map(|row| row.try_get_by_index(0)).transpose()?;
        let seen = mark.map_or(Seen::NoMark, Seen::Mark);
        self.0.mark.set(seen);
        Ok(seen)
    }
}
