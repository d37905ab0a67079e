//! The worked examples of the playground: each runs as it is, finds something in a synthetic dataset, and names its
//! audience and its topic. Also the documents of the explorer.

use std::{collections::BTreeMap, path::Path};

use cops_graphql::demo::{self, DEFAULT_SEED};
use indicatif::ProgressBar;
use serde_json::Value;

use crate::support::{TestDatabase, binary, documents};

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

/// What `cops-graphql examples` prints.
fn printed(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(binary()).arg("examples").args(arguments).output();
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_prints_the_examples_as_the_playground_has_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/web/examples");
    let (code, list, _) = printed(&[]);
    assert_eq!(code, Some(0));
    let entries: Value = serde_json::from_str(&printed(&["--format", "json"]).1).unwrap();
    let entries = entries.as_array().unwrap();
    let (list, how_to) = list.trim_end().rsplit_once("\n\n").unwrap();
    assert_eq!((entries.len(), list.lines().count()), (documents(&folder).len(), entries.len()));
    assert!(how_to.lines().count() == 1 && how_to.contains("examples NAME"), "{how_to}");
    for (entry, file) in entries.iter().zip(documents(&folder)) {
        let (name, title) = (entry["name"].as_str().unwrap(), entry["title"].as_str().unwrap());
        assert!(list.lines().any(|line| line.contains(name) && line.ends_with(title)), "{list}");
        let query = std::fs::read_to_string(&file).unwrap();
        let (_, text, _) = printed(&[name]);
        assert!(text.starts_with(query.trim_end()), "{name}: {text}");
        let body: Value = serde_json::from_str(&printed(&[name, "--format", "json"]).1).unwrap();
        assert_eq!(body["query"], query, "{name}");
        let variables = std::fs::read_to_string(file.with_extension("json"));
        let variables = variables.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        assert_eq!(body["variables"], variables, "{name}");
    }
    let (code, text, error) = printed(&["money-by-yaer"]);
    assert_eq!((code, text.as_str()), (Some(2), ""));
    assert!(error.contains("Did you mean money-by-year?"), "{error}");
}
