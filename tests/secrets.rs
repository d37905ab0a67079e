//! The password of a database never appears in any output, whatever is wrong with its URL.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Output, Stdio},
};

use crate::support::{TestDatabase, binary};

/// What stands for the password. It is nowhere else.
const SECRET: &str = "hunter2";

/// URLs that are wrong, most of them by a slip.
const WRONG: [&str; 31] = [
    "",
    "hunter2",
    "host=127.0.0.1 user=cops password=hunter2 dbname=cops",
    "postgress://cops:hunter2@127.0.0.1:1/cops",
    "postgre://cops:hunter2@127.0.0.1:1/cops",
    "mysql://cops:hunter2@127.0.0.1:1/cops",
    "postgres:/cops:hunter2@127.0.0.1:1/cops",
    "postgres//cops:hunter2@127.0.0.1:1/cops",
    " postgres://cops:hunter2@127.0.0.1:1/cops",
    "postgres://cops:hunter2127.0.0.1:1/cops",
    "postgres://cops:hunter2/cops",
    "postgres://cops@hunter2@127.0.0.1:1/cops",
    "postgres://cops%3Ahunter2@127.0.0.1:1/cops",
    "postgres://cops:hun@ter2hunter2@127.0.0.1:1/cops",
    "postgres://cops:1/hunter2@127.0.0.1:1/cops",
    "postgres://cops:1#hunter2@127.0.0.1:1/cops",
    "postgres://cops:1?hunter2@127.0.0.1:1/cops",
    "postgres://cops:hunter2%@127.0.0.1:1/cops",
    "postgres://cops:hunter2%zz@127.0.0.1:1/cops",
    "postgres://cops:hunter2%ff@127.0.0.1:1/cops",
    "postgres://cops:hunter2@127.0.0.1:port/cops",
    "postgres://cops:hunter2@[127.0.0.1]:1/cops",
    "postgres://cops:hunter2 @127.0.0.1:1/cops",
    "postgres://cops:hunter2@127.0.0.1:1/cops\nx",
    "postgres://cops@127.0.0.1:1/cops?pasword=hunter2",
    "postgres://cops:hunter2@127.0.0.1:1/cops?password=hunter2",
    "postgres://cops:hunter2@127.0.0.1:1/cops?sslmode=hunter2",
    "postgres://cops:hunter2@127.0.0.1:1/cops?sslrootcert=/no/hunter2.pem",
    "sqlite://cops:hunter2@127.0.0.1:1/cops",
    "sqlite://cops.db?password=hunter2",
    "sqlite://cops.db?mode=hunter2",
];

/// Every command that takes a database, with what it needs beside that.
const COMMANDS: [&[&str]; 7] = [
    &["--listen", "127.0.0.1:0", "--log", "trace"],
    &["serve", "--listen", "127.0.0.1:0", "--log", "trace", "--log-format", "json"],
    &["doctor", "--listen", "127.0.0.1:0", "--log", "trace"],
    &["import", "fbi-agencies", "agencies.csv"],
    &["demo", "--scale", "0.01"],
    &["fetch", "usaspending", "--url", "http://127.0.0.1:1", "--retries", "0"],
    &["verify", "answer.json"],
];

/// A command that runs in a folder of its own, and ends by itself.
fn run(command: &mut Command) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let agencies = "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n\
                    AK0010100,City,,A,A,\n";
    std::fs::write(folder.path().join("agencies.csv"), agencies).unwrap();
    std::fs::write(folder.path().join("answer.json"), "{}").unwrap();
    let command = command.current_dir(folder.path()).env("RUST_LOG", "trace");
    command.stdin(Stdio::null()).output().unwrap()
}

/// All that a command said, which must not have the password.
fn said(output: &Output, what: &str) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(!text.contains(SECRET), "{what}: {text}");
    text
}

#[test]
fn no_command_shows_the_password_of_a_wrong_url() {
    for url in WRONG {
        for arguments in COMMANDS {
            let what = format!("{arguments:?} with {url:?}");
            let by_option = run(Command::new(binary()).args(arguments).args(["--database", url]));
            let text = said(&by_option, &what);
            assert_eq!(by_option.status.code(), Some(2), "{what}: {text}");
            assert!(text.contains("the URL of the database"), "{what}: {text}");
        }
        // The environment and a file lead to the same words.
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("url");
        std::fs::write(&file, format!("{url}\n")).unwrap();
        for (name, value) in
            [("DATABASE_URL", url.as_ref()), ("DATABASE_URL_FILE", file.as_os_str())]
        {
            let output = run(Command::new(binary()).arg("demo").env(name, value));
            let text = said(&output, url);
            assert_eq!(output.status.code(), Some(2), "{name}, {url:?}: {text}");
            assert!(text.contains("the URL of the database"), "{name}, {url:?}: {text}");
        }
        // Where it is given without its option, or to another one.
        let wrong_places: [&[&str]; 7] = [
            &[url],
            &["serve", url],
            &["--otlp-endpoint", url],
            &["--trusted-proxy", url],
            &["--cors-origin", url],
            &["demo", "--scale", url],
            &["import", "fbi-agencies", "agencies.csv", "--max-rejects", url],
        ];
        for arguments in wrong_places.into_iter().filter(|_| url.contains(['@', '?', '='])) {
            let output = run(Command::new(binary()).args(arguments));
            let text = said(&output, &format!("{arguments:?}"));
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        }
    }
}

