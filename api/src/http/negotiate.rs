//! What a client wants to get, by the quality values of its `Accept` and `Accept-Encoding`.

use axum::http::{HeaderMap, HeaderName, header};

use super::compress::Coding;

/// Whether a page is what the client would rather have, as a browser's address bar would.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let json = quality(headers, &header::ACCEPT, &["application/json", "application/*", "*/*"]);
    let html = quality(headers, &header::ACCEPT, &["text/html"]).unwrap_or(0.0);
    html > 0.0 && html >= json.unwrap_or(0.0)
}

/// The coding in which a client likes an answer best; among equals the one that makes it smallest.
pub(super) fn coding(headers: &HeaderMap) -> Coding {
    let quality = |name| quality(headers, &header::ACCEPT_ENCODING, &[name, "*"]).unwrap_or(0.0);
    let (brotli, gzip) = (quality("br"), quality("gzip"));
    match () {
        () if brotli > 0.0 && brotli >= gzip => Coding::Brotli,
        () if gzip > 0.0 => Coding::Gzip,
        () => Coding::Identity,
    }
}

/// The quality of the first of these that a list header names.
fn quality(headers: &HeaderMap, header: &HeaderName, names: &[&str]) -> Option<f32> {
    let of = |name: &&str| {
        let lines = headers.get_all(header).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).find_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let here = parts.next().is_some_and(|here| here.eq_ignore_ascii_case(name));
            here.then(|| parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1"))
        })
    };
    names.iter().find_map(of).map(|text| text.parse().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_browser_wants_a_page() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, expected) in [
            (browser, true),
            ("*/*", false),
            ("application/json, text/html;q=0.9", false),
            ("text/html;q=0", false),
        ] {
            assert_eq!(prefers_html(&headers(header::ACCEPT, accept)), expected, "{accept}");
        }
        assert!(!prefers_html(&HeaderMap::new()));
    }

    #[test]
    fn the_coding_is_the_one_that_is_wanted_most() {
        for (accept, expected) in [
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("gzip", Coding::Gzip),
            ("gzip;q=1.0, br;q=0.8", Coding::Gzip),
            ("br;q=0, *", Coding::Gzip),
            ("deflate", Coding::Identity),
        ] {
            assert_eq!(coding(&headers(header::ACCEPT_ENCODING, accept)), expected, "{accept}");
        }
    }
}
