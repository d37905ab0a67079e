//! `/metrics`: what goes on, as Prometheus reads it: in the format of `OpenMetrics`.
//!
//! What happens is counted as it happens; what is the case (the revision, the copy in memory, the pool) is
//! looked up when somebody asks.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, text::encode},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::ConstGauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use super::{Counters, Server, admission::Admission};
use crate::execute::Answer;

const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: String,
}

/// What is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Status, Counter>,
    seconds: Histogram,
    cost: Histogram,
    statements: Counter,
    errors: Family<Code, Counter>,
}

impl Metrics {
    /// The metrics of a server.
    pub(super) fn new(server: Server, counters: Arc<Counters>, admission: Arc<Admission>) -> Self {
        let mut registry = Registry::with_prefix("cops_graphql");
        let requests = Family::default();
        registry.register("requests", "Requests to /graphql, by status", requests.clone());
        let seconds = Histogram::new(exponential_buckets(0.000_1, 2.0, 18));
        let about = "From a request's headers to the response";
        registry.register_with_unit("request_duration", about, Unit::Seconds, seconds.clone());
        let cost = Histogram::new(exponential_buckets(1.0, 4.0, 9));
        registry.register("query_cost", "What the queries that ran did cost", cost.clone());
        let statements = Counter::default();
        registry.register("statements", "SQL statements of queries", statements.clone());
        let errors = Family::default();
        registry.register("errors", "Errors of queries, by code", errors.clone());
        registry.register_collector(Box::new(Snapshot { server, counters, admission }));
        Self { registry, requests, seconds, cost, statements, errors }
    }

    /// Counts a request that was answered.
    pub(super) fn request(&self, status: StatusCode, took: Duration) {
        self.requests.get_or_create(&Status { status: status.as_u16() }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// Counts a query that was worked out.
    #[expect(clippy::cast_precision_loss, reason = "a histogram has no need for the last digit")]
    pub(super) fn query(&self, answer: &Answer) {
        self.cost.observe(answer.cost() as f64);
        self.statements.inc_by(answer.statements().len() as u64);
        for error in &answer.response.errors {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            let code = match code {
                Some(async_graphql::Value::String(code)) => code.clone(),
                _ => "INVALID_QUERY".to_owned(),
            };
            self.errors.get_or_create(&Code { code }).inc();
        }
    }
}

/// What is the case when somebody asks.
#[derive(Debug)]
struct Snapshot {
    server: Server,
    counters: Arc<Counters>,
    admission: Arc<Admission>,
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let counts = self.counters.counts();
        for (name, about, count) in [
            ("cache_hits", "Answers that were kept", counts.hits),
            ("cache_joined", "Answers that somebody else was waiting for already", counts.joined),
            ("cache_misses", "Answers that had to be worked out", counts.misses),
            ("not_modified", "Responses that said only that nothing has changed", counts.unchanged),
        ] {
            let counter = ConstCounter::new(count);
            counter.encode(encoder.encode_descriptor(
                name,
                about,
                None,
                counter.metric_type(),
            )?)?;
        }
        let copy = self.server.copy();
        let copied = |number: fn(&super::Copy) -> usize| copy.as_ref().map_or(0, number);
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let (connections, busy) = self.server.0.readers.busy();
        for (name, about, number) in [
            ("revision", "The revision of the dataset", self.server.dataset().revision.into()),
            (
                "copy_revision",
                "The revision of the copy in memory; 0 where there is none",
                copy.as_ref().map_or(0, |copy| copy.dataset.revision.into()),
            ),
            (
                "copy_bytes",
                "The memory that the copy takes",
                whole(copied(|copy| copy.replica.size_in_bytes())),
            ),
            ("copy_rows", "The rows of the copy", whole(copied(|copy| copy.replica.rows()))),
            ("queries_running", "Queries that are worked on", whole(self.admission.running())),
            ("queries_waiting", "Queries that wait for a turn", whole(self.admission.waiting())),
            ("connections", "Connections to the database for queries", whole(connections)),
            ("connections_busy", "Those on which a statement runs", whole(busy)),
            (
                "database_gone",
                "1 where the database cannot be reached, and else 0",
                self.server.0.readers.are_gone().into(),
            ),
        ] {
            let gauge = ConstGauge::new(number);
            gauge.encode(encoder.encode_descriptor(name, about, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}

/// `GET /metrics`.
pub(super) async fn serve(State(metrics): State<Arc<Metrics>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &metrics.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
