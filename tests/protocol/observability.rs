//! The contents of `docs/observability`: metrics as Prometheus reads them, alerts and a dashboard.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/observability")
}

/// Runs promtool, with a text for it to read. What it says where it is not content; none where it is not installed.
fn promtool(arguments: &[&str], input: &str) -> Option<Result<(), String>> {
    let mut command = Command::new("promtool");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        // Straight to standard error: what a passing test prints is not shown.
        let words = "skipped: promtool is not installed (Debian: apt-get install prometheus)";
        let _ = writeln!(std::io::stderr(), "{words}: promtool {}", arguments.join(" "));
        return None;
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some(output.status.success().then_some(()).ok_or(String::from_utf8(said).unwrap()))
}

/// The metrics of a server where something was answered, something refused, and something was too much.
async fn metrics(site: &Site, accept: Option<&str>) -> (String, String) {
    read(site.post(&query("{ agencies { nodes { name } } }"))).await;
    read(site.post(&query("{ agencies(first: 1000) { nodes { name } } }"))).await;
    let request = site.client.get(site.url.replace("graphql", "metrics"));
    let request =
        accept.into_iter().fold(request, |request, accept| request.header("accept", accept));
    let response = request.send().await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "vary")), (200, "accept"));
    let kind = header(&response, "content-type").to_owned();
    (kind, response.text().await.unwrap())
}

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[tokio::test]
async fn metrics_come_in_the_format_that_is_asked_for() {
    let site = Site::new().await;
    let of_prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,\
        application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    for (accept, expected) in [
        (None, TEXT),
        (Some("*/*"), TEXT),
        (Some("text/plain"), TEXT),
        (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), TEXT),
        (Some("text/plain;version=0.0.4;q=0.5, application/openmetrics-text;q=0.2"), TEXT),
        (Some("application/openmetrics-text"), OPEN_METRICS),
        (Some(of_prometheus), OPEN_METRICS),
    ] {
        let (kind, text) = metrics(&site, accept).await;
        assert_eq!(kind, expected, "{accept:?}");
        assert_eq!(text.ends_with("# EOF\n"), kind == OPEN_METRICS, "{accept:?}");
        let counted = if kind == TEXT { "requests_total" } else { "requests" };
        assert!(text.contains(&format!("# TYPE cops_graphql_{counted} counter\n")), "{text}");
    }
    let request = site.client.get(site.url.replace("graphql", "metrics"));
    let refused = request.header("accept", "application/json").send().await.unwrap();
    assert_eq!(refused.status(), 406);
    assert!(refused.text().await.unwrap().contains("text/plain"));
}

#[tokio::test]
async fn promtool_finds_nothing_wrong_with_metrics() {
    let (_, text) = metrics(&Site::new().await, Some("text/plain")).await;
    let Some(found) = promtool(&["check", "metrics"], &text) else { return };
    assert_eq!(found, Ok(()));
    // It does look.
    let wrong = text.replace("requests_total", "requests");
    assert!(promtool(&["check", "metrics"], &wrong).unwrap().is_err());
}

#[test]
fn promtool_finds_nothing_wrong_with_alerts_and_dashboard() {
    let alerts = folder().join("alerts.yml");
    if let Some(found) = promtool(&["check", "rules", alerts.to_str().unwrap()], "") {
        assert_eq!(found, Ok(()));
    }
    // The expressions of the dashboard, as rules.
    let rules = expressions().into_iter().enumerate().map(|(number, expression)| {
        let expression = expression.replace("$__rate_interval", "5m").replace("$instance", ".*");
        json!({ "record": format!("dashboard:panel:{number}"), "expr": expression })
    });
    let rules = json!({ "groups": [{ "name": "dashboard", "rules": rules.collect::<Vec<_>>() }] });
    let file = tempfile::NamedTempFile::new().unwrap();
    // JSON is YAML.
    fs::write(file.path(), rules.to_string()).unwrap();
    if let Some(found) = promtool(&["check", "rules", file.path().to_str().unwrap()], "") {
        assert_eq!(found, Ok(()));
    }
}

fn dashboard() -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join("dashboard.json")).unwrap()).unwrap()
}

/// What the panels of the dashboard ask Prometheus for.
fn expressions() -> Vec<String> {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    let found: Vec<_> = targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect();
    assert!(found.len() > 30, "{found:?}");
    found
}

/// The names of metrics in a text.
fn names(text: &str) -> BTreeSet<String> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !of_name(c));
    words.filter(|word| word.starts_with("cops_graphql_")).map(str::to_owned).collect()
}

#[tokio::test]
async fn each_metric_of_alerts_and_dashboard_is_served() {
    let (_, text) = metrics(&Site::new().await, None).await;
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let served: BTreeSet<_> = samples.flat_map(names).collect();
    let alerts = fs::read_to_string(folder().join("alerts.yml")).unwrap();
    let shown = names(&dashboard().to_string());
    let named = names(&alerts);
    assert!(named.len() >= 8 && shown.len() >= 30, "{named:?} {shown:?}");
    let missing: Vec<_> = named.union(&shown).filter(|name| !served.contains(*name)).collect();
    assert!(missing.is_empty(), "not served: {missing:?}, of {served:?}");
    // And the dashboard shows all that is served, but for what a histogram says beside its buckets.
    let beside = |name: &&String| name.ends_with("_sum") || name.ends_with("_count");
    let unseen: Vec<_> = served.difference(&shown).filter(|name| !beside(name)).collect();
    assert!(unseen.is_empty(), "not in the dashboard: {unseen:?}");
    // The codes that alerts look for are codes.
    for matcher in alerts.split("code=").skip(1) {
        let codes = matcher.trim_start_matches('~').split('"').nth(1).unwrap();
        for code in codes.split('|') {
            assert!(cops_graphql::error::codes::is_code(code), "{code}");
        }
    }
}
