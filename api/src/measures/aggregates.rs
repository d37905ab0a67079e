//! Whichever executor serves.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
    time::Instant,
};

use tokio::sync::Semaphore;

use super::{
    group_page::nothing,
    memory::{Replica, order::FirstRows},
    request::{GroupsAnswer, Request},
    sql,
    stop::{Stop, Waiting},
    value::Cell,
};
use crate::{
    catalog::{predicate::Predicate, table::Table},
    database::session::{Purpose, Read, Session},
    error::Error,
    trace,
};

/// The rows that are looked at while others wait, each as often as there are passes over it: some tenths of a
/// millisecond. More are looked at on a thread of their own.
const FEW: usize = 100_000;

/// The keys that a statement is given instead of a filter: as a list, which is read for each of them.
const MOST_KEYS_OF_ROWS: usize = 200_000;

/// As many large requests are worked on at once as there are cores: more would not be done sooner, and
/// each needs memory for all its rows.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| {
    Semaphore::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
});

/// What answers requests for aggregates.
#[derive(Clone, Debug)]
pub enum Aggregates {
    /// A copy of the dataset in memory.
    Memory(Arc<Replica>),
    /// The database.
    Database,
}

impl Aggregates {
    /// Answers a request.
    pub(crate) async fn answer(
        &self,
        session: &Session,
        request: Request,
    ) -> Result<GroupsAnswer, Error> {
        let request = Arc::new(request);
        match self.answers(session, &request).await?.pop() {
            Some((_, answer)) => Ok(answer),
            None => nothing(&request),
        }
    }

    /// Answers a request for each of its parents.
    pub(crate) async fn answer_each(
        &self,
        session: &Session,
        request: Request,
        parents: &[i32],
    ) -> Result<HashMap<i32, GroupsAnswer>, Error> {
        let request = Arc::new(request);
        let answers = self.answers(session, &request).await?.into_iter();
        let mut found: HashMap<i32, GroupsAnswer> = answers
            .filter_map(|(parent, answer)| match parent {
                Cell::Whole(parent) => Some((i32::try_from(parent).ok()?, answer)),
                _ => None,
            })
            .collect();
        let nothing = nothing(&request)?;
        for parent in parents {
            found.entry(*parent).or_insert_with(|| nothing.clone());
        }
        Ok(found)
    }

    /// The keys of the rows that a filter keeps, where the copy in memory knows them. None where the database is to find
    /// them itself, as where they are too many for a statement.
    pub(crate) async fn keys(
        &self,
        session: &Session,
        table: &'static Table,
        keeps: &Predicate,
    ) -> Result<Option<Vec<i32>>, Error> {
        let Self::Memory(replica) = self else { return Ok(None) };
        let began = Instant::now();
        let rows = replica.rows_of_keys(table.name, keeps)?;
        let (of, filter) = (Arc::clone(replica), keeps.clone());
        let find = move |stop: &Stop| of.keys(table.name, &filter, MOST_KEYS_OF_ROWS, stop);
        let keys = at_work(rows, find).await?;
        let (purpose, took) = (Purpose::Keys, began.elapsed());
        let read = Read { table: table.name, purpose, rows: 0, took, statement: None };
        session.note_copy(replica.revision(), read);
        Ok(keys)
    }

    /// The keys of the first rows of an order, where the copy in memory stands; else the database is to find them.
    pub(crate) async fn first_keys(
        &self,
        session: &Session,
        asked: FirstRows,
    ) -> Result<Option<Vec<i32>>, Error> {
        let Self::Memory(replica) = self else { return Ok(None) };
        let began = Instant::now();
        let (rows, table) = (replica.rows_of_first(&asked)?, asked.table.name);
        let of = Arc::clone(replica);
        let keys = at_work(rows, move |stop| of.first_keys(&asked, stop)).await?;
        let (purpose, took) = (Purpose::Order, began.elapsed());
        let read = Read { table, purpose, rows: 0, took, statement: None };
        session.note_copy(replica.revision(), read);
        Ok(Some(keys))
    }

    async fn answers(
        &self,
        session: &Session,
        request: &Arc<Request>,
    ) -> Result<Vec<(Cell, GroupsAnswer)>, Error> {
        match self {
            Self::Database => sql::answers(session, request).await,
            Self::Memory(replica) => {
                // Dropped when the answers are there: nothing in between has a span.
                let _span = trace::memory(request.table.name);
                let began = Instant::now();
                let rows = replica.rows_of(request)?;
                let (of, asked) = (Arc::clone(replica), Arc::clone(request));
                let answers = at_work(rows, move |stop| of.answers(&asked, stop)).await;
                let rows = answers.iter().flatten().map(|(_, answer)| answer.groups.len()).sum();
                let (table, purpose, took) =
                    (request.table.name, Purpose::Aggregates, began.elapsed());
                let read = Read { table, purpose, rows, took, statement: None };
                session.note_copy(replica.revision(), read);
                answers
            }
        }
    }
}

/// Works where so many rows may be looked at: at once where they are few, and else on a thread of its own, in turn. The
/// work ends when nobody waits for it.
async fn at_work<T: Send + 'static>(
    rows: usize,
    work: impl FnOnce(&Stop) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let waiting = Waiting::default();
    let stop = waiting.stop();
    if rows <= FEW {
        return work(&stop);
    }
    let turn = TURNS.acquire().await.map_err(|_| Error::Internal)?;
    let done = tokio::task::spawn_blocking(move || {
        // It is over when the work is, which is soon where nobody waits for it.
        let _turn = turn;
        work(&stop)
    });
    done.await.map_err(|_| Error::Internal)?
}
