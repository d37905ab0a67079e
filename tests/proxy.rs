//! nginx in front of the program, with the configuration of `docs/proxy/nginx.conf`.

#![cfg(unix)]

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client as HttpClient, Response, header};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    fixture::{self, SMALL},
    serve::Running,
    support::TestDatabase,
};

const SITE: &str = include_str!("../docs/proxy/nginx.conf");

/// nginx, until this is dropped.
struct Nginx {
    process: Child,
    folder: TempDir,
    url: String,
}

impl Nginx {
    fn program() -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        folders.map(|folder| folder.join("nginx")).find(|program| program.exists())
    }

    /// Starts it in front of a server.
    fn start(program: &Path, server: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let server = server.strip_prefix("http://").unwrap();
        let mut site = SITE.to_owned();
        for (documented, here) in [
            ("server 127.0.0.1:8080;", format!("server {server};")),
            ("listen 80;", format!("listen {address};")),
        ] {
            assert_eq!(site.matches(documented).count(), 1, "{documented}");
            site = site.replace(documented, &here);
        }
        std::fs::write(folder.path().join("site.conf"), site).unwrap();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {kind};\n"))
            .concat();
        let main = format!(
            "daemon off;\npid nginx.pid;\nerror_log error.log;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}include site.conf;\n}}\n"
        );
        // Workers of root are of a user who may not read the folder.
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let main = if is_root { format!("user root;\n{main}") } else { main };
        std::fs::write(folder.path().join("nginx.conf"), main).unwrap();
        let process = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .args(["-c", "nginx.conf", "-e", "error.log"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Self { process, folder, url: format!("http://{address}") };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "no nginx: {}", nginx.log());
            std::thread::yield_now();
        }
        nginx
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
    }
}

/// A client at `127.0.0.N`.
fn client(number: u8) -> HttpClient {
    let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, number));
    HttpClient::builder().local_address(address).build().unwrap()
}

async fn post(client: &HttpClient, url: &str) -> Response {
    let query = json!({ "query": "{ agencies(first: 3) { totalCount nodes { name } } }" });
    client.post(format!("{url}/graphql")).json(&query).send().await.unwrap()
}

fn head<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn nginx_in_front_passes_on_what_the_program_says() {
    let Some(program) = Nginx::program() else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: nginx_in_front_passes_on_what_the_program_says (apt-get install nginx-light)"
        );
        return;
    };
    let database = TestDatabase::sqlite().await;
    let writer = database.writer().await;
    fixture::load(&writer, SMALL).await;
    let options =
        ["--empty", "--trusted-proxy", "127.0.0.1", "--rate-limit", "1", "--rate-burst", "50000"];
    let server = Running::start(&database.url, &options);
    let nginx = Nginx::start(&program, &server.url);
    let http = client(1);

    // Answers, and keep-alive on both sides.
    let direct: Value = post(&http, &server.url).await.json().await.unwrap();
    for _ in 0..20 {
        let answer = post(&http, &nginx.url).await;
        assert_eq!(answer.status(), 200, "{}", nginx.log());
        assert_eq!(head(&answer, "connection"), "keep-alive");
        assert_eq!(answer.json::<Value>().await.unwrap()["data"], direct["data"]);
    }
    let metrics = HttpClient::new().get(format!("{}/metrics", server.url)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let open = metrics.lines().find_map(|it| it.strip_prefix("cops_graphql_client_connections "));
    let open: u32 = open.unwrap_or_else(|| panic!("{metrics}")).parse().unwrap();
    // That of `http`, that of what asks for the metrics, and those that nginx keeps: two workers have two.
    assert!((3..=6).contains(&open), "{open} connections are open");

    // What caches need, and compression.
    let get = || {
        let query = [("query", "{ agencies { nodes { id name city state county: countyName } } }")];
        http.get(format!("{}/graphql", nginx.url)).query(&query)
    };
    let plain = get().send().await.unwrap();
    assert_eq!(head(&plain, "cache-control"), "public, max-age=5");
    assert!(head(&plain, "vary").to_lowercase().contains("accept-encoding"), "{plain:?}");
    let tag = head(&plain, "etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    let again = get().header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let packed = get().header(header::ACCEPT_ENCODING, "gzip").send().await.unwrap();
    assert_eq!(head(&packed, "content-encoding"), "gzip");
    let (packed, mut text) = (packed.bytes().await.unwrap(), Vec::new());
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut text).unwrap();
    let (packed, plain): (Value, Value) =
        (serde_json::from_slice(&text).unwrap(), plain.json().await.unwrap());
    assert_eq!(packed["data"], plain["data"]);

    // Files are the same as without nginx.
    for path in ["/export/trainees.csv", "/export/outcomes.ndjson", "/export/grants.parquet"] {
        let mut files = Vec::new();
        for url in [&server.url, &nginx.url] {
            let answer = http.get(format!("{url}{path}")).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{url}{path}");
            files.push(answer.bytes().await.unwrap());
        }
        assert!(files[0].len() > 1_000, "{path}: {} bytes", files[0].len());
        assert_eq!(files[0], files[1], "{path}");
    }

    // Sizes, and what is for nobody outside.
    let query = format!("{{ agencies {{ totalCount }} }}{}", " ".repeat(18_000));
    let long = http.get(format!("{}/graphql", nginx.url)).query(&[("query", &query)]);
    assert_eq!(long.send().await.unwrap().status(), 200);
    let outside = http.get(format!("{}/metrics", nginx.url)).send().await.unwrap();
    assert_eq!(outside.status(), 403);
}

#[tokio::test]
async fn a_client_behind_nginx_has_an_account_of_its_own() {
    let Some(program) = Nginx::program() else { return };
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let options = [
        "--empty",
        "--trusted-proxy",
        "127.0.0.1",
        "--rate-limit",
        "1",
        "--rate-burst",
        "50000",
        "--cache-size",
        "0",
    ];
    let server = Running::start(&database.url, &options);
    let nginx = Nginx::start(&program, &server.url);
    let remaining = async |client: &HttpClient| -> u32 {
        let answer = post(client, &nginx.url).await;
        assert_eq!(answer.status(), 200);
        head(&answer, "ratelimit-remaining").parse().unwrap()
    };
    let (one, other) = (client(2), client(3));
    let first = remaining(&one).await;
    for _ in 0..5 {
        remaining(&one).await;
    }
    let last = remaining(&one).await;
    assert!(last < first, "{first}, then {last}");
    assert_eq!(remaining(&other).await, first, "another address has all of its points");
    // Nobody passes for somebody else.
    let query = json!({ "query": "{ agencies(first: 3) { totalCount nodes { name } } }" });
    let posed = one.post(format!("{}/graphql", nginx.url)).header("x-forwarded-for", "192.0.2.1");
    let posed = posed.json(&query).send().await.unwrap();
    assert!(head(&posed, "ratelimit-remaining").parse::<u32>().unwrap() <= last);
}
