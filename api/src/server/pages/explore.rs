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

const PAGE: &str = include_str!("../../../web/dist/explore/index.html");
/// What the page says of the playground.
const WITH_PLAYGROUND: &str = "data-playground=\"yes\"";

static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
    Bundle::new(PAGE.to_owned(), POLICY, include!("../../../web/dist/explore/assets.rs"))
});

static ALONE: LazyLock<Bundle> = LazyLock::new(|| {
    Bundle::new(PAGE.replace(WITH_PLAYGROUND, "data-playground=\"no\""), POLICY, &[])
});

/// `GET /explore`, and the pages of one agency and of one award.
pub(crate) async fn index(headers: HeaderMap) -> Response {
    BUNDLE.page(&headers)
}

/// The same where there is no playground: then no picture leads to it.
pub(crate) async fn index_alone(headers: HeaderMap) -> Response {
    ALONE.page(&headers)
}

/// `GET /explore/assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    BUNDLE.asset(&name, &headers).await
}
