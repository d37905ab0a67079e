//! Traces, as a collector of OpenTelemetry receives them.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use cops_graphql::{
    database::load::{Load, LoadCounts},
    demo,
};
use indicatif::ProgressBar;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value as Any},
    trace::v1::{Span, span::SpanKind},
};
use prost::Message as _;
use serde_json::{Value, json};

use crate::{serve::Running, support::TestDatabase};

/// What nobody may find in a trace.
const LITERAL: &str = "somewhere-in-particular";
const VARIABLE: &str = "something-in-particular";

/// The trace and the span of the client.
const TRACE: u128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;
const PARENT: u64 = 0xb7ad_6b71_6920_3331;

/// What a collector has received.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Bytes>>>);

impl Collector {
    /// Listens on a port of its own. Gives its address, too.
    async fn start() -> (Self, String) {
        async fn take(State(it): State<Collector>, headers: HeaderMap, body: Bytes) -> Vec<u8> {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            it.0.lock().unwrap().push(body);
            // An empty message: all was taken.
            Vec::new()
        }
        let collector = Self::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (collector, url)
    }

    /// The spans that came, and the names of the services that sent them.
    fn spans(&self) -> (Vec<Span>, Vec<String>) {
        let (mut spans, mut services) = (Vec::new(), Vec::new());
        for body in self.0.lock().unwrap().iter() {
            let request = ExportTraceServiceRequest::decode(body.clone()).unwrap();
            for of_resource in request.resource_spans {
                services.extend(text(&of_resource.resource.unwrap().attributes, "service.name"));
                spans.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
        }
        (spans, services)
    }

    /// Whether a text stands anywhere in what came.
    fn has(&self, text: &str) -> bool {
        let bodies = self.0.lock().unwrap();
        bodies.iter().any(|body| body.windows(text.len()).any(|part| part == text.as_bytes()))
    }
}

fn find(attributes: &[KeyValue], key: &str) -> Option<Any> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.as_ref()?.value.clone()
}

fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    match find(attributes, key)? {
        Any::StringValue(text) => Some(text),
        _ => None,
    }
}

fn number(span: &Span, key: &str) -> i64 {
    match find(&span.attributes, key) {
        Some(Any::IntValue(number)) => number,
        other => panic!("{key} of {span:?} is {other:?}"),
    }
}

