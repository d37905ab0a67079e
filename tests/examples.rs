//! The worked examples of the playground: each runs as it is, finds something in a synthetic dataset, and names its
//! audience and its topic. Also the documents of the explorer.

use std::{collections::BTreeMap, path::Path};

use cops_graphql::demo::{self, DEFAULT_SEED};
use indicatif::ProgressBar;
use serde_json::Value;

use crate::support::{TestDatabase, documents};

/// More statements than levels of any example: one that takes more does not batch.
const STATEMENTS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_playground_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/web/examples");
    let files = documents(&folder);
    assert!(files.len() >= 12, "the examples are gone");
    for database in TestDatabase::each("the_examples_of_the_playground_run").await {
        demo::load(&database.writer().await, 0.05, DEFAULT_SEED, &ProgressBar::hidden())
            .await
            .unwrap();
        let client = database.client().await;
        let mut failed = Vec::new();
        for file in &files {
            let name = file.file_name().unwrap().to_string_lossy();
            let query = std::fs::read_to_string(file).unwrap();
            let variables = std::fs::read_to_string(file.with_extension("json"));
            let variables =
                variables.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
            let answer = client.answer(&query, variables).await;
            if let Some(error) = answer.response.errors.first() {
                failed.push(format!("{name}: {}", error.message));
                continue;
            }
            let statements = answer.statements().len();
            let data = answer.response.data.into_json().unwrap();
            if let Some(place) = nothing(&data, "data") {
                failed.push(format!("{name}: nothing at {place}"));
            }
            if statements > STATEMENTS {
                failed.push(format!("{name}: {statements} statements"));
            }
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }
}

/// What the explorer asks when it is opened, and for files, runs on a synthetic dataset without any variable.
#[tokio::test(flavor = "multi_thread")]
async fn the_documents_of_the_explorer_run() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/web/dist/explore/documents.json");
    let documents = std::fs::read_to_string(path).unwrap();
    let documents: BTreeMap<String, String> = serde_json::from_str(&documents).unwrap();
    // Those of one agency, of one award and of two choices need to be told which.
    let needs_more = |text: &str| {
        text.lines().next().is_some_and(|head| head.contains("!,") || head.contains("!)"))
    };
    // What is subscribed to is a query, too, and `tests/browser` sees it arrive.
    let as_query = |text: &str| {
        let (before, live) = text.split_once("  live {").unwrap_or((text, ""));
        match before.contains("subscription ") {
            true => format!("{{{live}").replacen("\n}", "", 1),
            false => text.to_owned(),
        }
    };
    for database in TestDatabase::each("the_documents_of_the_explorer_run").await {
        demo::load(&database.writer().await, 0.05, DEFAULT_SEED, &ProgressBar::hidden())
            .await
            .unwrap();
        let client = database.client().await;
        let mut ran = 0;
        for (name, text) in documents.iter().filter(|(_, text)| !needs_more(text)) {
            let answer = client.answer(&as_query(text), Value::Null).await;
            assert!(answer.response.errors.is_empty(), "{name}: {:?}", answer.response.errors);
            assert!(answer.statements().len() <= STATEMENTS, "{name}");
            ran += 1;
        }
        assert!(ran > 40, "{ran} of {}", documents.len());
    }
}

/// Where the answer has an empty list, or a total of nothing, outside of rows.
fn nothing(value: &Value, place: &str) -> Option<String> {
    match value {
        Value::Array(rows) => rows.is_empty().then(|| place.to_owned()),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let place = format!("{place}.{name}");
            let counts = matches!(name.as_str(), "count" | "known" | "totalCount");
            if counts && *value == 0 { Some(place) } else { nothing(value, &place) }
        }),
        _ => None,
    }
}
