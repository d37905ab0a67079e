//! The work of a query whose answer is not cached: plan, price, charge, wait for a slot, and run.

use std::{sync::Arc, time::Instant};

use async_graphql::Pos;
use axum::http::StatusCode;

use super::{
    cache::past_copies::PastCopies,
    observe::{metrics::Metrics, slow},
    one_revision::{self, Sources},
    request::{
        answer::{AnswerSource, HttpAnswer, Refusal},
        ask::Ask,
        errors,
        freshness::RevisionAge,
        report::ReportOptions,
    },
    settings::Settings,
    state::Server,
    traffic::{
        admission::{Admission, Busy, Dearness, Turn},
        file_shares::FileShares,
        pool::Pool,
        rate::{Account, ClientAddress},
    },
};
use crate::{
    catalog::dataset::Dataset,
    error::Error,
    graphql::{
        documents::SubscriptionKind,
        execute::{Prepared, QueryAnswer},
    },
    limits::usage::{MemoryBudget, Usage},
    query::row_cache::RowCache,
    trace,
};
use tracing::{Instrument as _, Span};

/// What computing an answer needs.
pub(crate) struct Works {
    pub(crate) server: Server,
    /// The row cache.
    pub(crate) kept: Arc<RowCache>,
    /// In-memory copies of earlier revisions.
    pub(crate) past_copies: Arc<PastCopies>,
    pub(crate) settings: Settings,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) pool: Pool,
    pub(crate) memory: MemoryBudget,
    /// The memory of files, which stay as long as their clients take to read them.
    pub(crate) memory_of_files: MemoryBudget,
    pub(crate) file_shares: Arc<FileShares>,
}

/// A query, and what the answer should report about it.
struct Asked {
    document: Arc<str>,
    operation: Option<String>,
    report: ReportOptions,
    began: Instant,
}

/// A valid query that waits for its slot.
struct ReadyQuery {
    asked: Asked,
    prepared: Prepared,
    sources: Sources,
    span: Span,
}

/// The size in bytes above which a document is parsed away from the serving threads.
const LARGE_DOCUMENT: usize = 4 << 10;
/// How many bytes of a document are parsed, validated and answered for one point.
const READ: usize = 64;

/// The price in points of parsing a document that does not run.
fn price_of_reading(document: &str) -> u64 {
    1 + (document.len() / READ) as u64
}

