//! GraphQL over HTTP, the schema, the web pages, and health.
//!
//! [`graphql_route`] is `/graphql`: it reads a request, or several ([`batch`]), and [`endpoint`] finds the answer. If
//! no answer is cached, [`run`] computes it; [`one_revision`] runs the query, and [`past`] finds earlier revisions.
//! The modules, from the bottom:
//! - `request`: what a client accepts (`negotiate`) and sends (`ask`), which document it names (`persisted`,
//!   `trusted`), which revision it wants (`pin`), and the response (`answer`, `standing`, `compress`).
//! - `cache`: cached answers, identical requests that share one run (`single_flight`), and the in-memory copies of
//!   the dataset (`copy`) and of its earlier revisions (`past_copies`).
//! - `traffic`: limits on concurrent work: connections (`connections`) and how slow they may be (`listen`), clients
//!   (`rate`), queries (`admission`), and the threads for expensive ones (`pool`).
//! - `observe`: metrics and the log of slow queries.
//! - `live`: subscriptions, by WebSocket and as server-sent events.
//! - `files`: answers as files, all rows of a table, and the dictionary that explains its columns.
//! - `pages`: the front page, the explorer, the playground, the docs, and the pages that citations link to.
//!
//! With `--trusted-only` the only routes are `/graphql`, `/graphql/ws` and `/cite/{link}` (for trusted documents,
//! which include those of the explorer), `/explore`, `/` (without a link to the schema), `/health/live`,
//! `/health/ready` and `/metrics`.
//!
//! Nothing here writes: the connection pool is read-only, and the schema has no mutation. A POST must declare its
//! body as JSON. A form on another site cannot do that, so no site can make a browser send one.

mod batch;
mod cache;
mod endpoint;
mod files;
mod graphql_route;
mod live;
mod observe;
mod one_revision;
mod pages;
mod past;
mod request;
mod run;
mod settings;
mod state;
mod traffic;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, HeaderValue, Request, Response, StatusCode, header},
    response::{IntoResponse, Redirect},
    routing::{any, get},
};
use tower::util::MapRequestLayer;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};
use tracing::Span;

pub use crate::graphql::citation::Operator;

pub use self::{
    cache::counters::{CacheCounts, Counters},
    request::trusted::TrustedDocuments,
    settings::{LiveLimits, Settings},
    state::{AggregatesBy, Server},
    traffic::{
        connections::{ClientConnections, ConnectionCounts, ConnectionLimits},
        listen::serve,
        rate::{Peer, RateLimit},
    },
};
use self::{
    cache::{answers::Answers, past_copies::PastCopies},
    endpoint::Endpoint,
    files::{dictionary, table_route},
    live::{Live, websocket},
    observe::metrics::{self, Metrics},
    pages::{
        cited, docs, explore,
        front::{self, Front},
        playground,
    },
    request::{cors, request_id, request_id::REQUEST_ID},
    run::Works,
    traffic::{admission::Admission, pool::Pool},
};
use crate::{
    catalog::dataset::Dataset, limits::usage::MemoryBudget, query::row_cache::RowCache, trace,
};

/// How long a database check may take before the database counts as unreachable.
const PING: Duration = Duration::from_secs(2);

impl Server {
    /// The routes, with default settings.
    pub fn router(self) -> Router {
        self.router_with(Settings::default())
    }

