//! Answers requests for aggregates with either executor.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
    time::Instant,
};

use tokio::sync::Semaphore;

use super::{
    difference::{self, DifferenceRequest, Differences, compare},
    group_page::nothing,
    histogram::Bin,
    memory::{Replica, order::FirstRows, sample::Samples},
    overlap::Overlaps,
    quality::ColumnQuality,
    request::{GroupsAnswer, Request},
    sql,
    stop::{Stop, Waiting},
    table_sizes::TableSizes,
    value::Cell,
};
use crate::{
    catalog::{predicate::Predicate, table::Table},
    database::session::{Purpose, Read, Session},
    error::Error,
    limits::{cores, work::Work},
    trace,
};

/// The most work, in points, to do on the calling thread: half a millisecond. More runs on a thread of its own.
const FEW: u64 = 25;

/// The number of large requests that run at once: one per core. More would not finish sooner, and each needs memory for
/// all its rows.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(cores()));

/// The executor of requests for aggregates.
#[derive(Clone, Debug)]
pub enum Aggregates {
    /// The in-memory copy of the dataset.
    Memory(Arc<Replica>),
    /// The database, with the sizes of its tables.
    Database(Arc<TableSizes>),
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

    /// Answers a request for each of some parents.
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

    /// The keys of the first rows of each parent, by the column with the parent's key; `None` without an in-memory
    /// copy.
    pub(crate) async fn first_keys_of_each(
        &self,
        session: &Session,
        asked: FirstRows,
        column: &'static str,
        parents: &[i32],
    ) -> Result<Option<Vec<Vec<i32>>>, Error> {
        let Self::Memory(replica) = self else { return Ok(None) };
        let (began, table) = (Instant::now(), asked.table.name);
        let rows = replica.rows_in(asked.table)?;
        let work = replica.work_of_first_of_each(&asked, parents.len() as u64, rows)?;
        let (of, parents) = (Arc::clone(replica), parents.to_vec());
        let find = move |stop: &Stop| of.first_keys_of_each(&asked, (column, &parents), stop);
        let keys = at_work(session, work, find).await?;
        let (purpose, took) = (Purpose::Order, began.elapsed());
        let read = Read { table, purpose, rows: 0, took, statement: None };
        session.note_copy(replica.stamp(), read);
        Ok(Some(keys))
    }

    /// The quality of each public column of a table, over the rows that a filter keeps.
    pub(crate) async fn quality(
        &self,
        session: &Session,
        table: &'static Table,
        keeps: Predicate,
    ) -> Result<Vec<ColumnQuality>, Error> {
        let Self::Memory(replica) = self else {
            return sql::quality(session, table, &keeps).await;
        };
        let began = Instant::now();
        let work = replica.work_of_quality(table, &keeps)?;
        let of = Arc::clone(replica);
        let found = at_work(session, work, move |stop| of.quality(table, &keeps, stop)).await?;
        let (purpose, took) = (Purpose::Aggregates, began.elapsed());
        let read = Read { table: table.name, purpose, rows: 0, took, statement: None };
        session.note_copy(replica.stamp(), read);
        Ok(found)
    }

    /// The overlaps of a request: for each two values of the second key, the number of values of the first that have
    /// both.
    pub(crate) async fn overlaps(
        &self,
        session: &Session,
        request: &Request,
    ) -> Result<Overlaps, Error> {
        let Self::Memory(replica) = self else {
            return Overlaps::of_groups(&self.answer(session, request.clone()).await?);
        };
        let began = Instant::now();
        let (table, work) = (request.table, replica.work_of_overlaps(request)?);
        let (of, asked) = (Arc::clone(replica), request.clone());
        let found = at_work(session, work, move |stop| of.overlaps(&asked, stop)).await?;
        let (purpose, took) = (Purpose::Aggregates, began.elapsed());
        let read = Read { table: table.name, purpose, rows: 0, took, statement: None };
        session.note_copy(replica.stamp(), read);
        Ok(found)
    }

