//! Citations, with which others can get an answer again and verify that it is the same.
//!
//! They follow the recommendations of the Research Data Alliance for changing data ("Data Citation of Evolving Data",
//! 2015). A citation identifies a query, the revision of the dataset that answered it and the time of access, with a
//! digest of the normalized query and a digest of the answer. The server stores no queries: a [`Citation`] contains
//! its query, and so does its [`link`]. `cops-graphql verify` runs it again.
//!
//! Both digests are SHA-256 of canonical JSON (RFC 8785), for which other languages have libraries, so they can be
//! checked without this program.

mod document;
mod formats;
pub(crate) mod link;
mod operator;
mod read;

use async_graphql::parser::parse_query;
use chrono::{DateTime, SecondsFormat, SubsecRound as _, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

pub use self::operator::Operator;
pub(crate) use self::{formats::Formats, link::LinkedCitation, read::read};
use crate::{catalog::dataset::Dataset, database::token::DataToken};

/// The format name of a citation.
const FORMAT: &str = "cops-graphql-citation/1";
/// The name and version of this program.
pub(crate) const PROGRAM: &str = concat!("cops-graphql ", env!("CARGO_PKG_VERSION"));

/// The citation of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Citation {
    /// The format name: [`FORMAT`].
    pub(crate) format: String,
    /// The citation for people and reference managers.
    #[serde(flatten)]
    pub(crate) formats: Formats,
    /// The dataset that answered.
    pub(crate) dataset: Edition,
    /// The time of the answer.
    pub(crate) accessed_at: DateTime<Utc>,
    /// The name and version of the program that answered.
    pub(crate) program: String,
    /// The query.
    pub(crate) query: CitedQuery,
    /// The digest of the answer.
    pub(crate) result: Digested,
    /// The link to the answer. `None` if the public address is unknown, or if the link would be too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
}

/// A dataset at a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Edition {
    /// The number of the latest load.
    pub(crate) revision: i32,
    /// The time of the latest load, to the second.
    pub(crate) loaded_at: Option<DateTime<Utc>>,
    /// Whether rows are synthetic.
    pub(crate) synthetic: bool,
    /// The identity of the dataset, and the token of the revision; `None` in citations from before these existed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<DataToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<DataToken>,
}

impl Edition {
    /// Whether both identify the same load into the same database.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        if let (Some(token), Some(of_other)) = (self.token, other.token) {
            // A token belongs to one revision: a citation with another number was edited.
            return (self.revision, token) == (other.revision, of_other);
        }
        let told = |it: &Self| (it.revision, it.loaded_at, it.synthetic);
        told(self) == told(other)
    }
}

/// A query with everything needed to run it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CitedQuery {
    /// The document as sent.
    pub(crate) document: String,
    /// The name of the operation that ran; `None` if it has no name.
    pub(crate) operation_name: Option<String>,
    /// The values of its variables.
    pub(crate) variables: Map<String, Value>,
    /// The digest of the query in normalized form.
    pub(crate) sha256: String,
}

/// The digest of the `data` of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digested {
    /// The SHA-256 digest in hexadecimal.
    pub(crate) sha256: String,
}

impl From<&Dataset> for Edition {
    fn from(dataset: &Dataset) -> Self {
        let &Dataset { revision, loaded_at, synthetic, token, identity, .. } = dataset;
        let (loaded_at, identity, token) =
            (loaded_at.map(|at| at.trunc_subsecs(0)), Some(identity), Some(token));
        Self { revision, loaded_at, synthetic, identity, token }
    }
}

impl CitedQuery {
    /// A query with a parsable document.
    pub(crate) fn new(
        document: &str,
        operation: Option<&str>,
        variables: &Map<String, Value>,
    ) -> Self {
        let mut asked = Self {
            document: document.to_owned(),
            operation_name: operation
                .map_or_else(|| only_operation(document), |it| Some(it.into())),
            variables: variables.clone(),
            sha256: String::new(),
        };
        asked.sha256 = asked.digest();
        asked
    }

    /// The digest of the query: of the normalized document, the operation and the variables.
    pub(crate) fn digest(&self) -> String {
        digest(&json!({
            "document": document::normalised(&self.document),
            "operationName": self.operation_name,
            "variables": self.variables,
        }))
    }
}

impl LinkedCitation {
    /// Cites an answer or a file as of now.
    pub(crate) fn new(dataset: &Dataset, query: CitedQuery, data: Option<&Value>) -> Self {
        Self {
            dataset: Edition::from(dataset),
            accessed_at: Utc::now().trunc_subsecs(0),
            program: PROGRAM.to_owned(),
            query,
            result: data.map(|data| Digested { sha256: digest(data) }),
        }
    }

    /// The text formats, with the operator of the server and the link.
    pub(crate) fn formats(&self, operator: &Operator, link: Option<&str>) -> Formats {
        Formats::of_answer(self, operator, link)
    }

    /// The citation of an answer; `None` if a file was cited.
    pub(crate) fn citation(&self, operator: &Operator, link: Option<&str>) -> Option<Citation> {
        Some(Citation {
            format: FORMAT.to_owned(),
            formats: self.formats(operator, link),
            dataset: self.dataset.clone(),
            accessed_at: self.accessed_at,
            program: self.program.clone(),
            query: self.query.clone(),
            result: self.result.clone()?,
            link: link.map(str::to_owned),
        })
    }
}

/// The name of the operation if the document has only one.
fn only_operation(document: &str) -> Option<String> {
    let document = parse_query(document).ok()?;
    let mut operations = document.operations.iter();
    match (operations.next(), operations.next()) {
        (Some((name, _)), None) => name.map(ToString::to_string),
        _ => None,
    }
}

/// The SHA-256 of a value as canonical JSON, in hexadecimal.
pub(crate) fn digest(value: &Value) -> String {
    let canonical = serde_json_canonicalizer::to_vec(value).expect("JSON in memory");
    format!("{:x}", Sha256::digest(canonical))
}

/// Formats a time to the second.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_rfc_8785() {
        // The expected result for money, order, escapes and large numbers is that of other implementations.
        let text = r#"{"b":[513701374.09,14000000000.0,0.10,-0.0,1e21,1e-7],"a":{"é":"\u0061/\u000a","\ud83d\ude00":null,"":true}}"#;
        let value: Value = serde_json::from_str(text).expect("JSON");
        let canonical = serde_json_canonicalizer::to_string(&value).expect("JSON");
        assert_eq!(
            canonical,
            "{\"a\":{\"\":true,\"é\":\"a/\\n\",\"😀\":null},\"b\":[513701374.09,14000000000,0.1,0,1e+21,1e-7]}"
        );
        assert_eq!(
            digest(&json!({ "z": 1, "a": 2.0 })),
            format!("{:x}", Sha256::digest(r#"{"a":2,"z":1}"#))
        );
    }

    #[test]
    fn the_same_query_has_the_same_digest() {
        let variables = |text: &str| serde_json::from_str(text).expect("an object");
        let first = CitedQuery::new("query Q { a, b }", None, &variables(r#"{"x":1,"y":2}"#));
        let same =
            CitedQuery::new("# Q\nquery Q{a b}", Some("Q"), &variables(r#"{"y":2.0,"x":1}"#));
        assert_eq!(first.sha256, same.sha256);
        for (document, variables_of) in
            [("query Q { b a }", "{}"), ("query Q { a b }", r#"{"x":1,"y":3}"#)]
        {
            let other = CitedQuery::new(document, None, &variables(variables_of));
            assert_ne!(first.sha256, other.sha256);
        }
    }
}
