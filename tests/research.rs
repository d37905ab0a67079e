//! Research questions: each file of `queries/research/` is one query, and beside it stands the same in SQL, written by
//! hand for SQLite. Both executors on both databases answer as that does, over a synthetic dataset.
//!
//! The first line of the SQL says where in the answer its rows stand (`-- at: grants.groups.nodes`). A row has the
//! values of an object in the order of the query; what is in a list within it has a row for each item.

use std::path::Path;

use cops_graphql::demo;
use indicatif::ProgressBar;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use serde_json::Value;

use crate::support::{TestDatabase, documents};

/// How large the dataset is: some hundred awards, and ten thousand people trained.
const SCALE: f64 = 0.02;
/// How far a float of SQL may be from ours, which is divided once.
const NEAR: f64 = 1e-9;

#[tokio::test(flavor = "multi_thread")]
async fn research_questions_are_answered_as_in_sql() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/research");
    let files = documents(&folder);
    assert!(files.len() >= 18, "the research questions are gone");
    let databases = TestDatabase::each("research_questions_are_answered_as_in_sql").await;
    let mut clients = Vec::new();
    for database in &databases {
        let bar = ProgressBar::hidden();
        demo::load(&database.writer().await, SCALE, demo::DEFAULT_SEED, &bar).await.unwrap();
        clients.push(database.client().await);
        clients.push(database.client_in_sql().await);
    }
    let sqlite = databases[0].writer().await;
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let query = std::fs::read_to_string(file).unwrap();
        let sql = std::fs::read_to_string(file.with_extension("sql")).unwrap();
        let at = sql.lines().next().and_then(|line| line.strip_prefix("-- at: "));
        let at = at.unwrap_or_else(|| panic!("{name}: the SQL does not say where its rows stand"));
        let expected = rows_of_sql(&sqlite, &sql).await;
        assert!(!expected.is_empty(), "{name}: the SQL has no rows");
        for client in &clients {
            let data = client.data(&query).await;
            let found = at.split('.').fold(&data, |value, field| &value[field]);
            let found = rows(found);
            if let Some(difference) = differ(&found, &expected) {
                wrong.push(format!("{name}: {difference}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rows of a statement, each value as JSON has it.
async fn rows_of_sql(db: &DatabaseConnection, sql: &str) -> Vec<Vec<Value>> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    let value = |row: &sea_orm::QueryResult, index: usize| {
        if let Ok(whole) = row.try_get_by_index::<Option<i64>>(index) {
            return Value::from(whole);
        }
        if let Ok(real) = row.try_get_by_index::<Option<f64>>(index) {
            return Value::from(real);
        }
        Value::from(row.try_get_by_index::<Option<String>>(index).unwrap())
    };
    let row = |row: &sea_orm::QueryResult| {
        (0..row.column_names().len()).map(|index| value(row, index)).collect()
    };
    rows.iter().map(row).collect()
}

/// The rows of an answer.
fn rows(value: &Value) -> Vec<Vec<Value>> {
    match value {
        Value::Array(items) => items.iter().flat_map(rows).collect(),
        value => {
            let (mut cells, mut lists) = (Vec::new(), Vec::new());
            take_apart(value, &mut cells, &mut lists);
            if lists.is_empty() {
                return vec![cells];
            }
            let within = lists.iter().flat_map(|list| list.iter().flat_map(rows));
            within.map(|row| cells.iter().cloned().chain(row).collect()).collect()
        }
    }
}

/// The values of an object, but for those of lists, and the lists.
fn take_apart<'v>(value: &'v Value, cells: &mut Vec<Value>, lists: &mut Vec<&'v Vec<Value>>) {
    match value {
        Value::Object(fields) => {
            fields.values().for_each(|value| take_apart(value, cells, lists));
        }
        Value::Array(items) => lists.push(items),
        cell => cells.push(cell.clone()),
    }
}

/// In what two answers differ.
fn differ(found: &[Vec<Value>], expected: &[Vec<Value>]) -> Option<String> {
    if found.len() != expected.len() {
        return Some(format!("{} rows, and {} in SQL", found.len(), expected.len()));
    }
    let mut pairs = found.iter().zip(expected);
    let differs = |(found, expected): &(&Vec<Value>, &Vec<Value>)| {
        found.len() != expected.len() || !found.iter().zip(*expected).all(|(a, b)| are_same(a, b))
    };
    pairs.find(differs).map(|(found, expected)| format!("{found:?}, and in SQL {expected:?}"))
}

fn are_same(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => {
            (found - expected).abs() <= NEAR * found.abs().max(expected.abs()).max(1.0)
        }
        _ => found == expected,
    }
}
