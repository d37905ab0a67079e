//! GraphQL in the docs.
//!
//! - A query is answered without errors. If the next block of the page is JSON, it is the answer (`data`), the
//!   expected errors (`errors`), or else the variables.
//! - A subscription gets an answer, at once or after a load.
//! - An excerpt of the schema is in `schema.graphql`, apart from whitespace.

use std::{
    fs,
    process::{Command, Stdio},
};

use cops_graphql::database::load::{Load, LoadCounts};
use serde_json::{Value, json};

use super::{
    assert_none,
    blocks::{Block, blocks},
    for_users, root, shell, synthetic,
};
use crate::{
    research,
    serve::Running,
    support::{Client, TestDatabase, binary},
};

/// The kind of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Query,
    Subscription,
    Schema,
}

/// A document as a page shows it.
struct Document {
    place: String,
    kind: Kind,
    text: String,
    /// The JSON block that follows, with its place.
    json: Option<(String, Value)>,
}

impl Document {
    fn variables(&self) -> Value {
        let json = self.json.as_ref().map(|(_, json)| json.clone());
        json.filter(|json| json.get("data").is_none() && json.get("errors").is_none())
            .unwrap_or_default()
    }

    /// The answer that the page shows, with its place.
    fn answer(&self) -> Option<(&str, &Value)> {
        let (place, json) = self.json.as_ref()?;
        json.as_object()?.contains_key("data").then_some((place, json))
    }

    /// The errors that the page shows, with their place.
    fn errors(&self) -> Option<(&str, &Value)> {
        let (place, json) = self.json.as_ref()?;
        Some((place, json.get("errors")?))
    }
}

/// The documents of the pages for users: blocks, and the queries that `curl` sends.
fn documents() -> Vec<Document> {
    let blocks: Vec<Block> = blocks().into_iter().filter(for_users).collect();
    let mut documents = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let text = match block.language.as_str() {
            "graphql" => block.text.clone(),
            "sh" => match shell::sent_by_curl(block) {
                Some(text) => text,
                None => continue,
            },
            _ => continue,
        };
        let next = blocks.get(at + 1);
        let next = next.filter(|next| next.page == block.page && next.language == "json");
        let json = next.map(|next| {
            let json = serde_json::from_str(&next.text);
            (next.place(), json.unwrap_or_else(|error| panic!("{}: {error}", next.place())))
        });
        documents.push(Document { place: block.place(), kind: kind(&text), text, json });
    }
    documents
}

/// Decides by the first word after the comments.
fn kind(text: &str) -> Kind {
    const SCHEMA: [&str; 9] =
        ["directive", "enum", "extend", "input", "interface", "scalar", "schema", "type", "union"];
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let first = lines.flat_map(str::split_whitespace).next().unwrap_or_default();
    match first {
        _ if first.starts_with("subscription") => Kind::Subscription,
        _ if first.starts_with('"') || SCHEMA.contains(&first) => Kind::Schema,
        _ => Kind::Query,
    }
}

/// How an answer differs from the page: it must contain everything shown, with the same values.
fn lacks(shown: &Value, found: &Value, at: &str) -> Option<String> {
    match (shown, found) {
        (Value::Object(shown), Value::Object(found)) => shown.iter().find_map(|(name, shown)| {
            let at = format!("{at}.{name}");
            match found.get(name) {
                Some(found) => lacks(shown, found, &at),
                None => Some(format!("{at} is not there")),
            }
        }),
        (Value::Array(shown), Value::Array(found)) if shown.len() == found.len() => {
            let mut pairs = shown.iter().zip(found).enumerate();
            pairs.find_map(|(index, (shown, found))| lacks(shown, found, &format!("{at}[{index}]")))
        }
        _ if shown == found => None,
        _ => Some(format!("{at} is {found}, and the page shows {shown}")),
    }
}

