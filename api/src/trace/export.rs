//! Sends spans to a collector, in batches, by OTLP over HTTP.
//!
//! The stock exporter does the work; only its HTTP client is ours, because the ones it brings along would
//! double what is compiled. It speaks plain HTTP: a collector stands on the same machine or in the same
//! network, and brings what it gets elsewhere over TLS.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use axum::http::Uri;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Level, Subscriber};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

/// How the program calls itself, unless `OTEL_SERVICE_NAME` says otherwise.
const SERVICE: &str = "cops-graphql";
/// Where a collector takes spans.
const PATH: &str = "/v1/traces";
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The bytes of its answer that are read.
const MOST_BYTES: usize = 64 << 10;

/// Collects spans and sends them.
#[derive(Clone, Debug)]
pub(crate) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// Begins to collect, for the collector at an address such as `http://127.0.0.1:4318`. What else the
    /// variables `OTEL_*` say about resources, sampling, batches and headers is respected.
    ///
    /// # Errors
    /// Says what is wrong with the address.
    pub(crate) fn start(endpoint: &str) -> Result<Self, String> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender {
                client,
                runtime: Handle::current(),
                fails: AtomicBool::new(false),
            })
            .with_endpoint(format!("{}{PATH}", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|error| format!("cannot send traces to {endpoint}: {error}"))?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(SERVICE);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Self(provider))
    }

    /// What hears of spans.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(Targets::new().with_target(super::TARGET, Level::TRACE))
    }

    /// Sends what has been collected, and ends.
    pub(crate) async fn stop(self) {
        let stopped = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if !matches!(stopped, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// Looks at the address of a collector.
///
/// # Errors
/// Says how to write it.
pub(crate) fn endpoint(text: &str) -> Result<String, String> {
    // It would be shown, and credentials in it would not be sent.
    if text.contains('@') {
        return Err(
            "an address has no user and no password: what the collector wants to know goes into \
                    OTEL_EXPORTER_OTLP_HEADERS"
                .to_owned(),
        );
    }
    let uri = text.parse::<Uri>().ok().filter(|uri| uri.host().is_some() && uri.query().is_none());
    match uri.as_ref().and_then(Uri::scheme_str) {
        Some("http") => Ok(text.to_owned()),
        Some("https") => Err("traces go to a collector nearby by http://, such as \
                              http://127.0.0.1:4318: let it bring them elsewhere over TLS"
            .to_owned()),
        _ => Err("write it as http://HOST:PORT, such as http://127.0.0.1:4318".to_owned()),
    }
}

/// Sends requests from the thread of the exporter, which has no runtime of its own.
#[derive(Debug)]
struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
    /// Whether the last one failed: each change is worth a line of the log, and no more.
    fails: AtomicBool,
}

impl Sender {
    fn tell(&self, failure: Option<String>) {
        let failed = self.fails.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(reason) if !failed => tracing::warn!(reason, "the collector takes no traces"),
            None if failed => tracing::info!("the collector takes traces again"),
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.client.request(request.map(Full::new));
        let answer = async {
            let (parts, body) = response.await?.into_parts();
            let body = Limited::new(body, MOST_BYTES).collect().await?.to_bytes();
            Ok(Response::from_parts(parts, body))
        };
        let sent: Result<Response<Bytes>, HttpError> =
            self.runtime.spawn(async { tokio::time::timeout(PATIENCE, answer).await? }).await?;
        self.tell(match &sent {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("it answers {}", response.status())),
            Err(error) => Some(error.to_string()),
        });
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn a_collector_is_named_by_an_address() {
        for text in ["http://127.0.0.1:4318", "http://collector:4318/", "http://host/otlp"] {
            assert_eq!(endpoint(text).as_deref(), Ok(text));
        }
        for text in ["", "localhost:4318", "127.0.0.1", "grpc://a:4317", "http://a?b", "/v1"] {
            assert!(
                endpoint(text).is_err_and(|error| error.contains("http://HOST:PORT")),
                "{text}"
            );
        }
        assert!(
            endpoint("http://me:hunter2@a:4318").is_err_and(|error| !error.contains("hunter2"))
        );
        assert!(endpoint("https://a:4318").is_err_and(|error| error.contains("TLS")));
    }
}
