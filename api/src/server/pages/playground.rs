//! The playground: GraphiQL with this project's additions, built from `api/web/`.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue},
    response::Response,
};

use super::bundle::Bundle;

/// The policy of the page. Scripts and workers are files of this server, so nothing injected through data can run.
/// Inline styles must be allowed: Monaco writes its theme into a `style` element and the position of each line into a
/// `style` attribute, and cannot give either a nonce. Its icons are a font and images in `data:` URLs of the style
/// sheet. Saving an image draws it from a `blob:` URL.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
    let page = include_str!("../../../web/dist/index.html").to_owned();
    Bundle::new(page, POLICY, include!("../../../web/dist/assets.rs"))
});

/// `GET /playground`.
pub(crate) async fn index(headers: HeaderMap) -> Response {
    BUNDLE.page(&headers)
}

/// `GET /playground/assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    BUNDLE.asset(&name, &headers).await
}
