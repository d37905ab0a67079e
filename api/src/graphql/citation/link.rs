//! A citation as the last part of a link: everything in [`super::Citation`] except what can be derived.
//!
//! The server stores no citations, so a link contains its own: JSON with short names, compressed with deflate (RFC
//! 1951), in base64url (RFC 4648). It is not signed. The server that receives it checks whether it has the data.

use std::io::Read as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use flate2::{Compression, read::DeflateDecoder, read::DeflateEncoder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CitedQuery, Digested, Edition};
use crate::database::token::DataToken;

/// The first path segment of a link.
pub(crate) const PATH: &str = "cite";
/// The maximum bytes of the last part of a link. Some browsers and proxies reject longer links.
const MOST_BYTES: usize = 7_000;
/// The version of the contents of a link.
const VERSION: u8 = 1;

/// The reasons that the last part of a link is not a citation.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadLink {
    #[error(
        "the link is damaged: {0}. Copy the whole link from the citation, up to its last character"
    )]
    Damaged(String),
    #[error(
        "the link has version {0}, but this program reads version {VERSION}. Update the program"
    )]
    Version(u64),
    #[error("the query in the link exceeds the limit of {0} bytes (--max-body)")]
    TooLarge(usize),
}

/// The contents of a link.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    #[serde(rename = "v")]
    version: u8,
    #[serde(rename = "q")]
    document: String,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(rename = "x", default, skip_serializing_if = "Map::is_empty")]
    variables: Map<String, Value>,
    #[serde(rename = "r")]
    revision: i32,
    #[serde(rename = "t")]
    token: DataToken,
    #[serde(rename = "i")]
    identity: DataToken,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    loaded_at: Option<DateTime<Utc>>,
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    synthetic: bool,
    #[serde(rename = "a")]
    accessed_at: DateTime<Utc>,
    #[serde(rename = "p")]
    program: String,
    /// `None` if a file was cited, because its bytes were not known yet.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

/// A citation in a link.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LinkedCitation {
    pub(crate) dataset: Edition,
    pub(crate) accessed_at: DateTime<Utc>,
    pub(crate) program: String,
    pub(crate) query: CitedQuery,
    /// `None` if a file was cited.
    pub(crate) result: Option<Digested>,
}

impl LinkedCitation {
    /// The last part of a link. `None` if it would be too long, or if the dataset has no tokens because it is too old.
    pub(crate) fn end(&self) -> Option<String> {
        let Self { dataset, query, .. } = self;
        let carried = Carried {
            version: VERSION,
            document: query.document.clone(),
            operation: query.operation_name.clone(),
            variables: query.variables.clone(),
            revision: dataset.revision,
            token: dataset.token?,
            identity: dataset.identity?,
            loaded_at: dataset.loaded_at,
            synthetic: dataset.synthetic,
            accessed_at: self.accessed_at,
            program: self.program.clone(),
            sha256: self.result.as_ref().map(|result| result.sha256.clone()),
        };
        let json = serde_json::to_vec(&carried).ok()?;
        let mut deflated = Vec::new();
        DeflateEncoder::new(&*json, Compression::best()).read_to_end(&mut deflated).ok()?;
        Some(URL_SAFE_NO_PAD.encode(deflated)).filter(|end| end.len() <= MOST_BYTES)
    }

    /// The link for a server address.
    pub(crate) fn link(&self, base: &str) -> Option<String> {
        self.end().map(|end| format!("{base}/{PATH}/{end}"))
    }