#[test]
fn an_address_that_is_shown_takes_no_password() {
    let address = "http://me:hunter2@127.0.0.1:1";
    let options: [&[&str]; 4] = [
        &["--otlp-endpoint", address],
        &["doctor", "--otlp-endpoint", address],
        &["fetch", "usaspending", "--url", address],
        &["--trusted-proxy", address],
    ];
    for arguments in options {
        let output = run(Command::new(binary()).args(arguments));
        let text = said(&output, &format!("{arguments:?}"));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains("is not valid"), "{arguments:?}: {text}");
    }
}

#[test]
fn the_help_does_not_show_what_the_environment_holds() {
    let commands: [&[&str]; 4] =
        [&["--help"], &["serve", "--help"], &["doctor", "--help"], &["import", "--help"]];
    for arguments in commands {
        let output = run(Command::new(binary())
            .args(arguments)
            .env("DATABASE_URL", "postgres://cops:hunter2@127.0.0.1:1/cops")
            .env("DATABASE_URL_FILE", "hunter2")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://cops:hunter2@127.0.0.1:1")
            .env("CORS_ORIGIN", "https://cops:hunter2@example.gov")
            .env("TRUSTED_PROXY", "cops:hunter2@127.0.0.1")
            .env("LISTEN", "hunter2"));
        let text = said(&output, &format!("{arguments:?}"));
        assert!(text.contains("[env: DATABASE_URL]"), "{arguments:?}: {text}");
    }
}

#[test]
fn a_database_is_named_once() {
    let output = run(Command::new(binary())
        .args(["demo", "--database", "postgres://cops:hunter2@127.0.0.1:1/cops"])
        .env("DATABASE_URL_FILE", "/no/such/file"));
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output, "twice").contains("named twice"), "{output:?}");
    let output = run(Command::new(binary()).args(["demo", "--database-file", "/no/such/file"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output, "no file").contains("/no/such/file cannot be read"), "{output:?}");
}

/// Stands for a server of PostgreSQL that lets nobody in.
fn refuses(listener: &TcpListener) {
    fn refuse(mut stream: TcpStream) -> std::io::Result<()> {
        loop {
            let mut size = [0; 4];
            stream.read_exact(&mut size)?;
            let mut message = vec![0; u32::from_be_bytes(size) as usize - 4];
            stream.read_exact(&mut message)?;
            // A request for TLS, which it does not speak.
            if message == 80_877_103_u32.to_be_bytes() {
                stream.write_all(b"N")?;
                continue;
            }
            let words =
                b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"cops\"\0\0";
            stream.write_all(b"E")?;
            stream.write_all(&u32::try_from(words.len() + 4).unwrap().to_be_bytes())?;
            return stream.write_all(words);
        }
    }
    for stream in listener.incoming() {
        // Whoever hangs up has heard enough.
        let _ = stream.and_then(refuse);
    }
}

#[test]
fn a_server_that_refuses_a_password_does_not_make_it_known() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || refuses(&listener));
    let urls = [
        format!("postgres://cops:hunter2@127.0.0.1:{port}/cops"),
        format!("POSTGRES://cops@127.0.0.1:{port}/cops?password=hunter2"),
    ];
    for url in urls {
        for arguments in &COMMANDS[..5] {
            let output = run(Command::new(binary()).args(*arguments).env("DATABASE_URL", &url));
            let text = said(&output, &format!("{arguments:?}"));
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
            let words = "password authentication failed for user \"cops\": check the user";
            assert!(text.replace('\\', "").contains(words), "{arguments:?}: {text}");
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_runs_does_not_show_it_anywhere() {
    let Some(test) = TestDatabase::postgres("a_server_that_runs_does_not_show_it_anywhere").await
    else {
        return;
    };
    let (before, after) = test.url.split_once('@').unwrap();
    let user = before.rsplit_once('/').unwrap().1.split(':').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, format!("postgres://{user}:{SECRET}@{after}\n")).unwrap();
    let mut child = Command::new(binary())
        .args(["--empty", "--listen", "127.0.0.1:0", "--log", "trace"])
        .env("DATABASE_URL_FILE", &file)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut lines = Vec::new();
    let url = log.by_ref().find_map(|line| {
        let url = line
            .split_once("serving GraphQL on ")
            .and_then(|(_, url)| url.split_once("/graphql").map(|(url, _)| url.to_owned()));
        lines.push(line);
        url
    });
    let rest = std::thread::spawn(move || log.collect::<Vec<_>>());
    let url = url.unwrap_or_else(|| panic!("it does not serve: {}", lines.join("\n")));
    for path in ["/metrics", "/", "/graphql?query={dataset{revision}}", "/health/ready"] {
        let text = reqwest::get(format!("{url}{path}")).await.unwrap().text().await.unwrap();
        assert!(!text.contains(SECRET), "{path}: {text}");
    }
    for name in ["cmdline", "environ", "comm"] {
        let text = std::fs::read(format!("/proc/{}/{name}", child.id())).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(SECRET), "{name}");
    }
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    lines.extend(rest.join().unwrap());
    let text = lines.join("\n");
    assert!(text.contains("connect{options=ConnectOptions"), "{text}");
    assert!(!text.contains(SECRET), "{text}");
}
