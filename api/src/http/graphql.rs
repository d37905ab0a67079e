//! `GET /graphql` and `POST /graphql`.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_graphql::{
    ErrorExtensionValues, Name, Pos, Request, Response as Answered, ServerError, Value, Variables,
};
use async_graphql_axum::{GraphQLRequest, rejection::GraphQLRejection};
use axum::{
    extract::{FromRequest as _, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use tokio::time::Instant;

use super::{BODY_LIMIT, Server};
use crate::{analytics::Aggregates, error::Error, execute::execute, schema::Dataset};

/// How long a query may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// How often a query is tried where loads commit while it runs.
const TRIES: u32 = 4;
/// The bytes of a message: those of the parser repeat the line that they are about.
const LONGEST_MESSAGE: usize = 1_000;

const JSON: &str = "application/json; charset=utf-8";
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";

/// The parameters of a query in a URL.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    query: Option<String>,
    variables: Option<String>,
    operation_name: Option<String>,
}

pub(super) async fn get(
    State(server): State<Server>,
    headers: HeaderMap,
    Query(parameters): Query<Parameters>,
) -> Response {
    let Some(query) = parameters.query else {
        return refuse(&headers, StatusCode::BAD_REQUEST, "the parameter `query` is missing");
    };
    let mut request = Request::new(query);
    if let Some(name) = parameters.operation_name.filter(|name| !name.is_empty()) {
        request = request.operation_name(name);
    }
    if let Some(variables) = parameters.variables.filter(|text| !text.is_empty()) {
        if let Ok(variables @ (serde_json::Value::Object(_) | serde_json::Value::Null)) =
            serde_json::from_str::<serde_json::Value>(&variables)
        {
            request = request.variables(Variables::from_json(variables));
        } else {
            let reason = "the parameter `variables` is not a JSON object";
            return refuse(&headers, StatusCode::BAD_REQUEST, reason);
        }
    }
    answer(&server, &headers, request).await
}

pub(super) async fn post(
    State(server): State<Server>,
    headers: HeaderMap,
    request: axum::extract::Request,
) -> Response {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let reason = "send the query as JSON, with the header `Content-Type: application/json`";
        return refuse(&headers, StatusCode::UNSUPPORTED_MEDIA_TYPE, reason);
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        let reason = "the body is larger than 100 kB: ask for less at once";
        return refuse(&headers, StatusCode::PAYLOAD_TOO_LARGE, reason);
    };
    let request = axum::extract::Request::from_parts(parts, body.into());
    match <GraphQLRequest<GraphQLRejection>>::from_request(request, &()).await {
        Ok(request) if !request.0.query.is_empty() => {
            answer(&server, &headers, request.into_inner()).await
        }
        _ => {
            let reason = "the body is not a GraphQL request: a JSON object with the text `query`, and \
                          perhaps `variables` and `operationName`";
            refuse(&headers, StatusCode::BAD_REQUEST, reason)
        }
    }
}

async fn answer(server: &Server, headers: &HeaderMap, request: Request) -> Response {
    let (mut response, dataset) = of_one_revision(server, request).await;
    for error in &mut response.errors {
        if error.message.len() > LONGEST_MESSAGE {
            let end = error.message.floor_char_boundary(LONGEST_MESSAGE);
            error.message.truncate(end);
            error.message.push_str("...");
        }
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        // What async-graphql refuses (syntax, validation) it refuses without a code.
        if extensions.get("code").is_none() {
            extensions.set("code", "INVALID_QUERY");
        }
    }
    let about = [
        (Name::new("revision"), Value::from(dataset.revision)),
        (Name::new("synthetic"), Value::Boolean(dataset.synthetic)),
    ];
    response.extensions.insert("dataset".to_owned(), Value::Object(about.into_iter().collect()));
    render(headers, &response)
}

/// The answer of one revision of the dataset, and which. A load that commits while a query runs would
/// leave it with rows of both, and so would a copy in memory that is behind: then the query runs again.
async fn of_one_revision(server: &Server, request: Request) -> (Answered, Dataset) {
    let (query, variables, name) = (request.query, request.variables, request.operation_name);
    let mut dataset = server.dataset();
    let copy = server.copy();
    let mut aggregates = match &copy {
        Some(copy) => Aggregates::Memory(Arc::clone(&copy.replica)),
        None => Aggregates::Database,
    };
    let mut tries = 0;
    let deadline = Instant::now() + DEADLINE;
    loop {
        let mut request = Request::new(query.clone()).variables(variables.clone());
        request.operation_name.clone_from(&name);
        let answer = execute(&server.0.schema.0, &server.0.database, &aggregates, request);
        let Ok(answer) = tokio::time::timeout_at(deadline, answer).await else {
            let error = Error::Timeout(DEADLINE.as_secs()).at(Pos::default(), &[]);
            return (Answered::from_errors(vec![error]), dataset);
        };
        tracing::debug!(reads = answer.reads.len(), copy = ?answer.copy, "answered");
        tries += 1;
        // What read no rows is of the copy's revision, or of any; a database that is gone has said so.
        if answer.statements().is_empty() {
            let of_copy = copy.filter(|_| answer.copy.is_some());
            return (answer.response, of_copy.map_or(dataset, |copy| copy.dataset));
        }
        if tries == TRIES {
            return (answer.response, dataset);
        }
        let Ok(current) = Dataset::read(&server.0.database).await else {
            return (answer.response, dataset);
        };
        let behind = answer.copy.is_some_and(|revision| revision != current.revision);
        if current == dataset && !behind {
            return (answer.response, dataset);
        }
        if behind {
            aggregates = Aggregates::Database;
        }
        dataset = current;
    }
}

fn refuse(headers: &HeaderMap, status: StatusCode, reason: &str) -> Response {
    let mut error = ServerError::new(reason, None);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "BAD_REQUEST");
    error.extensions = Some(extensions);
    let mut response = render(headers, &Answered::from_errors(vec![error]));
    *response.status_mut() = status;
    response
}

/// The body of an answer, in the order in which it is written.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

/// Writes an answer in the media type that the client prefers. A client that knows GraphQL's own media
/// type learns from the status whether the query ran; others get 200, as they always have.
fn render(headers: &HeaderMap, answer: &Answered) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let knows_graphql = accept.contains("application/graphql-response+json");
    // A request that did not run has no data, which is something else than null data.
    let ran =
        answer.data != Value::Null || answer.errors.iter().any(|error| !error.path.is_empty());
    let body = Body {
        errors: &answer.errors,
        data: ran.then_some(&answer.data),
        extensions: &answer.extensions,
    };
    let body = match serde_json::to_string(&body) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let status = if ran || !knows_graphql { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let content_type = HeaderValue::from_static(if knows_graphql { GRAPHQL } else { JSON });
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
