//! The log of slow queries.

use std::time::{Duration, Instant};

use cops_graphql::database::load::{Load, LoadCounts};
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    serve::Running,
    support::TestDatabase,
};

/// What nobody may find in a log.
const LITERAL: &str = "somewhere-in-particular";

#[cfg(unix)]
#[tokio::test]
async fn a_slow_query_is_logged_without_what_it_asks_for() {
    let test = TestDatabase::sqlite().await;
    let writer = test.writer().await;
    fixture::load(&writer, SMALL).await;
    Load::begin(&writer, "more", false).await.unwrap().commit(LoadCounts::default()).await.unwrap();
    let server = Running::start(&test.url, &["--log-format", "json", "--slow-query", "1"]);
    let document = format!(
        "query ByCity($state: State) {{ agencies(filter: {{ or: [{{ city: {{ eq: \"{LITERAL}\" }} }}, \
         {{ state: {{ eq: $state }} }}] }}, first: 20) {{ nodes {{ name grants {{ nodes {{ title officersFunded \
         {{ nodes {{ kind }} }} }} }} }} }} }}"
    );
    let body = json!({ "query": document, "variables": { "state": "DC" } });
    let request = reqwest::Client::new().post(format!("{}/graphql", server.url)).json(&body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer.get("errors"), None, "{answer}");
    let (mut lines, began) = (Vec::new(), Instant::now());
    let told: Value = loop {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing was told of it: {lines:#?}");
        let Ok(line) = server.log.recv_timeout(Duration::from_secs(1)) else { continue };
        lines.push(line);
        let line: Value = serde_json::from_str(lines.last().unwrap()).unwrap();
        if line["message"] == "slow query" {
            break line;
        }
    };
    assert_eq!(told["level"], "WARN", "{told}");
    assert_eq!(told["operation"], "ByCity");
    assert_eq!(told["document"].as_str().unwrap().len(), 64);
    assert_eq!(told["statements"], 3);
    assert!(told["milliseconds"].as_u64().unwrap() >= 1, "{told}");
    assert!(told["cost"].as_u64().unwrap() >= 3, "{told}");
    assert!(told["price"].as_u64() >= told["cost"].as_u64(), "{told}");
    assert!(!lines.iter().any(|line| line.contains(LITERAL)), "{lines:#?}");
}
