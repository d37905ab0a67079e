//! The metrics for operators.

use std::{collections::BTreeSet, fs};

use super::{Site, query, read};

/// The value of a metric, by its name and labels as Prometheus reads them.
pub(super) fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not there: {text}")).parse().unwrap()
}

/// The names of metrics, without the ending of those that count.
fn names<'a>(found: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    found.map(|name| name.strip_suffix("_total").unwrap_or(name)).collect()
}

#[tokio::test]
async fn what_goes_on_is_counted() {
    let site = Site::new().await;
    for _ in 0..3 {
        read(site.post(&query("{ agencies { nodes { name } } }"))).await;
    }
    read(site.post(&query("{ grants { totalCount } }"))).await;
    read(site.post(&query("{ agencies(first: 1000) { nodes { name } } }"))).await;
    assert_eq!(site.get(&[("variables", "[")]).send().await.unwrap().status(), 400);
    let file = site.client.get(site.url.replace("graphql", "export/nothing.csv"));
    assert_eq!(file.send().await.unwrap().status(), 404);
    let metrics = site.client.get(site.url.replace("graphql", "metrics")).send().await.unwrap();
    assert!(super::header(&metrics, "content-type").starts_with("text/plain; version=0.0.4"));
    let text = metrics.text().await.unwrap();
    for (name, expected) in [
        ("requests_total{status=\"200\"}", 5.0),
        ("requests_total{status=\"400\"}", 1.0),
        ("requests_total{status=\"404\"}", 1.0),
        ("request_duration_seconds_count", 7.0),
        // Two of the three were at hand.
        ("cache_hits_total", 2.0),
        ("cache_misses_total", 3.0),
        ("query_cost_count", 3.0),
        ("statements_total", 1.0),
        ("errors_total{code=\"PAGE_TOO_LARGE\"}", 1.0),
        ("refusals_total{limit=\"rows or groups of a page\"}", 1.0),
        // A body that is not JSON is refused before there is a query.
        ("errors_total{code=\"BAD_REQUEST\"}", 1.0),
        ("query_duration_seconds_count", 3.0),
        ("statement_duration_seconds_count", 1.0),
        ("requests_running", 0.0),
        ("build_info{version=\"0.1.0\"}", 1.0),
        ("synthetic", 0.0),
        ("revision", 1.0),
        // What has errors is not kept.
        ("cache_answers", 2.0),
        ("connections_busy", 0.0),
        ("connections_waiting", 0.0),
        ("database_gone", 0.0),
        ("client_connections", 1.0),
        ("client_connections_refused_total{reason=\"address\"}", 0.0),
        ("client_connections_refused_total{reason=\"all\"}", 0.0),
        ("client_connections_closed_idle_total", 0.0),
        ("copy_revision", 1.0),
    ] {
        let found = value(&text, &format!("cops_graphql_{name}"));
        assert!((found - expected).abs() < 0.5, "{name}: {found}");
    }
    assert!(value(&text, "cops_graphql_copy_bytes") > 1_000.0);
    assert!(value(&text, "cops_graphql_copy_rows") > 300.0);
    assert!(value(&text, "cops_graphql_cache_bytes") > 1_000.0);
    assert!(value(&text, "cops_graphql_loaded_timestamp_seconds") > 1.7e9);
    // By now each of them has something to say, and the docs list them all and no other.
    let said = text.lines().filter_map(|line| line.strip_prefix("# TYPE cops_graphql_"));
    let said = names(said.filter_map(|line| line.split(' ').next()));
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, list) = page.split_once("Their names begin with `cops_graphql_`").unwrap();
    let (list, _) = list.split_once("\n- **").unwrap();
    assert_eq!(names(list.split('`').skip(1).step_by(2)), said);
}

#[tokio::test]
async fn the_statements_of_a_file_are_counted() {
    let site = Site::new().await;
    let before = site.metric("statements_total").await;
    let file = site.post(&query("{ agencies { nodes { name } } }")).header("accept", "text/csv");
    let file = file.send().await.unwrap();
    assert_eq!(file.status(), 200);
    assert!(file.text().await.unwrap().starts_with("name\r\n"));
    assert!(site.metric("statements_total").await > before);
}
