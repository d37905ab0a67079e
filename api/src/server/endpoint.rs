//! From a parsed request to an answer: finds the document, the cached answer, and what to report besides the answer.
//! Only then does GraphQL see the request.

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    response::Response,
};
use tower_http::request_id::RequestId;
use tracing::{Instrument as _, Span};

use super::request::{
    answer::{Client, HttpAnswer, Refusal},
    ask::{Ask, Parameters},
    base_url,
    compress::{self, Coding},
    freshness::Freshness,
    persisted::{Named, PersistedDocuments},
    pin::Pin,
    report::ReportOptions,
};
use super::{
    cache::{
        answers::{self, AnswerKey, Answers},
        counters::{CacheCounts, CacheOutcome},
    },
    run::Works,
    traffic::rate::{Account, ClientRates, Peer},
};
use crate::{
    graphql::{citation, execute::AskedFor},
    trace,
};

/// How many bytes of an answer are cited for one point.
const CITED: u64 = 700;
pub(super) const CODED: u64 = 1_000;
/// How many bytes of memory citing one byte takes.
const CITED_MEMORY: u64 = 14;

/// RFC 9211.
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// The parts of `/graphql`.
#[derive(Clone)]
pub(crate) struct Endpoint(pub(crate) Arc<EndpointInner>);

pub(crate) struct EndpointInner {
    pub(crate) works: Arc<Works>,
    answers: Arc<Answers>,
    pub(crate) documents: PersistedDocuments,
    pub(crate) freshness: Freshness,
    rates: ClientRates,
}

/// What the headers of a request ask for.
#[derive(Clone, Default)]
pub(crate) struct Wishes {
    pub(super) report: ReportOptions,
    pub(super) pin: Option<Pin>,
    /// The URL at which its client found the server, if the answer needs it.
    pub(super) base: Option<String>,
}

impl Wishes {
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let (report, pin) = (ReportOptions::of(headers)?, Pin::of_headers(headers)?);
        let base = report.cite.then(|| base_url::base(headers));
        Ok(Self { report, pin, base })
    }
}

/// An answer on its way to one client.
pub(crate) struct Reply {
    pub(crate) answer: Arc<HttpAnswer>,
    found: Option<CacheOutcome>,
}

impl From<Arc<HttpAnswer>> for Reply {
    fn from(answer: Arc<HttpAnswer>) -> Self {
        Self { answer, found: None }
    }
}

/// The tracing span of a request to a route.
pub(crate) fn span(route: &'static str, request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    trace::request(route, request.method(), request.headers(), id)
}

impl Endpoint {
    /// An endpoint that answers from the cache or computes the answer.
    pub(crate) fn new(works: Works, answers: Arc<Answers>) -> Self {
        let settings = &works.settings;
        let documents = PersistedDocuments::new(settings.trusted.clone(), settings.trusted_only);
        let freshness = Freshness::new(settings.max_age, works.server.0.since.clone());
        let rates = ClientRates::new(settings.rate_limit.clone());
        let works = Arc::new(works);
        Self(Arc::new(EndpointInner { works, answers, documents, freshness, rates }))
    }

    /// Counts a request, and records its outcome in the span.
    pub(crate) async fn watch(
        &self,
        span: Span,
        answer: impl Future<Output = Response>,
    ) -> Response {
        let running = self.0.works.metrics.request();
        let response = answer.instrument(span.clone()).await;
        trace::answered(&span, response.status());
        running.end(response.status());
        response
    }

