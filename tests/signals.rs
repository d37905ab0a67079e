//! The server's reaction to signals, and its log.

#![cfg(unix)]

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, TransactionTrait as _};

use crate::{failures::loaded, serve::Running, support::TestDatabase};

/// The last line of the log of a program that has ended.
fn last_line(server: &Running) -> String {
    server.log.iter().last().unwrap_or_default()
}

#[tokio::test]
async fn sighup_has_documents_and_the_log_filter_read_again() {
    let test = TestDatabase::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("documents")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    write("documents/first.graphql", "{ dataset { revision } }");
    write("filter", "info\n");
    let (documents, filter) = (path("documents"), path("filter"));
    let arguments = [
        "--empty",
        "--trusted-documents",
        documents.to_str().unwrap(),
        "--trusted-only",
        "--log-filter-file",
        filter.to_str().unwrap(),
    ];
    let mut server = Running::start(&test.url, &arguments);
    let status = async |id: &str| {
        let url = format!("{}/graphql?documentId={id}", server.url);
        reqwest::get(url).await.unwrap().status().as_u16()
    };
    assert_eq!((status("first").await, status("second").await), (200, 403));
    // What is right takes the place of the old.
    write("documents/second.graphql", "{ dataset { synthetic } }");
    std::fs::remove_file(path("documents/first.graphql")).unwrap();
    write("filter", "info,cops_graphql=debug");
    server.signal("-HUP");
    server.wait_for("reloaded the log filter");
    server.wait_for("reloaded the trusted documents documents=1");
    assert_eq!((status("first").await, status("second").await), (403, 200));
    server.wait_for("DEBUG");
    // What is wrong does not, and the log says why.
    write("documents/third.graphql", "{ nothing }");
    write("filter", "=,=");
    server.signal("-HUP");
    let line = server.wait_for("the previous log filter stays");
    assert!(line.contains("is not a log filter"), "{line}");
    let line = server.wait_for("the previous trusted documents stay");
    assert!(line.contains("third.graphql: line 1, column 3"), "{line}");
    assert_eq!((status("second").await, status("third").await), (200, 403));
    server.wait_for("DEBUG");
    assert_eq!(server.stop(), Some(0));
    let last = last_line(&server);
    assert!(last.contains("stopped: every request in progress was answered"), "{last}");
}

#[tokio::test]
async fn sighup_does_not_end_a_server_that_has_nothing_to_read_again() {
    let test = TestDatabase::sqlite().await;
    let mut server = Running::start(&test.url, &["--empty"]);
    server.signal("-HUP");
    server.wait_for("there is nothing to reload");
    let live = reqwest::get(format!("{}/health/live", server.url)).await.unwrap();
    assert_eq!(live.status(), 200);
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_a_server_that_still_answers() {
    let test = TestDatabase::postgres("a_second_signal_ends_a_server_that_still_answers").await;
    let Some(test) = test else { return };
    let writer = test.writer().await;
    loaded(&test).await;
    let mut server = Running::start(&test.url, &[]);
    // A query waits for the lock, longer than this test takes.
    let lock = writer.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE agencies IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let url = format!("{}/graphql?query={{agencies(first:1){{nodes{{name}}}}}}", server.url);
    let waiting = tokio::spawn(reqwest::get(url));
    let metrics = format!("{}/metrics", server.url);
    let began = Instant::now();
    loop {
        let text = reqwest::get(&metrics).await.unwrap().text().await.unwrap();
        if text.contains("\ncops_graphql_queries_running 1\n") {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "the query does not run: {text}");
    }
    server.signal("-INT");
    server.wait_for("stopping: ");
    server.signal("-TERM");
    let began = Instant::now();
    assert_eq!(server.wait(), Some(143));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let last = last_line(&server);
    assert!(last.contains("stopped immediately") && last.contains("were cut off"), "{last}");
    assert!(waiting.await.unwrap().is_err(), "a request that was cut off has no answer");
    lock.rollback().await.unwrap();
}
