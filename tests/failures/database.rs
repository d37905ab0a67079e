//! A database that is unreachable, busy, or damaged.

use std::{
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use cops_graphql::database::{self, Readers};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::loaded;
use crate::{
    fixture::{self, SMALL},
    serve::Running,
    support::{TestDatabase, binary},
};

/// A statement that takes minutes, and gives no row before its end.
const SLOW: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) \
    SELECT count(*) AS many_numbers FROM n";

#[tokio::test]
async fn a_statement_that_nobody_waits_for_is_stopped() {
    for test in TestDatabase::each("a_statement_that_nobody_waits_for_is_stopped").await {
        let readers = Readers::open(&test.url, 2).await.unwrap();
        let statement = |sql: &str| Statement::from_string(readers.backend(), sql);
        // Whoever gives up leaves the connection to others, at once.
        let began = Instant::now();
        for _ in 0..6 {
            let slow = readers.query(statement(SLOW));
            assert!(tokio::time::timeout(Duration::from_millis(100), slow).await.is_err());
        }
        let both = || async { readers.query(statement("SELECT 1")).await.unwrap().len() };
        assert_eq!(tokio::join!(both(), both()), (1, 1));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        while readers.busy() != (2, 0) {
            assert!(began.elapsed() < Duration::from_secs(5), "{:?}", readers.busy());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if test.url.starts_with("postgres") {
            let running = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' \
                AND query LIKE '%many_numbers%' AND pid <> pg_backend_pid()";
            assert!(readers.query(statement(running)).await.unwrap().is_empty());
        }
    }
}

/// Stands between the program and PostgreSQL, and can be cut, or swallow what is sent.
struct Wire {
    address: String,
    to: String,
    swallows: watch::Sender<bool>,
    work: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Wire {
    async fn new(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let wire = Self { address, to, swallows: watch::Sender::new(false), work: Arc::default() };
        wire.carry(listener);
        wire
    }

    fn carry(&self, listener: TcpListener) {
        let (to, work) = (self.to.clone(), Arc::clone(&self.work));
        let swallows = self.swallows.clone();
        let accept = tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let (to, mut swallows) = (to.clone(), swallows.subscribe());
                let copy = tokio::spawn(async move {
                    drop(swallows.wait_for(|it| !it).await);
                    let Ok(mut to) = TcpStream::connect(to).await else { return };
                    let is_over = tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut from, &mut to) => true,
                        _ = swallows.wait_for(|it| *it) => false,
                    };
                    if !is_over {
                        // For ever: it neither answers nor ends.
                        std::future::pending::<()>().await;
                    }
                });
                work.lock().unwrap().push(copy);
            }
        });
        self.work.lock().unwrap().push(accept);
    }

    /// Ends all connections, and takes no more.
    fn cut(&self) {
        self.work.lock().unwrap().drain(..).for_each(|work| work.abort());
    }

    async fn mend(&self) {
        self.carry(TcpListener::bind(&self.address).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_outlives_its_database() {
    let databases = TestDatabase::each("the_server_outlives_its_database").await;
    let Some(test) = databases.into_iter().find(|it| it.url.starts_with("postgres")) else {
        return;
    };
    loaded(&test).await;
    let (before, rest) = test.url.split_once('@').unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    let wire = Wire::new(host.to_owned()).await;
    let server = Running::start(&format!("{before}@{}/{name}", wire.address), &[]);
    let client = reqwest::Client::new();
    let ask = async |query: &str| {
        let began = Instant::now();
        let request =
            client.post(format!("{}/graphql", server.url)).json(&json!({ "query": query }));
        let response = request.send().await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(1), "{query}: {:?}", began.elapsed());
        response.json::<Value>().await.unwrap()
    };
    let ready =
        async || client.get(format!("{}/health/ready", server.url)).send().await.unwrap().status();
    let within = async |status: u16| {
        let began = Instant::now();
        while ready().await != status {
            assert!(began.elapsed() < Duration::from_secs(5), "not {status} within 5 s");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    within(200).await;
    let kept = "{ agencies(first: 3) { nodes { name } } }";
    let answer = ask(kept).await;
    assert!(answer["errors"].is_null(), "{answer}");
    for round in 0..3 {
        wire.cut();
        // Many at once, and those that come later.
        let others = (0..20).map(|n| {
            let query =
                format!("{{ agencies(first: {}) {{ nodes {{ city }} }} }}", 20 * round + n + 1);
            async move { ask(&query).await }
        });
        for answer in futures_util::future::join_all(others).await {
            // While the first find out, the others wait for their turns.
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            assert!(matches!(code, Some("UNAVAILABLE" | "OVERLOADED")), "{answer}");
            let text = answer.to_string();
            assert!(!text.contains("127.0.0.1") && !text.contains("SELECT"), "{text}");
        }
        let query = "{ agencies(first: 99) { nodes { city } } }";
        assert_eq!(ask(query).await["errors"][0]["extensions"]["code"], "UNAVAILABLE");
        assert_eq!(ask(kept).await, answer);
        within(503).await;
        wire.mend().await;
        within(200).await;
        let query = format!("{{ agencies(first: {}) {{ nodes {{ kind }} }} }}", round + 1);
        let began = Instant::now();
        while !ask(&query).await["errors"].is_null() {
            assert!(began.elapsed() < Duration::from_secs(5), "not well within 5 s");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_says_nothing_is_given_up_and_found_again() {
    let name = "a_database_that_says_nothing_is_given_up_and_found_again";
    let databases = TestDatabase::each(name).await;
    let Some(test) = databases.into_iter().find(|it| it.url.starts_with("postgres")) else {
        return;
    };
    loaded(&test).await;
    let (before, rest) = test.url.split_once('@').unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    let wire = Wire::new(host.to_owned()).await;
    let options = ["--deadline", "1", "--cache-size", "0", "--database-connections", "3"];
    let server = Running::start(&format!("{before}@{}/{name}", wire.address), &options);
    let client = reqwest::Client::new();
    let get = async |path: &str| client.get(format!("{}{path}", server.url)).send().await.unwrap();
    let ask = async |n: usize| {
        let query = format!("{{ agencies(first: {n}) {{ nodes {{ city }} }} }}");
        let request =
            client.post(format!("{}/graphql", server.url)).json(&json!({ "query": query }));
        let began = Instant::now();
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        answer["errors"][0]["extensions"]["code"].as_str().map(ToOwned::to_owned)
    };
    while get("/health/ready").await.status() != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // All connections are made.
    for code in futures_util::future::join_all((1..20).map(&ask)).await {
        assert!(matches!(code.as_deref(), None | Some("OVERLOADED")), "{code:?}");
    }
    wire.swallows.send_replace(true);
    let mut codes = Vec::new();
    let began = Instant::now();
    while codes.last().is_none_or(|last| last != "UNAVAILABLE") {
        assert!(began.elapsed() < Duration::from_secs(15), "{codes:?}");
        codes.push(ask(20 + codes.len()).await.expect("there is no answer"));
    }
    assert_eq!(codes[0], "TIMEOUT", "{codes:?}");
    assert!(codes.iter().all(|code| code == "TIMEOUT" || code == "UNAVAILABLE"), "{codes:?}");
    assert_eq!(get("/health/ready").await.status(), 503);
    // What was there is dead, and what is new is not.
    wire.swallows.send_replace(false);
    let load = database::load::Load::begin(&test.writer().await, "more", false).await.unwrap();
    load.commit(database::load::LoadCounts::default()).await.unwrap();
    let began = Instant::now();
    let is_well = async || {
        let metrics = get("/metrics").await.text().await.unwrap();
        let has = |line: &str| metrics.lines().any(|it| it == line);
        get("/health/ready").await.status() == 200
            && has("cops_graphql_revision 3")
            && has("cops_graphql_copy_revision 3")
            && has("cops_graphql_connections_busy 0")
    };
    while !is_well().await {
        assert!(began.elapsed() < Duration::from_secs(15), "it does not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for n in 1..20 {
        assert_eq!(ask(n).await, None);
    }
}

#[tokio::test]
async fn a_statement_may_take_as_long_as_a_query() {
    for test in TestDatabase::each("a_statement_may_take_as_long_as_a_query").await {
        if test.url.starts_with("postgres") {
            let deadline = Duration::from_mins(1);
            let readers = Readers::open_for(&test.url, 1, deadline).await.unwrap();
            let show = Statement::from_string(readers.backend(), "SHOW statement_timeout");
            let rows = readers.query(show).await.unwrap();
            assert_eq!(rows[0].try_get_by_index::<String>(0).unwrap(), "65s");
        }
        let deadline = Duration::from_millis(200);
        let readers = Readers::open_for(&test.url, 1, deadline).await.unwrap();
        let slow = readers.query(Statement::from_string(readers.backend(), SLOW)).await;
        assert_eq!(slow.unwrap_err().code(), "TIMEOUT");
        let next = Statement::from_string(readers.backend(), "SELECT 1");
        assert_eq!(readers.query(next).await.unwrap().len(), 1);
    }
}

/// What the program says of a database that it does not serve.
fn refused(url: &str) -> String {
    let output = Command::new(binary())
        .args(["--listen", "127.0.0.1:0", "--database", url])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_database_that_is_locked_is_said_to_be() {
    let test = TestDatabase::sqlite().await;
    let writer = test.writer().await;
    fixture::load(&writer, SMALL).await;
    writer.execute_unprepared("PRAGMA locking_mode = EXCLUSIVE").await.unwrap();
    writer.execute_unprepared("CREATE TABLE lock (x INTEGER); DROP TABLE lock").await.unwrap();
    let began = Instant::now();
    let said = refused(&test.url);
    assert!(said.contains("another process has locked it"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(90));
}

#[tokio::test]
async fn a_finished_file_is_served_and_nothing_is_written() {
    let test = TestDatabase::sqlite().await;
    loaded(&test).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("finished.db");
    std::fs::copy(test.url.trim_start_matches("sqlite://"), &path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let url = format!("sqlite://{}?mode=ro&immutable=true", path.display());
    let mut server = Running::start(&url, &[]);
    let data = server.data("{ dataset { revision } agencies { totalCount } }").await;
    assert_eq!(data, json!({ "dataset": { "revision": 2 }, "agencies": { "totalCount": 24 } }));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(server.stop(), Some(0));
    assert!(std::fs::read(&path).unwrap() == before);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    for test in TestDatabase::each("a_database_of_a_newer_program_is_refused").await {
        let writer = database::writer(&test.url).await.unwrap();
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_newer', 1)";
        writer.execute_unprepared(newer).await.unwrap();
        writer.close().await.unwrap();
        let said = refused(&test.url);
        assert!(said.contains("newer version of cops-graphql"), "{said}");
    }
}
