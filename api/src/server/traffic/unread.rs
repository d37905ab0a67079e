//! Requests whose heads hyper cannot parse, so that it answers itself.
//!
//! hyper sends only the status, 400, 414 or 431, because there is no request for a handler. Its response is
//! recognized on its way to the socket, by its status and by the missing `X-Request-Id` (each response of the router
//! has one), and gets a body with an error message, like every other refusal.

use crate::error::codes;

/// The head of hyper's own response, with a body that explains it; `None` for other responses.
pub(super) fn worded(head: &[u8]) -> Option<Vec<u8>> {
    let (code, message) = match head.strip_prefix(b"HTTP/1.1 ")?.get(..3)? {
        b"400" => (
            codes::BAD_REQUEST,
            "The head of the request is not HTTP/1.1. Check its URL and its headers.",
        ),
        b"414" => (
            codes::QUERY_TOO_LARGE,
            "The URL exceeds the limit of 65534 bytes. Send the query with POST, or name it by its hash.",
        ),
        b"431" => (
            codes::QUERY_TOO_LARGE,
            "The URL and the headers of the request exceed 408 KiB, or there are more than 100 headers. Send the \
             query with POST, or send fewer headers.",
        ),
        _ => return None,
    };
    let lines = std::str::from_utf8(head).ok()?.strip_suffix("\r\n\r\n")?.split("\r\n");
    let is = |line: &str, name: &str| {
        line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
    };
    if lines.clone().any(|line| is(line, "x-request-id") || is(line, "content-type")) {
        return None;
    }
    // In the key order of all errors, and without characters that JSON would escape.
    let body =
        format!(r#"{{"errors":[{{"message":"{message}","extensions":{{"code":"{code}"}}}}]}}"#);
    let lines: Vec<_> = lines.filter(|line| !is(line, "content-length")).collect();
    let response = format!(
        "{}\r\ncontent-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n\
         x-content-type-options: nosniff\r\ncontent-length: {}\r\n\r\n{body}",
        lines.join("\r\n"),
        body.len()
    );
    Some(response.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_hyper_stays_as_it_is() {
        for head in [
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 414 URI Too Long\r\nx-request-id: a\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 414 URI Too Long\r\ncontent-length: 0\r\n\r\nand more",
            "HTTP/1.1 414",
            "",
        ] {
            assert_eq!(worded(head.as_bytes()), None, "{head}");
        }
        let of_hyper = "HTTP/1.1 414 URI Too Long\r\nconnection: close\r\ncontent-length: 0\r\ndate: now\r\n\r\n";
        let worded = worded(of_hyper.as_bytes()).map(String::from_utf8);
        let worded = worded.expect("it is of hyper").expect("it is text");
        let (head, body) = worded.split_once("\r\n\r\n").expect("a head and a body");
        assert!(
            head.starts_with("HTTP/1.1 414 URI Too Long\r\nconnection: close\r\ndate: now\r\n"),
            "{head}"
        );
        assert!(head.ends_with(&format!("content-length: {}", body.len())), "{head}");
        assert_eq!(head.matches("content-length").count(), 1);
        assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{body}");
    }
}
