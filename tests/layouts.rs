//! Databases for tests on several machines.
//!
//! [`CITUS`] names the coordinator of a Citus cluster. Without it, PostgreSQL itself stands in, with the same layout:
//! the rows of trainees and outcomes are in two other databases, over `postgres_fdw`. Each has its own snapshot and
//! commits separately, so everything that happens between two machines of Citus happens there, too.

use std::io::Write as _;

use cops_graphql::database::{self, distributed::distribute};
use entity::table::history;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use crate::support::TestDatabase;

/// A coordinator of Citus, as a URL that ends with a slash. Its database `postgres` knows the workers.
const CITUS: &str = "TEST_CITUS_URL";
/// Servers that hold parts of a database; the one of `TEST_POSTGRES_URL` where none are named.
const SHARDS: &str = "TEST_SHARD_URLS";

impl TestDatabase {
    /// One on Citus, where there is one.
    pub(crate) async fn citus(test: &str) -> Option<Self> {
        let main = Self::coordinator(test).await?;
        distribute(&main.writer().await, Some(4), |_| ()).await.unwrap();
        Some(main)
    }

    /// One on the coordinator of Citus, which is not distributed yet.
    pub(crate) async fn coordinator(test: &str) -> Option<Self> {
        let Ok(coordinator) = std::env::var(CITUS) else {
            let _ = writeln!(
                std::io::stderr(),
                "skipped on Citus: {test} (set {CITUS}, such as postgres://user@localhost:5432/)"
            );
            return None;
        };
        let admin = database::writer(&format!("{coordinator}postgres")).await.unwrap();
        let sql = "SELECT nodename, nodeport, groupid = 0 FROM pg_dist_node ORDER BY groupid";
        let nodes = admin.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
        let nodes = nodes.expect("the database postgres of the coordinator knows the workers");
        let nodes: Vec<(String, i32, bool)> =
            nodes.iter().map(|node| node.try_get_many_by_index().unwrap()).collect();
        assert!(nodes.len() > 1, "the coordinator knows no workers");
        let main = Self::named(&coordinator);
        let name = main.name().to_owned();
        let mut parts = Vec::new();
        for (host, port, is_coordinator) in &nodes {
            let server = at(&coordinator, host, *port);
            let admin = database::writer(&format!("{server}postgres")).await.unwrap();
            run(&admin, &format!("CREATE DATABASE {name}")).await;
            let made = database::writer(&format!("{server}{name}")).await.unwrap();
            run(&made, "CREATE EXTENSION citus").await;
            if !is_coordinator {
                parts.push(Self::at(format!("{server}{name}")));
            }
        }
        let writer = main.writer().await;
        for (host, port, is_coordinator) in &nodes {
            let function =
                if *is_coordinator { "citus_set_coordinator_host" } else { "citus_add_node" };
            let sql = format!("SELECT {function}('{host}', {port})");
            run(&writer, &sql).await;
        }
        migration::run(&writer).await.unwrap();
        let workers: Vec<_> = parts.iter().map(|part| part.url.clone()).collect();
        let mut main = main.with_parts(parts);
        main.urls.extend(workers);
        Some(main)
    }

