//! A query against the dataset as it is: bounded in time, and of one revision.

use std::sync::Arc;

use async_graphql::{Pos, Request};
use tokio::time::Instant;

use super::request::pin::Pin;
use super::{cache::copy::Copy, settings::Settings, state::Server};
use crate::{
    catalog::dataset::Dataset,
    database::session::Revisions,
    error::Error,
    graphql::execute::{QueryAnswer, execute_with, price},
    limits::Limits,
    measures::Aggregates,
    query::row_cache::RowCache,
};

/// How often a query is tried where loads commit while it runs.
const TRIES: u32 = 4;

/// The answer of one revision of the dataset, and which. A load that commits while a query runs would
/// leave it with rows of both, and so would a copy in memory that is behind: then the query runs again. A copy
/// of another revision than the one that is wanted is not looked at.
pub(crate) async fn of_one_revision(
    server: &Server,
    settings: &Settings,
    keeper: &RowCache,
    request: Request,
    pin: Option<Pin>,
) -> (QueryAnswer, Dataset) {
    let (query, variables, name) = (request.query, request.variables, request.operation_name);
    let mut dataset = server.dataset();
    let is_wanted = |copy: &Copy| pin.is_none_or(|pin| pin.is_of(&copy.dataset));
    let copy = server.copy().filter(is_wanted);
    let mut aggregates = match &copy {
        Some(copy) => Aggregates::Memory(Arc::clone(&copy.replica)),
        None => Aggregates::Database,
    };
    let deadline = Instant::now() + settings.deadline;
    let mut paid = 0;
    for _ in 0..TRIES {
        let mut request = Request::new(query.clone()).variables(variables.clone());
        request.operation_name.clone_from(&name);
        let (schema, readers) = (&server.0.schema.0, &server.0.readers);
        let kept = keeper.at(&dataset);
        dataset.clone_from(&kept.dataset);
        let (kept, limits) = (Some(kept), &settings.limits);
        let answer = execute_with(schema, readers, kept, &aggregates, limits, request);
        let late = || {
            let mut request = Request::new(query.clone()).variables(variables.clone());
            request.operation_name.clone_from(&name);
            let error = Error::Timeout(settings.deadline.as_secs_f64()).at(Pos::default(), &[]);
            let price = price(schema, limits, &request).price;
            QueryAnswer { price, ran: true, ..QueryAnswer::refused(vec![error]) }
        };
        let Ok(answer) = tokio::time::timeout_at(deadline, answer).await else {
            return (late(), dataset);
        };
        paid = answer.price;
        tracing::debug!(reads = answer.reads.len(), copy = ?answer.copy, "answered");
        let is_of = |revision| answer.copy.is_none_or(|copy| copy == revision);
        match answer.revisions {
            // What read no rows is of the copy's revision, or of any; a database that is gone has said so.
            Revisions::None => {
                let of_copy = copy.filter(|_| answer.copy.is_some());
                return (answer, of_copy.map_or(dataset, |copy| copy.dataset));
            }
            Revisions::One(revision) if revision == dataset.revision && is_of(revision) => {
                return (answer, dataset);
            }
            _ => {}
        }
        let current = match tokio::time::timeout_at(deadline, Dataset::of(readers)).await {
            Ok(Ok(current)) => current,
            Ok(Err(_)) => return (answer, dataset),
            Err(_) => return (late(), dataset),
        };
        // What was missing was so in the one revision that there was before and after.
        if answer.revisions == Revisions::Unsure && current == dataset && is_of(current.revision) {
            return (answer, dataset);
        }
        if !is_of(current.revision) {
            aggregates = Aggregates::Database;
        }
        dataset = current;
    }
    let changed = QueryAnswer::refused(vec![Error::Changed.at(Pos::default(), &[])]);
    (QueryAnswer { price: paid, ran: true, ..changed }, dataset)
}

/// The price of a request, which does not run.
pub(crate) fn only_price(
    server: &Server,
    limits: &Limits,
    request: &Request,
) -> (QueryAnswer, Dataset) {
    (price(&server.0.schema.0, limits, request), server.dataset())
}
