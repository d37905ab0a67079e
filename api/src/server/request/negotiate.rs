//! What a client accepts: the media type and the content coding of an answer, from `Accept` and `Accept-Encoding`,
//! with quality values as RFC 9110 defines them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::compress::Coding;
use super::format::TableFormat;

/// The media types of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/json`: the status only says whether the request could be read.
    Json,
    /// `application/graphql-response+json`: the status also says whether the query ran.
    Graphql,
}

impl MediaType {
    /// The value of `Content-Type`.
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
        })
    }

    /// The media type that a client prefers; `None` if it accepts neither. The default, also for `*/*`, is
    /// `application/json`; a client that names both equally gets GraphQL's own.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        if items(headers, &header::ACCEPT).next().is_none() {
            return Some(Self::Json);
        }
        let json = quality(headers, "application", "json");
        let graphql = quality(headers, "application", "graphql-response+json");
        match (json.value, graphql.value) {
            (0, 0) => None,
            (json, graphql) if graphql > json => Some(Self::Graphql),
            (json, same) if json == same && graphql.named => Some(Self::Graphql),
            _ => Some(Self::Json),
        }
    }
}

/// Which requests a client wants answered with server-sent events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventsWanted {
    /// None.
    No,
    /// Subscriptions.
    ForSubscriptions,
    /// All.
    First,
}

/// Which requests a client wants answered with server-sent events. It must name the media type.
pub(crate) fn events(headers: &HeaderMap) -> EventsWanted {
    let events = quality(headers, "text", "event-stream");
    match events.named && events.value > 0 {
        false => EventsWanted::No,
        true if is_better_than_json(headers, &events) => EventsWanted::First,
        true => EventsWanted::ForSubscriptions,
    }
}

/// Whether a media type is named, and preferred to JSON.
fn is_better_than_json(headers: &HeaderMap, quality_of_it: &Quality) -> bool {
    let json = ["json", "graphql-response+json"].map(|kind| quality(headers, "application", kind));
    let is_beaten = |json: &Quality| {
        json.value > quality_of_it.value || (json.named && json.value == quality_of_it.value)
    };
    quality_of_it.named && quality_of_it.value > 0 && !json.iter().any(is_beaten)
}

/// The file format that a client prefers to JSON; it must name it explicitly.
pub(crate) fn table(headers: &HeaderMap) -> Option<TableFormat> {
    let is_better = |quality: &Quality| is_better_than_json(headers, quality);
    let of = |format: TableFormat| {
        let (kind, subtype) = format.media_type();
        (format, quality(headers, kind, subtype))
    };
    let wanted = TableFormat::ALL.into_iter().map(of).filter(|(_, quality)| is_better(quality));
    // Of equals the first: `rev` because `max_by_key` takes the last.
    wanted.rev().max_by_key(|(_, quality)| quality.value).map(|(format, _)| format)
}

/// Whether the client prefers a web page, as a browser's address bar does.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let html = quality(headers, "text", "html");
    let best = ["json", "graphql-response+json"]
        .map(|kind| quality(headers, "application", kind).value)
        .into_iter()
        .max();
    html.named && html.value > 0 && Some(html.value) >= best
}

/// The index of the media type that a client prefers: of equals one that it names, and then the first. `None` if it
/// accepts none of them.
pub(crate) fn best(headers: &HeaderMap, offered: &[(&str, &str)]) -> Option<usize> {
    if items(headers, &header::ACCEPT).next().is_none() {
        return Some(0);
    }
    let wanted = offered.iter().map(|(kind, subtype)| quality(headers, kind, subtype)).enumerate();
    let wanted = wanted.filter(|(_, quality)| quality.value > 0);
    // `rev` because `max_by_key` takes the last.
    let best = wanted.rev().max_by_key(|(_, quality)| (quality.value, quality.named));
    best.map(|(index, _)| index)
}

