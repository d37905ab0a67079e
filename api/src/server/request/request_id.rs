//! Request ids in logs and traces: `X-Request-Id`.
//!
//! A client, or a proxy in front of this server, may send an id; it is returned, logged and traced. So it is accepted
//! only if it is short and printable. Otherwise, or if there is none, the request gets a new one.

use axum::http::{HeaderName, Request};

/// The header with a request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The maximum length of an id in characters. UUIDs have 36, and trace ids 32.
const LONGEST: usize = 128;

/// The same request, without an invalid id.
pub(crate) fn bounded<B>(mut request: Request<B>) -> Request<B> {
    let headers = request.headers_mut();
    let mut lines = headers.get_all(REQUEST_ID).iter();
    let is_one = match (lines.next(), lines.next()) {
        (None, _) => return request,
        (Some(line), None) => is_id(line.as_bytes()),
        (Some(_), Some(_)) => false,
    };
    if !is_one {
        headers.remove(REQUEST_ID);
    }
    request
}

/// Whether it is visible ASCII, and not too long.
fn is_id(text: &[u8]) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_visible() {
        let longest = "a".repeat(LONGEST);
        for (ids, expected) in [
            (vec![], None),
            (vec!["1f2e-3~!"], Some("1f2e-3~!")),
            (vec![longest.as_str()], Some(longest.as_str())),
            (vec![&*format!("{longest}a")], None),
            (vec![""], None),
            (vec!["a b"], None),
            (vec!["caf\u{e9}"], None),
            (vec!["a", "b"], None),
        ] {
            let mut request = Request::new(());
            for id in &ids {
                request.headers_mut().append(REQUEST_ID, id.parse().expect("a header"));
            }
            let request = bounded(request);
            let found = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
            assert_eq!(found, expected, "{ids:?}");
        }
    }
}
