//! The work of a query whose answer is not at hand: it is planned and priced, paid for, and done when its turn comes.

use std::{sync::Arc, time::Instant};

use async_graphql::Pos;

use super::{
    observe::{metrics::Metrics, slow},
    one_revision,
    request::{
        answer::{HttpAnswer, Refusal},
        ask::Ask,
        errors,
        report::ReportOptions,
    },
    settings::Settings,
    state::Server,
    traffic::{
        admission::{Admission, Dearness},
        pool::Pool,
        rate::Account,
    },
};
use crate::{
    catalog::dataset::Dataset,
    graphql::execute::{Prepared, QueryAnswer},
    limits::usage::MemoryBudget,
    query::row_cache::RowCache,
    trace,
};
use tracing::Instrument as _;

/// What queries are worked out with.
pub(crate) struct Works {
    pub(crate) server: Server,
    /// Rows that were looked up before.
    pub(crate) kept: Arc<RowCache>,
    pub(crate) settings: Settings,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) pool: Pool,
    pub(crate) memory: MemoryBudget,
    /// That of files, which may take as long as their clients do to read them.
    pub(crate) memory_of_files: MemoryBudget,
}

/// A query, and what is to be told of it.
struct Asked {
    document: Arc<str>,
    operation: Option<String>,
    report: ReportOptions,
    began: Instant,
}

impl Works {
    /// Works an answer out for a client.
    pub(crate) async fn answer(self: Arc<Self>, ask: Ask, account: Account) -> HttpAnswer {
        if self.admission.is_full_for(account.client) {
            return self.refuse(Refusal::busy());
        }
        let (document, operation) = (Arc::clone(&ask.document), ask.operation.clone());
        let (report, pin) = (ask.report, ask.pin);
        let asked = Asked { document, operation, report, began: Instant::now() };
        let (schema, limits) = (&self.server.0.schema.0, &self.settings.limits);
        let sources = one_revision::sources(&self.server, pin);
        let span = trace::query();
        let request = ask.into_request();
        let prepared = span.in_scope(|| Prepared::of(schema, &sources.0, limits, &request));
        let prepared = match prepared {
            Ok(prepared) if !report.only_price => prepared,
            unread => {
                let answer = unread.map_or_else(|answer| *answer, Prepared::priced);
                trace::worked_out(&span, || answer.work());
                return self.finish(&asked, answer, &self.server.dataset());
            }
        };
        let reservation = match account.reserve(prepared.price) {
            Ok(reservation) => reservation,
            Err(seconds) => return self.refuse(Refusal::too_many(seconds)),
        };
        let Ok(turn) = self.admission.enter(account.client, prepared.price).await else {
            // Nothing was done for it.
            reservation.settle(0);
            return self.refuse(Refusal::busy());
        };
        let dearness = Dearness::of(prepared.price);
        let usage = self.memory.set_aside(prepared.bytes, dearness == Dearness::Dear);
        let usage = tokio::time::timeout(dearness.patience(), usage).await;
        let Ok(usage) = usage else {
            reservation.settle(0);
            return self.refuse(Refusal::busy());
        };
        let _waiter = usage.wait_until(Instant::now() + self.settings.deadline);
        let works = Arc::clone(&self);
        let work = async move {
            let answer = one_revision::of_one_revision(
                &works.server,
                &works.settings,
                &works.kept,
                &prepared,
                sources,
                &usage,
            );
            let (answer, dataset) = answer.instrument(span.clone()).await;
            trace::worked_out(&span, || answer.work());
            drop(span);
            reservation.settle(if answer.gave_up { answer.price } else { answer.cost() });
            let answer = works.finish(&asked, answer, &dataset);
            drop(turn);
            answer
        };
        match dearness {
            Dearness::Cheap => Box::pin(work).await,
            Dearness::Dear => {
                let work = work.instrument(tracing::Span::current());
                self.pool.run(work).await.unwrap_or_else(|error| {
                    let answer = QueryAnswer::refused(vec![error.at(Pos::default(), &[])]);
                    HttpAnswer::of(answer.response, &self.server.dataset())
                })
            }
        }
    }

    /// Says why a request is not taken.
    pub(crate) fn refuse(&self, refusal: Refusal) -> HttpAnswer {
        self.metrics.error(refusal.code(), refusal.limit());
        refusal.into()
    }

    /// The answer as it is sent.
    fn finish(&self, asked: &Asked, mut answer: QueryAnswer, dataset: &Dataset) -> HttpAnswer {
        let Asked { document, operation, report, began } = asked;
        errors::complete(&mut answer.response, self.settings.suggestions);
        let took = began.elapsed();
        self.metrics.query(&answer, took);
        if self.settings.slow_query.is_some_and(|slow| took >= slow) {
            slow::tell(document, operation.as_deref(), &answer, took);
        }
        report.tell(&mut answer, took);
        if errors::asks_for_more_than_a_query(&answer.response) {
            return HttpAnswer::not_a_query();
        }
        HttpAnswer::of(answer.response, dataset)
    }
}
