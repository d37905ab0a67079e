//! Downloads a file, and continues an interrupted transfer.
//!
//! A transfer continues only if the server confirms that the file is still the same ([RFC
//! 9110](https://www.rfc-editor.org/rfc/rfc9110), `Range` and `If-Range`): by a strong entity tag, or else by its
//! modification date. If the server cannot confirm this, the download starts over.

use std::{
    fs::{File, OpenOptions},
    io::{Seek as _, SeekFrom, Write as _},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, Request, StatusCode, Uri, header},
};
use http_body_util::{BodyExt as _, Full};

use super::{
    answer::{Failure, deepest, judged, retry_after},
    client::{FetchClient, Tries},
    contract::Piece,
    error::FetchError,
    folder::Folder,
};

/// Downloads a file to its part file.
pub(crate) async fn transfer(
    client: &FetchClient,
    folder: &mut Folder,
    piece: &Piece,
    url: &str,
) -> Result<(), FetchError> {
    let uri = client.resolve(url)?;
    let path = folder.part(piece);
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| FetchError::folder(&path, &error))?;
    let mut tries = Tries::default();
    client.progress.set_style(super::bytes());
    loop {
        client.progress.set_message(piece.to_string());
        let length = |file: &mut File| file.seek(SeekFrom::End(0)).unwrap_or_default();
        let before = length(&mut file);
        let tried = attempt(client, folder, piece, &uri, &mut file).await;
        let Err(failure) = tried else {
            client.progress.set_style(super::words());
            return Ok(());
        };
        if length(&mut file) > before {
            tries = Tries::default();
        }
        client.again(&mut tries, &uri, failure).await?;
    }
}

/// Requests the rest of a file and receives it until it is complete or breaks off.
async fn attempt(
    client: &FetchClient,
    folder: &mut Folder,
    piece: &Piece,
    uri: &Uri,
    file: &mut File,
) -> Result<(), Failure> {
    let path = folder.part(piece);
    let disk = |error: std::io::Error| Failure::Final(FetchError::folder(&path, &error));
    let mut have = file.seek(SeekFrom::End(0)).map_err(disk)?;
    let mut request = Request::get(uri);
    let validator = folder.entry(piece).and_then(|entry| entry.validator.clone());
    if let Some(validator) = validator.filter(|_| have > 0) {
        request = request
            .header(header::RANGE, format!("bytes={have}-"))
            .header(header::IF_RANGE, validator);
    }
    let request = request
        .body(Full::<Bytes>::default())
        .map_err(|error| Failure::Final(FetchError::Request(error.to_string())))?;
    let answer = client.send(request).await?;
    let after = retry_after(&answer);
    let (parts, mut body) = answer.into_parts();
    let (goes_on, total) = match parts.status {
        StatusCode::OK => (false, length(&parts.headers)),
        StatusCode::PARTIAL_CONTENT => match range(&parts.headers) {
            Some((first, total)) if first == have => (true, total),
            _ => return Err(anew(file, "the server sent a different range than requested")),
        },
        StatusCode::RANGE_NOT_SATISFIABLE => {
            // All bytes were already there, or the file has become shorter.
            let whole = unsatisfied(&parts.headers) == Some(have);
            return if whole { Ok(()) } else { Err(anew(file, "the file is shorter than before")) };
        }
        StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN => {
            return Err(Failure::Final(FetchError::Gone { url: uri.to_string() }));
        }
        status => {
            judged(uri, status, after, &[])?;
            return Err(Failure::passing(format!("the server returned {status}")));
        }
    };
    if !goes_on {
        have = 0;
        file.set_len(0).map_err(disk)?;
        file.seek(SeekFrom::Start(0)).map_err(disk)?;
        let url = uri.to_string();
        folder.begun(piece, &url, validator_of(&parts.headers)).map_err(Failure::Final)?;
    }
    client.progress.set_length(total.unwrap_or_default());
    client.progress.set_position(have);
    while let Some(frame) = client.in_time(body.frame()).await? {
        let frame = frame.map_err(|error| broke_off(have, total, &deepest(&error)))?;
        if let Some(bytes) = frame.data_ref() {
            file.write_all(bytes).map_err(disk)?;
            have += bytes.len() as u64;
            client.progress.set_position(have);
        }
    }
    match total {
        Some(total) if total != have => {
            Err(broke_off(have, Some(total), "the response ended early"))
        }
        _ => Ok(()),
    }
}

/// The received bytes are useless: start over.
fn anew(file: &mut File, problem: &str) -> Failure {
    match file.set_len(0) {
        Ok(()) => Failure::passing(problem),
        Err(error) => Failure::Final(FetchError::Request(error.to_string())),
    }
}

fn broke_off(have: u64, total: Option<u64>, problem: &str) -> Failure {
    let total = total.map(|total| format!(" of {total}")).unwrap_or_default();
    Failure::passing(format!("the transfer broke off after {have}{total} bytes ({problem})"))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn length(headers: &HeaderMap) -> Option<u64> {
    text(headers, header::CONTENT_LENGTH)?.parse().ok()
}

/// The first byte of a range and the total length, from `bytes 5-9/10` or `bytes 5-9/*`.
fn range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let range = text(headers, header::CONTENT_RANGE)?.strip_prefix("bytes ")?;
    let (part, total) = range.split_once('/')?;
    let (first, _) = part.split_once('-')?;
    Some((first.parse().ok()?, total.parse().ok()))
}

/// The total length, from `bytes */10`.
fn unsatisfied(headers: &HeaderMap) -> Option<u64> {
    text(headers, header::CONTENT_RANGE)?.strip_prefix("bytes */")?.parse().ok()
}

/// What identifies the file's version. A weak tag does not suffice for ranges.
fn validator_of(headers: &HeaderMap) -> Option<String> {
    let tag = text(headers, header::ETAG).filter(|tag| tag.starts_with('"'));
    tag.or_else(|| text(headers, header::LAST_MODIFIED)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, header::HeaderValue::from_static(value))])
    }

    #[test]
    fn a_part_says_where_it_belongs() {
        let range_of = |value| range(&headers(header::CONTENT_RANGE, value));
        assert_eq!(range_of("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(range_of("bytes 5-9/*"), Some((5, None)));
        for wrong in ["bytes */10", "lines 5-9/10", "bytes 5", "bytes -/1", ""] {
            assert_eq!(range_of(wrong), None, "{wrong}");
        }
        assert_eq!(unsatisfied(&headers(header::CONTENT_RANGE, "bytes */10")), Some(10));
    }

    #[test]
    fn a_weak_tag_does_not_say_that_bytes_are_the_same() {
        assert_eq!(validator_of(&headers(header::ETAG, "W/\"1\"")), None);
        assert_eq!(validator_of(&headers(header::ETAG, "\"1\"")).as_deref(), Some("\"1\""));
    }
}
