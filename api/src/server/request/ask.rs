//! A GraphQL request as HTTP carries it: the parameters of a URL, or a JSON body.
//!
//! Error messages name the parameter. Parameters that GraphQL over HTTP does not define are ignored, as its
//! specification asks.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::{answer::Refusal, pin::Pin, report::ReportOptions};
use crate::{catalog::dataset::Dataset, error::codes, graphql::execute::AskedFor};

/// What a client sent, before its document is looked up.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parameters {
    /// The document.
    pub(crate) query: Option<String>,
    /// The id of a trusted document.
    pub(crate) document_id: Option<String>,
    /// The operation to run.
    pub(crate) operation: Option<String>,
    /// The variables.
    pub(crate) variables: Map<String, Value>,
    /// The hash of a document, from `extensions.persistedQuery`.
    pub(crate) persisted: Option<PersistedQuery>,
    /// The revision of the dataset, from `extensions.revision`.
    pub(crate) pin: Option<Pin>,
}

/// A document as named by Apollo's protocol of automatic persisted queries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PersistedQuery {
    /// The version of the protocol.
    pub(crate) version: i64,
    /// The SHA-256 of the document, in hexadecimal digits.
    pub(crate) hash: String,
}

impl Parameters {
    /// Reads the query of a URL.
    ///
    /// # Errors
    /// Names the parameter that appears twice or has an invalid value.
    pub(crate) fn of_url(query: &str) -> Result<Self, Refusal> {
        let mut found = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let is_json = match name.as_ref() {
                "query" | "operationName" | "documentId" => false,
                "variables" | "extensions" => true,
                _ => continue,
            };
            // A form sends an empty parameter for a field that is left blank.
            let value = match (value.is_empty(), is_json) {
                (true, _) => Value::Null,
                (false, false) => Value::String(value.into_owned()),
                (false, true) => serde_json::from_str(&value).map_err(|error| {
                    bad(&format!("The parameter `{name}` is not JSON: {error}."))
                })?,
            };
            if found.insert(name.to_string(), value).is_some() {
                return Err(bad(&format!("The parameter `{name}` appears more than once.")));
            }
        }
        Self::of_map(found)
    }

    /// Reads a JSON value.
    ///
    /// # Errors
    /// If it is not a request.
    pub(crate) fn of_json(value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(map) => Self::of_map(map),
            _ => Err(bad(
                "The body is not a GraphQL request. Send a JSON object with the string `query`, and optionally \
                 `variables`, `operationName` and `extensions`.",
            )),
        }
    }

    fn of_map(mut map: Map<String, Value>) -> Result<Self, Refusal> {
        let text = |map: &mut Map<String, Value>, name: &str| match map.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(other) => {
                Err(bad(&format!("`{name}` must be a string, but is {}.", kind_of(&other))))
            }
        };
        let object = |map: &mut Map<String, Value>, name: &str| match map.remove(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            // PHP and R write an object without fields as a list without items.
            Some(Value::Array(items)) if items.is_empty() => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(other) => {
                Err(bad(&format!("`{name}` must be a JSON object, but is {}.", kind_of(&other))))
            }
        };
        let mut extensions = object(&mut map, "extensions")?;
        let persisted = match extensions.remove("persistedQuery") {
            None | Some(Value::Null) => None,
            Some(value) => Some(PersistedQuery::of_json(&value)?),
        };
        let pin = extensions.get("revision").map(Pin::of_json).transpose()?.flatten();
        Ok(Self {
            query: text(&mut map, "query")?,
            document_id: text(&mut map, "documentId")?,
            operation: text(&mut map, "operationName")?,
            variables: object(&mut map, "variables")?,
            persisted,
            pin,
        })
    }

    /// Whether it names no document.
    pub(crate) fn names_nothing(&self) -> bool {
        self.query.is_none() && self.document_id.is_none() && self.persisted.is_none()
    }
}

