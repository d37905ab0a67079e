//! `/graphql`: from a request to a response.
//!
//! The order is that of cost: what a client accepts, what it sends, which document it means, and whether
//! the answer is at hand. Only then does GraphQL see the request.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tower_http::request_id::RequestId;
use tracing::{Instrument as _, Span};

use super::request::{
    answer::{BodyDemand, Client, HttpAnswer, Refusal},
    ask::{Ask, Asks, Parameters},
    base_url,
    compress::{self, Coding},
    freshness::Freshness,
    memento::{self, PinPlace},
    negotiate::{self, MediaType},
    persisted::PersistedDocuments,
    pin::Pin,
    report::ReportOptions,
    revision_header::REVISION_HEADER,
    vary::{self, VARY},
};
use super::{
    cache::{
        answers::{self, AnswerKey, Answers},
        counters::{CacheCounts, CacheOutcome},
    },
    run::Works,
    traffic::rate::{Account, ClientRates, Peer},
};
use crate::{error::codes, graphql::citation, limits::Limits, trace};

/// Where a browser is sent that opens the API's own address.
const PLAYGROUND: &str = "/playground";
/// Where it is sent where there is no playground.
const FRONT: &str = "/";
/// The requests of a batch that run at once.
const AT_ONCE: usize = 4;
/// The bytes of all answers of a batch together.
const MOST_OF_BATCH: usize = 16 << 20;
/// The bytes of an answer that are cited, compressed, and sent once more, for a point.
const CITED: u64 = 700;
const CODED: u64 = 1_000;
const SENT: u64 = 16 << 10;
/// The bytes of memory that it takes to cite a byte.
const CITED_MEMORY: u64 = 14;

/// RFC 9211.
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// What `/graphql` is made of.
#[derive(Clone)]
pub(crate) struct Endpoint(pub(crate) Arc<EndpointInner>);

pub(crate) struct EndpointInner {
    pub(crate) works: Arc<Works>,
    answers: Arc<Answers>,
    pub(crate) documents: PersistedDocuments,
    pub(crate) freshness: Freshness,
    rates: ClientRates,
}

/// What the headers of a request say of what it asks.
#[derive(Clone)]
pub(crate) struct Wishes {
    report: ReportOptions,
    pin: Option<Pin>,
    /// Where its client has found the server, where that is to be told.
    base: Option<String>,
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

/// Any method on `/graphql` but OPTIONS, which [`super::request::cors`] answers.
pub(crate) async fn serve(State(endpoint): State<Endpoint>, request: Request) -> Response {
    let span = span("/graphql", &request);
    endpoint.watch(span, Box::pin(answer(&endpoint, request))).await
}

/// The span of a request to a route.
pub(crate) fn span(route: &'static str, request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    trace::request(route, request.method(), request.headers(), id)
}

async fn answer(endpoint: &Endpoint, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (method, headers) = (&parts.method, &parts.headers);
    let media = MediaType::of(headers);
    let client = Client { media: media.unwrap_or(MediaType::Json), method, headers };
    let account = endpoint.account(&parts);
    if let Err(seconds) = account.may_ask() {
        let reply = endpoint.refuse(Refusal::too_many(seconds));
        return endpoint.respond(&reply, &client, &account);
    }
    let limits = &endpoint.0.works.settings.limits;
    let is_get = method == Method::GET || method == Method::HEAD;
    let asked = if is_get {
        let query = parts.uri.query().unwrap_or_default();
        let asked = match limits.body(query.len()) {
            Ok(()) => Parameters::of_url(query),
            Err(error) => Err(Refusal::of(StatusCode::URI_TOO_LONG, &error)),
        };
        let nothing = asked.as_ref().is_ok_and(Parameters::names_nothing);
        if nothing && negotiate::prefers_html(headers) {
            let page = if endpoint.0.works.settings.tells_schema() { PLAYGROUND } else { FRONT };
            return ([(header::VARY, vary::ACCEPT)], Redirect::to(page)).into_response();
        }
        asked.map(Asks::One)
    } else if method == Method::POST {
        read(headers, body, limits, endpoint.0.works.settings.connections.limits().body).await
    } else {
        let reason = "a query is sent by GET or POST";
        Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, codes::BAD_REQUEST, reason))
    };
    let table =
        negotiate::table(headers).filter(|_| endpoint.0.works.settings.most_export_rows > 0);
    let asked = match (table, asked) {
        (Some(format), Ok(Asks::One(asked))) => {
            // A file is large work, and no answer is to pay for that.
            return Box::pin(endpoint.export(asked, format, &parts, &account)).await;
        }
        (_, asked) => asked,
    };
    let in_url = matches!(&asked, Ok(Asks::One(asked)) if asked.pin.is_some());
    let reply = match (media, asked) {
        (None, _) => Err(not_acceptable()),
        (_, Err(refusal)) => Err(refusal),
        (_, Ok(Asks::One(asked))) => match Wishes::of(headers) {
            Ok(wishes) => {
                endpoint.answer(asked, negotiate::coding(headers), wishes, &account).await
            }
            Err(refusal) => Err(refusal),
        },
        (_, Ok(Asks::Several(requests))) => {
            match Box::pin(endpoint.batch(requests, &client, &account)).await {
                Ok(response) => return response,
                Err(refusal) => Err(refusal),
            }
        }
    };
    let reply = reply.unwrap_or_else(|refusal| endpoint.refuse(refusal));
    let mut response = endpoint.respond(&reply, &client, &account);
    if let Some(dataset) = reply.answer.dataset.as_ref().filter(|_| is_get)
        && reply.answer.is_flawless()
    {
        let place = PinPlace::of(in_url, headers.contains_key(REVISION_HEADER));
        memento::tell(response.headers_mut(), &parts.uri, place, dataset);
    }
    response
}