/// The content coding that a client prefers; of equals the one that compresses best.
pub(crate) fn coding(headers: &HeaderMap) -> Coding {
    coding_of(headers, &[Coding::Brotli, Coding::Zstd, Coding::Gzip])
}

/// The coding that a client prefers of those offered; of equals the first.
pub(crate) fn coding_of(headers: &HeaderMap, offered: &[Coding]) -> Coding {
    let mut any = None;
    let mut named: [Option<u16>; 4] = [None; 4];
    for (name, quality) in items(headers, &header::ACCEPT_ENCODING) {
        if name == "*" {
            any = Some(quality);
        } else if let Some(coding) = Coding::named(name) {
            named[coding as usize] = Some(quality);
        }
    }
    let mut best = Coding::Identity;
    // By default the identity coding is acceptable, and any coding that the client asks for is preferred.
    let mut quality = named[Coding::Identity as usize].unwrap_or(0);
    for &coding in offered {
        let of_this = named[coding as usize].or(any).unwrap_or(0);
        if of_this > 0 && (of_this > quality || (of_this == quality && best == Coding::Identity)) {
            (best, quality) = (coding, of_this);
        }
    }
    best
}

/// How much a media type is preferred.
struct Quality {
    /// In thousandths.
    value: u16,
    /// Whether it is named in full, not only by a range.
    named: bool,
}

/// The quality of a media type: that of the most specific range that matches it.
fn quality(headers: &HeaderMap, kind: &str, subtype: &str) -> Quality {
    let mut found = Quality { value: 0, named: false };
    let mut specific = 0;
    for (range, value) in items(headers, &header::ACCEPT) {
        let Some((range_kind, range_subtype)) = range.split_once('/') else { continue };
        let is = |range: &str, name: &str| range.eq_ignore_ascii_case(name);
        let precision = match (range_kind, range_subtype) {
            ("*", "*") => 1,
            (range, "*") if is(range, kind) => 2,
            (range, sub) if is(range, kind) && is(sub, subtype) => 3,
            _ => 0,
        };
        if precision > specific {
            found = Quality { value, named: precision == 3 };
            specific = precision;
        }
    }
    found
}

/// The members of a list header, each with its quality in thousandths.
fn items<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = (&'a str, u16)> + use<'a> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let mut quality = 1_000;
        for parameter in parts {
            if let Some((key, value)) = parameter.split_once('=')
                && key.trim().eq_ignore_ascii_case("q")
            {
                quality = thousandths(value.trim());
            }
        }
        Some((name, quality))
    })
}

