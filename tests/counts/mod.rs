//! The cost of the hot paths, counted instead of timed: the queries of the benchmark (`bench/queries/`), from the HTTP
//! request to the last byte of the answer, by allocations, instructions and SQL statements.
//!
//! Unlike a time, a count is the same however busy the machine is: everything counted happens on the thread that
//! answers, after the caches are filled. `agreed.json` has the agreed numbers. A difference of 10 % fails, also if the
//! cost went down, so that a gain is not lost unnoticed. Another compiler may change the instructions, too.
//! `UPDATE_COUNTS=1 cargo test --workspace counts` rewrites the numbers.

mod instructions;

use std::{collections::BTreeMap, path::Path};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, StatusCode},
};
use cops_graphql::{
    catalog::dataset::Dataset,
    database::Readers,
    server::{AggregatesBy, Server, Settings},
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

use crate::{
    fixture::{self, Size},
    support::TestDatabase,
};

/// Enough for every query to fill its pages: a list of 100 rows, and lists in lists.
const FULL: Size = Size { agencies: 100, grants_of_each: 11, officers_of_each: 4, trainees: 2_000 };

/// How often a query is asked before it is counted, so that statements are prepared and documents are kept.
const WARM_UP: usize = 3;

/// How often it is counted. The least counts: now and then a look for a new revision falls into one.
const TIMES: usize = 8;

/// The part by which a number may differ from what was agreed to.
const TOLERANCE: f64 = 0.1;

/// Numbers by what they count.
type Costs = BTreeMap<String, u64>;

/// What was agreed to, by query, by database.
type Agreed = BTreeMap<String, BTreeMap<String, Costs>>;

/// The server, and the thread that it runs on.
struct Site {
    runtime: Runtime,
    /// Keeps no answers.
    router: Router,
    /// Keeps them.
    keeping: Router,
    _database: TestDatabase,
}

impl Site {
    fn new(runtime: Runtime, database: TestDatabase) -> Self {
        let (router, keeping) = runtime.block_on(async {
            let writer = database.writer().await;
            fixture::load(&writer, FULL).await;
            // The database would do it itself, at a moment of its own.
            sea_orm::ConnectionTrait::execute_unprepared(&writer, "ANALYZE").await.unwrap();
            writer.close().await.unwrap();
            let readers = Readers::open(&database.url, 1).await.unwrap();
            let dataset = Dataset::read(readers.spare()).await.unwrap();
            let server = Server::new(readers, dataset, AggregatesBy::Memory);
            let none = Settings { cache_bytes: 0, ..Settings::default() };
            (server.clone().router_with(none), server.router_with(Settings::default()))
        });
        let site = Self { runtime, router, keeping, _database: database };
        site.runtime.block_on(async {
            while send(&site.router, Request::get("/health/ready"), Body::empty()).await.0 != 200 {
                tokio::task::yield_now().await;
            }
        });
        site
    }

    /// What a query costs: the least of several times.
    fn count(&self, router: &Router, query: &Value) -> Costs {
        let body = Bytes::from(query.to_string());
        let ask = || {
            let request = Request::post("/graphql").header("content-type", "application/json");
            self.runtime.block_on(send(router, request, Body::from(body.clone())))
        };
        for _ in 0..WARM_UP {
            let (status, answer) = ask();
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            assert!(status == 200 && answer["errors"].is_null(), "{query}: {answer}");
        }
        let counted: Vec<_> =
            (0..TIMES).map(|_| allocation_counter::measure(|| drop(ask()))).collect();
        BTreeMap::from([
            ("allocations".to_owned(), counted.iter().map(|info| info.count_total).min().unwrap()),
            ("bytes".to_owned(), counted.iter().map(|info| info.bytes_total).min().unwrap()),
        ])
    }

    /// How many statements a query sends.
    fn statements(&self, query: &Value) -> u64 {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("graphql-explain", "1");
        let body = Body::from(query.to_string());
        let (_, answer) = self.runtime.block_on(send(&self.router, request, body));
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let reads = answer["extensions"]["explain"]["reads"].as_array().unwrap();
        reads.iter().filter(|read| read["from"] == "database").count() as u64
    }
}

/// Sends a request, and reads all of the answer.
async fn send(
    router: &Router,
    request: axum::http::request::Builder,
    body: Body,
) -> (StatusCode, Bytes) {
    let response = router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let status = response.status();
    (status, axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap())
}

/// The queries of the benchmark, as they are sent.
fn queries() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/queries");
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut queries: Vec<_> = folders
        .map(|folder| {
            let name = folder.file_name().into_string().unwrap();
            let text = std::fs::read_to_string(folder.path().join("cops-graphql.graphql")).unwrap();
            // The only variable that any of them has: an agency, number 5.
            let variables =
                if text.contains("$id") { json!({ "id": "QWdlbmN5OjU" }) } else { Value::Null };
            (name, json!({ "query": text, "variables": variables }))
        })
        .collect();
    queries.sort_by(|(a, _), (b, _)| a.cmp(b));
    queries
}

