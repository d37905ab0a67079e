//! Sends requests and retries them until they succeed.
//!
//! The client is hyper's, which is already compiled, with rustls for TLS. It trusts the system's certificates, so the
//! certificate of a network's own proxy works; if the system has none, as in an empty container, it trusts Mozilla's.
//!
//! # Why not `reqwest` with `backon`
//! The specific part is the handling of responses: which failures to retry and after how long (including
//! `Retry-After`), where an interrupted transfer continues, and which responses come from a proxy in between. That code
//! would remain. `reqwest` would only replace the lines that make a connection, and hyper's client is also compiled for
//! the span exporter.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{Method, Request, Response, Uri, header},
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use indicatif::ProgressBar;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Pace,
    answer::{
        Failure, beginning, deepest, elsewhere, judged, leads_elsewhere, retry_after, unsent,
    },
    error::FetchError,
};

/// The `User-Agent` header.
const AGENT: &str = concat!("cops-graphql/", env!("CARGO_PKG_VERSION"));
/// The maximum size of a response that is not a file, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// The maximum number of redirects.
const MOST_REDIRECTS: usize = 5;

/// The number of attempts so far.
#[derive(Default)]
pub(crate) struct Tries(u32);

/// An HTTP client, with and without TLS.
pub(crate) type HttpsClient = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client with a connection timeout.
pub(crate) fn https_client(patience: Duration) -> HttpsClient {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(patience));
    let tls = HttpsConnectorBuilder::new();
    let tls = match tls.with_native_roots() {
        Ok(tls) => tls,
        Err(_) => HttpsConnectorBuilder::new().with_webpki_roots(),
    };
    let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
    legacy::Client::builder(TokioExecutor::new()).build(connector)
}

/// Sends requests to the API.
pub(crate) struct FetchClient {
    http: HttpsClient,
    base: String,
    pub(crate) pace: Pace,
    /// Shows progress.
    pub(crate) progress: ProgressBar,
}

impl FetchClient {
    /// A client of the API at a URL.
    pub(crate) fn new(base: &str, pace: Pace, progress: ProgressBar) -> Result<Self, FetchError> {
        let base = base.trim_end_matches('/').to_owned();
        let wrong = || {
            FetchError::Request(format!(
                "{base}: write the URL of the API as https://HOST or http://HOST:PORT"
            ))
        };
        let uri = base.parse::<Uri>().map_err(|_| wrong())?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        if !known || uri.query().is_some() {
            return Err(wrong());
        }
        let http = https_client(pace.silence);
        Ok(Self { http, base, pace, progress })
    }

    /// The URL of the API.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The URL of a file: the API gives a full URL, or a path of its own.
    pub(crate) fn resolve(&self, url: &str) -> Result<Uri, FetchError> {
        let whole = match url.starts_with('/') && !url.starts_with("//") {
            true => format!("{}{url}", self.base),
            false => url.to_owned(),
        };
        let base = self.base.parse::<Uri>().unwrap_or_default();
        elsewhere(&base, &whole).map_err(|problem| FetchError::contract(&self.base, "", &problem))
    }

    /// Gets a JSON value.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, FetchError> {
        self.value(Method::GET, path, None).await
    }

    /// Posts a JSON value and returns the response.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, FetchError> {
        self.value(Method::POST, path, Some(body)).await
    }

    async fn value<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, FetchError> {
        let url = self.resolve(path)?;
        let mut tries = Tries::default();
        loop {
            let mut request = Request::builder().method(&method).uri(&url);
            if body.is_some() {
                request = request.header(header::CONTENT_TYPE, "application/json");
            }
            let body = Full::from(body.map(Value::to_string).unwrap_or_default());
            let request = request
                .header(header::ACCEPT, "application/json")
                .body(body)
                .map_err(|error| FetchError::Request(error.to_string()))?;
            let tried = async {
                let answer = self.send(request).await?;
                let status = answer.status();
                let after = retry_after(&answer);
                let bytes = Limited::new(answer.into_body(), MOST_BYTES).collect();
                let bytes = self
                    .in_time(bytes)
                    .await?
                    .map_err(|error| Failure::passing(error.to_string()))?
                    .to_bytes();
                judged(&url, status, after, &bytes)?;
                serde_json::from_slice(&bytes).map_err(|error| {
                    let problem =
                        format!("{error}; the response begins with {:?}", beginning(&bytes));
                    Failure::Final(FetchError::Contract { url: url.to_string(), problem })
                })
            };
            match tried.await {
                Ok(value) => return Ok(value),
                Err(failure) => self.again(&mut tries, &url, failure).await?,
            }
        }
    }

    /// Sends a request once and follows redirects. Does not read the body.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Failure> {
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(header::USER_AGENT, header::HeaderValue::from_static(AGENT));
        for _ in 0..=MOST_REDIRECTS {
            let request = Request::from_parts(parts.clone(), body.clone());
            let answer = self
                .in_time(self.http.request(request))
                .await?
                .map_err(|error| unsent(&parts.uri, deepest(&error)))?;
            if !leads_elsewhere(answer.status()) {
                return Ok(answer);
            }
            let location = answer.headers().get(header::LOCATION);
            let location = location.and_then(|value| value.to_str().ok()).unwrap_or_default();
            parts.uri = elsewhere(&parts.uri, location).map_err(|problem| {
                Failure::Final(FetchError::Contract { url: parts.uri.to_string(), problem })
            })?;
        }
        let problem = format!("it redirects more than {MOST_REDIRECTS} times");
        Err(Failure::Final(FetchError::Contract { url: parts.uri.to_string(), problem }))
    }

    /// Waits before the next attempt, or fails if there is none.
    pub(crate) async fn again(
        &self,
        tries: &mut Tries,
        url: &Uri,
        failure: Failure,
    ) -> Result<(), FetchError> {
        let (problem, after) = match failure {
            Failure::Final(error) => return Err(error),
            Failure::Passing { problem, after } => (problem, after),
        };
        tries.0 += 1;
        let doubled = self.pace.pause.saturating_mul(1 << (tries.0 - 1).min(16));
        let pause = doubled.min(self.pace.longest_pause).max(after.unwrap_or_default());
        if tries.0 > self.pace.retries || pause > self.pace.longest_pause {
            let asked = after.map(|after| format!(" and asks to wait {} s", after.as_secs()));
            let problem = format!("{problem}{}", asked.unwrap_or_default());
            return Err(FetchError::Unreachable { url: url.to_string(), problem, tries: tries.0 });
        }
        let seconds = pause.as_secs_f64().ceil();
        self.progress.set_message(format!("{problem}: retrying in {seconds} s"));
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Fails if the future takes longer than the allowed silence.
    pub(crate) async fn in_time<F: Future>(&self, future: F) -> Result<F::Output, Failure> {
        let silence = self.pace.silence;
        let silent = |_| {
            Failure::passing(format!("the server sent nothing for {} s", silence.as_secs_f64()))
        };
        tokio::time::timeout(silence, future).await.map_err(silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_the_address_of_the_api() {
        let client = |base| FetchClient::new(base, Pace::default(), ProgressBar::hidden()).unwrap();
        let api = client("https://proxy.example/usaspending/");
        let uri = api.resolve("/api/v2/x").unwrap();
        assert_eq!(uri, "https://proxy.example/usaspending/api/v2/x");
        let uri = api.resolve("https://files.example/x.zip").unwrap();
        assert_eq!(uri, "https://files.example/x.zip");
    }
}
