//! Spans for OpenTelemetry: where the time of a request goes.
//!
//! A request has a span. It contains the span of the query, which contains those of parsing, validation, each batch of
//! a loader, each statement, and each read of the in-memory copy. Spans record tables, counts and the text of
//! statements with placeholders. They never record what a client asked for: no document, no literal, no value of a
//! variable.
//!
//! Spans have their own target and the lowest level, so the log shows none of them. When nobody collects them, making
//! one costs a comparison of two numbers. [`export`] sends them to a collector.

pub(crate) mod export;

use std::time::Duration;

use axum::http::{HeaderMap, Method, StatusCode};
use opentelemetry::{propagation::TextMapPropagator as _, trace::TraceContextExt as _};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, field::Empty, trace_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The target of the spans.
pub(crate) const TARGET: &str = "cops_graphql::trace";
/// The most characters of an operation name to record.
const LONGEST_NAME: usize = 100;
/// The most bytes of a path to record.
const LONGEST_PATH: usize = 200;

/// The span of an HTTP request to a route of the router. If the client sends a trace (`traceparent`), the span belongs
/// to it.
pub(crate) fn request(route: &'static str, method: &Method, headers: &HeaderMap, id: &str) -> Span {
    let span = trace_span!(
        target: TARGET,
        "request",
        otel.name = %format_args!("{} {route}", self::method(method)),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = self::method(method),
        http.route = route,
        http.response.status_code = Empty,
        request.id = id,
        cache = Empty,
    );
    if !span.is_disabled() {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        if parent.span().span_context().is_valid() {
            // It fails only if nothing is collected, and then nothing is lost.
            let _ = span.set_parent(parent);
        }
    }
    span
}

/// Records the status of a response.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// The span of the work on an answer.
pub(crate) fn query() -> Span {
    trace_span!(
        target: TARGET,
        "query",
        graphql.operation.type = "query",
        graphql.operation.name = Empty,
        price = Empty,
        cost = Empty,
        statements = Empty,
        errors = Empty,
    )
}

/// The cost of a query.
pub(crate) struct QueryWork<'a> {
    /// The name of the operation: letters, digits and underscores, because it comes from a document.
    pub(crate) operation: Option<&'a str>,
    pub(crate) price: u64,
    pub(crate) cost: u64,
    pub(crate) statements: usize,
    pub(crate) errors: usize,
}

/// Records the cost of a query.
pub(crate) fn worked_out<'a>(span: &Span, work: impl FnOnce() -> QueryWork<'a>) {
    if span.is_disabled() {
        return;
    }
    let QueryWork { operation, price, cost, statements, errors } = work();
    if let Some(name) = operation {
        span.record("graphql.operation.name", &name[..name.floor_char_boundary(LONGEST_NAME)]);
    }
    span.record("price", whole(price));
    span.record("cost", whole(cost));
    span.record("statements", whole(statements));
    span.record("errors", whole(errors));
}

/// The span of parsing a document.
pub(crate) fn parse() -> Span {
    trace_span!(target: TARGET, "parse")
}

/// The span of validating a document.
pub(crate) fn validate() -> Span {
    trace_span!(target: TARGET, "validate")
}

/// The span of a batch of a loader.
pub(crate) fn batch(table: &str, purpose: &str, keys: usize) -> Span {
    let name = format_args!("batch {table}");
    trace_span!(target: TARGET, "batch", otel.name = %name, table, purpose, keys = whole(keys))
}

/// The span of a statement, whose text has placeholders for values.
pub(crate) fn statement(system: &str, table: &str, purpose: &str, text: &str) -> Span {
    trace_span!(
        target: TARGET,
        "statement",
        otel.name = %format_args!("SELECT {table}"),
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = system,
        db.operation.name = "SELECT",
        db.collection.name = table,
        db.query.text = text,
        db.response.returned_rows = Empty,
        purpose,
    )
}

/// Records how many rows a statement returned; `None` if it failed.
pub(crate) fn returned(span: &Span, rows: Option<usize>) {
    match rows {
        Some(rows) => span.record("db.response.returned_rows", whole(rows)),
        None => span.record("otel.status_code", "ERROR"),
    };
}

/// The span of aggregates that the in-memory copy computes.
pub(crate) fn memory(table: &str) -> Span {
    trace_span!(target: TARGET, "memory", otel.name = %format_args!("memory {table}"), table)
}

/// The name of a method. A method outside HTTP gets OpenTelemetry's placeholder, because a client can make it
/// arbitrarily long.
pub(crate) fn method(method: &Method) -> &str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::PATCH,
        Method::CONNECT,
        Method::TRACE,
    ];
    if known.contains(method) { method.as_str() } else { "_OTHER" }
}

/// The start of a path, as much of it as is recorded.
pub(crate) fn begin_of(path: &str) -> &str {
    &path[..path.floor_char_boundary(LONGEST_PATH)]
}

/// A time in whole milliseconds, as a number that fits into JSON. The log writes larger types as strings.
pub(crate) fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// A time in whole microseconds.
pub(crate) fn microseconds(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// A number of the type that OpenTelemetry uses.
fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