/// How the shape of an answer differs from the page: the names of fields and the types of their values.
fn differs(shown: &Value, found: &Value, at: &str) -> Option<String> {
    match (shown, found) {
        (Value::Object(shown), Value::Object(found)) => {
            let extra = found.keys().find(|name| !shown.contains_key(*name));
            extra.map(|name| format!("{at}.{name} is not shown")).or_else(|| {
                shown.iter().find_map(|(name, shown)| match found.get(name) {
                    Some(found) => differs(shown, found, &format!("{at}.{name}")),
                    None => Some(format!("{at}.{name} is not there")),
                })
            })
        }
        (Value::Array(shown), Value::Array(found)) => {
            let mut pairs = shown.iter().zip(found);
            pairs.find_map(|(shown, found)| differs(shown, found, &format!("{at}[]")))
        }
        (Value::Null, _) | (_, Value::Null) => None,
        _ if std::mem::discriminant(shown) == std::mem::discriminant(found) => None,
        _ => Some(format!("{at} is {found}, and the page shows {shown}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_of_the_docs_is_answered() {
    let database = synthetic().await;
    research::change_some(&database.writer().await).await;
    let client = database.client().await;
    let schema = fs::read_to_string(root().join("schema.graphql")).unwrap();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut failures, mut answered) = (Vec::new(), 0);
    for document in documents() {
        let place = &document.place;
        if document.kind == Kind::Schema && !words(&schema).contains(&words(&document.text)) {
            failures.push(format!("{place}: this is not in schema.graphql"));
        }
        if document.kind != Kind::Query {
            continue;
        }
        answered += 1;
        let response = client.answer(&document.text, document.variables()).await.response;
        let response = serde_json::to_value(&response).unwrap();
        let errors = response.get("errors");
        let wrong = match (document.errors(), document.answer(), errors) {
            (Some((_, shown)), _, Some(errors)) => lacks(shown, errors, "errors"),
            (Some((place, _)), ..) => {
                Some(format!("the query has no error, but {place} shows one"))
            }
            (.., Some(errors)) => Some(errors.to_string()),
            (_, Some((_, shown)), _) => differs(&shown["data"], &response["data"], "data"),
            _ => None,
        };
        failures.extend(wrong.map(|wrong| format!("{place}: {wrong}")));
    }
    assert_none(&failures);
    assert!(answered > 30, "{answered} documents");
}

/// The docs show answers from the dataset of the first run, which `tests/demo.rs` creates before it calls this.
pub(crate) async fn shown_answers(client: &Client) {
    let (mut failures, mut compared) = (Vec::new(), 0);
    for document in documents() {
        let Some((place, shown)) = document.answer() else { continue };
        compared += 1;
        let response = client.answer(&document.text, Value::Null).await.response;
        let found = serde_json::to_value(&response).unwrap();
        let wrong = lacks(&shown["data"], &found["data"], "data");
        failures.extend(wrong.map(|wrong| format!("{place}: {wrong}")));
    }
    assert_none(&failures);
    assert!(compared > 0, "no page shows an answer");
}

/// The tutorial loads the files of `docs/examples` and shows the answer to its last query as a table.
#[tokio::test]
async fn the_tutorial_shows_what_its_files_hold() {
    const PAGE: &str = "docs/getting-started.md";
    let query = documents().into_iter().rfind(|it| it.place.starts_with(PAGE)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let database =
        TestDatabase::at(format!("sqlite://{}", folder.path().join("mine.db").display()));
    let mut import = Command::new(binary());
    import.args(["import", "auto"]).arg(folder.path()).env("DATABASE_URL", &database.url);
    let output = import.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{PAGE}: {}", String::from_utf8_lossy(&output.stderr));
    let data = database.client().await.data(&query.text).await;
    let nodes = data["grants"]["nodes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let expected: Vec<Vec<String>> = nodes
        .iter()
        .map(|node| {
            let recipient = node["recipient"].as_object().unwrap().values().next().unwrap();
            [&node["awardNumber"], &node["federalShare"], &node["matchedBy"], recipient]
                .map(text)
                .into()
        })
        .collect();
    let page = fs::read_to_string(root().join(PAGE)).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| awardNumber |")).skip(2);
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    let shown: Vec<Vec<String>> = rows
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(cell).collect())
        .collect();
    assert_eq!(shown, expected, "{}", query.place);
    let officers = &data["grants"]["totals"]["officersFunded"];
    let words = format!(
        "a sum of {} over {} known awards and {} missing",
        officers["sum"], officers["known"], officers["missing"]
    );
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains(&words), "{PAGE} does not say {words:?}");
}

#[test]
fn every_error_that_is_shown_has_its_query_before_it() {
    let queries: Vec<String> =
        documents().into_iter().filter_map(|it| Some(it.errors()?.0.to_owned())).collect();
    for block in blocks().iter().filter(|block| for_users(block) && block.language == "json") {
        let json: Value = serde_json::from_str(&block.text).unwrap_or_default();
        if json.get("errors").is_some() {
            assert!(
                queries.contains(&block.place()),
                "{}: no query comes before this error",
                block.place()
            );
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn every_subscription_of_the_docs_gets_an_answer() {
    let database = synthetic().await;
    let server = Running::start(&database.url, &[]);
    let subscriptions: Vec<Document> =
        documents().into_iter().filter(|it| it.kind == Kind::Subscription).collect();
    assert!(!subscriptions.is_empty(), "the docs show no subscription");
    let mut open = Vec::new();
    for document in subscriptions {
        let request = reqwest::Client::new().post(format!("{}/graphql", server.url));
        let body = json!({ "query": document.text, "variables": document.variables() });
        let request = request.header("accept", "text/event-stream").json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", document.place);
        open.push((document.place, response));
    }
    // `datasetChanged` sends its first answer after a load.
    let load = Load::begin(&database.writer().await, "docs", false).await.unwrap();
    load.commit(LoadCounts::default()).await.unwrap();
    for (place, mut response) in open {
        let mut read = String::new();
        let first = async {
            loop {
                let chunk = response.chunk().await.unwrap();
                let chunk = chunk.unwrap_or_else(|| panic!("{place}: no answer: {read}"));
                read.push_str(std::str::from_utf8(&chunk).unwrap());
                let data = read.lines().find_map(|line| line.strip_prefix("data: "));
                if let Some(answer) = data.and_then(|data| serde_json::from_str::<Value>(data).ok())
                {
                    break answer;
                }
            }
        };
        let limit = std::time::Duration::from_secs(30);
        let answer = tokio::time::timeout(limit, first).await;
        let answer = answer.unwrap_or_else(|_| panic!("{place}: no answer in {limit:?}"));
        assert!(answer.get("errors").is_none() && answer["data"].is_object(), "{place}: {answer}");
    }
}

#[test]
fn what_is_shown_is_compared_with_what_is_found() {
    let found = json!({ "a": [{ "b": 1, "c": "x" }] });
    assert_eq!(lacks(&json!({ "a": [{ "b": 1 }] }), &found, "data"), None);
    assert!(lacks(&json!({ "a": [{ "b": 2 }] }), &found, "data").is_some());
    assert!(lacks(&json!({ "a": [] }), &found, "data").is_some());
    assert!(lacks(&json!({ "d": 1 }), &found, "data").is_some());
    assert_eq!(differs(&json!({ "a": [{ "b": 7, "c": "y" }] }), &found, "data"), None);
    assert!(differs(&json!({ "a": [{ "b": 1 }] }), &found, "data").is_some());
    assert!(differs(&json!({ "a": [{ "b": "1", "c": "x" }] }), &found, "data").is_some());
    assert_eq!(kind("# a\nsubscription { a }"), Kind::Subscription);
    assert_eq!(kind("\"\"\"A.\"\"\"\ntype A { b: Int }"), Kind::Schema);
    assert_eq!(kind("{ type }"), Kind::Query);
}
