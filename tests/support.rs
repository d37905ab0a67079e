//! Databases for tests: real ones, deleted at the end.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use async_graphql::{Request, Variables};
use cops_graphql::{
    catalog::dataset::Dataset,
    database::{self, Readers},
    graphql::execute::{QueryAnswer, execute, price},
    graphql::{Schema, catalog, schema},
    limits::Limits,
    measures::{Aggregates, Replica},
    server::{AggregatesBy, Server},
};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{self, SMALL};

/// A server of PostgreSQL in which tests may make databases, as a URL that ends with a slash.
const POSTGRES: &str = "TEST_POSTGRES_URL";

/// The databases made so far: each has a name of its own.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// An empty database of the newest schema, and its URL.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    folder: Option<TempDir>,
    /// What holds parts of it, where it is on several machines.
    parts: Vec<Self>,
    pub(crate) is_on_several_machines: bool,
    /// The URLs by which it can be asked, its own among them.
    pub(crate) urls: Vec<String>,
}

impl Drop for TestDatabase {
    /// Leaves nothing behind on a server that others use.
    fn drop(&mut self) {
        let Some((server, name)) = self.url.rsplit_once('/') else { return };
        if !self.url.starts_with("postgres") {
            return;
        }
        let (admin, sql) =
            (format!("{server}/postgres"), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        let drop = async move {
            let admin = database::writer(&admin).await?;
            admin.execute_unprepared(&sql).await
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let dropped = std::thread::spawn(move || runtime.map(|runtime| runtime.block_on(drop)));
        let _ = dropped.join();
    }
}

impl TestDatabase {
    /// One of SQLite.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the database");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        migration::run(&database::writer(&url).await.unwrap()).await.unwrap();
        let mut database = Self::at(url);
        database.folder = Some(folder);
        database
    }

    /// One of PostgreSQL, where there is a server to make it in. Where there is none the test says on
    /// standard error that it was skipped, and why.
    pub(crate) async fn postgres(test: &str) -> Option<Self> {
        let database = Self::empty_postgres(test, "").await?;
        migration::run(&database.writer().await).await.unwrap();
        Some(database)
    }

    /// The same without a table, made with options of `CREATE DATABASE`.
    pub(crate) async fn empty_postgres(test: &str, options: &str) -> Option<Self> {
        let Ok(server) = std::env::var(POSTGRES) else {
            // Straight to standard error: what a passing test prints is not shown.
            let _ = writeln!(
                std::io::stderr(),
                "skipped on PostgreSQL: {test} (set {POSTGRES}, such as postgres://user@localhost:5432/)"
            );
            return None;
        };
        let database = Self::named(&server);
        let admin = database::writer(&format!("{server}postgres")).await.unwrap();
        let sql = format!("CREATE DATABASE {} {options}", database.name());
        admin.execute_unprepared(&sql).await.unwrap();
        Some(database)
    }

    /// One of a server, which is yet to be made.
    pub(crate) fn named(server: &str) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::at(format!("{server}test_{}_{number}", std::process::id()))
    }

    pub(crate) fn at(url: String) -> Self {
        let urls = vec![url.clone()];
        Self { urls, url, folder: None, parts: Vec::new(), is_on_several_machines: false }
    }

    pub(crate) fn with_parts(self, parts: Vec<Self>) -> Self {
        let mut whole = self;
        whole.parts = parts;
        whole.is_on_several_machines = true;
        whole
    }

    /// Its name on the server.
    pub(crate) fn name(&self) -> &str {
        self.url.rsplit_once('/').expect("the URL of a database has a name").1
    }

    /// One of each kind there is.
    pub(crate) async fn each(test: &str) -> Vec<Self> {
        let mut databases = vec![Self::sqlite().await];
        databases.extend(Self::postgres(test).await);
        databases
    }

    pub(crate) async fn writer(&self) -> DatabaseConnection {
        database::writer(&self.url).await.unwrap()
    }

    /// Sends queries, whose aggregates a copy in memory answers.
    pub(crate) async fn client(&self) -> Client {
        let client = self.client_in_sql().await;
        let replica = Replica::build(catalog(), &client.database).await.unwrap();
        Client { aggregates: Aggregates::Memory(Arc::new(replica)), ..client }
    }

    /// The same, with a copy on which several threads work however few rows there are.
    pub(crate) async fn client_on_threads(&self) -> Client {
        let client = self.client_in_sql().await;
        let replica = Replica::build(catalog(), &client.database).await.unwrap();
        let replica = Arc::new(replica.with_threads(3, 5));
        Client { aggregates: Aggregates::Memory(replica), ..client }
    }

    /// Sends queries, whose aggregates the database answers.
    pub(crate) async fn client_in_sql(&self) -> Client {
        let database = database::reader(&self.url).await.unwrap();
        let (aggregates, limits) = (Aggregates::Database(Arc::default()), Limits::default());
        Client { schema: schema(), database, aggregates, limits }
    }
}

/// Sends queries to a database.
pub(crate) struct Client {
    schema: Schema,
    pub(crate) database: DatabaseConnection,
    aggregates: Aggregates,
    pub(crate) limits: Limits,
}

impl Client {
    /// The answer with its statements, errors and all.
    pub(crate) async fn answer(&self, query: &str, variables: Value) -> QueryAnswer {
        self.send(Request::new(query).variables(Variables::from_json(variables))).await
    }

    /// The answer of a request, errors and all.
    pub(crate) async fn send(&self, request: Request) -> QueryAnswer {
        execute(
            &self.schema,
            &self.database.clone().into(),
            &self.aggregates,
            &self.limits,
            request,
        )
        .await
    }

    /// The price of a query, which does not run.
    pub(crate) fn price(&self, query: &str) -> QueryAnswer {
        price(&self.schema, &self.aggregates, &self.limits, &Request::new(query))
    }

    /// The data of an answer without errors.
    pub(crate) async fn data(&self, query: &str) -> Value {
        self.data_with(query, Value::Null).await
    }

    pub(crate) async fn data_with(&self, query: &str, variables: Value) -> Value {
        let answer = self.answer(query, variables).await;
        assert!(answer.response.errors.is_empty(), "{query}: {:?}", answer.response.errors);
        answer.response.data.into_json().unwrap()
    }

    /// The first error of an answer: its message and its code.
    pub(crate) async fn error(&self, query: &str) -> (String, String) {
        let answer = self.answer(query, Value::Null).await;
        let error = answer.response.errors.first().unwrap_or_else(|| panic!("no error: {query}"));
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let code = code.map_or_else(String::new, ToString::to_string);
        (error.message.clone(), code.trim_matches('"').to_owned())
    }
}

/// The GraphQL documents of a folder, in the order of their names.
pub(crate) fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|it| it == "graphql")).collect();
    files.sort();
    files
}

/// A server over the small fixture on a port of its own, with the base of its URLs.
pub(crate) async fn server(aggregates: AggregatesBy) -> (TestDatabase, String) {
    let test = TestDatabase::sqlite().await;
    fixture::load(&test.writer().await, SMALL).await;
    let readers = Readers::open(&test.url, 4).await.unwrap();
    let dataset = Dataset::read(readers.spare()).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Server::new(readers, dataset, aggregates).router();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    while reqwest::get(format!("{url}/health/ready")).await.unwrap().status() != 200 {
        tokio::task::yield_now().await;
    }
    (test, url)
}

/// The program itself.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cops-graphql-under-test"))
}

/// Waits for a future inside a property, which is not asynchronous itself.
pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}