impl Works {
    /// Computes an answer for a client.
    pub(crate) async fn answer(self: Arc<Self>, ask: Ask, account: Account) -> HttpAnswer {
        if self.admission.is_full_for(account.client) {
            return self.refuse(Refusal::busy());
        }
        let reading = price_of_reading(&ask.document);
        let is_large = ask.document.len() > LARGE_DOCUMENT;
        let is_free = ask.report.only_price && !is_large;
        let is_of_many = ask.report.is_of_many;
        let is_by_token = ask.is_by_token;
        let prepared = match is_large || is_of_many {
            true => {
                let works = Arc::clone(&self);
                let span = Span::current();
                let prepare = async move { span.in_scope(|| works.prepare(ask)) };
                self.pool
                    .run(prepare)
                    .await
                    .unwrap_or_else(|error| Err(Box::new(self.failed(error))))
            }
            false => self.prepare(ask),
        };
        let ReadyQuery { asked, prepared, sources, span } = match prepared {
            Ok(ready) => ready,
            Err(answer) => {
                // Pricing a short, valid document is free.
                if !is_free || !answer.is_flawless() {
                    account.pay(reading);
                }
                return *answer;
            }
        };
        let reservation = match account.reserve(prepared.price) {
            Ok(reservation) => reservation,
            Err(seconds) => {
                account.pay(reading);
                return self.refuse(Refusal::too_many(seconds));
            }
        };
        let admitted = self.admit(account.client, prepared.price, &self.memory, prepared.bytes);
        let Ok((turn, usage)) = admitted.await else {
            // The query did no work.
            reservation.settle(0);
            return self.refuse(Refusal::busy());
        };
        let _waiter = usage.wait_until(Instant::now() + self.settings.deadline);
        let (works, dearness) = (Arc::clone(&self), Dearness::of(prepared.price));
        let past = sources.past.clone();
        let age = RevisionAge::of(past.as_deref(), is_by_token);
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
            works.note_miss(past.as_deref(), &answer);
            reservation.settle(if answer.gave_up { answer.price } else { answer.cost() });
            let mut answer = works.finish(&asked, answer, &dataset);
            answer.age = age;
            let answer = answer.holding(&usage);
            drop(turn);
            answer.unwrap_or_else(|| works.refuse(Refusal::busy()))
        };
        match dearness {
            Dearness::Cheap if !is_of_many => Box::pin(work).await,
            _ => {
                let work = work.instrument(Span::current());
                self.pool.run(work).await.unwrap_or_else(|error| self.failed(error))
            }
        }
    }

    /// What an operation subscribes to, if it does, and the price of one of its answers.
    ///
    /// # Errors
    /// The answer that says what is wrong with the operation.
    pub(crate) async fn look(
        self: &Arc<Self>,
        ask: Ask,
        account: &Account,
    ) -> Result<(Option<SubscriptionKind>, u64), HttpAnswer> {
        if self.admission.is_full_for(account.client) {
            return Err(self.refuse(Refusal::busy()));
        }
        let reading = price_of_reading(&ask.document);
        let prepared = if ask.document.len() > LARGE_DOCUMENT {
            let (works, span) = (Arc::clone(self), Span::current());
            let prepare = async move { span.in_scope(|| works.prepare(ask)) };
            self.pool.run(prepare).await.unwrap_or_else(|error| Err(Box::new(self.failed(error))))
        } else {
            self.prepare(ask)
        };
        match prepared {
            Ok(ReadyQuery { prepared, .. }) => Ok((prepared.subscription, prepared.price)),
            Err(answer) => {
                account.pay(reading);
                Err(*answer)
            }
        }
    }

    /// Parses, plans and prices a query. A query that cannot run, or is only to be priced, gets its answer here.
    fn prepare(&self, ask: Ask) -> Result<ReadyQuery, Box<HttpAnswer>> {
        let (document, operation) = (Arc::clone(&ask.document), ask.operation.clone());
        let report = ask.report;
        let asked = Asked { document, operation, report, began: Instant::now() };
        let (schema, limits) = (&self.server.0.schema.0, &self.settings.limits);
        let sources = Sources::of(&self.server, &self.past_copies, ask.wanted.as_ref());
        let span = trace::query();
        let asked_for = ask.asked_for;
        let request = ask.into_request();
        let prepared = span
            .in_scope(|| Prepared::of(schema, &sources.aggregates, limits, &request, asked_for));
        match prepared {
            Ok(prepared) if !report.only_price => Ok(ReadyQuery { asked, prepared, sources, span }),
            unread => {
                let answer = unread.map_or_else(|answer| *answer, Prepared::priced);
                trace::worked_out(&span, || answer.work());
                let dataset =
                    sources.past.map_or_else(|| self.server.dataset(), |past| (*past).clone());
                Err(Box::new(self.finish(&asked, answer, &dataset)))
            }
        }
    }

    /// Takes a slot for work of a given price, and reserves its memory. A request that waits for memory gives up its
    /// slot: whoever holds the memory may be waiting for one.
    pub(crate) async fn admit(
        &self,
        client: ClientAddress,
        price: u64,
        memory: &MemoryBudget,
        bytes: u64,
    ) -> Result<(Turn, Usage), Busy> {
        let (dearness, is_apart) = (Dearness::of(price), Dearness::of(price) == Dearness::Dear);
        let turn = self.admission.enter(client, price).await?;
        if let Some(usage) = memory.set_aside_now(bytes, is_apart) {
            return Ok((turn, usage));
        }
        drop(turn);
        let usage = memory.set_aside(bytes, is_apart);
        let usage = tokio::time::timeout(dearness.patience(), usage).await.map_err(|_| Busy)?;
        Ok((self.admission.enter(client, price).await?, usage))
    }

    /// Runs work that is not a query and whose time depends on its bytes. Like an expensive query it is paid for,
    /// takes a slot, and runs away from the serving threads.
    ///
    /// # Errors
    /// Why the work was refused.
    pub(crate) async fn apart<T: Send + 'static>(
        &self,
        account: &Account,
        (price, bytes): (u64, u64),
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let reservation = account.reserve(price).map_err(Refusal::too_many)?;
        let admitted = self.admit(account.client, price, &self.memory, bytes).await;
        let Ok((turn, usage)) = admitted else {
            reservation.settle(0);
            return Err(Refusal::busy());
        };
        let work = async move {
            let done = work();
            drop((turn, usage));
            done
        };
        let done = self.pool.run(work).await;
        reservation.settle(price);
        done.map_err(|error| Refusal::of(StatusCode::INTERNAL_SERVER_ERROR, &error))
    }

    /// Records how long the database worked on an earlier revision, time that an in-memory copy would have saved.
    fn note_miss(&self, past: Option<&Dataset>, answer: &QueryAnswer) {
        let missed = past.filter(|_| answer.copy.is_none());
        if let (Some(past), Some(current)) = (missed, self.server.copy()) {
            let took = answer.reads.iter().map(|read| read.took).sum();
            self.past_copies.miss(&self.server.0.readers, past, &current.replica, took);
        }
    }

    fn failed(&self, error: Error) -> HttpAnswer {
        let answer = QueryAnswer::refused(vec![error.at(Pos::default(), &[])]);
        HttpAnswer::of(answer.response, &self.server.dataset())
    }

    /// The answer that says why a request is refused.
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
        let source = answer.copy.map_or(AnswerSource::Database, |_| AnswerSource::Copy);
        let mut finished = HttpAnswer::of(answer.response, dataset);
        finished.source = source;
        finished
    }
}