/// A database that the program finds ready.
async fn database(test: &TestDatabase) {
    let writer = test.writer().await;
    demo::load(&writer, 0.01, 1, &ProgressBar::hidden()).await.unwrap();
    Load::begin(&writer, "more", false).await.unwrap().commit(LoadCounts::default()).await.unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_receives_where_the_time_went_and_nothing_of_what_was_asked() {
    for test in TestDatabase::each("a_collector_receives_where_the_time_went").await {
        database(&test).await;
        let (collector, url) = Collector::start().await;
        let mut server = Running::start(&test.url, &["--otlp-endpoint", &url]);
        let document = format!(
            "query Cities($search: String, $first: Int) {{ agencies(first: $first, filter: {{ or: [\
             {{ city: {{ eq: \"{LITERAL}\" }} }}, {{ name: {{ ne: $search }} }}] }}) {{ nodes {{ name \
             grants(first: 2) {{ totalCount nodes {{ title program {{ name }} }} }} }} }} }}"
        );
        let body = json!({
            "query": document, "variables": { "search": VARIABLE, "first": 7 }, "operationName": "Cities",
        });
        let client = reqwest::Client::new();
        let ready = format!("{}/health/ready", server.url);
        while client.get(&ready).send().await.unwrap().status() != 200 {
            tokio::task::yield_now().await;
        }
        let ask = || {
            let request = client.post(format!("{}/graphql", server.url)).json(&body);
            request.header("traceparent", format!("00-{TRACE:032x}-{PARENT:016x}-01"))
        };
        for _ in 0..2 {
            let answer: Value = ask().send().await.unwrap().json().await.unwrap();
            assert_eq!(answer.get("errors"), None, "{answer}");
        }
        // The last spans leave when the server stops.
        assert_eq!(server.stop(), Some(0));
        let (spans, services) = collector.spans();
        assert!(services.iter().all(|name| name == "cops-graphql"), "{services:?}");
        assert!(!services.is_empty());
        let named = |name: &str| spans.iter().filter(|span| span.name == name).collect::<Vec<_>>();

        let requests = named("POST /graphql");
        assert_eq!(requests.len(), 2, "{spans:#?}");
        for request in &requests {
            assert_eq!(request.kind, SpanKind::Server as i32);
            assert_eq!(request.trace_id, TRACE.to_be_bytes());
            assert_eq!(request.parent_span_id, PARENT.to_be_bytes());
            assert_eq!(number(request, "http.response.status_code"), 200);
            assert!(text(&request.attributes, "request.id").is_some_and(|id| id.len() == 36));
        }
        let found: Vec<_> =
            requests.iter().map(|it| text(&it.attributes, "cache").unwrap()).collect();
        assert_eq!(found, ["Miss", "Hit"], "the second is at hand, and costs nothing else");

        let [query] = named("query")[..] else { panic!("not one query: {spans:#?}") };
        assert_eq!(query.parent_span_id, requests[0].span_id);
        assert_eq!(text(&query.attributes, "graphql.operation.name").unwrap(), "Cities");
        assert_eq!(number(query, "statements"), 3);
        assert!((1..=number(query, "price")).contains(&number(query, "cost")));
        for name in ["parse", "validate"] {
            let [span] = named(name)[..] else { panic!("not one {name}: {spans:#?}") };
            assert_eq!(span.parent_span_id, query.span_id, "{name}");
        }
        // The page of the root list is a statement; what hangs on its rows is read in batches.
        let [root] = named("SELECT agencies")[..] else { panic!("not one root: {spans:#?}") };
        assert_eq!(root.parent_span_id, query.span_id);
        assert_eq!(number(root, "db.response.returned_rows"), 8, "a page, and one row more");
        let system = if test.url.starts_with("sqlite") { "sqlite" } else { "postgresql" };
        assert_eq!(text(&root.attributes, "db.system.name").unwrap(), system);
        assert!(text(&root.attributes, "db.query.text").unwrap().starts_with("SELECT "));
        for (batch, inner) in [
            ("batch grants", "SELECT grants"),
            ("batch programs", "SELECT programs"),
            ("batch grants", "memory grants"),
        ] {
            let inner = named(inner);
            let [inner] = inner[..] else { panic!("not one {batch}: {spans:#?}") };
            let batch =
                named(batch).into_iter().find(|batch| batch.span_id == inner.parent_span_id);
            let batch = batch.unwrap_or_else(|| panic!("{inner:?} is in no batch"));
            assert_eq!(batch.parent_span_id, query.span_id);
            assert!((1..=7).contains(&number(batch, "keys")) || inner.name == "SELECT programs");
        }
        assert!(
            spans
                .iter()
                .all(|span| span.trace_id == TRACE.to_be_bytes() || span.parent_span_id.is_empty())
        );
        for secret in [LITERAL, VARIABLE, "query Cities"] {
            assert!(!collector.has(secret), "{secret} was told");
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_gone_takes_nothing_with_it() {
    let test = TestDatabase::sqlite().await;
    database(&test).await;
    // Nobody listens there any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = Running::start(&test.url, &["--otlp-endpoint", &format!("http://{gone}")]);
    let data = server.data("{ agencies(first: 1) { nodes { name } } }").await;
    assert_eq!(data["agencies"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(server.stop(), Some(0));
    let told = server.log.iter().find(|line| line.contains("traces cannot be sent"));
    assert!(told.is_some(), "nothing was told of it");
}