impl PersistedQuery {
    fn of_json(value: &Value) -> Result<Self, Refusal> {
        let version = value.get("version").and_then(Value::as_i64);
        let hash = value.get("sha256Hash").and_then(Value::as_str);
        match (version, hash) {
            (Some(version), Some(hash)) => Ok(Self { version, hash: hash.to_ascii_lowercase() }),
            _ => Err(bad(
                "`extensions.persistedQuery` must have the number `version` and the string `sha256Hash`.",
            )),
        }
    }
}

/// A request whose document is known.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// The document.
    pub(crate) document: Arc<str>,
    /// The operation to run.
    pub(crate) operation: Option<String>,
    /// The variables.
    pub(crate) variables: Map<String, Value>,
    /// What to report besides the answer.
    pub(crate) report: ReportOptions,
    /// The dataset that the request names, if any.
    pub(crate) wanted: Option<Arc<Dataset>>,
    /// Whether it is named by its token, which never names other data.
    pub(crate) is_by_token: bool,
    /// Whether the request is for one answer or for a subscription's.
    pub(crate) asked_for: AskedFor,
}

impl Ask {
    /// The earlier dataset that is wanted; `None` if that is the current one.
    pub(crate) fn past(&self, current: &Dataset) -> Option<&Dataset> {
        self.wanted.as_deref().filter(|wanted| *wanted != current)
    }

    /// The request in async-graphql's form.
    pub(crate) fn into_request(self) -> Request {
        let variables = Variables::from_json(Value::Object(self.variables));
        let mut request = Request::new(&*self.document).variables(variables);
        request.operation_name = self.operation;
        request
    }
}

/// One request, or several in one body.
pub(crate) enum Asks {
    /// One.
    One(Parameters),
    /// A list, which is answered by a list.
    Several(Vec<Value>),
}

impl Asks {
    /// Reads the bytes of a body.
    ///
    /// # Errors
    /// If they are not JSON, or not a request.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Array(requests)) => Ok(Self::Several(requests)),
            Ok(value) => Parameters::of_json(value).map(Self::One),
            Err(_) if bytes.is_empty() => {
                Err(bad("The body is empty. Send a JSON object with the string `query`."))
            }
            Err(error) => {
                let text = "The body is not JSON. Send a JSON object with the string `query`";
                Err(bad(&format!("{text} ({error}).")))
            }
        }
    }
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, message)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_url_is_read_as_a_body_is() {
        let url = "query=%7Ba%7D&variables=%7B%22n%22%3A1%7D&operationName=&_=17&extensions=\
                   %7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22AB%22%7D%7D";
        let body = json!({
            "query": "{a}", "variables": { "n": 1 }, "operationName": null, "_": 17,
            "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "ab" } },
        });
        let read = Parameters::of_url(url).unwrap_or_default();
        assert_eq!(Some(&read), Parameters::of_json(body).ok().as_ref());
        assert_eq!(read.query.as_deref(), Some("{a}"));
        assert_eq!(read.operation, None);
        let of_php = json!({ "query": "{a}", "variables": [], "extensions": [] });
        assert_eq!(
            Parameters::of_json(of_php).ok(),
            Parameters::of_json(json!({ "query": "{a}" })).ok()
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (url, word) in [
            ("query=a&query=b", "`query` appears more than once"),
            ("query=a&variables=%7B", "`variables` is not JSON"),
            ("query=a&variables=1", "`variables` must be a JSON object, but is a number"),
            ("query=a&extensions=%5B1%5D", "`extensions` must be a JSON object, but is a list"),
            ("extensions=%7B%22persistedQuery%22%3A1%7D", "`extensions.persistedQuery`"),
            (
                "query=a&extensions=%7B%22revision%22%3A-1%7D",
                "`extensions.revision` must be a revision number",
            ),
            (
                "query=a&extensions=%7B%22revision%22%3A%221-2%22%7D",
                "`extensions.revision` must be a revision number",
            ),
        ] {
            let refusal = Parameters::of_url(url).expect_err(url);
            assert!(refusal.message().contains(word), "{}", refusal.message());
        }
        let refusal = Parameters::of_json(json!({ "query": 1 })).expect_err("a number");
        assert_eq!(refusal.message(), "`query` must be a string, but is a number.");
    }
}
