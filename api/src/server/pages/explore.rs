//! The explorer: charts of the data that filter each other, built from `api/web/explore/`.
//!
//! It uses only the public endpoint. The URL's query names the chart and is read in the browser, so one page serves
//! all charts.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue},
    response::Response,
};

use super::bundle::Bundle;

/// The policy of the page. Saving an image draws it from a `blob:` URL.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const PAGE: &str = include_str!("../../../web/dist/explore/index.html");
/// The attribute that tells the page about the playground.
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

/// The same without links to the playground, for servers that have none.
pub(crate) async fn index_alone(headers: HeaderMap) -> Response {
    ALONE.page(&headers)
}

/// `GET /explore/assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    BUNDLE.asset(&name, &headers).await
}
