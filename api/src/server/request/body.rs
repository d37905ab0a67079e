//! The body of a POST: its media type, and its maximum size.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
};
use futures_util::StreamExt as _;

use super::{
    answer::{BodyDemand, Refusal},
    ask::Asks,
};
use crate::{error::codes, limits::Limits};

/// Reads the body of a POST. It must be declared as JSON: a page of another site can make a browser send a form or
/// plain text, but not JSON.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
    within: Duration,
) -> Result<Asks, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    });
    if !is_json || !is_utf8 {
        let reason =
            "Send the query as JSON in UTF-8, with the header `Content-Type: application/json`.";
        return Err(Refusal::unread(reason, BodyDemand::Json));
    }
    if !is_plain(headers) {
        let reason = "Send the body uncompressed: this server does not support `Content-Encoding` in requests.";
        return Err(Refusal::unread(reason, BodyDemand::Plain));
    }
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let too_large = |error| Refusal::of(StatusCode::PAYLOAD_TOO_LARGE, &error);
    limits.body(length.unwrap_or_default()).map_err(too_large)?;
    let most = limits.body as usize;
    let bytes: Bytes = match tokio::time::timeout(within, whole(body, most)).await {
        Ok(Ok(bytes)) => bytes,
        // The length was not declared: the body exceeds the limit as it arrives.
        Ok(Err(Unread::TooLarge(arrived))) => {
            return Err(limits.body(arrived).map_or_else(too_large, |()| broken_off()));
        }
        Ok(Err(Unread::BrokenOff)) => return Err(broken_off()),
        Err(_) => {
            let reason = format!("The body did not arrive within {} seconds.", within.as_secs());
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, codes::BAD_REQUEST, &reason));
        }
    };
    Asks::of_bytes(&bytes)
}

/// Whether the body has no content coding.
fn is_plain(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut codings = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    codings.all(|coding| {
        let coding = coding.trim_ascii();
        coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
    })
}

/// Why a body was not read to its end.
enum Unread {
    /// This many bytes have arrived, which is more than allowed.
    TooLarge(usize),
    /// Its client ended it early, or its chunks are malformed.
    BrokenOff,
}

/// The bytes of a body, up to a maximum.
async fn whole(body: Body, most: usize) -> Result<Bytes, Unread> {
    let mut chunks = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Unread::BrokenOff)?;
        let arrived = whole.len() + chunk.len();
        if arrived > most {
            return Err(Unread::TooLarge(arrived));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

fn broken_off() -> Refusal {
    let reason = "The body is incomplete: it has fewer bytes than declared, or malformed chunks.";
    Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, reason)
}
