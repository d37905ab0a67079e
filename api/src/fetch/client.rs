//! Requests that are sent until they are answered.
//!
//! The client is the one of hyper that is compiled anyway, with rustls for TLS. It trusts whom the system
//! trusts, so that the certificate of a network's own proxy works; where the system names nobody, as in an
//! empty container, it trusts whom Mozilla trusts.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{Method, Request, Response, StatusCode, Uri, header},
};
use chrono::{DateTime, Utc};
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
    error::{Error, readable},
};

/// How the program names itself.
const AGENT: &str = concat!("cops-graphql/", env!("CARGO_PKG_VERSION"));
/// The bytes of an answer that are read where it is not a file.
const MOST_BYTES: usize = 1 << 20;
/// How often an answer may lead elsewhere.
const MOST_REDIRECTS: usize = 5;

/// Why one try did not do.
pub(crate) enum Failure {
    /// It may do another time, perhaps after what the server asks for.
    Passing { problem: String, after: Option<Duration> },
    /// It will never do.
    Final(Error),
}

impl Failure {
    pub(crate) fn passing(problem: impl Into<String>) -> Self {
        Self::Passing { problem: problem.into(), after: None }
    }
}

/// The tries of one thing.
#[derive(Default)]
pub(crate) struct Tries(u32);

/// Sends requests to the API.
pub(crate) struct Client {
    http: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
    pub(crate) pace: Pace,
    /// Where a person sees how far it is.
    pub(crate) progress: ProgressBar,
}

impl Client {
    /// A client of the API at an address.
    pub(crate) fn new(base: &str, pace: Pace, progress: ProgressBar) -> Result<Self, Error> {
        let base = base.trim_end_matches('/').to_owned();
        let wrong = || {
            Error::Request(format!(
                "{base}: write the address of the API as https://HOST or http://HOST:PORT"
            ))
        };
        let uri = base.parse::<Uri>().map_err(|_| wrong())?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        if !known || uri.query().is_some() {
            return Err(wrong());
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(pace.silence));
        let tls = HttpsConnectorBuilder::new();
        let tls = match tls.with_native_roots() {
            Ok(tls) => tls,
            Err(_) => HttpsConnectorBuilder::new().with_webpki_roots(),
        };
        let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
        let http = legacy::Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { http, base, pace, progress })
    }

    /// Where the API is.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Where a file is: the API gives a whole address, or a path of its own.
    pub(crate) fn resolve(&self, url: &str) -> Result<Uri, Error> {
        let whole = match url.starts_with('/') && !url.starts_with("//") {
            true => format!("{}{url}", self.base),
            false => url.to_owned(),
        };
        let base = self.base.parse::<Uri>().unwrap_or_default();
        elsewhere(&base, &whole).map_err(|problem| Error::contract(&self.base, "", &problem))
    }

    /// Asks for a value.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.value(Method::GET, path, None).await
    }

    /// Sends a value for another.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, Error> {
        self.value(Method::POST, path, Some(body)).await
    }

    async fn value<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Error> {
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
                .map_err(|error| Error::Request(error.to_string()))?;
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
                self.judged(&url, status, after, &bytes)?;
                serde_json::from_slice(&bytes).map_err(|error| {
                    let problem = format!("{error}; it begins {:?}", beginning(&bytes));
                    Failure::Final(Error::Contract { url: url.to_string(), problem })
                })
            };
            match tried.await {
                Ok(value) => return Ok(value),
                Err(failure) => self.again(&mut tries, &url, failure).await?,
            }
        }
    }

    /// Sends a request once, and follows where it leads. The body is still to come.
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
                .map_err(|error| Failure::passing(deepest(&error)))?;
            if !leads_elsewhere(answer.status()) {
                return Ok(answer);
            }
            let location = answer.headers().get(header::LOCATION);
            let location = location.and_then(|value| value.to_str().ok()).unwrap_or_default();
            parts.uri = elsewhere(&parts.uri, location).map_err(|problem| {
                Failure::Final(Error::Contract { url: parts.uri.to_string(), problem })
            })?;
        }
        let problem = format!("it leads elsewhere more than {MOST_REDIRECTS} times");
        Err(Failure::Final(Error::Contract { url: parts.uri.to_string(), problem }))
    }

    /// What a status says of a try.
    pub(crate) fn judged(
        &self,
        url: &Uri,
        status: StatusCode,
        after: Option<Duration>,
        body: &[u8],
    ) -> Result<(), Failure> {
        if status.is_success() {
            return Ok(());
        }
        let passing = matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        );
        if status.is_server_error() || passing {
            return Err(Failure::Passing { problem: format!("it answers {status}"), after });
        }
        let detail = serde_json::from_slice::<Value>(body).ok();
        let detail = detail.as_ref().and_then(|body| body["detail"].as_str());
        let problem = match detail {
            Some(detail) => format!("{status}: {}", readable(detail)),
            None => status.to_string(),
        };
        Err(Failure::Final(Error::Refused { url: url.to_string(), problem }))
    }

    /// Waits before another try, or says that there is none.
    pub(crate) async fn again(
        &self,
        tries: &mut Tries,
        url: &Uri,
        failure: Failure,
    ) -> Result<(), Error> {
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
            return Err(Error::Unreachable { url: url.to_string(), problem, tries: tries.0 });
        }
        let seconds = pause.as_secs_f64().ceil();
        self.progress.set_message(format!("{problem}: trying again in {seconds} s"));
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// What comes before silence has lasted too long.
    pub(crate) async fn in_time<F: Future>(&self, future: F) -> Result<F::Output, Failure> {
        let silence = self.pace.silence;
        let silent = |_| Failure::passing(format!("it is silent for {} s", silence.as_secs_f64()));
        tokio::time::timeout(silence, future).await.map_err(silent)
    }
}

fn leads_elsewhere(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    )
}

/// Where a whole address, or a path of the same server, leads.
fn elsewhere(from: &Uri, to: &str) -> Result<Uri, String> {
    let wrong = || format!("it leads to {:?}", readable(to));
    let to = if to.starts_with('/') && !to.starts_with("//") {
        let (scheme, host) = (from.scheme_str(), from.authority());
        let (Some(scheme), Some(host)) = (scheme, host) else { return Err(wrong()) };
        format!("{scheme}://{host}{to}")
    } else {
        to.to_owned()
    };
    let uri = to.parse::<Uri>().map_err(|_| wrong())?;
    match (from.scheme_str(), uri.scheme_str()) {
        (Some("https"), Some("http")) => Err(format!("{}, which is without TLS", wrong())),
        (_, Some("http" | "https")) if uri.host().is_some() => Ok(uri),
        _ => Err(wrong()),
    }
}

/// How long the server asks to wait, in seconds or until a time.
pub(crate) fn retry_after<B>(answer: &Response<B>) -> Option<Duration> {
    let text = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    (until.with_timezone(&Utc) - Utc::now()).to_std().ok()
}

/// The reason behind an error: the outer ones say only that there was one.
pub(crate) fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

fn beginning(bytes: &[u8]) -> String {
    readable(&String::from_utf8_lossy(&bytes[..bytes.len().min(60)]))
}
