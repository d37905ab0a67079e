//! GraphQL over HTTP for clients, proxies and browsers.

mod bodies;
mod caching;
mod citing;
mod codes;
mod export;
mod formats;
mod headers;
mod links;
mod memento;
mod metrics;
mod named;
mod observability;
mod report;
mod routes;
mod sharing;
mod statuses;
mod traffic;
mod warnings;

use std::sync::Arc;

use cops_graphql::{
    catalog::dataset::Dataset,
    database::{
        Readers,
        load::{Load, LoadCounts as Rows},
    },
    server::{self, AggregatesBy, CacheCounts, Counters, Server, Settings},
};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL, Size},
    support::TestDatabase,
};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

/// A server on a port of its own.
struct Site {
    database: TestDatabase,
    url: String,
    client: reqwest::Client,
    counters: Arc<Counters>,
}

impl Site {
    async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    async fn with(settings: Settings) -> Self {
        Self::of(TestDatabase::sqlite().await, SMALL, settings).await
    }

    async fn of(database: TestDatabase, size: Size, settings: Settings) -> Self {
        Self::by(AggregatesBy::Memory, database, size, settings).await
    }

    /// One whose aggregates are answered like this.
    async fn by(
        aggregates: AggregatesBy,
        database: TestDatabase,
        size: Size,
        settings: Settings,
    ) -> Self {
        fixture::load(&database.writer().await, size).await;
        let readers = Readers::open(&database.url, 4).await.unwrap();
        let dataset = Dataset::read(readers.spare()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let counters = Arc::clone(&settings.counters);
        let connections = Arc::clone(&settings.connections);
        let router = Server::new(readers, dataset, aggregates).router_with(settings);
        tokio::spawn(server::serve(listener, router, connections, std::future::pending()));
        let redirect = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(redirect).build().unwrap();
        let ready = url.replace("graphql", "health/ready");
        while client.get(&ready).send().await.unwrap().status() != 200 {
            tokio::task::yield_now().await;
        }
        Self { database, url, client, counters }
    }

    fn get(&self, parameters: &[(&str, &str)]) -> RequestBuilder {
        self.client.get(&self.url).query(parameters)
    }

    fn post(&self, body: &Value) -> RequestBuilder {
        self.client.post(&self.url).json(body)
    }

    /// The value of a metric, by its name and labels as Prometheus reads them.
    async fn metric(&self, name: &str) -> f64 {
        let metrics = self.client.get(self.url.replace("graphql", "metrics")).send().await.unwrap();
        metrics::value(&metrics.text().await.unwrap(), &format!("cops_graphql_{name}"))
    }

    fn counts(&self) -> CacheCounts {
        self.counters.counts()
    }

    /// Commits a load, and with it a new revision.
    async fn load(&self) {
        let load = Load::begin(&self.database.writer().await, "more", false).await.unwrap();
        load.commit(Rows::default()).await.unwrap();
    }
}

/// A header of a response, or nothing.
fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The status and the body.
async fn read(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

/// The code of the first error.
fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

fn query(text: &str) -> Value {
    json!({ "query": text })
}
