//! Sends pages: with an `ETag` for revalidation, and a content security policy.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// `Cache-Control` of responses that may be stored but must be revalidated.
pub(crate) const CHECKED: HeaderValue = HeaderValue::from_static("no-cache");

/// The icon of the pages.
pub(crate) const ICON: &str = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>\
    <rect width='32' height='32' rx='7' fill='%231d4f91'/><path d='M8 23V15M14 23V9M20 23v-6M26 23V12' \
    stroke='%23fff' stroke-width='3' stroke-linecap='round'/></svg>";

/// An HTML page under a Content-Security-Policy; 304 if the client already has it.
pub(crate) fn answer(
    headers: &HeaderMap,
    policy: &HeaderValue,
    html: impl AsRef<[u8]> + IntoResponse,
) -> Response {
    let mut answer = checked(headers, "text/html; charset=utf-8", html);
    let about = answer.headers_mut();
    about.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    for (name, value) in [
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        about.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// A body identified by its `ETag`; 304 if the client already has it.
pub(crate) fn checked(
    headers: &HeaderMap,
    content_type: &'static str,
    body: impl AsRef<[u8]> + IntoResponse,
) -> Response {
    let digest = Sha256::digest(body.as_ref());
    let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&digest[..16]));
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut known = known.flat_map(|line| line.split(',')).map(str::trim);
    let fresh = known.any(|known| known == "*" || known.trim_start_matches("W/") == tag);
    let mut answer = match fresh {
        true => (StatusCode::NOT_MODIFIED, Body::empty()).into_response(),
        false => body.into_response(),
    };
    let about = answer.headers_mut();
    about.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    about.insert(header::CACHE_CONTROL, CHECKED);
    about.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        about.insert(header::ETAG, tag);
    }
    answer
}

/// The hash with which a Content-Security-Policy allows a `style` element.
pub(crate) fn hash(style: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(style)))
}

/// Text escaped for HTML, including attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// `12345` as `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `trainingSessions` as `Training sessions`.
pub(crate) fn words(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        match character {
            first if words.is_empty() => words.extend(first.to_uppercase()),
            large if large.is_uppercase() => {
                words.push(' ');
                words.extend(large.to_lowercase());
            }
            other => words.push(other),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_written_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(words("trainingSessions"), "Training sessions");
    }
}
