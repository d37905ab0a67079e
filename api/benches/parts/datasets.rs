//! The demo dataset in each database that there is, made where it is missing.

use std::path::Path;

use cops_graphql::{
    database::{self, Readers},
    demo,
};
use indicatif::ProgressBar;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection,
    sea_query::{Expr, ExprTrait as _, Query},
};

/// A database that holds the dataset.
pub(crate) struct Dataset {
    pub(crate) name: &'static str,
    pub(crate) database: DatabaseConnection,
    /// A connection for queries, as the server has them.
    pub(crate) readers: Readers,
}

/// The dataset at a scale: in SQLite first, then in PostgreSQL where `TEST_POSTGRES_URL` names a server.
pub(crate) async fn open(scale: f64) -> Vec<Dataset> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{scale}.db"));
    let url = format!("sqlite://{}", file.display());
    make(&url, scale).await;
    let database = database::reader(&url).await.unwrap();
    let readers = Readers::open(&url, 1).await.unwrap();
    let mut datasets = vec![Dataset { name: "sqlite", database, readers }];
    if let Ok(server) = std::env::var("TEST_POSTGRES_URL") {
        let name = format!("cops_bench_{scale}").replace('.', "_");
        let admin = database::writer(&format!("{server}postgres")).await.unwrap();
        let mut found = Query::select();
        found.column("datname").from("pg_database").and_where(Expr::col("datname").eq(&name));
        if admin.query_one(&found).await.unwrap().is_none() {
            admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        }
        let url = format!("{server}{name}");
        make(&url, scale).await;
        // A connection that may write, because those that may not give up after a time.
        let database = database::writer(&url).await.unwrap();
        let readers = Readers::open(&url, 1).await.unwrap();
        datasets.push(Dataset { name: "postgres", database, readers });
    }
    datasets
}

async fn make(url: &str, scale: f64) {
    let database = database::writer(url).await.unwrap();
    migration::run(&database).await.unwrap();
    if !demo::is_present(&database).await.unwrap() {
        println!("making the dataset at scale {scale}");
        demo::load(&database, scale, demo::DEFAULT_SEED, &ProgressBar::hidden()).await.unwrap();
    }
    // Moves what was written from the log of SQLite into its file.
    database.close().await.unwrap();
}
