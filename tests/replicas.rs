//! Several servers on a primary of PostgreSQL and a replica of it: clusters of their own, thrown away.

#![cfg(unix)]

use std::{
    fmt::Write as _,
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use cops_graphql::{
    catalog::dataset::Dataset,
    database::{self, Readers},
};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{serve::Running, support::binary};

/// How soon after a load every server must be on its revision.
const SOON: Duration = Duration::from_secs(5);

/// How many agencies a load has: each load gives all of them other names, and there are some more than before.
const AGENCIES: usize = 300;

/// PostgreSQL, in a folder, until this is dropped.
pub(crate) struct Cluster {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
    /// Whether these tests run as root, whom PostgreSQL refuses.
    as_root: bool,
}

impl Cluster {
    /// The programs of the newest PostgreSQL that Debian has installed.
    pub(crate) fn programs() -> Option<PathBuf> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
        let bins = versions.filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let bin = version.path().join("bin");
            bin.join("initdb").exists().then_some((number, bin))
        });
        bins.max().map(|(_, bin)| bin)
    }

    fn new(bin: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        let as_root = folder.path().metadata().unwrap().uid() == 0;
        let cluster = Self { bin: bin.to_owned(), folder, port, as_root };
        cluster.own(cluster.folder.path());
        cluster
    }

    /// Gives a file to the user as whom PostgreSQL runs.
    fn own(&self, path: &Path) {
        if self.as_root {
            let chown = Command::new("chown").arg("postgres").arg(path).status();
            assert!(chown.unwrap().success());
        }
    }

    /// A cluster that can be written.
    fn primary(bin: &Path) -> Self {
        Self::primary_with(bin, |_, _| ())
    }

    /// One whose folder is changed before it starts; a file that is added must be made its own.
    pub(crate) fn primary_with(bin: &Path, change: impl FnOnce(&Path, &dyn Fn(&Path))) -> Self {
        let cluster = Self::new(bin);
        cluster.run("initdb", &["-U", "cops", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
        change(&cluster.folder.path().join("data"), &|path| cluster.own(path));
        cluster.start();
        cluster
    }

    /// One that follows it.
    fn replica(&self) -> Self {
        let replica = Self::new(&self.bin);
        let from = ["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "cops"];
        replica.run("pg_basebackup", &[&from[..], &["-R", "-X", "stream", "-c", "fast"]].concat());
        replica.start();
        replica
    }

    fn start(&self) {
        let folder = self.folder.path().display();
        let options =
            format!("-p {} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", self.port);
        self.run("pg_ctl", &["-w", "-l", &format!("{folder}/log"), "-o", &options, "start"]);
    }

    /// Runs a program of PostgreSQL on the cluster's folder.
    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.bin.join(program);
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let command = command.arg("-D").arg(self.folder.path().join("data")).args(arguments);
        // What it starts would keep a pipe open.
        let status = command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "{command:?}");
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://cops@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-m", "immediate", "stop"]);
    }
}

