//! `/`: an HTML page for browsers, and the same content as JSON for other clients.
//!
//! It says what this API is, which data it holds, and the five ways to use it; without a public schema there are two.
//! The page is plain HTML with one embedded style sheet: no scripts, and nothing from elsewhere. It queries the
//! schema for its facts about the dataset, like any client, once per revision.

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

/// The query for the page's facts about the dataset.
const QUERY: &str =
    "{ dataset { revision loadedAt synthetic citation { text bibtex } licence counts { table rows }
    sources(first: 100) { totalCount nodes { title publisher publishedOn url } } } }";
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A query that returns something from any dataset.
const EXAMPLE: &str = "{ agencies(first: 3, orderBy: [{ field: POPULATION, direction: DESC, nulls: LAST }]) \
    { totalCount nodes { name state population } } }";

/// A dataset, and the facts about it on the page.
type Told = (dataset::Dataset, Arc<FrontDataset>);

/// The parts of the page.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    server: Server,
    /// Whether it links to the schema and the playground: the server may have neither.
    tells_schema: bool,
    /// The last dataset and its facts.
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

/// The facts about the dataset on the page.
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
        let words = "The database cannot be reached. Try again in a moment.\n";
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

/// The facts about the current dataset.
async fn dataset(front: &Front) -> Option<Arc<FrontDataset>> {
    let server = &front.server;
    let current = server.dataset();
    // One request queries; concurrent ones wait for it.
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
        .inspect_err(|_| {
            tracing::error!("the database did not answer the query of the front page in time");
        })
        .ok()?;
    if let Some(error) = answer.response.errors.first() {
        tracing::error!(error = error.message, "the query of the front page failed");
        return None;
    }
    let answer = answer.response.data.into_json().and_then(serde_json::from_value::<FrontAnswer>);
    let found = answer.inspect_err(
        |error| tracing::error!(%error, "cannot read the answer to the query of the front page"),
    );
    let found = Arc::new(found.ok()?.dataset);
    *cache = Some((current, found.clone()));
    Some(found)
}

/// The same content as JSON.
fn said(dataset: &FrontDataset, base: &str, tells_schema: bool) -> String {
    /// The fields in reading order.
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
        description: "A GraphQL API over COPS Office (U.S. Department of Justice) funding since 1994 \
                      and its outcomes",
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
