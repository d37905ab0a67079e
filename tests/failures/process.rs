//! A process that is stopped, killed, or short of resources.

#![cfg(unix)]

use std::{
    fmt::Write as _,
    io::Write as _,
    net::TcpStream,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::loaded;
use crate::{
    serve::Running,
    support::{TestDatabase, binary},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_that_began_is_answered_when_it_is_asked_to_stop() {
    let test = TestDatabase::sqlite().await;
    loaded(&test).await;
    let mut server = Running::start(&test.url, &["--cache-size", "0"]);
    let stopping = Arc::new(AtomicBool::new(false));
    // It is stopped when each client has had an answer, and all of them go on asking.
    let answered_once = Arc::new(Barrier::new(8 + 1));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (url, stopping) = (server.url.clone(), Arc::clone(&stopping));
            let answered_once = Arc::clone(&answered_once);
            tokio::spawn(async move {
                let client = reqwest::Client::new();
                let query = json!({ "query": "{ trainees(first: 100) { nodes { hours session { code } } } }" });
                let mut answered = 0;
                loop {
                    let sent = client.post(format!("{url}/graphql")).json(&query).send().await;
                    match sent {
                        Ok(response) => {
                            let answer = response.json::<Value>().await.unwrap();
                            assert!(answer["errors"].is_null(), "{answer}");
                            answered += 1;
                            if answered == 1 {
                                answered_once.wait().await;
                            }
                        }
                        // A new connection is refused, and an idle one that was closed tells so before
                        // anything is read of the request.
                        Err(error) => {
                            assert!(stopping.load(Ordering::SeqCst), "{error:?}");
                            return answered;
                        }
                    }
                }
            })
        })
        .collect();
    answered_once.wait().await;
    stopping.store(true, Ordering::SeqCst);
    let code = tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    for client in clients {
        assert!(client.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_server_that_is_killed_loses_nothing() {
    let test = TestDatabase::sqlite().await;
    loaded(&test).await;
    let query = "{ dataset { revision } grants { totals { count federalShare { sum } } } }";
    let first = Running::start(&test.url, &[]);
    let before = first.data(query).await;
    assert!(before["grants"]["totals"]["count"].as_u64() > Some(0));
    // Dropping it kills it.
    drop(first);
    let second = Running::start(&test.url, &[]);
    assert_eq!(second.data(query).await, before);
}

#[tokio::test]
async fn a_server_without_file_descriptors_comes_back() {
    let test = TestDatabase::sqlite().await;
    loaded(&test).await;
    let arguments = ["--database-connections", "2", "--max-connections", "1000"];
    let server = Running::start_by("ulimit -n 80; exec \"$0\" \"$@\"", &test.url, &arguments);
    let query = "{ agencies(first: 1) { nodes { name } } }";
    let expected = server.data(query).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let held: Vec<_> = (0..100).filter_map(|_| TcpStream::connect(&address).ok()).collect();
    assert!(held.len() > 80);
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(held);
    let began = Instant::now();
    assert_eq!(server.data(query).await, expected);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn connections_that_wait_hold_up_neither_others_nor_the_stop() {
    let test = TestDatabase::sqlite().await;
    loaded(&test).await;
    let arguments = ["--max-connections", "2", "--max-connections-per-address", "2"];
    let mut server = Running::start(&test.url, &arguments);
    let address = server.url.trim_start_matches("http://").to_owned();
    let hold = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(b"POST /graphql HTTP/1.1\r\n").unwrap();
        stream
    };
    let _held = [hold(), hold()];
    // One address may have both of them, so that it is told to come again, whatever it is.
    let asked = reqwest::get(format!("{}/graphql?query={{__typename}}", server.url)).await.unwrap();
    assert_eq!(asked.status(), 503);
    let live = reqwest::get(format!("{}/health/live", server.url)).await.unwrap();
    assert_eq!(live.status(), 200);
    let began = Instant::now();
    assert_eq!(server.stop(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_load_into_a_full_disk_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cops.db");
    let url = format!("sqlite://{}", path.display());
    assert_eq!(Running::start(&url, &["--empty"]).stop(), Some(0));
    let mut rows = String::new();
    for n in 0..20_000 {
        let name = "Agency of a rather long name that takes room";
        writeln!(rows, "AK{n:05}00,City,,{name} {n},Agency {n},").unwrap();
    }
    let file = folder.path().join("agencies.csv");
    std::fs::write(
        &file,
        format!("ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n{rows}"),
    )
    .unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    // A file may grow by so many blocks of a kilobyte only, which to SQLite is a disk that is full.
    let blocks = size / 1024 + 64;
    let output = Command::new("bash")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")])
        .arg(binary())
        .args(["import", "--database", &url, "fbi-agencies"])
        .arg(&file)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("disk") && said.contains("nothing changed"), "{said}");
    let server = Running::start(&url, &["--empty"]);
    let data = server.data("{ dataset { revision } agencies { totalCount } }").await;
    assert_eq!(data, json!({ "dataset": { "revision": 1 }, "agencies": { "totalCount": 0 } }));
}
