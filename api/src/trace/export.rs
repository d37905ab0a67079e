//! Sends spans to a collector, in batches, by OTLP over HTTP.
//!
//! The standard exporter does the work. Only its HTTP client is ours, because the clients that it supports would double
//! what is compiled. It speaks plain HTTP: the collector runs on the same machine or network, and forwards spans over
//! TLS.

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

/// The service name, unless `OTEL_SERVICE_NAME` sets another.
const SERVICE: &str = "cops-graphql";
/// The path at which a collector accepts spans.
const PATH: &str = "/v1/traces";
/// The timeout of a request to the collector.
const PATIENCE: Duration = Duration::from_secs(10);
/// The bytes of its response to read.
const MOST_BYTES: usize = 64 << 10;

/// Collects spans and sends them.
#[derive(Clone, Debug)]
pub(crate) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// Starts collecting for the collector at an address such as `http://127.0.0.1:4318`. The other variables `OTEL_*`
    /// (for resources, sampling, batches and headers) apply.
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

    /// The layer that receives spans.
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

    /// Sends the collected spans, and stops.
    pub(crate) async fn stop(self) {
        let stopped = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if !matches!(stopped, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// Checks the address of a collector.
///
/// # Errors
/// Says how to write it.
pub(crate) fn endpoint(text: &str) -> Result<String, String> {
    // The address appears in messages, and credentials in it would not be sent.
    if text.contains('@') {
        return Err("the address must not contain a user or a password; put credentials into \
                    OTEL_EXPORTER_OTLP_HEADERS"
            .to_owned());
    }
    let uri = text.parse::<Uri>().ok().filter(|uri| uri.host().is_some() && uri.query().is_none());
    match uri.as_ref().and_then(Uri::scheme_str) {
        Some("http") => Ok(text.to_owned()),
        Some("https") => Err("https:// is not supported: use a local collector, such as \
                              http://127.0.0.1:4318, which can forward them over TLS"
            .to_owned()),
        _ => Err("write it as http://HOST:PORT, such as http://127.0.0.1:4318".to_owned()),
    }
}

/// Sends requests from the exporter's thread, which has no runtime of its own.
#[derive(Debug)]
struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
    /// Whether the last request failed, so that only changes are logged.
    fails: AtomicBool,
}

impl Sender {
    fn tell(&self, failure: Option<String>) {
        let failed = self.fails.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(reason) if !failed => tracing::warn!(reason, "traces cannot be sent"),
            None if failed => tracing::info!("traces can be sent again"),
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
            Ok(response) => Some(format!("the collector answered {}", response.status())),
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
