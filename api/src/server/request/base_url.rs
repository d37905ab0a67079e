//! The URL at which a client found this server.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::graphql::citation::Operator;

/// The host, if a request names none.
const HOST: &str = "127.0.0.1:8080";

/// The URL of the server: the operator's setting, or the one that the client used.
pub(crate) fn public_base<'a>(operator: &'a Operator, headers: &HeaderMap) -> Cow<'a, str> {
    match &operator.public_url {
        Some(url) => Cow::Borrowed(url),
        None => Cow::Owned(base(headers)),
    }
}

/// The URL that the client used. The host is repeated only if it has the characters of a host: people paste the
/// examples into a shell.
pub(crate) fn base(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let plain = |host: &&str| {
        let of_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        !host.is_empty() && host.len() <= 255 && host.bytes().all(of_host)
    };
    let host = text(header::HOST).filter(plain).unwrap_or(HOST);
    // If a proxy ends TLS, only the proxy knows the client's scheme.
    let secure = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    format!("{}://{host}", if secure { "https" } else { "http" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_none_is_not_repeated() {
        for (host, expected) in [
            ("api.example.org", "http://api.example.org"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("localhost:8080", "http://localhost:8080"),
            ("a'; rm -rf ~ #", "http://127.0.0.1:8080"),
            ("<script>", "http://127.0.0.1:8080"),
            ("a`id`", "http://127.0.0.1:8080"),
            ("", "http://127.0.0.1:8080"),
        ] {
            let value = HeaderValue::from_str(host).expect("a header of a test");
            assert_eq!(base(&HeaderMap::from_iter([(header::HOST, value)])), expected);
        }
        assert_eq!(base(&HeaderMap::new()), "http://127.0.0.1:8080");
        let headers = [
            (header::HOST, HeaderValue::from_static("cops.example")),
            (
                header::HeaderName::from_static("x-forwarded-proto"),
                HeaderValue::from_static("https"),
            ),
        ];
        assert_eq!(base(&HeaderMap::from_iter(headers)), "https://cops.example");
    }
}
