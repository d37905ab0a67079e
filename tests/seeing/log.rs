//! The log for machines.

use std::time::{Duration, Instant};

use cops_graphql::database::load::{Load, LoadCounts};
use serde_json::Value;

use crate::{
    fixture::{self, SMALL},
    serve::Running,
    support::TestDatabase,
};

/// Where a value is a text that is a number, or a number with its unit.
fn numbers_as_texts(place: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| {
                numbers_as_texts(&format!("{place}.{name}"), value, found);
            });
        }
        Value::Array(items) => items.iter().for_each(|item| numbers_as_texts(place, item, found)),
        Value::String(text) => {
            let number = text.trim_end_matches(['n', 'u', 'µ', 'm', 's']);
            let is_number = !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if is_number || text.starts_with("Some(") {
                found.push(format!("{place}: {text:?}"));
            }
        }
        _ => {}
    }
}

#[cfg(unix)]
#[tokio::test]
async fn numbers_are_numbers_in_json() {
    let test = TestDatabase::sqlite().await;
    let writer = test.writer().await;
    fixture::load(&writer, SMALL).await;
    Load::begin(&writer, "more", false).await.unwrap().commit(LoadCounts::default()).await.unwrap();
    let filter = "info,cops_graphql::server=debug,cops_graphql::server::one_revision=info";
    let arguments = ["--log-format", "json", "--log", filter, "--slow-query", "1"];
    let server = Running::start(&test.url, &arguments);
    // Kept, new and refused; large enough to be slow.
    let text = "{ agencies { nodes { name grants { nodes { title officersFunded { nodes { kind } } } } } } }";
    for query in [text, text, "{ nothing }"] {
        server.data(query).await;
    }
    // The last line that is waited for: the copy in memory is made beside the answers.
    let awaited = [
        "copied the dataset into memory",
        "answered",
        "answered from the cache",
        "slow query",
        "an answer",
    ];
    let (mut told, began) = (Vec::<Value>::new(), Instant::now());
    while !awaited.iter().all(|words| told.iter().any(|line| line["message"] == *words)) {
        assert!(began.elapsed() < Duration::from_secs(20), "{told:#?}");
        let Ok(line) = server.log.recv_timeout(Duration::from_secs(1)) else { continue };
        told.push(serde_json::from_str(&line).unwrap());
    }
    let mut found = Vec::new();
    for line in &told {
        let mut line = line.clone();
        // A moment, and words.
        for name in ["timestamp", "message"] {
            line.as_object_mut().unwrap().remove(name);
        }
        numbers_as_texts(line["target"].as_str().unwrap_or_default(), &line, &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
    let line = |words: &str| told.iter().find(|line| line["message"] == words).unwrap();
    for (words, name) in [
        ("copied the dataset into memory", "milliseconds"),
        ("copied the dataset into memory", "rows"),
        ("answered", "latency_us"),
        ("answered", "status"),
        ("an answer", "misses"),
        ("slow query", "milliseconds"),
    ] {
        assert!(line(words)[name].is_u64(), "{name} of {}", line(words));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_a_client_sends_makes_no_long_line() {
    let test = TestDatabase::sqlite().await;
    let writer = test.writer().await;
    fixture::load(&writer, SMALL).await;
    Load::begin(&writer, "more", false).await.unwrap().commit(LoadCounts::default()).await.unwrap();
    let server = Running::start(&test.url, &["--log-format", "json"]);
    let long = "a".repeat(30_000);
    let method = reqwest::Method::from_bytes(long.as_bytes()).unwrap();
    let request = reqwest::Client::new().request(method, format!("{}/{long}", server.url));
    let response = request.header("x-request-id", &long).send().await.unwrap();
    assert_eq!(response.status(), 404);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let began = Instant::now();
    let line = loop {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing was told of it");
        let Ok(line) = server.log.recv_timeout(Duration::from_secs(1)) else { continue };
        if line.contains(&id) {
            break line;
        }
    };
    assert!(line.len() < 2_000, "{} bytes", line.len());
}