    /// One whose trainees and outcomes are in two other databases, where there is a server of PostgreSQL.
    pub(crate) async fn divided(test: &str) -> Option<Self> {
        let main = Self::postgres(test).await?;
        let own = main.url.rsplit_once('/').unwrap().0.to_owned() + "/";
        let servers = std::env::var(SHARDS).unwrap_or_else(|_| format!("{own} {own}"));
        let writer = main.writer().await;
        let may = "SELECT current_setting('is_superuser') = 'on' AND EXISTS \
                   (SELECT FROM pg_available_extensions WHERE name = 'postgres_fdw')";
        let may = Statement::from_string(DbBackend::Postgres, may);
        let may = writer.query_one_raw(may).await.unwrap().unwrap();
        if !may.try_get_by_index::<bool>(0).unwrap() {
            let _ = writeln!(
                std::io::stderr(),
                "skipped on several databases: {test} (the user of TEST_POSTGRES_URL has to be a superuser, and \
                 postgres_fdw be installed)"
            );
            return None;
        }
        let mut parts = Vec::new();
        run(&writer, "CREATE EXTENSION postgres_fdw").await;
        for (part, server) in servers.split_whitespace().enumerate() {
            let shard = Self::named(server);
            let admin = database::writer(&format!("{server}postgres")).await.unwrap();
            run(&admin, &format!("CREATE DATABASE {}", shard.name())).await;
            migration::run(&shard.writer().await).await.unwrap();
            let url: reqwest::Url = shard.url.parse().unwrap();
            run(
                &writer,
                &format!(
                    "CREATE SERVER part_{part} FOREIGN DATA WRAPPER postgres_fdw OPTIONS \
                     (host '{}', port '{}', dbname '{}'); \
                     CREATE USER MAPPING FOR CURRENT_USER SERVER part_{part} \
                     OPTIONS (user '{}', password '{}', password_required 'false')",
                    url.host_str().unwrap(),
                    url.port().unwrap_or(5432),
                    shard.name(),
                    url.username(),
                    url.password().unwrap_or_default(),
                ),
            )
            .await;
            parts.push(shard);
        }
        for table in
            ["trainees", "outcomes"].map(|table| [table.to_owned(), history(table)]).concat()
        {
            for shard in &parts {
                loosen(&shard.writer().await, &table).await;
            }
            divide(&writer, &table, parts.len()).await;
        }
        run(&writer, "INSERT INTO commit_marks (id, value) VALUES (1, 0)").await;
        Some(main.with_parts(parts))
    }

    /// One of each kind, and one on Citus.
    pub(crate) async fn each_and_citus(test: &str) -> Vec<Self> {
        let mut databases = Self::each(test).await;
        databases.extend(Self::citus(test).await);
        databases
    }

    /// The same, and one that stands in for it.
    pub(crate) async fn each_layout(test: &str) -> Vec<Self> {
        let mut databases = Self::each_and_citus(test).await;
        databases.extend(Self::divided(test).await);
        databases
    }
}

/// A URL with another host and port.
fn at(url: &str, host: &str, port: i32) -> String {
    let mut url: reqwest::Url = url.parse().unwrap();
    url.set_host(Some(host)).unwrap();
    url.set_port(Some(port.try_into().unwrap())).unwrap();
    url.to_string()
}

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Takes away what a part of a table cannot keep: what its rows refer to is elsewhere, and so may be its likes.
async fn loosen(shard: &DatabaseConnection, table: &str) {
    let sql = format!(
        "SELECT format('ALTER TABLE {table} DROP CONSTRAINT %I', conname) FROM pg_constraint \
         WHERE conrelid = '{table}'::regclass AND contype = 'f' UNION ALL \
         SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index \
         WHERE indrelid = '{table}'::regclass AND indisunique AND NOT indisprimary"
    );
    let rows = shard.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    for row in rows {
        run(shard, &row.try_get_by_index::<String>(0).unwrap()).await;
    }
}

/// Puts a table without rows in the place of another, which has them in its parts.
async fn divide(db: &DatabaseConnection, table: &str, parts: usize) {
    run(
        db,
        &format!(
            "ALTER TABLE {table} RENAME TO whole; \
             CREATE TABLE {table} (LIKE whole) PARTITION BY HASH (id); DROP TABLE whole"
        ),
    )
    .await;
    for part in 0..parts {
        let sql = format!(
            "CREATE FOREIGN TABLE {table}_{part} PARTITION OF {table} \
             FOR VALUES WITH (MODULUS {parts}, REMAINDER {part}) \
             SERVER part_{part} OPTIONS (table_name '{table}')"
        );
        run(db, &sql).await;
    }
}
