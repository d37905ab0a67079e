//! `/`: one page for a person in a browser, and the same as JSON for everybody else.
//!
//! It says what this is, which data it holds, and the ways in; where the schema is not told there is one of them. The page is plain HTML and one style
//! sheet inside of it: no script, and nothing from elsewhere. What it says of the dataset it asks of the
//! schema, as any client would, once for each revision.

mod html;

use std::{sync::Arc, time::Duration};

use async_graphql::Request;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::page;
use crate::server::{
    request::{base_url::base, negotiate},
    state::Server,
};
use crate::{catalog::dataset, graphql::execute::execute, limits::Limits};

/// What the page says of the dataset.
const QUERY: &str =
    "{ dataset { revision loadedAt synthetic citation { text bibtex } licence counts { table rows }
    sources(first: 100) { totalCount nodes { title publisher publishedOn url } } } }";
/// How long the database may take to tell of the dataset.
const PATIENCE: Duration = Duration::from_secs(10);
/// A query that shows something of any dataset.
const EXAMPLE: &str = "{ agencies(first: 3, orderBy: [{ field: POPULATION, direction: DESC, nulls: LAST }]) \
    { totalCount nodes { name state population } } }";

/// What the page said, and of which dataset.
type Told = (dataset::Dataset, Arc<FrontDataset>);

/// What the page is made of.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    server: Server,
    /// Whether it leads to the schema and to the playground: the server may have neither.
    tells_schema: bool,
    /// What the page said last, and of which dataset.
    cache: Arc<Mutex<Option<Told>>>,
}

impl Front {
    pub(crate) fn new(server: Server, tells_schema: bool) -> Self {
        Self { server, tells_schema, cache: Arc::default() }
    }
}

#[derive(Debug, Deserialize)]
struct FrontAnswer {
    dataset: FrontDataset,
}

/// The dataset, as the page tells of it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FrontDataset {
    revision: i32,
    loaded_at: Option<String>,
    synthetic: bool,
    citation: FrontCitation,
    licence: String,
    counts: Vec<FrontCount>,
    sources: FrontSources,
}

#[derive(Debug, Deserialize, Serialize)]
struct FrontCitation {
    text: String,
    bibtex: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct FrontCount {
    table: String,
    rows: u64,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct FrontSources {
    total_count: usize,
    nodes: Vec<FrontSource>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct FrontSource {
    title: String,
    publisher: Option<String>,
    published_on: Option<String>,
    url: Option<String>,
}

/// `GET /`.
pub(crate) async fn get(State(front): State<Front>, headers: HeaderMap) -> Response {
    let Some(dataset) = dataset(&front).await else {
        let words = "the database cannot be reached: try again in a moment\n";
        return (StatusCode::SERVICE_UNAVAILABLE, words).into_response();
    };
    let base = base(&headers);
    let example = front.tells_schema.then_some(EXAMPLE);
    let mut answer = if negotiate::prefers_html(&headers) {
        page::answer(&headers, &html::POLICY, html::page(&dataset, &base, example))
    } else {
        page::checked(
            &headers,
            "application/json; charset=utf-8",
            said(&dataset, &base, front.tells_schema),
        )
    };
    let vary = HeaderValue::from_static("Accept, Host, X-Forwarded-Proto");
    answer.headers_mut().insert(header::VARY, vary);
    answer
}

/// What holds of the dataset that the server serves.
async fn dataset(front: &Front) -> Option<Arc<FrontDataset>> {
    let server = &front.server;
    let current = server.dataset();
    // One asks, the others wait for it.
    let mut cache = front.cache.lock().await;
    if let Some((of, found)) = &*cache
        && *of == current
    {
        return Some(found.clone());
    }
    let (schema, readers, limits) = (&server.0.schema.0, &server.0.readers, Limits::default());
    let aggregates = server.database();
    let answer = execute(schema, readers, &aggregates, &limits, Request::new(QUERY));
    let answer = tokio::time::timeout(PATIENCE, answer)
        .await
        .inspect_err(|_| tracing::error!("the database does not answer the front page"))
        .ok()?;
    if let Some(error) = answer.response.errors.first() {
        tracing::error!(error = error.message, "the front page cannot ask for the dataset");
        return None;
    }
    let answer = answer.response.data.into_json().and_then(serde_json::from_value::<FrontAnswer>);
    let found =
        answer.inspect_err(|error| tracing::error!(%error, "the front page cannot be read"));
    let found = Arc::new(found.ok()?.dataset);
    *cache = Some((current, found.clone()));
    Some(found)
}

/// The same as JSON.
fn said(dataset: &FrontDataset, base: &str, tells_schema: bool) -> String {
    /// In the order in which it is read.
    #[derive(Serialize)]
    struct Said<'a> {
        name: &'static str,
        version: &'static str,
        description: &'static str,
        links: Links,
        dataset: &'a FrontDataset,
    }
    #[derive(Serialize)]
    struct Links {
        graphql: String,
        explore: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        playground: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        schema: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        docs: Option<String>,
    }
    let link = |path| tells_schema.then(|| format!("{base}{path}"));
    let said = Said {
        name: "cops-graphql",
        version: env!("CARGO_PKG_VERSION"),
        description: "GraphQL API over what the COPS Office (U.S. Department of Justice) has funded since 1994, \
                      and what came of it",
        links: Links {
            graphql: format!("{base}/graphql"),
            explore: format!("{base}/explore"),
            playground: link("/playground"),
            schema: link("/schema.graphql"),
            docs: link("/docs"),
        },
        dataset,
    };
    let text = serde_json::to_string_pretty(&said).expect("texts and numbers are JSON");
    format!("{text}\n")
}