    /// The routes.
    pub fn router_with(self, settings: Settings) -> Router {
        let trace = TraceLayer::new_for_http()
            .make_span_with(|request: &Request<_>| {
                let id = request.extensions().get::<RequestId>();
                let id = id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
                let method = trace::method(request.method());
                let path = trace::begin_of(request.uri().path());
                tracing::info_span!("request", method, path, id)
            })
            .on_response(log_response)
            // Failures are logged where they happen.
            .on_failure(());
        let cors = cors::layer(&settings.origins);
        let running = settings.running_over(self.0.readers.backend());
        let admission = Arc::new(Admission::new(running, settings.most_waiting));
        let counters = Arc::clone(&settings.counters);
        let answers = Answers::new(self.dataset(), settings.cache_bytes, Arc::clone(&counters));
        let kept = Arc::new(RowCache::new(self.dataset(), settings.row_cache_bytes));
        let metrics = Arc::new(Metrics::new(
            self.clone(),
            counters,
            Arc::clone(&answers),
            Arc::clone(&kept),
            Arc::clone(&admission),
            Arc::clone(&settings.connections),
        ));
        let tells_schema = settings.tells_schema();
        let exports = settings.most_export_rows > 0 && !settings.trusted_only;
        let (pool, each) = (Pool::default(), settings.limits.memory);
        let of_files = settings.most_memory / 3;
        let memory = MemoryBudget::new(each, settings.most_memory - of_files);
        let memory_of_files = MemoryBudget::of_files(of_files);
        let (server, metrics_of) = (self.clone(), Arc::clone(&metrics));
        let works = Works {
            server,
            kept,
            past_copies: PastCopies::new(settings.revision_cache_bytes),
            settings,
            metrics: metrics_of,
            admission,
            pool,
            memory,
            memory_of_files,
            file_shares: traffic::file_shares::FileShares::new(of_files),
        };
        let endpoint = Endpoint::new(works, answers);
        let mut open = Router::new();
        if exports {
            open =
                open.route("/export/{file}", get(table_route::serve).with_state(endpoint.clone()));
        }
        let link = "/cite/{link}";
        open = open.route(link, get(cited::serve).with_state(endpoint.clone()));
        let live = Live::new(endpoint);
        open = open.route("/graphql", any(graphql_route::serve).with_state(Arc::clone(&live)));
        let mut pages = explorer(tells_schema);
        if tells_schema {
            open = open.route("/schema.graphql", get(schema_text));
            open = open.route("/dictionary.csv", get(dictionary::serve));
            pages = pages
                .route("/playground", get(playground::index))
                .route("/playground/", get(|| async { Redirect::permanent("/playground") }))
                .route("/playground/assets/{name}", get(playground::asset))
                .route("/docs", get(docs::index))
                .route("/docs/", get(|| async { Redirect::permanent("/docs") }))
                .route("/docs/{*page}", get(docs::page));
        }
        let open = open.layer(cors);
        Router::new()
            .merge(open)
            .merge(pages)
            .route("/graphql/ws", get(websocket::serve).with_state(live))
            .route("/", get(front::get).with_state(Front::new(self.clone(), tells_schema)))
            .route("/health/live", get(|| async { "live\n" }))
            .route("/health/ready", get(ready))
            .route("/metrics", get(metrics::serve).with_state(metrics))
            // One layer, so that these cost one boxed future. The first is the outermost.
            .layer((
                MapRequestLayer::new(request_id::bounded),
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
}

/// The explorer, with links to the playground if the server has one.
fn explorer(has_playground: bool) -> Router<Server> {
    let page = if has_playground { get(explore::index) } else { get(explore::index_alone) };
    Router::new()
        .route("/explore", page.clone())
        .route("/explore/", get(|| async { Redirect::permanent("/explore") }))
        .route("/explore/agency/{ori}", page.clone())
        .route("/explore/award/{number}", page)
        .route("/explore/assets/{name}", get(explore::asset))
}

/// Sets a header unless the response already has it.
fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Logs the outcome of a request. A cached answer is logged at debug level only: a line of the usual log would cost
/// half as much as the answer.
fn log_response<B>(response: &Response<B>, latency: Duration, _: &Span) {
    let (status, latency_us) = (response.status().as_u16(), trace::microseconds(latency));
    if endpoint::is_kept(response.headers()) {
        tracing::debug!(status, latency_us, "answered from the cache");
    } else {
        tracing::info!(status, latency_us, "answered");
    }
}

async fn schema_text(State(server): State<Server>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], server.0.sdl.clone())
}

async fn ready(State(server): State<Server>) -> impl IntoResponse {
    if let Some(reason) = server.0.readers.reason() {
        let body = serde_json::json!({ "ready": false, "reason": *reason });
        return (StatusCode::SERVICE_UNAVAILABLE, Json(body));
    }
    let ping = tokio::time::timeout(PING, Dataset::of(&server.0.readers.by_spare())).await;
    let told = server.dataset();
    let reason = match ping {
        Ok(Ok(dataset)) if dataset != told && !dataset.follows(&told) => {
            "the database is being replaced"
        }
        Ok(Ok(dataset)) if server.has_aggregates() => {
            let body = serde_json::json!({ "ready": true, "revision": dataset.revision });
            return (StatusCode::OK, Json(body));
        }
        Ok(Ok(_)) if server.has_failed_to_copy() => {
            "the dataset could not be copied into memory, and the server will retry: see the log, or run `cops-graphql \
             doctor`"
        }
        Ok(Ok(_)) => "the dataset is being copied into memory",
        _ => "the database cannot be reached",
    };
    let body = serde_json::json!({ "ready": false, "reason": reason });
    (StatusCode::SERVICE_UNAVAILABLE, Json(body))
}
