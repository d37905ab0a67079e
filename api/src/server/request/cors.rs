//! Which sites' pages may read answers.
//!
//! All data are public and nothing can be changed, so any page may read them, without credentials, unless the
//! operator names the allowed origins.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// How long a browser may cache the preflight answer.
const MAX_AGE: Duration = Duration::from_hours(24);

/// Lets pages of these origins read answers; an empty list allows any origin.
pub(crate) fn layer(origins: &[HeaderValue]) -> CorsLayer {
    let exposed = [
        header::CONTENT_DISPOSITION,
        header::ETAG,
        header::LAST_MODIFIED,
        header::LINK,
        super::memento::MEMENTO_DATETIME,
        HeaderName::from_static("cache-status"),
        super::request_id::REQUEST_ID,
        super::revision_header::REVISION_HEADER,
        header::RETRY_AFTER,
        HeaderName::from_static("ratelimit-limit"),
        HeaderName::from_static("ratelimit-remaining"),
        HeaderName::from_static("ratelimit-reset"),
    ];
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers(Any)
        .expose_headers(exposed)
        .max_age(MAX_AGE);
    match origins {
        // The same headers for everyone, so that caches need not vary by origin.
        [] => layer.allow_origin(Any).vary([]),
        _ => layer.allow_origin(AllowOrigin::list(origins.iter().cloned())).vary([header::ORIGIN]),
    }
}
