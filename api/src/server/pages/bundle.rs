//! Pages that are built from `api/web/`: a page, and the assets that it loads.
//!
//! The files of a build are embedded in the program, so a page needs nothing from elsewhere. They are stored in
//! Brotli, which almost every browser accepts; for another coding a file is converted once, when the first client
//! asks for it. An asset has a hash of its content in its name and never changes; the page itself is revalidated each
//! time, which costs one small 304.

use std::{
    collections::BTreeMap,
    io::Read as _,
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::page;
use crate::server::request::{
    compress::{self, Coding},
    negotiate, vary,
};

/// The licenses of the packages in a build: the only asset without a hash in its name.
pub(crate) const LICENSES: &str = "licenses.md";

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// How many bytes are decoded at a time.
const BUFFER: usize = 64 * 1024;

/// The output of one build.
pub(crate) struct Bundle {
    page: String,
    /// The content security policy of the page and its workers.
    policy: HeaderValue,
    assets: BTreeMap<&'static str, Asset>,
}

/// A file of the build.
struct Asset {
    brotli: &'static [u8],
    /// The file in the other codings that were requested so far.
    others: Mutex<Vec<(Coding, Bytes)>>,
}

impl Asset {
    /// The file in a coding.
    fn coded(&self, coding: Coding) -> std::io::Result<Bytes> {
        if coding == Coding::Brotli {
            return Ok(Bytes::from_static(self.brotli));
        }
        // Concurrent requests wait for the lock instead of converting the file again.
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

impl Bundle {
    /// A page and its assets by name, compressed with Brotli.
    pub(crate) fn new(
        page: String,
        policy: HeaderValue,
        assets: &[(&'static str, &'static [u8])],
    ) -> Self {
        let assets = assets
            .iter()
            .map(|&(name, brotli)| (name, Asset { brotli, others: Mutex::default() }))
            .collect();
        Self { page, policy, assets }
    }

    /// The page.
    pub(crate) fn page(&self, headers: &HeaderMap) -> Response {
        page::answer(headers, &self.policy, self.page.clone())
    }

    /// One of its assets.
    pub(crate) async fn asset(&'static self, name: &str, headers: &HeaderMap) -> Response {
        let Some((name, asset)) = self.assets.get_key_value(name) else {
            return (StatusCode::NOT_FOUND, "file not found\n").into_response();
        };
        let coding = negotiate::coding(headers);
        let coded = tokio::task::spawn_blocking(move || asset.coded(coding)).await;
        let Ok(Ok(bytes)) = coded else {
            tracing::error!(name, ?coding, "cannot encode an asset");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let caching = if *name == LICENSES { page::CHECKED } else { FOR_EVER };
        let mut answer = bytes.into_response();
        let about = answer.headers_mut();
        about.insert(header::CONTENT_TYPE, content_type(name));
        about.insert(header::CACHE_CONTROL, caching);
        about.insert(header::VARY, HeaderValue::from_static(vary::ACCEPT_ENCODING));
        // A worker follows the policy of its own file, not that of the page.
        about.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
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
}

fn content_type(name: &str) -> HeaderValue {
    let extension = name.rsplit('.').next().unwrap_or_default();
    HeaderValue::from_static(match extension {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "svg" => "image/svg+xml",
        "ttf" => "font/ttf",
        "md" => "text/markdown; charset=utf-8",
        _ => "application/octet-stream",
    })
}