/// The numbers of one kind of database, in the order of the queries, each worked out and then kept.
fn count(site: &Site) -> Vec<(String, Costs)> {
    let mut counts = Vec::new();
    for (name, query) in queries() {
        let mut costs = site.count(&site.router, &query);
        costs.insert("statements".to_owned(), site.statements(&query));
        counts.push((name.clone(), costs));
        counts.push((format!("{name}, kept"), site.count(&site.keeping, &query)));
    }
    counts
}

#[test]
fn the_hot_paths_cost_what_was_agreed_to() {
    let runtime = || Builder::new_current_thread().enable_all().build().unwrap();
    let on_sqlite = runtime();
    let sqlite = on_sqlite.block_on(TestDatabase::sqlite());
    let mut sqlite = count(&Site::new(on_sqlite, sqlite));
    if instructions::are_counted() {
        return;
    }
    if let Some(instructions) = instructions::count("the_hot_paths_cost_what_was_agreed_to") {
        assert_eq!(instructions.len(), TIMES * sqlite.len());
        for ((_, costs), times) in sqlite.iter_mut().zip(instructions.chunks(TIMES)) {
            costs.insert("instructions".to_owned(), *times.iter().min().unwrap());
        }
    }
    let mut all = vec![("sqlite", sqlite)];
    let on_postgres = runtime();
    let postgres = TestDatabase::postgres("the_hot_paths_cost_what_was_agreed_to");
    if let Some(postgres) = on_postgres.block_on(postgres) {
        all.push(("postgres", count(&Site::new(on_postgres, postgres))));
    }
    hold(all);
}

/// Holds numbers against what was agreed to, or agrees to them.
fn hold(all: Vec<(&str, Vec<(String, Costs)>)>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("counts/agreed.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
    let mut agreed: Agreed = serde_json::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    for (database, counts) in all {
        let agreed = agreed.entry(database.to_owned()).or_default();
        for (query, costs) in counts {
            let agreed = agreed.entry(query.clone()).or_default();
            for (what, now) in costs {
                let was = agreed.insert(what.clone(), now);
                if !was.is_some_and(|was| are_close(was, now)) {
                    wrong.push(format!("{database}, {query}: {what} were {was:?}, are {now}"));
                }
            }
        }
    }
    if std::env::var_os("UPDATE_COUNTS").is_some() {
        let text = serde_json::to_string_pretty(&agreed).unwrap();
        return std::fs::write(path, text + "\n").unwrap();
    }
    assert!(
        wrong.is_empty(),
        "{}\nWhere that is meant, UPDATE_COUNTS=1 cargo test --workspace counts rewrites {}",
        wrong.join("\n"),
        "tests/counts/agreed.json"
    );
}

/// Whether a number is what it was, within a tenth.
#[expect(clippy::cast_precision_loss, reason = "they are no larger than 2^52")]
fn are_close(was: u64, now: u64) -> bool {
    (now as f64 - was as f64).abs() <= was as f64 * TOLERANCE
}
