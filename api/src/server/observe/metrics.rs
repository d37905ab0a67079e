//! `/metrics`: metrics for Prometheus, in its text format or in that of `OpenMetrics`, by `Accept`.
//!
//! Events are counted as they happen. States (the revision, the in-memory copy, the pool) are read by [`snapshot`]
//! when the metrics are scraped.

mod exposition;
mod snapshot;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{ServerError, Value};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::{Registry, Unit},
};

use self::snapshot::Snapshot;
use crate::server::{
    cache::{answers::Answers, counters::Counters},
    request::{negotiate, vary},
    state::Server,
    traffic::{admission::Admission, connections::ClientConnections},
};
use crate::{
    database::session::Read,
    error::{Error, codes},
    graphql::execute::QueryAnswer,
    query::row_cache::RowCache,
};

/// The media types. The first is the default, as in Prometheus' own libraries.
const OFFERED: [(&str, &str); 2] = [("text", "plain"), ("application", "openmetrics-text")];
const TYPES: [&str; 2] = [
    "text/plain; version=0.0.4; charset=utf-8",
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    status: u16,
}

/// An error code, one of [`codes::ALL`]: clients cannot add labels.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: String,
}

/// The limit that a request exceeded, in the server's words: clients cannot add labels.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limit {
    limit: &'static str,
}

/// How subscribers receive answers.
pub(crate) const EVENTS: &str = "sse";
pub(crate) const WEBSOCKET: &str = "websocket";

/// Why the server closes a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropReason {
    BadMessage,
    LargeMessage,
    NotInitialized,
    Silent,
    Slow,
    Stopping,
}

impl DropReason {
    const ALL: [Self; 6] = [
        Self::BadMessage,
        Self::LargeMessage,
        Self::NotInitialized,
        Self::Silent,
        Self::Slow,
        Self::Stopping,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::BadMessage => "bad_message",
            Self::LargeMessage => "large_message",
            Self::NotInitialized => "not_initialized",
            Self::Silent => "silent",
            Self::Slow => "slow",
            Self::Stopping => "stopping",
        }
    }
}

/// How a subscriber receives answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LiveLabel {
    transport: &'static str,
}

/// Why the server closed a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DropLabel {
    reason: &'static str,
}

/// The metrics that count events.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<StatusLabel, Counter>,
    running: Gauge,
    request_seconds: Histogram,
    query_seconds: Histogram,
    cost: Histogram,
    statements: Counter,
    statement_seconds: Histogram,
    errors: Family<Code, Counter>,
    refusals: Family<Limit, Counter>,
    live: LiveMetrics,
}

/// The metrics of subscriptions.
#[derive(Debug, Default)]
struct LiveMetrics {
    subscriptions: Family<LiveLabel, Gauge>,
    queries: Gauge,
    runs: Counter,
    deliveries: Counter,
    drops: Family<DropLabel, Counter>,
}

impl LiveMetrics {
    fn registered(registry: &mut Registry) -> Self {
        let it = Self::default();
        // Created at the start, so that the first event is an increase.
        for transport in [EVENTS, WEBSOCKET] {
            drop(it.subscriptions.get_or_create(&LiveLabel { transport }));
        }
        for reason in DropReason::ALL {
            drop(it.drops.get_or_create(&DropLabel { reason: reason.word() }));
        }
        let about = "Open subscriptions";
        registry.register("live_subscriptions", about, it.subscriptions.clone());
        let about = "Distinct queries with subscribers";
        registry.register("live_queries", about, it.queries.clone());
        let about = "Answers requested for subscriptions, one for all subscribers of a query";
        registry.register("live_answers", about, it.runs.clone());
        let about = "Answers sent to subscribers";
        registry.register("live_deliveries", about, it.deliveries.clone());
        let about = "WebSocket connections closed by the server, by reason";
        registry.register("live_dropped", about, it.drops.clone());
        it
    }
}

impl Metrics {
    /// The metrics of a server.
    pub(crate) fn new(
        server: Server,
        counters: Arc<Counters>,
        answers: Arc<Answers>,
        kept: Arc<RowCache>,
        admission: Arc<Admission>,
        clients: Arc<ClientConnections>,
    ) -> Self {
        let mut registry = Registry::with_prefix("cops_graphql");
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", build);
        let requests = Family::default();
        registry.register(
            "requests",
            "Requests for answers and files, by status",
            requests.clone(),
        );
        let running = Gauge::default();
        registry.register("requests_running", "Requests in progress", running.clone());
        let mut seconds = |name, about| {
            // From a tenth of a millisecond to 13 seconds, which includes the default deadline of 10.
            let histogram = Histogram::new(exponential_buckets(0.000_1, 2.0, 18));
            registry.register_with_unit(name, about, Unit::Seconds, histogram.clone());
            histogram
        };
        let request_seconds =
            seconds("request_duration", "Time from a request's headers to the response");
        let query_seconds =
            seconds("query_duration", "Time to compute an answer that was not cached");
        let statement_seconds =
            seconds("statement_duration", "Time of SQL statements of queries and files");
        let cost = Histogram::new(exponential_buckets(1.0, 4.0, 9));
        registry.register(
            "query_cost",
            "Actual cost in points of the queries that ran",
            cost.clone(),
        );
        let statements = Counter::default();
        registry.register("statements", "SQL statements of queries and files", statements.clone());
        let errors: Family<Code, Counter> = Family::default();
        // Created at the start, so that the first event is an increase.
        for (code, _) in codes::ALL {
            drop(errors.get_or_create(&Code { code: (*code).to_owned() }));
        }
        let about = "Requests, queries and fields that were refused or failed, by code";
        registry.register("errors", about, errors.clone());
        let refusals = Family::default();
        let about = "Requests refused because of a limit, by limit";
        registry.register("refusals", about, refusals.clone());
        let live = LiveMetrics::registered(&mut registry);
        let snapshot = Snapshot::new(server, counters, answers, kept, admission, clients);
        registry.register_collector(Box::new(snapshot));
        Self {
            registry,
            requests,
            running,
            request_seconds,
            query_seconds,
            cost,
            statements,
            statement_seconds,
            errors,
            refusals,
            live,
        }
    }

