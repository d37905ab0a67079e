//! Whichever executor serves.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
    time::Instant,
};

use tokio::sync::Semaphore;

use super::{
    group_page::nothing,
    memory::Replica,
    request::{GroupsAnswer, Request},
    sql,
    stop::Waiting,
    value::Cell,
};
use crate::{
    database::session::{Purpose, Read, Session},
    error::Error,
    trace,
};

/// The rows that are looked at while others wait, each as often as there are passes over it: some tenths of a
/// millisecond. More are looked at on a thread of their own.
const FEW: usize = 100_000;

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
                let waiting = Waiting::default();
                let stop = waiting.stop();
                let answers = if replica.rows_of(request)? <= FEW {
                    replica.answers(request, &stop)
                } else {
                    let turn = TURNS.acquire().await.map_err(|_| Error::Internal)?;
                    let (replica, request) = (Arc::clone(replica), Arc::clone(request));
                    let answers = tokio::task::spawn_blocking(move || {
                        // It is over when the work is, which is soon where nobody waits for it.
                        let _turn = turn;
                        replica.answers(&request, &stop)
                    });
                    answers.await.map_err(|_| Error::Internal)?
                };
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
