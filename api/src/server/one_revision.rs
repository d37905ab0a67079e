//! Runs a query against the dataset: within its deadline, and on one revision.

use std::sync::Arc;

use tokio::time::Instant;

use super::{cache::past_copies::PastCopies, settings::Settings, state::Server};
use crate::{
    catalog::dataset::Dataset,
    database::session::Revisions,
    error::Error,
    graphql::execute::{Prepared, QueryAnswer, loaders},
    limits::usage::Usage,
    measures::Aggregates,
    query::row_cache::RowCache,
};

/// How many times a query is tried if loads commit while it runs.
const TRIES: u32 = 4;

/// What a query is answered from.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    /// What answers its aggregates.
    pub(crate) aggregates: Aggregates,
    /// The dataset of the in-memory copy, if that answers.
    copied: Dataset,
    /// The dataset that the request names, if any.
    wanted: Option<Arc<Dataset>>,
    /// The same, if it is an earlier revision.
    pub(crate) past: Option<Arc<Dataset>>,
}

impl Sources {
    /// The sources for the wanted dataset. A copy of another revision is not used.
    pub(crate) fn of(
        server: &Server,
        past_copies: &PastCopies,
        wanted: Option<&Arc<Dataset>>,
    ) -> Self {
        let dataset = server.dataset();
        let past = wanted.filter(|wanted| ***wanted != dataset).cloned();
        let copy = match &past {
            Some(past) => past_copies.get(past),
            None => server.copy(),
        };
        let copy = copy.filter(|copy| wanted.is_none_or(|wanted| **wanted == copy.dataset));
        let (aggregates, copied) = copy.map_or_else(
            || (server.database(), dataset),
            |copy| (Aggregates::Memory(copy.replica), copy.dataset),
        );
        Self { aggregates, copied, wanted: wanted.cloned(), past }
    }
}

/// The answer of one revision of the dataset, and that dataset. A load that commits while a query runs would mix rows
/// of both, and so would an in-memory copy that is behind: then the query runs again.
pub(crate) async fn of_one_revision(
    server: &Server,
    settings: &Settings,
    keeper: &RowCache,
    prepared: &Prepared,
    sources: Sources,
    usage: &Usage,
) -> (QueryAnswer, Dataset) {
    let Sources { mut aggregates, copied, wanted, past } = sources;
    if let Some(past) = past {
        return of_past(server, settings, prepared, (aggregates, past), usage).await;
    }
    let mut kept = keeper.at(&server.dataset());
    let deadline = Instant::now() + settings.deadline;
    for _ in 0..TRIES {
        let (schema, readers) = (&server.0.schema.0, &server.0.readers);
        let dataset = kept.dataset.clone();
        let loaders = loaders(readers, &aggregates, Some(kept), usage.clone());
        let answer = prepared.run(schema, loaders);
        let late = || {
            let error = Error::Timeout(settings.deadline.as_secs_f64());
            prepared.failed(error, usage.work())
        };
        let Ok(answer) = tokio::time::timeout_at(deadline, answer).await else {
            return (late(), dataset);
        };
        // Work that was stopped at the deadline cannot report it.
        if !answer.response.errors.is_empty() && !usage.is_waited_for() {
            return (late(), dataset);
        }
        tracing::debug!(reads = answer.reads.len(), copy = ?answer.copy, "answered");
        let is_of = |stamp| answer.copy.is_none_or(|copy| copy == stamp);
        match answer.revisions {
            // An answer that read no rows has the revision of the copy, or any revision; an unreachable database has
            // reported itself.
            Revisions::None => {
                let of_copy = answer.copy.is_some();
                return (answer, if of_copy { copied } else { dataset });
            }
            Revisions::One(stamp) if stamp == dataset.stamp && is_of(stamp) => {
                return (answer, dataset);
            }
            _ => {}
        }
        let current = match tokio::time::timeout_at(deadline, server.current()).await {
            Ok(Ok(current)) => current,
            Ok(Err(error)) => return (prepared.failed(error, usage.work()), dataset),
            Err(_) => return (late(), dataset),
        };
        // A missing row was missing in the one revision that was current before and after.
        if answer.revisions == Revisions::Unsure && current == dataset && is_of(current.stamp) {
            return (answer, dataset);
        }
        // The wanted revision was current until a load was committed that the server has not noticed yet.
        if let Some(wanted) = wanted.as_ref().filter(|wanted| ***wanted != current) {
            let past = (server.database(), Arc::clone(wanted));
            return of_past(server, settings, prepared, past, usage).await;
        }
        if !is_of(current.stamp) {
            aggregates = server.database();
        }
        kept = keeper.met(&current);
    }
    (prepared.failed(Error::Changed, usage.work()), kept.dataset.clone())
}

/// The answer of an earlier revision, which no load changes.
async fn of_past(
    server: &Server,
    settings: &Settings,
    prepared: &Prepared,
    (aggregates, past): (Aggregates, Arc<Dataset>),
    usage: &Usage,
) -> (QueryAnswer, Dataset) {
    let readers = server.0.readers.as_of(past.revision);
    let work = async {
        let loaders = loaders(&readers, &aggregates, None, usage.clone());
        let answer = prepared.run(&server.0.schema.0, loaders).await;
        match answer.revisions {
            Revisions::One(stamp) if stamp == past.stamp => answer,
            Revisions::None => answer,
            // The revision may have been deleted meanwhile, and the database replaced.
            _ => match Dataset::of(&readers).await {
                Ok(found) if found == *past && answer.revisions == Revisions::Unsure => answer,
                Ok(_) => prepared.failed(Error::Changed, usage.work()),
                Err(error) => prepared.failed(error, usage.work()),
            },
        }
    };
    let late = || {
        let error = Error::Timeout(settings.deadline.as_secs_f64());
        prepared.failed(error, usage.work())
    };
    let answer = tokio::time::timeout(settings.deadline, work).await.unwrap_or_else(|_| late());
    let was_stopped = !answer.response.errors.is_empty() && !usage.is_waited_for();
    (if was_stopped { late() } else { answer }, (*past).clone())
}
