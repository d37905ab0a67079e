//! What the fuzz targets share: a small dataset, and what must never be answered.
//!
//! A target goes through the doors that users have, so that whatever it finds can happen. It fails where the
//! program panics, and where an answer says that the fault is the program's own.

use std::{cell::RefCell, path::Path, sync::Arc};

use async_graphql::{Request, Response, Variables};
use cops_graphql::{
    catalog::dataset::Dataset,
    database::{self, Readers},
    demo,
    graphql::execute::{execute, price},
    graphql::{Schema, catalog, schema},
    limits::Limits,
    measures::{Aggregates, Replica},
    server::{AggregatesBy, Server},
};
use indicatif::ProgressBar;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How large the made-up dataset is: as small as can be.
const SCALE: f64 = 0.01;

/// What answers.
pub struct Fixture {
    runtime: RefCell<Runtime>,
    schema: Schema,
    readers: Readers,
    memory: Aggregates,
}

impl Fixture {
    /// Makes a dataset in a folder.
    fn new(folder: &Path) -> Self {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let url = format!("sqlite://{}", folder.join("fuzz.db").display());
        let (readers, memory) = runtime.block_on(async {
            let writer = database::writer(&url).await.expect("a database");
            migration::run(&writer).await.expect("its tables");
            let made = demo::load(&writer, SCALE, 1, &ProgressBar::hidden()).await;
            made.expect("its rows");
            let reader = database::reader(&url).await.expect("a pool");
            let replica = Replica::build(catalog(), &reader).await.expect("a copy");
            (Readers::from(reader), Aggregates::Memory(Arc::new(replica)))
        });
        let runtime = RefCell::new(runtime);
        Self { runtime, schema: schema(), readers, memory }
    }

    /// Waits for something.
    pub fn block<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.borrow_mut().block_on(future)
    }

    /// A server over the dataset.
    pub fn server(&self) -> Server {
        self.block(async {
            let dataset = Dataset::read(self.readers.spare()).await.expect("a dataset");
            Server::new(self.readers.clone(), dataset, AggregatesBy::Sql)
        })
    }

    /// The data of an answer whose aggregates come from memory; none, where the query is refused.
    pub fn ask(&self, query: &str, variables: &Value) -> Option<Value> {
        self.answer(&self.memory, query, variables)
    }

    /// The same, with aggregates from the database.
    pub fn ask_database(&self, query: &str, variables: &Value) -> Option<Value> {
        self.answer(&Aggregates::Database(<_>::default()), query, variables)
    }

    /// Whether a query would be taken.
    pub fn prices(&self, query: &str, variables: &Value) -> bool {
        let request = request(query, variables);
        let answer = price(
            &self.schema,
            &Aggregates::Database(<_>::default()),
            &Limits::default(),
            &request,
        );
        is_sound(&answer.response)
    }

    fn answer(&self, from: &Aggregates, query: &str, variables: &Value) -> Option<Value> {
        let request = request(query, variables);
        let answer =
            self.block(execute(&self.schema, &self.readers, from, &Limits::default(), request));
        is_sound(&answer.response).then(|| answer.response.data.into_json().expect("JSON"))
    }
}

fn request(query: &str, variables: &Value) -> Request {
    Request::new(query).variables(Variables::from_json(variables.clone()))
}

/// Whether there are no errors. Those that there are must be the client's.
fn is_sound(response: &Response) -> bool {
    for error in &response.errors {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let code = code.map(ToString::to_string).unwrap_or_default();
        let faults = ["INTERNAL", "UNAVAILABLE", "TIMEOUT"];
        assert!(!faults.iter().any(|fault| code.contains(fault)), "{code}: {}", error.message);
    }
    response.errors.is_empty()
}

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().expect("a folder");
    // Never dropped: at the end of the process, a task that is cut off together with the runtime could not give its
    // connection back, which takes a runtime, and panics.
    static FIXTURE: &'static Fixture =
        FOLDER.with(|folder| Box::leak(Box::new(Fixture::new(folder.path()))));
}

/// Runs something with the dataset, which is made once.
pub fn with<T>(run: impl FnOnce(&Fixture) -> T) -> T {
    FIXTURE.with(|fixture| run(fixture))
}
