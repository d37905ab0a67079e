//! Judges a response before its body is read: success, a temporary failure, or a permanent one.

use std::time::Duration;

use axum::http::{Response, StatusCode, Uri, header};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::error::{FetchError, readable};

/// Why an attempt failed.
pub(crate) enum Failure {
    /// Temporary; a retry may succeed, perhaps after the delay that the server asks for.
    Passing { problem: String, after: Option<Duration> },
    /// Permanent.
    Final(FetchError),
}

impl Failure {
    pub(crate) fn passing(problem: impl Into<String>) -> Self {
        Self::Passing { problem: problem.into(), after: None }
    }
}

/// Why a request could not be sent.
pub(crate) fn unsent(url: &Uri, problem: String) -> Failure {
    // The wording of rustls. Three libraries pass it on only as text.
    match problem.contains("peer certificate") {
        true => Failure::Final(FetchError::Untrusted { url: url.to_string(), problem }),
        false => Failure::passing(problem),
    }
}

/// Judges an attempt by its status.
pub(crate) fn judged(
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
        return Err(Failure::Passing { problem: format!("the server returned {status}"), after });
    }
    let detail = serde_json::from_slice::<Value>(body).ok();
    let detail = detail.as_ref().and_then(|body| body["detail"].as_str());
    let problem = match detail {
        Some(detail) => format!("{status}: {}", readable(detail)),
        None => status.to_string(),
    };
    Err(Failure::Final(FetchError::Refused { url: url.to_string(), problem }))
}

/// Whether the response is a redirect.
pub(crate) fn leads_elsewhere(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    )
}

/// The target of a redirect: a full URL, or a path on the same server.
pub(crate) fn elsewhere(from: &Uri, to: &str) -> Result<Uri, String> {
    let wrong = || format!("it redirects to {:?}", readable(to));
    let to = if to.starts_with('/') && !to.starts_with("//") {
        let (scheme, host) = (from.scheme_str(), from.authority());
        let (Some(scheme), Some(host)) = (scheme, host) else { return Err(wrong()) };
        format!("{scheme}://{host}{to}")
    } else {
        to.to_owned()
    };
    let uri = to.parse::<Uri>().map_err(|_| wrong())?;
    match (from.scheme_str(), uri.scheme_str()) {
        (Some("https"), Some("http")) => Err(format!("{} without TLS", wrong())),
        (_, Some("http" | "https")) if uri.host().is_some() => Ok(uri),
        _ => Err(wrong()),
    }
}

/// The delay that the server asks for, in seconds or until a time.
pub(crate) fn retry_after<B>(answer: &Response<B>) -> Option<Duration> {
    let text = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    (until.with_timezone(&Utc) - Utc::now()).to_std().ok()
}

/// The innermost cause of an error. The outer ones only say that there was one.
pub(crate) fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// The beginning of an unreadable response.
pub(crate) fn beginning(bytes: &[u8]) -> String {
    readable(&String::from_utf8_lossy(&bytes[..bytes.len().min(60)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_lead_to_another_place_but_not_to_less_safety() {
        let from = Uri::from_static("https://api.example/v2/a?b");
        let to = |text| elsewhere(&from, text).map(|uri| uri.to_string());
        assert_eq!(to("/c/d"), Ok("https://api.example/c/d".to_owned()));
        assert_eq!(to("https://files.example/e"), Ok("https://files.example/e".to_owned()));
        assert!(to("http://files.example/e").is_err_and(|error| error.contains("without TLS")));
        for wrong in ["", "//files.example/e", "e", "ftp://files.example/e", "https://"] {
            assert!(to(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_server_may_name_a_time_to_wait_for() {
        let after = |text: &str| {
            retry_after(&Response::builder().header("retry-after", text).body(()).unwrap())
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        let soon = Utc::now() + Duration::from_secs(100);
        let until = after(&soon.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap();
        assert!((98..=100).contains(&until.as_secs()), "{until:?}");
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), None);
        assert_eq!(after("soon"), None);
    }
}
