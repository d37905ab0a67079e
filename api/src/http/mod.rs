//! GraphQL over HTTP, the schema, the pages for people, and health.
//!
//! Nothing here writes: the pool behind it cannot, and the schema has queries only. A POST must say that
//! its body is JSON, which a form on another site cannot, so no browser can be made to send one unasked.

mod compress;
mod front;
mod graphql;
mod negotiate;
mod page;
mod playground;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, Request, StatusCode, header},
    response::{IntoResponse, Redirect},
    routing::get,
};
use sea_orm::DatabaseConnection;
use tokio::sync::watch;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::Level;

use crate::schema::{Dataset, Schema, schema, sdl};

/// The bytes that the body of a request may have.
const BODY_LIMIT: usize = 100 * 1024;
/// How often the server looks whether there is a new revision.
const REVISION_POLL: Duration = Duration::from_secs(1);
/// How long a look at the database may take before it counts as gone.
const PING: Duration = Duration::from_secs(2);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What every request needs.
#[derive(Clone, Debug)]
pub struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    schema: SchemaHandle,
    sdl: String,
    database: DatabaseConnection,
    dataset: watch::Receiver<Dataset>,
    front: front::Cache,
}

/// The schema, which has nothing to say when it is printed.
struct SchemaHandle(Schema);

impl std::fmt::Debug for SchemaHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Schema")
    }
}

impl Server {
    /// A server over a database that holds a dataset. It looks for new revisions as long as it lives.
    #[must_use]
    pub fn new(database: DatabaseConnection, dataset: Dataset) -> Self {
        let (sender, receiver) = watch::channel(dataset);
        tokio::spawn(follow(database.clone(), sender));
        let schema = SchemaHandle(schema());
        let front = front::Cache::default();
        Self(Arc::new(Inner { schema, sdl: sdl(), database, dataset: receiver, front }))
    }

    /// The routes.
    pub fn router(self) -> Router {
        let trace = TraceLayer::new_for_http()
            .make_span_with(|request: &Request<_>| {
                let id = request.extensions().get::<RequestId>();
                let id = id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
                let (method, path) = (request.method(), request.uri().path());
                tracing::info_span!("request", %method, path, id)
            })
            .on_response(DefaultOnResponse::new().level(Level::INFO));
        Router::new()
            .route("/", get(front::get))
            .route("/playground", get(playground::index))
            .route("/playground/", get(|| async { Redirect::permanent("/playground") }))
            .route("/playground/assets/{name}", get(playground::asset))
            .route("/graphql", get(graphql::get).post(graphql::post))
            .route("/schema.graphql", get(schema_text))
            .route("/health/live", get(|| async { "live\n" }))
            .route("/health/ready", get(ready))
            .layer(CatchPanicLayer::new())
            .layer(PropagateRequestIdLayer::new(REQUEST_ID))
            .layer(trace)
            .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
            .with_state(self)
    }

    fn dataset(&self) -> Dataset {
        self.0.dataset.borrow().clone()
    }
}

/// Tells of each new revision, until nobody listens any more.
async fn follow(database: DatabaseConnection, sender: watch::Sender<Dataset>) {
    let mut ticks = tokio::time::interval(REVISION_POLL);
    while !sender.is_closed() {
        ticks.tick().await;
        // An unreachable database is logged where it fails, and readiness says so.
        if let Ok(found) = Dataset::read(&database).await {
            sender.send_if_modified(|dataset| {
                let new = *dataset != found;
                if new {
                    tracing::info!(revision = found.revision, "a new revision of the dataset");
                    *dataset = found;
                }
                new
            });
        }
    }
}

async fn schema_text(State(server): State<Server>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], server.0.sdl.clone())
}

async fn ready(State(server): State<Server>) -> impl IntoResponse {
    let ping = tokio::time::timeout(PING, Dataset::read(&server.0.database)).await;
    if let Ok(Ok(dataset)) = ping {
        let body = serde_json::json!({ "ready": true, "revision": dataset.revision });
        (StatusCode::OK, Json(body))
    } else {
        let body =
            serde_json::json!({ "ready": false, "reason": "the database cannot be reached" });
        (StatusCode::SERVICE_UNAVAILABLE, Json(body))
    }
}
