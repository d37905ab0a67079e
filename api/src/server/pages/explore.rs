//! The explorer: pictures of the data that filter each other, as built from `api/web/explore/`.
//!
//! It asks the public endpoint and nothing else. Which picture it shows stands in the query of its address, which is read
//! in the browser, so there is one page for all of them.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue},
    response::Response,
};

use super::bundle::Bundle;

/// What the page may do. An image that is saved is drawn from a `blob:` URL first.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
    let page = include_str!("../../../web/dist/explore/index.html");
    Bundle::new(page, POLICY, include!("../../../web/dist/explore/assets.rs"))
});

/// `GET /explore`.
pub(crate) async fn index(headers: HeaderMap) -> Response {
    BUNDLE.page(&headers)
}

/// `GET /explore/assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    BUNDLE.asset(&name, &headers).await
}
