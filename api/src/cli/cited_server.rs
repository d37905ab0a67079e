//! Queries a server for the data of a citation, for readers who have no database.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{Request, Uri, header},
};
use http_body_util::{BodyExt as _, Full, Limited};
use serde_json::{Value, json};

use crate::{
    fetch::client::https_client,
    graphql::citation::{self, Citation},
};

/// How long a server may take to accept a connection and to answer.
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_mins(2);
/// The largest answer, in bytes.
const MOST_BYTES: usize = 256 << 20;

/// The current answer of the server for the cited revision, as a citation.
///
/// # Errors
/// Says why the server does not answer for that revision.
pub(super) async fn ask(server: &str, cited: &Citation) -> Result<Citation, String> {
    let url = url_of(server)?;
    let edition = &cited.dataset;
    let revision = match edition.token {
        Some(token) => format!("{}-{token}", edition.revision),
        None => edition.revision.to_string(),
    };
    let query = &cited.query;
    let body = json!({
        "query": query.document, "operationName": query.operation_name, "variables": query.variables,
        "extensions": { "revision": revision },
    });
    let request = Request::post(url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header("GraphQL-Cite", "1")
        .body(Full::new(Bytes::from(body.to_string())))
        .map_err(|error| error.to_string())?;
    let unanswered = |why: String| format!("{url} does not answer: {why}");
    let answer = async {
        let response = https_client(CONNECT).request(request).await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            unanswered(cause.unwrap_or_else(|| error.to_string()))
        })?;
        let (head, body) = response.into_parts();
        let bytes = Limited::new(body, MOST_BYTES).collect().await;
        bytes
            .map(|bytes| (head.status, bytes.to_bytes()))
            .map_err(|error| unanswered(error.to_string()))
    };
    let answer = tokio::time::timeout(ANSWER, answer).await;
    let (status, bytes) = answer
        .map_err(|_| unanswered(format!("no answer within {} seconds", ANSWER.as_secs())))??;
    let text = String::from_utf8_lossy(&bytes);
    let value: Value = serde_json::from_str(&text).map_err(|_| {
        format!("{url} is not a server of this API: it answers {status} without JSON")
    })?;
    if let Some(error) = value.pointer("/errors/0") {
        let part = |name: &str| error.pointer(name).and_then(Value::as_str).unwrap_or_default();
        let (code, message) = (part("/extensions/code"), part("/message"));
        return Err(format!("{url} refuses the query ({code}): {message}"));
    }
    citation::read(&text).map_err(|error| format!("{url} answers without a citation: {error}"))
}

/// The address of the endpoint, from the address of the server or of the endpoint itself.
pub(super) fn url_of(server: &str) -> Result<Uri, String> {
    let wrong = || "--server: write the address as https://HOST or http://HOST:PORT".to_owned();
    let base = server.trim_end_matches('/');
    let path = if base.ends_with("/graphql") { "" } else { "/graphql" };
    let url = format!("{base}{path}").parse::<Uri>().map_err(|_| wrong())?;
    let is_known = matches!(url.scheme_str(), Some("http" | "https"));
    let has_user = url.authority().is_some_and(|authority| authority.as_str().contains('@'));
    if !is_known || has_user || url.query().is_some() { Err(wrong()) } else { Ok(url) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_of_a_server_or_of_its_endpoint() {
        for given in
            ["https://a.gov", "https://a.gov/", "https://a.gov/graphql", "https://a.gov/graphql/"]
        {
            assert_eq!(url_of(given).unwrap().to_string(), "https://a.gov/graphql");
        }
        assert_eq!(url_of("http://a:8080/cops").unwrap().to_string(), "http://a:8080/cops/graphql");
        for wrong in ["a.gov", "ftp://a.gov", "https://me:secret@a.gov", "https://a.gov?x=1", ""] {
            let said = url_of(wrong).unwrap_err();
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