impl Endpoint {
    /// An endpoint that answers with what was worked out before, and with what is.
    pub(crate) fn new(works: Works, answers: Arc<Answers>) -> Self {
        let settings = &works.settings;
        let documents = PersistedDocuments::new(settings.trusted.clone(), settings.trusted_only);
        let freshness = Freshness::new(settings.max_age, works.server.0.since.clone());
        let rates = ClientRates::new(settings.rate_limit.clone());
        let works = Arc::new(works);
        Self(Arc::new(EndpointInner { works, answers, documents, freshness, rates }))
    }

    /// Counts a request, and tells its span what became of it.
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

    /// The account of whoever asks.
    pub(crate) fn account(&self, parts: &Parts) -> Account {
        self.0.rates.account(parts.extensions.get::<Peer>().copied(), &parts.headers)
    }

    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        mut parameters: Parameters,
        coding: Coding,
        Wishes { report, pin, base }: Wishes,
        account: &Account,
    ) -> Result<Reply, Refusal> {
        let named = self.0.documents.find(&mut parameters)?;
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
        };
        // A citation is put into an answer that is in no coding.
        let coding_of_answer = if report.cite { Coding::Identity } else { coding };
        let mut reply = self.reply(ask.clone(), coding_of_answer, account).await;
        if let Some(pin) = pin.filter(|pin| !pin.is_met_by(&reply.answer)) {
            // Others were waiting for it, who take the copy in memory as it is; or a load has just committed.
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

    /// An answer with its citation, in a coding; as it is, where it cannot be cited. It is read, written in its canonical
    /// form and hashed, which takes time and memory by its size.
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
                tracing::error!(%error, "an answer cannot be cited");
                Ok(answer)
            }
        }
    }

    /// The answer of a request: one that is kept, or that is worked out.
    async fn reply(&self, ask: Ask, coding: Coding, account: &Account) -> Reply {
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
                // Another client was refused, and this one may not be.
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

    /// Answers several requests by a list of answers, a few at a time.
    async fn batch(
        &self,
        requests: Vec<Value>,
        client: &Client<'_>,
        account: &Account,
    ) -> Result<Response, Refusal> {
        let (most, count) = (self.0.works.settings.most_in_batch, requests.len());
        if count > most || count == 0 {
            let reason = match (most, count) {
                (0, _) => {
                    "the body is a list, and this server takes one request at a time".to_owned()
                }
                (_, 0) => "the list of requests is empty".to_owned(),
                _ => format!("the list has {count} requests: at most {most} may be sent at once"),
            };
            return Err(Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, &reason));
        }
        let wishes = Wishes::of(client.headers)?;
        // What a run costs is told of one request at a time.
        let ReportOptions { cite, no_warnings, .. } = wishes.report;
        let report =
            ReportOptions { cite, no_warnings, is_of_many: true, ..ReportOptions::default() };
        let wishes = Wishes { report, ..wishes };
        let answer = async |request| {
            account.may_ask().map_err(Refusal::too_many)?;
            let parameters = Parameters::of_json(request)?;
            self.answer(parameters, Coding::Identity, wishes.clone(), account).await
        };
        let mut answers = std::pin::pin!(stream::iter(requests).map(answer).buffered(AT_ONCE));
        let (mut parts, mut length) = (Vec::with_capacity(count), 2 + count);
        while let Some(reply) = answers.next().await {
            let reply = reply.unwrap_or_else(|refusal| self.refuse(refusal));
            length += reply.answer.body.len();
            if length > MOST_OF_BATCH {
                let most = MOST_OF_BATCH >> 20;
                let reason = format!(
                    "the answers of the list have more than {most} MiB together: send fewer requests at once"
                );
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                return Err(Refusal::new(status, codes::QUERY_TOO_LARGE, &reason));
            }
            parts.push(reply.answer.body.clone());
        }
        let coding = Some(negotiate::coding(client.headers));
        let coding = coding.filter(|_| compress::pays(length)).unwrap_or(Coding::Identity);
        let bytes = length as u64;
        let body = match coding {
            Coding::Identity => {
                account.pay(bytes / SENT);
                joined(&parts)
            }
            coding => {
                let price = (1 + bytes / CODED, bytes.saturating_mul(2));
                let code = move || {
                    let mut body = Vec::with_capacity(length);
                    list(&parts).for_each(|part| body.extend_from_slice(&part));
                    compress::compress(&body, coding)
                };
                match self.0.works.apart(account, price, code).await? {
                    Ok(body) => Body::from(body),
                    Err(error) => {
                        tracing::error!(%error, "a batch cannot be written");
                        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
                    }
                }
            }
        };
        let headers = [
            (header::CONTENT_TYPE, client.media.content_type()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::VARY, VARY),
        ];
        let mut response = (headers, body).into_response();
        if let Some(coding) = coding.content_encoding() {
            response.headers_mut().insert(header::CONTENT_ENCODING, coding);
        }
        Ok(response)
    }

    /// The reply to a request that is not answered.
    fn refuse(&self, refusal: Refusal) -> Reply {
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

    /// Tells a client of its account. What shared caches may keep goes to others, too, and tells nothing of it; a POST is
    /// answered for its client alone then.
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

/// A JSON list of answers, in parts.
fn list(answers: &[Bytes]) -> impl Iterator<Item = Bytes> {
    let between = |at| Bytes::from_static(if at == 0 { b"[" } else { b"," });
    let parts =
        answers.iter().enumerate().flat_map(move |(at, answer)| [between(at), answer.clone()]);
    parts.chain([Bytes::from_static(b"]")])
}

/// A body of them, which are not copied.
fn joined(answers: &[Bytes]) -> Body {
    let parts: Vec<_> = list(answers).map(Ok::<_, std::convert::Infallible>).collect();
    Body::from_stream(stream::iter(parts))
}

/// Where an answer came from, as RFC 9211 writes it.
fn cache_status(found: CacheOutcome) -> HeaderValue {
    HeaderValue::from_static(match found {
        CacheOutcome::Hit => "cops-graphql; hit",
        CacheOutcome::Joined => "cops-graphql; fwd=miss; collapsed",
        CacheOutcome::Miss => "cops-graphql; fwd=miss",
    })
}

/// Whether a response is of an answer that was kept.
pub(crate) fn is_kept(headers: &HeaderMap) -> bool {
    headers.get(CACHE_STATUS).is_some_and(|status| *status == cache_status(CacheOutcome::Hit))
}

/// Reads the body of a POST. It must say that it is JSON: a page of another site can make a browser send
/// a form or a text, and not that.
async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
    within: Duration,
) -> Result<Asks, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    });
    if !is_json || !is_utf8 {
        let reason =
            "send the query as JSON in UTF-8, with the header `Content-Type: application/json`";
        return Err(Refusal::unread(reason, BodyDemand::Json));
    }
    if !is_plain(headers) {
        let reason = "send the body as it is: this server takes none in a `Content-Encoding`";
        return Err(Refusal::unread(reason, BodyDemand::Plain));
    }
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let too_large = |error| Refusal::of(StatusCode::PAYLOAD_TOO_LARGE, &error);
    limits.body(length.unwrap_or_default()).map_err(too_large)?;
    let most = limits.body as usize;
    let bytes: Bytes = match tokio::time::timeout(within, whole(body, most)).await {
        Ok(Ok(bytes)) => bytes,
        // It did not say how long it is: it goes on after what it may have.
        Ok(Err(Unread::TooLarge(arrived))) => {
            return Err(limits.body(arrived).map_or_else(too_large, |()| broken_off()));
        }
        Ok(Err(Unread::BrokenOff)) => return Err(broken_off()),
        Err(_) => {
            let reason = format!("the body did not arrive within {} seconds", within.as_secs());
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, codes::BAD_REQUEST, &reason));
        }
    };
    Asks::of_bytes(&bytes)
}

/// Whether the body is in no coding.
fn is_plain(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut codings = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    codings.all(|coding| {
        let coding = coding.trim_ascii();
        coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
    })
}

/// Why a body was not read to its end.
enum Unread {
    /// So many bytes have arrived, which is more than it may have.
    TooLarge(usize),
    /// Its client ended it before its end, or its chunks are none.
    BrokenOff,
}

/// The bytes of a body, as many as there may be at most.
async fn whole(body: Body, most: usize) -> Result<Bytes, Unread> {
    let mut chunks = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Unread::BrokenOff)?;
        let arrived = whole.len() + chunk.len();
        if arrived > most {
            return Err(Unread::TooLarge(arrived));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

fn broken_off() -> Refusal {
    let reason = "the body breaks off: it has fewer bytes than it says, or chunks that are none";
    Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, reason)
}

fn not_acceptable() -> Refusal {
    let reason = "an answer is `application/json` or `application/graphql-response+json`, and a file `text/csv`, \
                  `application/x-ndjson` or `application/vnd.apache.parquet`: name one of them in the header `Accept`";
    Refusal::new(StatusCode::NOT_ACCEPTABLE, codes::BAD_REQUEST, reason)
}
