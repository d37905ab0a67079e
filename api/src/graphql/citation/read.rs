//! Reads a citation from a file that may have been changed.

use serde_json::Value;

use super::{Citation, FORMAT, LinkedCitation, digest};
use crate::{graphql::sizes, limits::Limits};

/// The reasons that a file cannot be verified as a citation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// It is something else, which the message names if possible.
    #[error(
        "this is {0}. A citation is the `extensions.citation` of an answer to a query sent with the header \
         `GraphQL-Cite: 1`, or that whole answer"
    )]
    Kind(&'static str),
    /// It is not JSON.
    #[error("this is not JSON ({0}). A citation is a JSON file")]
    Json(serde_json::Error),
    /// It was written by another version.
    #[error(
        "this citation has the format {0:?}, but this version of the program reads {FORMAT:?}. Verify it with the \
         version named in its `program`"
    )]
    Version(String),
    /// A part is missing or invalid.
    #[error("this citation is damaged: {0}")]
    Damaged(String),
    /// It was changed after it was written.
    #[error("this citation was tampered with: {0}")]
    Tampered(String),
}

/// Reads a citation, or an answer that contains one, and checks that its parts are consistent.
///
/// # Errors
/// What the file is instead, or what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Citation, Unreadable> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Some(kind) = kind_of_text(text) {
        return Err(Unreadable::Kind(kind));
    }
    let mut value: Value = serde_json::from_str(text).map_err(Unreadable::Json)?;
    let cited = value.pointer_mut("/extensions/citation").map(Value::take);
    let data = value.get_mut("data").map(Value::take);
    let (citation, data) = match cited {
        Some(citation) => (citation, data),
        None if data.is_some() || value.get("errors").is_some() => {
            return Err(Unreadable::Kind("an answer without a citation"));
        }
        None => (value, None),
    };
    let citation = parse(citation)?;
    check(&citation, data.as_ref())?;
    Ok(citation)
}

/// The kind of a text that is not JSON.
fn kind_of_text(text: &str) -> Option<&'static str> {
    match text.chars().next() {
        None => Some("an empty file"),
        Some('@') => Some("BibTeX, which does not contain the query"),
        Some('{' | '[') => None,
        _ if text.contains("query sha256:") => Some("the text of a citation, without its query"),
        _ => None,
    }
}

fn parse(value: Value) -> Result<Citation, Unreadable> {
    let Value::Object(object) = &value else {
        return Err(Unreadable::Kind("a JSON value of another kind"));
    };
    match object.get("format").and_then(Value::as_str) {
        Some(FORMAT) => {}
        Some(other) if other.starts_with("cops-graphql-citation/") => {
            return Err(Unreadable::Version(other.to_owned()));
        }
        _ if object.contains_key("bibtex") => {
            return Err(Unreadable::Kind("the citation of a dataset, which has no query"));
        }
        _ if object.get("type").is_some_and(|kind| kind == "dataset") => {
            return Err(Unreadable::Kind("CSL-JSON, which does not contain the query"));
        }
        _ => return Err(Unreadable::Kind("a JSON object of another kind")),
    }
    serde_json::from_value(value).map_err(|error| Unreadable::Damaged(error.to_string()))
}

/// Checks the digests against the query and the data.
fn check(citation: &Citation, data: Option<&Value>) -> Result<(), Unreadable> {
    let query = &citation.query;
    // The file may be crafted to crash the parser.
    sizes::document(&query.document, &Limits::unlimited())
        .map_err(|error| Unreadable::Damaged(error.to_string()))?;
    if query.digest() != query.sha256 {
        return Err(Unreadable::Tampered(
            "its query (document, operation and variables) does not match the recorded digest"
                .to_owned(),
        ));
    }
    let recorded = &citation.result.sha256;
    if let Some(data) = data
        && digest(data) != *recorded
    {
        return Err(Unreadable::Tampered(format!(
            "the data of the answer does not match the recorded digest, sha256:{recorded}"
        )));
    }
    let carries = |link: &str| {
        let end = link.rsplit('/').next().unwrap_or_default();
        let carried = LinkedCitation::of_end(end, usize::MAX >> 1);
        carried.is_ok_and(|it| {
            it.query.sha256 == query.sha256 && it.result.as_ref() == Some(&citation.result)
        })
    };
    if citation.link.as_deref().is_some_and(|link| !carries(link)) {
        return Err(Unreadable::Tampered(
            "its link contains a different query or digest".to_owned(),
        ));
    }
    for (name, digest) in [("query", &query.sha256), ("data", recorded)] {
        if !citation.formats.text.contains(digest.as_str()) {
            return Err(Unreadable::Tampered(format!(
                "its text contains a different digest of the {name}"
            )));
        }
    }
    Ok(())
}