    /// How values changed after an event, minus how they changed in the comparison group.
    pub(crate) async fn difference(
        &self,
        session: &Session,
        asked: &Arc<DifferenceRequest>,
    ) -> Result<Differences, Error> {
        asked.check()?;
        let table = asked.request.table;
        let of = Arc::clone(asked);
        let Self::Memory(replica) = self else {
            let panel = sql::panel(session, asked).await?;
            let work = difference::work(panel.rows.len() as u64);
            return at_work(session, work, move |stop| compare(panel, &of, stop)).await;
        };
        let began = Instant::now();
        let work = replica.work_of_difference(asked, replica.rows_in(table)?)?;
        let gather = Arc::clone(replica);
        let compared = move |stop: &Stop| compare(gather.panel(&of, stop)?, &of, stop);
        let found = at_work(session, work, compared).await?;
        let (purpose, took) = (Purpose::Aggregates, began.elapsed());
        let read = Read { table: table.name, purpose, rows: 0, took, statement: None };
        session.note_copy(replica.stamp(), read);
        Ok(found)
    }

    /// The number of rows of a table in the in-memory copy; `None` without one.
    pub(crate) fn copied_rows(&self, table: &Table) -> Result<Option<u64>, Error> {
        match self {
            Self::Memory(replica) => replica.rows_in(table).map(Some),
            Self::Database(_) => Ok(None),
        }
    }

    /// The keys of the first rows of an order; `None` without an in-memory copy, when the database must find them.
    pub(crate) async fn first_keys(
        &self,
        session: &Session,
        asked: FirstRows,
    ) -> Result<Option<Vec<i32>>, Error> {
        let Self::Memory(replica) = self else { return Ok(None) };
        let began = Instant::now();
        let (rows, table) = (replica.rows_in(asked.table)?, asked.table.name);
        let work = replica.work_of_first(&asked, rows)?;
        let of = Arc::clone(replica);
        let keys = at_work(session, work, move |stop| of.first_keys(&asked, stop)).await?;
        let (purpose, took) = (Purpose::Order, began.elapsed());
        let read = Read { table, purpose, rows: 0, took, statement: None };
        session.note_copy(replica.stamp(), read);
        Ok(Some(keys))
    }

    async fn answers(
        &self,
        session: &Session,
        request: &Arc<Request>,
    ) -> Result<Vec<(Cell, GroupsAnswer)>, Error> {
        match self {
            Self::Database(_) => sql::answers(session, request).await,
            Self::Memory(replica) => {
                // Held until the answers are there; the work in between has no spans of its own.
                let _span = trace::memory(request.table.name);
                let began = Instant::now();
                let work = replica.estimate(request, None, &Samples::none(replica))?.work;
                let (of, asked) = (Arc::clone(replica), Arc::clone(request));
                let answers = at_work(session, work, move |stop| of.answers(&asked, stop)).await;
                let rows = answers.iter().flatten().map(|(_, answer)| answer.groups.len()).sum();
                let (table, purpose, took) =
                    (request.table.name, Purpose::Aggregates, began.elapsed());
                let read = Read { table, purpose, rows, took, statement: None };
                session.note_copy(replica.stamp(), read);
                let bins = request.histograms.iter().map(|histogram| histogram.bins.most);
                let of_bins = size_of::<Bin>() * bins.sum::<usize>();
                let of_group = 128 + 40 * request.keys.len() + 64 * request.figures.len() + of_bins;
                session.usage().keep((rows as u64).saturating_mul(of_group as u64))?;
                answers
            }
        }
    }
}

/// Does work with this estimate: on the calling thread if it is small or has a thread to itself, otherwise on a thread
/// of its own, when its turn comes. The work stops when nobody waits for it.
async fn at_work<T: Send + 'static>(
    session: &Session,
    estimate: Work,
    work: impl FnOnce(&Stop) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let waiting = Waiting::of(session.usage().clone());
    let stop = waiting.stop();
    if estimate.points() <= FEW || session.usage().is_apart() {
        return work(&stop);
    }
    let turn = TURNS.acquire().await.map_err(|_| Error::Internal)?;
    let done = tokio::task::spawn_blocking(move || {
        // The turn ends with the work, which stops soon after nobody waits for it.
        let _turn = turn;
        work(&stop)
    });
    done.await.map_err(|_| Error::Internal)?
}
