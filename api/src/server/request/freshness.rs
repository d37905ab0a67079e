//! How long an answer may be used, and since when it is valid.
//!
//! `Last-Modified` is the later of two moments: the load of the answer's revision, and the start of this server (or
//! the moment its database was replaced). The load alone would not do, because an answer also depends on the program
//! and its options, and both change only with a start. A load counts from the next whole second on, and is reported
//! only after that second has begun: an answer given before the load, in the same second, must not bear the same
//! date.
//!
//! `If-Modified-Since` matches only that exact date, like nginx with `if_modified_since exact`. A load is dated when
//! it begins and becomes visible when it commits, so a later date does not prove that its client has seen the load.
//! If a client sends a tag (`If-None-Match`), the date is ignored: two servers on one database start at different
//! times, but give the same answer the same tag.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, Utc};

use crate::{catalog::dataset::Dataset, server::state::Since};

/// A moment in HTTP's format, to the second.
#[derive(Clone, Debug)]
pub(crate) struct HttpDate {
    second: u64,
    /// The value of `Last-Modified`.
    pub(crate) text: HeaderValue,
}

impl HttpDate {
    fn of(second: u64) -> Self {
        let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(second));
        Self { second, text: HeaderValue::try_from(text).expect("letters and digits") }
    }

    /// The first whole second after a load.
    pub(crate) fn of_load(at: DateTime<Utc>) -> Self {
        Self::of(u64::try_from(at.timestamp()).unwrap_or_default() + 1)
    }

    /// Whether a client says that it has the state of exactly this moment.
    pub(crate) fn is_met_by(&self, headers: &HeaderMap) -> bool {
        let mut lines = headers.get_all(header::IF_MODIFIED_SINCE).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else { return false };
        let named = line.to_str().ok().and_then(|text| httpdate::parse_http_date(text.trim()).ok());
        named.is_some_and(|named| second_of(named) == self.second)
    }
}

/// `Cache-Control` of an answer of an earlier revision, named by its token. No load changes it; only another version
/// of the program may.
const PAST: HeaderValue = HeaderValue::from_static("public, max-age=86400, immutable");

/// Whether an answer is of the current or an earlier revision, and how that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RevisionAge {
    /// The newest one at the time of the answer.
    Current,
    /// An earlier one, named by its number or a day: a restored backup may have another one by that name.
    Past,
    /// An earlier one, named by its token.
    PastByToken,
}

impl RevisionAge {
    pub(crate) fn of(past: Option<&Dataset>, is_by_token: bool) -> Self {
        match past {
            None => Self::Current,
            Some(_) if is_by_token => Self::PastByToken,
            Some(_) => Self::Past,
        }
    }
}

/// How long answers of this server may be used, and since when it serves.
#[derive(Debug)]
pub(crate) struct Freshness {
    /// `Cache-Control` of answers that anybody may store.
    public: HeaderValue,
    /// `Cache-Control` of answers that only the client may store.
    pub(crate) private: HeaderValue,
    since: Since,
    started: HttpDate,
}

impl Freshness {
    /// The freshness of a server that starts now.
    pub(crate) fn new(max_age: u32, since: Since) -> Self {
        let control = |who| {
            HeaderValue::try_from(format!("{who}, max-age={max_age}")).expect("words and a number")
        };
        let started = HttpDate::of(since.get());
        Self { public: control("public"), private: control("private"), since, started }
    }

    /// `Cache-Control` of an answer that anybody may store, by the age of its revision.
    pub(crate) fn control(&self, age: RevisionAge) -> HeaderValue {
        match age {
            RevisionAge::Current | RevisionAge::Past => self.public.clone(),
            RevisionAge::PastByToken => PAST,
        }
    }

    /// Whether a `Cache-Control` lets anybody store the answer.
    pub(crate) fn is_public(&self, control: Option<&HeaderValue>) -> bool {
        control.is_some_and(|control| *control == self.public || *control == PAST)
    }

    /// Since when an answer of a load is valid; `None` if that cannot be told to the second.
    pub(crate) fn modified(&self, load: Option<&HttpDate>) -> Option<HttpDate> {
        let (load, since) = (load?, self.since.get());
        let modified = match load.second <= since {
            true if since == self.started.second => self.started.clone(),
            true => HttpDate::of(since),
            false => load.clone(),
        };
        (modified.second <= second_of(SystemTime::now())).then_some(modified)
    }
}

fn second_of(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(text: &str) -> HeaderMap {
        let value = HeaderValue::from_str(text).expect("a header of a test");
        HeaderMap::from_iter([(header::IF_MODIFIED_SINCE, value)])
    }

    #[test]
    fn a_date_is_met_by_itself_in_each_of_its_spellings_and_by_no_other() {
        let date = HttpDate::of(784_111_777);
        assert_eq!(date.text, "Sun, 06 Nov 1994 08:49:37 GMT");
        for same in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert!(date.is_met_by(&since(same)), "{same}");
        }
        for other in [
            "Sun, 06 Nov 1994 08:49:36 GMT",
            "Sun, 06 Nov 1994 08:49:38 GMT",
            "Thu, 26 Nov 2026 00:00:00 GMT",
            "784111777",
            "",
        ] {
            assert!(!date.is_met_by(&since(other)), "{other}");
        }
        assert!(!date.is_met_by(&HeaderMap::new()));
    }

    #[test]
    fn an_answer_is_as_old_as_its_load_or_the_start() {
        let freshness = Freshness::new(5, Since::now());
        let started = freshness.since.get();
        let modified = |second| {
            let load = HttpDate::of(second);
            freshness.modified(Some(&load)).map(|date| date.second)
        };
        assert_eq!(modified(started - 100), Some(started));
        assert_eq!(modified(started), Some(started));
        // That second is not over yet, so another load may bear the same date.
        assert_eq!(modified(started + 1_000), None);
        assert!(freshness.modified(None).is_none());
        let moment = DateTime::from_timestamp(100, 1).expect("a moment");
        assert_eq!(HttpDate::of_load(moment).second, 101);
    }
}