/// A primary and its replica; none where there is no PostgreSQL to make them with, which is said.
fn both(test: &str) -> Option<(Cluster, Cluster)> {
    let Some(bin) = Cluster::programs() else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {test} (there is no initdb in /usr/lib/postgresql/*/bin: apt-get install postgresql-15)"
        );
        return None;
    };
    let primary = Cluster::primary(&bin);
    let replica = primary.replica();
    Some((primary, replica))
}

/// Imports agencies, all of whose names tell of the round.
fn import(url: &str, round: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agencies.csv");
    let mut rows =
        "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n".to_owned();
    for n in 0..AGENCIES + round {
        writeln!(rows, "AK{n:05}00,City,,Round {round} of {n},Round {round} of {n},").unwrap();
    }
    std::fs::write(&path, rows).unwrap();
    let output = Command::new(binary())
        .args(["import", "--database", url, "fbi-agencies"])
        .arg(&path)
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
}

/// What a server answers to a query that reads several lists.
async fn ask(client: &reqwest::Client, url: &str, size: usize) -> Value {
    let query = format!(
        "{{ dataset {{ revision }} first: agencies(first: {size}) {{ nodes {{ name }} }}
            counted: agencies {{ totalCount }} last: agencies(last: {size}) {{ nodes {{ name }} }} }}"
    );
    let request = client.post(format!("{url}/graphql")).json(&json!({ "query": query }));
    request.send().await.unwrap().json().await.unwrap()
}

/// A revision, and the round that it is of.
fn whole(answer: &Value) -> (i64, usize) {
    let revision = answer["extensions"]["dataset"]["revision"].as_i64();
    let revision = revision.unwrap_or_else(|| panic!("no revision: {answer}"));
    assert!(answer["errors"].is_null(), "{answer}");
    let data = &answer["data"];
    assert_eq!(data["dataset"]["revision"], revision, "{answer}");
    let total = data["counted"]["totalCount"].as_u64().unwrap();
    let round = usize::try_from(total).unwrap() - AGENCIES;
    let prefix = format!("Round {round} of");
    for list in ["first", "last"] {
        let nodes = data[list]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty(), "{answer}");
        for node in nodes {
            let name = node["name"].as_str().unwrap();
            assert!(name.to_lowercase().starts_with(&prefix.to_lowercase()), "{answer}");
        }
    }
    (revision, round)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_a_primary_and_a_replica_go_on_to_a_new_revision_and_never_mix() {
    let test = "servers_on_a_primary_and_a_replica_go_on_to_a_new_revision_and_never_mix";
    let Some((primary, replica)) = both(test) else { return };
    let alone = Command::new(binary())
        .args(["--listen", "127.0.0.1:0", "--database", &replica.url()])
        .output()
        .unwrap();
    let said = String::from_utf8(alone.stderr).unwrap();
    assert!(said.contains("first start a server on its primary"), "{said}");
    // The first server makes the tables and what refers to nothing; a replica finds them in place.
    drop(Running::start(&primary.url(), &["--empty"]));
    import(&primary.url(), 1);
    let there = database::reader(&replica.url()).await.unwrap();
    while Dataset::read(&there).await.map_or(0, |dataset| dataset.revision) < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let servers = [
        Running::start(&primary.url(), &["--cache-size", "0"]),
        Running::start(&replica.url(), &[]),
    ];
    let client = reqwest::Client::new();
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..6)
        .map(|number| {
            let (url, stop) = (servers[number % 2].url.clone(), Arc::clone(&stop));
            let client = client.clone();
            tokio::spawn(async move {
                let mut seen = Vec::new();
                let mut asked = 0;
                while !stop.load(Ordering::Relaxed) {
                    asked += 1;
                    let found = whole(&ask(&client, &url, asked % 100 + 1).await);
                    if seen.last() != Some(&found) {
                        seen.push(found);
                    }
                }
                seen
            })
        })
        .collect();
    for round in 2..=4 {
        import(&primary.url(), round);
        let began = Instant::now();
        for server in &servers {
            while whole(&ask(&client, &server.url, 1).await).1 != round {
                assert!(began.elapsed() < SOON, "{} is not on round {round}", server.url);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        let seen = client.await.unwrap();
        // Forward, and never back.
        assert!(seen.len() > 1 && seen.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_a_replica_cancels_is_sent_again() {
    let Some((primary, replica)) = both("a_statement_that_a_replica_cancels_is_sent_again") else {
        return;
    };
    let writer = database::writer(&primary.url()).await.unwrap();
    writer.execute_unprepared("CREATE TABLE agencies AS SELECT 1 AS id").await.unwrap();
    // What the primary says goes first, at once.
    let admin = database::writer(&replica.url()).await.unwrap();
    for sql in ["ALTER SYSTEM SET max_standby_streaming_delay = 0", "SELECT pg_reload_conf()"] {
        admin.execute_unprepared(sql).await.unwrap();
    }
    let readers = Readers::open(&replica.url(), 1).await.unwrap();
    let slow = "SELECT id, pg_sleep(1) FROM agencies";
    let statement = Statement::from_string(readers.backend(), slow);
    while readers.query(statement.clone()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let cancelled = async || {
        let sql = "SELECT confl_lock FROM pg_stat_database_conflicts WHERE datname = 'postgres'";
        let row = admin.query_one_raw(Statement::from_string(readers.backend(), sql)).await;
        row.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap()
    };
    let before = cancelled().await;
    let (found, ()) = tokio::join!(readers.query(statement.clone()), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let sql = "BEGIN; LOCK TABLE agencies IN ACCESS EXCLUSIVE MODE; COMMIT";
        writer.execute_unprepared(sql).await.unwrap();
    });
    assert_eq!(found.unwrap().len(), 1);
    assert_eq!(cancelled().await, before + 1, "the replica cancelled nothing");
    admin.close().await.unwrap();
    writer.close().await.unwrap();
}