    /// The rate-limit account of the client.
    pub(crate) fn account(&self, parts: &Parts) -> Account {
        self.0.rates.account(parts.extensions.get::<Peer>().copied(), &parts.headers)
    }

    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        mut parameters: Parameters,
        coding: Coding,
        wishes: Wishes,
        account: &Account,
    ) -> Result<Reply, Refusal> {
        let named = self.0.documents.find(&mut parameters)?;
        self.answer_named(named, parameters, (coding, wishes), account).await
    }

    /// Answers one request whose document is known.
    pub(crate) async fn answer_named(
        &self,
        named: Named,
        parameters: Parameters,
        (coding, Wishes { report, pin, base }): (Coding, Wishes),
        account: &Account,
    ) -> Result<Reply, Refusal> {
        let pin = Pin::of_both(pin, parameters.pin)?;
        let wanted = match pin {
            Some(pin) => {
                let found = pin.find(&self.0.works.server).await;
                Some(Arc::new(found.inspect_err(|_| account.pay(1))?))
            }
            None => None,
        };
        let is_by_token = pin.is_some_and(Pin::names_data);
        let pin = wanted.as_deref().map(Pin::of);
        let ask = Ask {
            document: named.document,
            operation: parameters.operation,
            variables: parameters.variables,
            report,
            wanted,
            is_by_token,
            asked_for: AskedFor::OneAnswer,
        };
        // A citation is added to an uncompressed answer.
        let coding_of_answer = if report.cite { Coding::Identity } else { coding };
        let mut reply = self.reply(ask.clone(), coding_of_answer, account).await;
        if let Some(pin) = pin.filter(|pin| !pin.is_met_by(&reply.answer)) {
            // The run was shared with others, who accept the in-memory copy as it is; or a load has just been
            // committed.
            let works = Arc::clone(&self.0.works);
            let answer = works.answer(ask.clone(), account.clone()).await;
            if let Some(dataset) = answer.dataset.as_ref().filter(|_| !pin.is_met_by(&answer)) {
                pin.check(dataset, dataset.revision)?;
            }
            let answer = answers::in_coding(Arc::new(answer), coding_of_answer).await;
            reply = Reply { answer, found: Some(CacheOutcome::Miss) };
        }
        if let Some(hash) = named.register
            && reply.answer.ran()
        {
            self.0.documents.register(hash, Arc::clone(&ask.document));
        }
        if report.cite && reply.answer.is_flawless() {
            let base = base.unwrap_or_default();
            reply.answer = self.cited(reply.answer, ask, (coding, base), account).await?;
        }
        Ok(reply)
    }

    /// An answer with its citation, in a content coding; unchanged if it cannot be cited. The answer is parsed,
    /// written in canonical form and hashed, which takes time and memory in proportion to its size.
    async fn cited(
        &self,
        answer: Arc<HttpAnswer>,
        ask: Ask,
        (coding, base): (Coding, String),
        account: &Account,
    ) -> Result<Arc<HttpAnswer>, Refusal> {
        let plain = Arc::clone(&answer);
        let bytes = plain.body.len() as u64;
        let coded = if coding == Coding::Identity { 0 } else { bytes / CODED };
        let price = (1 + bytes / CITED + coded, bytes.saturating_mul(CITED_MEMORY));
        let operator = self.0.works.server.0.operator.clone();
        let cite = move || {
            let base = operator.public_url.as_deref().unwrap_or(&base);
            let query =
                citation::CitedQuery::new(&ask.document, ask.operation.as_deref(), &ask.variables);
            plain.cited(query, &operator, base).map(|cited| {
                match compress::pays(cited.body.len()) {
                    true => compress::compress(&cited.body, coding)
                        .map_or_else(|_| cited.clone(), |body| cited.encoded(coding, body)),
                    false => cited,
                }
            })
        };
        match self.0.works.apart(account, price, cite).await? {
            Ok(cited) => Ok(Arc::new(cited)),
            Err(error) => {
                tracing::error!(%error, "cannot cite an answer");
                Ok(answer)
            }
        }
    }

    /// The answer of a request: cached, or computed now.
    pub(crate) async fn reply(&self, ask: Ask, coding: Coding, account: &Account) -> Reply {
        let works = &self.0.works;
        if ask.report.is_of_one_run() {
            let answer = Box::pin(Arc::clone(works).answer(ask, account.clone())).await;
            return Reply { answer: Arc::new(answer.kept_by_nobody()), found: None };
        }
        loop {
            let current = works.server.dataset();
            let key = AnswerKey::of(&ask, &current);
            let run = || Box::pin(Arc::clone(works).answer(ask.clone(), account.clone()));
            let answers = &self.0.answers;
            let (answer, found) = answers.get(current, key, coding, run).await;
            if found == CacheOutcome::Joined && answer.is_of_one_client {
                // Another client was refused; this one may not be.
                continue;
            }
            if found != CacheOutcome::Miss {
                account.pay(1);
            }
            Span::current().record("cache", tracing::field::debug(found));
            let CacheCounts { hits, joined, misses, unchanged } = works.settings.counters.counts();
            tracing::debug!(?found, hits, joined, misses, unchanged, "an answer");
            return Reply { answer, found: Some(found) };
        }
    }

    /// The reply to a refused request.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Reply {
        Reply { answer: Arc::new(self.0.works.refuse(refusal)), found: None }
    }

    pub(crate) fn respond(
        &self,
        reply: &Reply,
        client: &Client<'_>,
        account: &Account,
    ) -> Response {
        let (mut response, is_unchanged) = reply.answer.respond(client, &self.0.freshness);
        if is_unchanged {
            self.0.works.settings.counters.count_unchanged();
        }
        if let Some(found) = reply.found {
            response.headers_mut().insert(CACHE_STATUS, cache_status(found));
        }
        self.tell(account, client.method, response.headers_mut());
        response
    }

    /// Adds the rate-limit headers. Answers that shared caches may store go to other clients too, so they carry none;
    /// with a POST the answer becomes private.
    pub(crate) fn tell(&self, account: &Account, method: &Method, headers: &mut HeaderMap) {
        let Freshness { private, .. } = &self.0.freshness;
        let control = headers.get(header::CACHE_CONTROL);
        if account.is_limited() && self.0.freshness.is_public(control) {
            if *method != Method::POST {
                return;
            }
            headers.insert(header::CACHE_CONTROL, private.clone());
        }
        account.tell(headers);
    }
}

/// Where an answer came from, in the syntax of RFC 9211.
fn cache_status(found: CacheOutcome) -> HeaderValue {
    HeaderValue::from_static(match found {
        CacheOutcome::Hit => "cops-graphql; hit",
        CacheOutcome::Joined => "cops-graphql; fwd=miss; collapsed",
        CacheOutcome::Miss => "cops-graphql; fwd=miss",
    })
}

/// Whether a response came from the cache.
pub(crate) fn is_kept(headers: &HeaderMap) -> bool {
    headers.get(CACHE_STATUS).is_some_and(|status| *status == cache_status(CacheOutcome::Hit))
}
