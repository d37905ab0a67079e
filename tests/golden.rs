//! Golden queries: each file of `queries/` with its answer and its SQL statements.
//!
//! The answer is the same on both databases, and from memory as in SQL, so it is one snapshot. The statements have one
//! snapshot per database, with the in-memory copy. `INSTA_UPDATE=always cargo test --workspace golden` rewrites them.

use std::path::Path;

use serde_json::Value;

use crate::{
    fixture::{self, SMALL},
    support::{TestDatabase, documents},
};

#[tokio::test(flavor = "multi_thread")]
async fn golden_queries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let files = documents(&folder);
    assert!(files.len() >= 10, "the golden queries are gone");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder.join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for database in TestDatabase::each_layout("golden_queries").await {
        fixture::load(&database.writer().await, SMALL).await;
        let client = database.client().await;
        let in_sql = database.client_in_sql().await;
        for file in &files {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            let query = std::fs::read_to_string(file).unwrap();
            let answer = client.answer(&query, variables(&query)).await;
            let response = serde_json::to_string_pretty(&answer.response).unwrap();
            let answer_in_sql = in_sql.answer(&query, variables(&query)).await;
            let in_sql = serde_json::to_string_pretty(&answer_in_sql.response).unwrap();
            assert_eq!(in_sql, response, "{name}: the database computes something else");
            let kind = if database.url.starts_with("sqlite") { "sqlite" } else { "postgres" };
            settings.bind(|| {
                insta::assert_snapshot!(format!("{name}.answer"), response);
                // Fields of one level are read at once, so the order of their statements is chance.
                let mut statements = answer.statements();
                statements.sort_unstable();
                let statements = statements.join("\n\n");
                insta::assert_snapshot!(format!("{name}.{kind}"), statements);
            });
        }
    }
}

/// The variables of a query stand in its first line: `# {"first": 2}`.
fn variables(query: &str) -> Value {
    let first = query.lines().next().and_then(|line| line.strip_prefix("# "));
    first.and_then(|line| serde_json::from_str(line).ok()).unwrap_or(Value::Null)
}