    /// The gauge of open subscriptions by transport.
    pub(crate) fn subscriptions(&self, transport: &'static str) -> Gauge {
        self.live.subscriptions.get_or_create_owned(&LiveLabel { transport })
    }

    /// The gauge of distinct queries with subscribers.
    pub(crate) fn live_queries(&self) -> &Gauge {
        &self.live.queries
    }

    /// Counts an answer requested for subscriptions.
    pub(crate) fn live_answer(&self) {
        self.live.runs.inc();
    }

    /// Counts an answer sent to a subscriber.
    pub(crate) fn delivery(&self) {
        self.live.deliveries.inc();
    }

    /// Counts a connection that the server closes.
    pub(crate) fn dropped(&self, reason: DropReason) {
        self.live.drops.get_or_create(&DropLabel { reason: reason.word() }).inc();
    }

    /// Counts a request, which is in progress until the returned value is dropped.
    pub(crate) fn request(&self) -> Running<'_> {
        self.running.inc();
        Running { metrics: self, began: Instant::now() }
    }

    /// Counts a query whose answer was computed.
    #[expect(clippy::cast_precision_loss, reason = "a histogram has no need for the last digit")]
    pub(crate) fn query(&self, answer: &QueryAnswer, took: Duration) {
        self.query_seconds.observe(took.as_secs_f64());
        self.cost.observe(answer.cost() as f64);
        self.statements(&answer.reads);
        self.errors(&answer.response.errors);
    }

    /// Counts the statements among the reads.
    pub(crate) fn statements(&self, reads: &[Read]) {
        for read in reads.iter().filter(|read| read.statement.is_some()) {
            self.statements.inc();
            self.statement_seconds.observe(read.took.as_secs_f64());
        }
    }

    /// Counts the errors of a query.
    pub(crate) fn errors(&self, errors: &[ServerError]) {
        for error in errors {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            let code = match code {
                Some(Value::String(code)) => code,
                _ => codes::INVALID_QUERY,
            };
            let source = error.source.as_deref().and_then(|source| source.downcast_ref::<Error>());
            self.error(code, source.and_then(Error::limit));
        }
    }

    /// All metrics, in one of the offered formats.
    fn text(&self, format: Option<usize>) -> Response {
        let Some(format) = format else {
            let words = "Metrics are available as `text/plain` or `application/openmetrics-text`. Name one of them in \
                         the header `Accept`.\n";
            return (StatusCode::NOT_ACCEPTABLE, words).into_response();
        };
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &self.registry) {
            tracing::error!(%error, "cannot write the metrics");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        if format == 0 {
            text = exposition::in_prometheus_text(&text);
        }
        ([(header::CONTENT_TYPE, TYPES[format])], text).into_response()
    }

    /// Counts an error, and the limit that caused it, if any.
    pub(crate) fn error(&self, code: &str, limit: Option<&'static str>) {
        self.errors.get_or_create(&Code { code: code.to_owned() }).inc();
        if let Some(limit) = limit {
            self.refusals.get_or_create(&Limit { limit }).inc();
        }
    }
}

/// A request in progress. If its client disconnects, it is dropped without a status.
#[derive(Debug)]
pub(crate) struct Running<'a> {
    metrics: &'a Metrics,
    began: Instant,
}

impl Running<'_> {
    /// Counts the response.
    pub(crate) fn end(self, status: StatusCode) {
        self.metrics.requests.get_or_create(&StatusLabel { status: status.as_u16() }).inc();
        self.metrics.request_seconds.observe(self.began.elapsed().as_secs_f64());
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.metrics.running.dec();
    }
}

/// `GET /metrics`.
pub(crate) async fn serve(State(metrics): State<Arc<Metrics>>, headers: HeaderMap) -> Response {
    let mut answer = metrics.text(negotiate::best(&headers, &OFFERED));
    let about = answer.headers_mut();
    about.insert(header::VARY, HeaderValue::from_static(vary::ACCEPT));
    about.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
