//! GraphQL over HTTP, the schema, the pages for people, and health.
//!
//! async-graphql answers queries; how HTTP asks for one and carries the answer is decided here.
//! [`endpoint`] is the way of a request: [`negotiate`] what the client takes, [`request`] what it sends,
//! [`persisted`] and [`trusted`] which document it means, [`pin`] which revision it wants, [`cache`] the answer
//! that is at hand, [`graphql`] the one that is not, and [`answer`] the response. An answer that is a file is
//! [`export`]ed: a [`table`] of all rows, whose columns [`dictionary`] explains. People get [`front`] and
//! [`playground`], as [`page`]s.
//!
//! How much is done at once is bounded on the way in: connections and how slow they may be by [`listen`],
//! clients by [`rate`], and queries by [`admission`].
//!
//! Nothing here writes: the pool behind it cannot, and the schema has queries only. A POST must say that
//! its body is JSON, which a form on another site cannot, so no browser can be made to send one unasked.

mod admission;
mod answer;
mod cache;
mod compress;
mod copy;
mod cors;
mod counters;
mod dictionary;
mod endpoint;
mod errors;
mod export;
mod flights;
mod front;
mod graphql;
mod listen;
mod metrics;
mod negotiate;
mod page;
mod persisted;
mod pin;
mod playground;
mod rate;
mod report;
mod request;
mod settings;
mod slow;
mod table;
mod trusted;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, HeaderValue, Request, Response, StatusCode, header},
    response::{IntoResponse, Redirect},
    routing::{any, get},
};
use sea_orm::DatabaseConnection;
use tokio::sync::watch;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};
use tracing::Span;

use self::{
    admission::Admission, cache::Answers, copy::Copy, endpoint::Endpoint, metrics::Metrics,
};
pub use self::{
    counters::{Counters, Counts},
    listen::serve,
    rate::{Peer, RateLimit},
    settings::Settings,
    trusted::TrustedDocuments,
};
use crate::{
    database::Readers,
    query::kept::Keeper,
    schema::{Dataset, Schema, schema, sdl},
};

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
    readers: Readers,
    dataset: watch::Receiver<Dataset>,
    /// The copy in memory that answers aggregates; none of it where the database does.
    copy: Option<watch::Receiver<Option<Copy>>>,
    front: front::Cache,
}

/// What answers aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum AggregatesBy {
    /// A copy of the dataset in memory: milliseconds for most of what is asked.
    Memory,
    /// The database: for data that outgrow memory.
    Sql,
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
    pub fn new(readers: impl Into<Readers>, dataset: Dataset, aggregates: AggregatesBy) -> Self {
        let readers = readers.into();
        let (sender, receiver) = watch::channel(dataset);
        tokio::spawn(follow(readers.spare().clone(), sender));
        let copy = (aggregates == AggregatesBy::Memory).then(|| {
            let (copies, copy) = watch::channel(None);
            tokio::spawn(copy::keep(readers.spare().clone(), receiver.clone(), copies));
            copy
        });
        let schema = SchemaHandle(schema());
        let front = front::Cache::default();
        Self(Arc::new(Inner { schema, sdl: sdl(), readers, dataset: receiver, copy, front }))
    }

    /// The routes, with nothing chosen by an operator.
    pub fn router(self) -> Router {
        self.router_with(Settings::default())
    }

    /// The routes.
    pub fn router_with(self, settings: Settings) -> Router {
        let trace = TraceLayer::new_for_http()
            .make_span_with(|request: &Request<_>| {
                let id = request.extensions().get::<RequestId>();
                let id = id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
                let (method, path) = (request.method(), request.uri().path());
                tracing::info_span!("request", %method, path, id)
            })
            .on_response(log_response)
            // What fails is logged where it fails.
            .on_failure(());
        let cors = cors::layer(&settings.origins);
        let running = settings.running_over(self.0.readers.backend());
        let admission = Arc::new(Admission::new(running, settings.most_waiting));
        let counters = Arc::clone(&settings.counters);
        let answers = Answers::new(self.dataset(), settings.cache_bytes, Arc::clone(&counters));
        let kept = Arc::new(Keeper::new(self.dataset(), settings.row_cache_bytes));
        let metrics = Arc::new(Metrics::new(
            self.clone(),
            counters,
            Arc::clone(&answers),
            Arc::clone(&kept),
            Arc::clone(&admission),
        ));
        let introspection = settings.limits.introspection;
        let exports = settings.most_export_rows > 0 && !settings.trusted_only;
        let endpoint =
            Endpoint::new(self.clone(), settings, answers, kept, admission, Arc::clone(&metrics));
        let mut open = Router::new();
        if exports {
            open = open
                .route("/export/{file}", get(export::whole::serve).with_state(endpoint.clone()));
        }
        open = open.route("/graphql", any(endpoint::serve).with_state(endpoint));
        if introspection {
            open = open.route("/schema.graphql", get(schema_text));
            open = open.route("/dictionary.csv", get(dictionary::serve));
        }
        let open = open.layer(cors);
        Router::new()
            .merge(open)
            .route("/", get(front::get))
            .route("/playground", get(playground::index))
            .route("/playground/", get(|| async { Redirect::permanent("/playground") }))
            .route("/playground/assets/{name}", get(playground::asset))
            .route("/health/live", get(|| async { "live\n" }))
            .route("/health/ready", get(ready))
            .route("/metrics", get(metrics::serve).with_state(metrics))
            // In one layer, so that they cost one boxed future: the first is the outermost.
            .layer((
                SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid),
                trace,
                PropagateRequestIdLayer::new(REQUEST_ID),
                CatchPanicLayer::new(),
                header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                header_layer(header::REFERRER_POLICY, "no-referrer"),
                header_layer(header::X_FRAME_OPTIONS, "DENY"),
                header_layer(
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; frame-ancestors 'none'",
                ),
            ))
            .with_state(self)
    }

    fn dataset(&self) -> Dataset {
        self.0.dataset.borrow().clone()
    }

    /// The copy that answers aggregates, once it stands.
    fn copy(&self) -> Option<Copy> {
        self.0.copy.as_ref()?.borrow().clone()
    }

    /// Whether everything stands that answers aggregates.
    fn has_aggregates(&self) -> bool {
        self.0.copy.as_ref().is_none_or(|copy| copy.borrow().is_some())
    }
}

/// Sets a header of what does not set it itself.
fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
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

/// Says what became of a request. An answer that was kept is not worth a line of the usual log: writing it
/// would cost half as much as the answer.
fn log_response<B>(response: &Response<B>, latency: Duration, _: &Span) {
    let (status, latency_us) = (response.status().as_u16(), latency.as_micros());
    if endpoint::is_kept(response.headers()) {
        tracing::debug!(status, latency_us, "answered what was kept");
    } else {
        tracing::info!(status, latency_us, "answered");
    }
}

async fn schema_text(State(server): State<Server>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], server.0.sdl.clone())
}

async fn ready(State(server): State<Server>) -> impl IntoResponse {
    let ping = tokio::time::timeout(PING, Dataset::read(server.0.readers.spare())).await;
    let reason = match ping {
        Ok(Ok(dataset)) if server.has_aggregates() => {
            let body = serde_json::json!({ "ready": true, "revision": dataset.revision });
            return (StatusCode::OK, Json(body));
        }
        Ok(Ok(_)) => "the dataset is being copied into memory",
        _ => "the database cannot be reached",
    };
    let body = serde_json::json!({ "ready": false, "reason": reason });
    (StatusCode::SERVICE_UNAVAILABLE, Json(body))
}
