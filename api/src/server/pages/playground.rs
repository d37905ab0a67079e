//! The playground: GraphiQL and what this project adds to it, as built from `api/web/`.
//!
//! The files of that build are part of the program, so that the page needs nothing from elsewhere. They are
//! kept as Brotli writes them, which is what almost every browser asks for; in another coding a file is made
//! once, for the first client that wants it so. An asset bears the hash of its content in its name and
//! never changes; the page itself is checked each time, which is one small 304.

use std::{
    collections::BTreeMap,
    io::Read as _,
    sync::{LazyLock, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::page;
use crate::server::request::{
    compress::{self, Coding},
    negotiate, vary,
};

/// The licences of the packages that the build is made of: the one asset without a hash in its name.
pub(crate) const LICENSES: &str = "licenses.md";

/// What the page may do. Scripts and workers are files of this server, so nothing that gets into the page
/// by way of data can run. Styles have to be allowed inline: Monaco writes its theme into a `style` element
/// and the place of each line into a `style` attribute, and has no way to give either a nonce. Its icons
/// are a font and images in `data:` URLs of the style sheet.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The bytes that are decoded at a time.
const BUFFER: usize = 64 * 1024;

static PAGE: &str = include_str!("../../../web/dist/index.html");

static ASSETS: LazyLock<BTreeMap<&'static str, Asset>> = LazyLock::new(|| {
    let files: &[(&str, &[u8])] = include!("../../../web/dist/assets.rs");
    files.iter().map(|&(name, brotli)| (name, Asset { brotli, others: Mutex::default() })).collect()
});

/// A file of the build.
struct Asset {
    brotli: &'static [u8],
    /// The file in the other codings that were asked for so far.
    others: Mutex<Vec<(Coding, Bytes)>>,
}

impl Asset {
    /// The file in a coding.
    fn coded(&self, coding: Coding) -> std::io::Result<Bytes> {
        if coding == Coding::Brotli {
            return Ok(Bytes::from_static(self.brotli));
        }
        // Who comes while the file is made waits for it, and does not make it again.
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = others.iter().find(|(made, _)| *made == coding) {
            return Ok(bytes.clone());
        }
        let mut plain = Vec::new();
        brotli::Decompressor::new(self.brotli, BUFFER).read_to_end(&mut plain)?;
        let bytes = Bytes::from(compress::compress(&plain, coding)?);
        others.push((coding, bytes.clone()));
        Ok(bytes)
    }
}

/// `GET /playground`.
pub(crate) async fn index(headers: HeaderMap) -> Response {
    page::answer(&headers, &POLICY, PAGE.to_owned())
}

/// `GET /playground/assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((name, asset)) = ASSETS.get_key_value(name.as_str()) else {
        return (StatusCode::NOT_FOUND, "the playground has no such file\n").into_response();
    };
    let coding = negotiate::coding(&headers);
    let coded = tokio::task::spawn_blocking(move || asset.coded(coding)).await;
    let Ok(Ok(bytes)) = coded else {
        tracing::error!(name, ?coding, "a file of the playground cannot be coded");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let caching = if *name == LICENSES { page::CHECKED } else { FOR_EVER };
    let mut answer = bytes.into_response();
    let about = answer.headers_mut();
    about.insert(header::CONTENT_TYPE, content_type(name));
    about.insert(header::CACHE_CONTROL, caching);
    about.insert(header::VARY, HeaderValue::from_static(vary::ACCEPT_ENCODING));
    // A worker goes by the policy of its own file, not by that of the page.
    about.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    about.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    about.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if let Some(encoding) = coding.content_encoding() {
        about.insert(header::CONTENT_ENCODING, encoding);
    }
    answer
}

fn content_type(name: &str) -> HeaderValue {
    let extension = name.rsplit('.').next().unwrap_or_default();
    HeaderValue::from_static(match extension {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "ttf" => "font/ttf",
        "md" => "text/markdown; charset=utf-8",
        _ => "application/octet-stream",
    })
}
