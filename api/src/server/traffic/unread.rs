//! Requests whose heads hyper cannot read, and so answers itself.
//!
//! hyper says the status, 400, 414 or 431, and nothing else: no request has come to be, and no handler is asked. Its
//! response is recognized on its way to the socket, by its status and by the `X-Request-Id` that it lacks (each response
//! of the router has one), and gets a body that says in words what is wrong, as all other refusals have.

use crate::error::codes;

/// The head of a response of hyper's own, with a body that says what it means; none where it is another.
pub(super) fn worded(head: &[u8]) -> Option<Vec<u8>> {
    let (code, message) = match head.strip_prefix(b"HTTP/1.1 ")?.get(..3)? {
        b"400" => (
            codes::BAD_REQUEST,
            "the head of the request is not HTTP/1.1: look at its URL and its headers",
        ),
        b"414" => (
            codes::QUERY_TOO_LARGE,
            "the URL has more than the 65534 bytes that it may have: send the query by POST, or name it by its hash",
        ),
        b"431" => (
            codes::QUERY_TOO_LARGE,
            "the URL and the headers of the request have more than 408 KiB, or it has more than 100 headers: send the \
             query by POST, or fewer headers",
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
    // In the order of all errors, and without anything that JSON would escape.
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
