//! The server as an operator runs it: the binary, signals, a missing database.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    sync::mpsc::Receiver,
    time::{Duration, Instant},
};

use cops_graphql::database;
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    support::{TestDatabase, binary},
};

/// A server that ends with the test.
pub(crate) struct Running {
    child: Child,
    pub(crate) url: String,
    /// What it logs from then on.
    pub(crate) log: Receiver<String>,
}

impl Running {
    /// Starts the program on a free port, and waits until it says that it serves.
    pub(crate) fn start(database: &str, arguments: &[&str]) -> Self {
        Self::spawn(&mut Command::new(binary()), database, arguments)
    }

    /// Starts the program by a shell, whose `$0` it is, with `$@` for its arguments.
    pub(crate) fn start_by(script: &str, database: &str, arguments: &[&str]) -> Self {
        let mut shell = Command::new("bash");
        Self::spawn(shell.args(["-c", script]).arg(binary()), database, arguments)
    }

    fn spawn(command: &mut Command, database: &str, arguments: &[&str]) -> Self {
        let mut child = command
            .args(["--listen", "127.0.0.1:0", "--database", database])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let url = lines
            .by_ref()
            .map(Result::unwrap)
            .inspect(|line| said.push_str(line))
            .find_map(|line| {
                let (_, rest) = line.split_once("serving GraphQL on ")?;
                let (url, _) = rest.split_once("/graphql")?;
                Some(url.to_owned())
            })
            .unwrap_or_else(|| panic!("the program does not serve: {said}"));
        // A pipe that nobody reads would block the program in the end.
        let (told, log) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // Where nobody listens any more it is read all the same.
            lines.map_while(Result::ok).for_each(|line| drop(told.send(line)));
        });
        Self { child, url, log }
    }

    pub(crate) async fn data(&self, query: &str) -> Value {
        let request = reqwest::Client::new().post(format!("{}/graphql", self.url));
        let response = request.json(&json!({ "query": query })).send().await.unwrap();
        response.json::<Value>().await.unwrap()["data"].clone()
    }

    /// Asks the program to stop, and gives its exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        self.signal("-TERM");
        self.wait()
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// Waits until the program logs something.
    pub(crate) fn wait_for(&self, words: &str) -> String {
        let mut seen = String::new();
        loop {
            let line = self.log.recv_timeout(Duration::from_secs(20));
            let line = line.unwrap_or_else(|_| panic!("it does not log {words:?}: {seen}"));
            if line.contains(words) {
                return line;
            }
            seen.push_str(&line);
        }
    }

    /// Waits for the end of the program, and gives its exit code.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it does not stop");
            std::thread::yield_now();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_serves_what_is_loaded_and_stops_when_asked() {
    let test = TestDatabase::sqlite().await;
    let writer = test.writer().await;
    fixture::load(&writer, SMALL).await;
    // A load after that of the reference data is what tells a database in use from a new one.
    let load = database::load::Load::begin(&writer, "more", false).await.unwrap();
    load.commit(database::load::LoadCounts::default()).await.unwrap();
    let mut server = Running::start(&test.url, &["--log-format", "json"]);
    let data = server.data("{ agencies { totalCount } dataset { revision synthetic } }").await;
    assert_eq!(
        data,
        json!({ "agencies": { "totalCount": 24 }, "dataset": { "revision": 2, "synthetic": false } })
    );
    let live = reqwest::get(format!("{}/health/live", server.url)).await.unwrap();
    assert_eq!(live.status(), 200);
    assert_eq!(server.stop(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn an_empty_start_has_the_reference_data_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("new.db").display());
    let mut server = Running::start(&url, &["--empty"]);
    let query = "{ agencies { totalCount } programs { totalCount } dataset { synthetic } }";
    let data = server.data(query).await;
    assert_eq!(data["agencies"]["totalCount"], 0);
    assert_eq!(data["programs"]["totalCount"], 19);
    assert_eq!(data["dataset"]["synthetic"], false);
    assert_eq!(server.stop(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_says_where_its_pages_are() {
    let pages = [
        "/",
        "/explore",
        "/playground",
        "/docs",
        "/schema.graphql",
        "/export/grants.csv",
        "/graphql",
    ];
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("a.db").display());
    let made =
        Command::new(binary()).args(["demo", "--scale", "0.01", "--database", &database]).status();
    assert!(made.unwrap().success());
    for format in ["human", "json"] {
        let mut server = Running::start(&database, &["--log-format", format]);
        for page in pages {
            let url = format!("{}{page}", server.url);
            let line = server.wait_for(&url);
            if format == "json" {
                let event: Value = serde_json::from_str(&line).unwrap();
                assert_eq!(event["url"], url, "{line}");
            } else {
                assert!(line.starts_with("  ") && line.ends_with(&url), "{line}");
            }
            assert_ne!(reqwest::get(&url).await.unwrap().status(), 404, "{url}");
        }
        server.wait_for("The data are synthetic. To load real data");
        assert_eq!(server.stop(), Some(0));
    }
    // What is not served is not named.
    let mut server = Running::start(&database, &["--no-introspection", "--max-export-rows", "0"]);
    let mut named = Vec::new();
    loop {
        let line = server.wait_for("  ");
        if line.contains("The data are synthetic") {
            break;
        }
        named.extend(line.split_once(&server.url).map(|(_, page)| page.to_owned()));
    }
    assert_eq!(named, ["/", "/explore", "/graphql"]);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_cannot_be_served_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let missing = format!("sqlite://{}", folder.path().join("no/such/folder/x.db").display());
    let free = "127.0.0.1:0";
    let cases = [
        (vec!["--listen", &address, "--database", "sqlite::memory:"], 1, "cannot listen on"),
        (vec!["--listen", free, "--database", &missing], 1, "cannot open the database"),
        (vec!["--listen", free, "--database", "mysql://x"], 2, "sqlite://PATH or postgres://"),
        (vec!["--listen", "nowhere"], 1, "cannot listen on nowhere"),
        (vec!["--listen", "8111"], 1, "such as 127.0.0.1:8111"),
        (vec!["--log", "=,=", "--listen", free], 1, "is not a log filter"),
        (vec!["--log", "wran", "--listen", free], 1, "\"wran\" is not a level"),
    ];
    for (arguments, code, words) in cases {
        let mut child =
            Command::new(binary()).args(&arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut text = String::new();
        child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(words), "{arguments:?}: {text}");
    }
}

#[test]
fn the_schema_is_printed() {
    let output = Command::new(binary()).arg("schema").output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), cops_graphql::graphql::sdl());
}