    /// Reads the last part of a link. `most` limits the bytes of its contents.
    ///
    /// # Errors
    /// If the link is damaged, too large, or of another version.
    pub(crate) fn of_end(end: &str, most: usize) -> Result<Self, BadLink> {
        let damaged = |reason: &str| BadLink::Damaged(reason.to_owned());
        let deflated =
            URL_SAFE_NO_PAD.decode(end).map_err(|_| damaged("its last part is not base64url"))?;
        // Stop reading at the limit, however large the decompressed contents would be.
        let mut json = Vec::new();
        let mut decoder = DeflateDecoder::new(&*deflated);
        let read = decoder.by_ref().take(most as u64 + 1).read_to_end(&mut json);
        if json.len() > most {
            return Err(BadLink::TooLarge(most));
        }
        read.map_err(|_| damaged("its contents are cut off"))?;
        if decoder.total_in() != deflated.len() as u64 {
            return Err(damaged("it continues after its end"));
        }
        let value: Value =
            serde_json::from_slice(&json).map_err(|_| damaged("its contents are not JSON"))?;
        match value.get("v").and_then(Value::as_u64) {
            Some(version) if version != u64::from(VERSION) => {
                return Err(BadLink::Version(version));
            }
            _ => {}
        }
        let carried: Carried = serde_json::from_value(value)
            .map_err(|error| damaged(&format!("its contents are not a citation ({error})")))?;
        let is_digest = |text: &String| {
            text.len() == 64 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
        };
        if carried.sha256.as_ref().is_some_and(|digest| !is_digest(digest)) {
            return Err(damaged("its digest is not SHA-256"));
        }
        let mut query = CitedQuery {
            document: carried.document,
            operation_name: carried.operation,
            variables: carried.variables,
            sha256: String::new(),
        };
        query.sha256 = query.digest();
        let dataset = Edition {
            revision: carried.revision,
            loaded_at: carried.loaded_at,
            synthetic: carried.synthetic,
            identity: Some(carried.identity),
            token: Some(carried.token),
        };
        let result = carried.sha256.map(|sha256| Digested { sha256 });
        let (accessed_at, program) = (carried.accessed_at, carried.program);
        Ok(Self { dataset, accessed_at, program, query, result })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(document: &str) -> LinkedCitation {
        let at = DateTime::from_timestamp(1_763_758_800, 0);
        LinkedCitation {
            dataset: Edition {
                revision: 4,
                loaded_at: at,
                synthetic: false,
                identity: Some(7.into()),
                token: Some(9.into()),
            },
            accessed_at: at.expect("a moment"),
            program: "cops-graphql 0.1.0".to_owned(),
            query: CitedQuery::new(document, None, &Map::new()),
            result: Some(Digested { sha256: "0".repeat(64) }),
        }
    }

    fn deflated(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        let mut encoder = DeflateEncoder::new(bytes, Compression::best());
        encoder.read_to_end(&mut out).expect("bytes in memory");
        URL_SAFE_NO_PAD.encode(out)
    }

    #[test]
    fn a_link_is_read_as_it_is_written() {
        let cited = linked("query Q { grants { totalCount } }");
        let end = cited.end().expect("a short link");
        assert!(end.len() < 300, "{end}");
        assert_eq!(LinkedCitation::of_end(&end, 10_000).as_ref(), Ok(&cited));
        let file = LinkedCitation { result: None, ..cited };
        let end = file.end().expect("a short link");
        assert_eq!(LinkedCitation::of_end(&end, 10_000), Ok(file));
        // Incompressible text.
        let noise: String = (0..300).map(|i| super::super::digest(&Value::from(i))).collect();
        assert_eq!(linked(&format!("{{ a }} #{noise}")).end(), None);
    }

    #[test]
    fn what_is_no_link_is_told_with_words() {
        let end = linked("{ a }").end().expect("a short link");
        let version = deflated(br#"{"v":2,"q":"{ a }"}"#);
        let bomb = deflated(&vec![b' '; 50 << 20]);
        assert!(bomb.len() < 100_000);
        for (text, words) in [
            (&end[..end.len() - 5], "are cut off"),
            (&format!("{end}AAAA"), "continues after its end"),
            ("a b", "not base64url"),
            ("", "are cut off"),
            (&deflated(b"{}"), "not a citation"),
            (&deflated(b"[1]"), "not a citation"),
            (&deflated(b"hello"), "not JSON"),
            (&version, "version 2"),
            (&bomb, "limit of 1000 bytes"),
        ] {
            let error = LinkedCitation::of_end(text, 1_000).expect_err(text).to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