/// Reads `0`, `1`, `0.75`; anything else counts as 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match (whole, digits) {
        ("1", true) => 1_000,
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        let value = HeaderValue::from_str(value).expect("a header of a test");
        HeaderMap::from_iter([(name, value)])
    }

    #[test]
    fn the_media_type_is_the_one_that_is_wanted_most() {
        use MediaType::{Graphql, Json};
        assert_eq!(MediaType::of(&HeaderMap::new()), Some(Json));
        let table = [
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(Graphql)),
            ("APPLICATION/GraphQL-Response+JSON; charset=utf-8", Some(Graphql)),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/graphql-response+json, application/json", Some(Graphql)),
            ("application/json, application/graphql-response+json", Some(Graphql)),
            ("application/graphql-response+json;q=0.9, application/json", Some(Json)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Graphql)),
            ("application/json;q=0.5, */*", Some(Graphql)),
            ("application/json;q=0, */*;q=0.1", Some(Graphql)),
            ("application/graphql-response+json;q=0, */*", Some(Json)),
            ("text/html, */*;q=0.8", Some(Json)),
            ("text/html", None),
            ("image/png, application/xml;q=0.9", None),
            ("*/*;q=0", None),
            ("application/json;q=0", None),
            ("nonsense, application/json", Some(Json)),
            ("", Some(Json)),
        ];
        for (accept, expected) in table {
            let headers = headers(header::ACCEPT, accept);
            assert_eq!(MediaType::of(&headers), expected, "{accept}");
        }
        let mut lines = headers(header::ACCEPT, "text/html");
        lines.append(header::ACCEPT, HeaderValue::from_static("application/json"));
        assert_eq!(MediaType::of(&lines), Some(Json));
    }

    #[test]
    fn a_file_is_what_is_asked_for_by_name() {
        use TableFormat::{Csv, Ndjson, Parquet};
        for (accept, expected) in [
            ("text/csv", Some(Csv)),
            ("application/x-ndjson", Some(Ndjson)),
            ("text/csv, */*;q=0.1", Some(Csv)),
            ("text/csv, */*", Some(Csv)),
            ("text/csv;q=0.5, application/x-ndjson", Some(Ndjson)),
            ("application/x-ndjson, text/csv", Some(Csv)),
            ("application/vnd.apache.parquet", Some(Parquet)),
            ("application/vnd.apache.parquet, text/csv;q=0.9, */*;q=0.1", Some(Parquet)),
            ("application/vnd.apache.parquet;q=0.1, application/x-ndjson;q=0.2", Some(Ndjson)),
            ("application/json, text/csv;q=0.9", None),
            ("application/json, text/csv", None),
            ("application/graphql-response+json, application/json;q=0.9, text/csv;q=0.1", None),
            ("text/csv;q=0", None),
            ("text/*", None),
            ("*/*", None),
        ] {
            assert_eq!(table(&headers(header::ACCEPT, accept)), expected, "{accept}");
        }
        assert_eq!(table(&HeaderMap::new()), None);
    }

    #[test]
    fn events_are_for_what_has_no_other_answer_or_for_all() {
        use EventsWanted::{First, ForSubscriptions, No};
        for (accept, expected) in [
            ("text/event-stream", First),
            ("text/event-stream, */*", First),
            ("text/event-stream, multipart/mixed", First),
            ("text/event-stream, application/json;q=0.5", First),
            ("application/json, text/event-stream;q=0.5", ForSubscriptions),
            (
                "application/graphql-response+json, application/graphql+json, application/json, \
                 text/event-stream, multipart/mixed",
                ForSubscriptions,
            ),
            ("text/event-stream;q=0", No),
            ("text/*", No),
            ("*/*", No),
        ] {
            assert_eq!(events(&headers(header::ACCEPT, accept)), expected, "{accept}");
        }
        assert_eq!(events(&HeaderMap::new()), No);
    }

    #[test]
    fn a_browser_wants_a_page() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, expected) in [
            (browser, true),
            ("*/*", false),
            ("application/json, text/html;q=0.9", false),
            ("text/html;q=0", false),
            ("application/graphql-response+json", false),
        ] {
            assert_eq!(prefers_html(&headers(header::ACCEPT, accept)), expected, "{accept}");
        }
        assert!(!prefers_html(&HeaderMap::new()));
    }

    #[test]
    fn the_coding_is_the_one_that_is_wanted_most() {
        use Coding::{Brotli, Gzip, Identity, Zstd};
        assert_eq!(coding(&HeaderMap::new()), Identity);
        for (accept, expected) in [
            ("gzip, deflate, br, zstd", Brotli),
            ("gzip, zstd", Zstd),
            ("gzip", Gzip),
            ("x-gzip", Gzip),
            ("GZIP;q=0.5", Gzip),
            ("gzip;q=1.0, br;q=0.8", Gzip),
            ("br;q=0, *", Zstd),
            ("*", Brotli),
            ("*;q=0", Identity),
            ("identity, gzip;q=0.5", Identity),
            ("identity;q=0.5, gzip;q=0.5", Gzip),
            ("identity", Identity),
            ("deflate", Identity),
            ("gzip;q=2", Identity),
        ] {
            assert_eq!(coding(&headers(header::ACCEPT_ENCODING, accept)), expected, "{accept}");
        }
        let any = headers(header::ACCEPT_ENCODING, "br;q=0, *");
        assert_eq!(coding_of(&any, &[Brotli, Gzip]), Gzip);
    }
}
