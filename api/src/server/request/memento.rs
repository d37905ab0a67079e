//! Links between a revision and the current data (RFC 7089, "Memento").
//!
//! A link that names a revision is a *memento* of the same link without it, the *original*: it shows what the
//! original showed at a moment, and always will. `Memento-Datetime` says when the revision was loaded, and `Link`
//! leads from each to the other:
//!
//! ```text
//! GET /export/grants.csv                 Link: <grants.csv>; rel="original", <grants.csv?revision=4-00c0ffee00c0ffee>; rel="memento"; datetime="..."
//! GET /export/grants.csv?revision=4      the same, and Memento-Datetime: Wed, 25 Nov 2026 12:00:00 GMT
//! ```
//!
//! There is no separate time gate: a link may name a day instead of a revision (`revision=2026-11-25`), which
//! resolves to the last load before that day ended. If a header names the revision, the link is that of the original,
//! and `Content-Location` gives that of the memento.

use std::{borrow::Cow, fmt::Write as _, time::SystemTime};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use serde_json::{Map, Value};

use crate::catalog::dataset::Dataset;

pub(crate) const MEMENTO_DATETIME: HeaderName = HeaderName::from_static("memento-datetime");
/// The longest query in bytes that is repeated in headers: proxies limit the size of headers.
const MOST: usize = 1_000;

/// Where a request named its revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PinPlace {
    Nowhere,
    Url,
    Header,
}

impl PinPlace {
    pub(crate) fn of(in_url: bool, in_header: bool) -> Self {
        match (in_url, in_header) {
            (true, _) => Self::Url,
            (false, true) => Self::Header,
            (false, false) => Self::Nowhere,
        }
    }
}

/// Adds the headers that relate an answer to its dataset's revision.
pub(crate) fn tell(headers: &mut HeaderMap, uri: &Uri, place: PinPlace, dataset: &Dataset) {
    let Some(loaded) = dataset.loaded_at else { return };
    let datetime = httpdate::fmt_http_date(SystemTime::from(loaded));
    let mut tell = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.append(name, value);
        }
    };
    if place != PinPlace::Nowhere {
        tell(MEMENTO_DATETIME, &datetime);
    }
    let query = uri.query().unwrap_or_default();
    if query.len() > MOST {
        return;
    }
    let revision = format!("{}-{}", dataset.revision, dataset.token);
    let (Some(original), Some(memento)) = (of_url(uri, None), of_url(uri, Some(&revision))) else {
        return;
    };
    let link = format!(
        "<{original}>; rel=\"original\", <{memento}>; rel=\"memento\"; datetime=\"{datetime}\""
    );
    tell(header::LINK, &link);
    if place == PinPlace::Header {
        tell(header::CONTENT_LOCATION, &memento);
    }
}

/// The same link with or without a revision, relative to its folder.
fn of_url(uri: &Uri, revision: Option<&str>) -> Option<String> {
    let path = uri.path();
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_file = path.contains("/export/");
    let parameter = if is_file { "revision" } else { "extensions" };
    let mut parts: Vec<Cow<'_, str>> = Vec::new();
    let mut extensions = Map::new();
    for part in uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
        match form_urlencoded::parse(part.as_bytes()).next() {
            Some((name, value)) if name == parameter => {
                if !is_file && !value.is_empty() {
                    extensions = serde_json::from_str(&value).ok()?;
                }
            }
            _ => parts.push(Cow::Owned(safe(part))),
        }
    }
    let named = |value: &str| {
        let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        Cow::Owned(format!("{parameter}={value}"))
    };
    if is_file {
        parts.extend(revision.map(named));
    } else {
        extensions.remove("revision");
        if let Some(revision) = revision {
            extensions.insert("revision".to_owned(), Value::from(revision));
        }
        if !extensions.is_empty() {
            parts.push(named(&Value::Object(extensions).to_string()));
        }
    }
    let name = safe(name);
    Some(if parts.is_empty() { name } else { format!("{name}?{}", parts.join("&")) })
}

/// A part of a link, escaped for a header between angle brackets.
fn safe(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'!' | b'#'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => {
                text.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(url: &str) -> [Option<String>; 2] {
        let uri: Uri = url.parse().expect("a link");
        [of_url(&uri, None), of_url(&uri, Some("4-00c0ffee00c0ffee"))]
    }

    #[test]
    fn a_link_is_the_same_with_and_without_its_revision() {
        let pinned = "extensions=%7B%22revision%22%3A%224-00c0ffee00c0ffee%22%7D";
        let original = "graphql?query=%7Ba%7D&variables=%7B%7D";
        let memento = format!("{original}&{pinned}");
        let found = both("/graphql?query=%7Ba%7D&variables=%7B%7D");
        assert_eq!(found, [Some(original.to_owned()), Some(memento.clone())]);
        assert_eq!(both(&format!("/x/{memento}")), found);
        assert_eq!(both(&format!("/graphql?{pinned}&query=%7Ba%7D&variables=%7B%7D")), found);
        let others = both("/graphql?query=a&extensions=%7B%22b%22%3A1%2C%22revision%22%3A3%7D");
        assert_eq!(others[0].as_deref(), Some("graphql?query=a&extensions=%7B%22b%22%3A1%7D"));
        let file = both("/export/grants.csv");
        assert_eq!(file[0].as_deref(), Some("grants.csv"));
        assert_eq!(file[1].as_deref(), Some("grants.csv?revision=4-00c0ffee00c0ffee"));
        assert_eq!(both("/export/grants.csv?revision=2026-11-25"), file);
        assert_eq!(both("/graphql?query=a&extensions=x"), [None, None]);
    }

    #[test]
    fn nothing_ends_a_link_before_its_end() {
        assert_eq!(safe("query={a}>\";\u{e9}"), "query=%7Ba%7D%3E%22;%C3%A9");
    }
}
