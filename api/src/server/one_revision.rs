//! A query against the dataset as it is: bounded in time, and of one revision.

use tokio::time::Instant;

use super::request::pin::Pin;
use super::{settings::Settings, state::Server};
use crate::{
    catalog::dataset::Dataset,
    database::session::Revisions,
    error::Error,
    graphql::execute::{Prepared, QueryAnswer, loaders},
    limits::usage::Usage,
    measures::Aggregates,
    query::row_cache::RowCache,
};

/// How often a query is tried where loads commit while it runs.
const TRIES: u32 = 4;

/// What is to answer, and the dataset that it is of. A copy of another revision than the one that is wanted is not
/// looked at.
pub(crate) fn sources(server: &Server, pin: Option<Pin>) -> (Aggregates, Dataset) {
    match server.copy().filter(|copy| pin.is_none_or(|pin| pin.is_of(&copy.dataset))) {
        Some(copy) => (Aggregates::Memory(copy.replica), copy.dataset),
        None => (server.database(), server.dataset()),
    }
}

/// The answer of one revision of the dataset, and which. A load that commits while a query runs would
/// leave it with rows of both, and so would a copy in memory that is behind: then the query runs again.
pub(crate) async fn of_one_revision(
    server: &Server,
    settings: &Settings,
    keeper: &RowCache,
    prepared: &Prepared,
    (mut aggregates, copied): (Aggregates, Dataset),
    usage: &Usage,
) -> (QueryAnswer, Dataset) {
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
        // Work that was stopped at the deadline cannot say so itself.
        if !answer.response.errors.is_empty() && !usage.is_waited_for() {
            return (late(), dataset);
        }
        tracing::debug!(reads = answer.reads.len(), copy = ?answer.copy, "answered");
        let is_of = |stamp| answer.copy.is_none_or(|copy| copy == stamp);
        match answer.revisions {
            // What read no rows is of the copy's revision, or of any; a database that is gone has said so.
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
        // What was missing was so in the one revision that there was before and after.
        if answer.revisions == Revisions::Unsure && current == dataset && is_of(current.stamp) {
            return (answer, dataset);
        }
        if !is_of(current.stamp) {
            aggregates = server.database();
        }
        kept = keeper.met(&current);
    }
    (prepared.failed(Error::Changed, usage.work()), kept.dataset.clone())
}
