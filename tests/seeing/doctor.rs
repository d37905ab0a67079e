//! `cops-graphql doctor`.

use std::process::Command;

use cops_graphql::{database, demo, reference};
use indicatif::ProgressBar;
use sea_orm::ConnectionTrait as _;
use serde_json::Value;

use crate::support::{TestDatabase, binary};

/// What the doctor said.
struct Said {
    code: Option<i32>,
    text: String,
}

impl Said {
    /// The status of a check; empty where it was not looked at.
    fn status(&self, check: &str) -> String {
        self.check(check)["status"].as_str().unwrap_or_default().to_owned()
    }

    fn check(&self, check: &str) -> Value {
        let json: Value = serde_json::from_str(&self.text).unwrap();
        let mut checks = json["checks"].as_array().unwrap().iter();
        checks.find(|it| it["check"] == check).cloned().unwrap_or_default()
    }
}

fn doctor(database: &str, arguments: &[&str]) -> Said {
    let mut command = Command::new(binary());
    command.arg("doctor").args(["--database", database]).args(arguments);
    if !arguments.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    Said { code: output.status.code(), text }
}

fn in_json(database: &str, arguments: &[&str]) -> Said {
    doctor(database, &[&["--format", "json"], arguments].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_serves_is_well() {
    for test in TestDatabase::each("a_database_that_serves_is_well").await {
        let writer = test.writer().await;
        demo::load(&writer, 0.01, 1, &ProgressBar::hidden()).await.unwrap();
        let said = in_json(&test.url, &[]);
        assert_eq!(said.code, Some(0), "{}", said.text);
        for check in ["port", "log", "documents", "origins", "answers", "memory", "database"] {
            assert_eq!(said.status(check), "ok", "{check}: {}", said.text);
        }
        for check in ["migrations", "read-only", "reference"] {
            assert_eq!(said.status(check), "ok", "{check}: {}", said.text);
        }
        let dataset = said.check("dataset");
        assert_eq!(dataset["status"], "warning", "{dataset}");
        let message = dataset["message"].as_str().unwrap();
        assert!(message.starts_with("revision 2, loaded today: "), "{message}");
        assert!(dataset["fix"].as_str().unwrap().contains("cops-graphql import"), "{dataset}");
        if test.url.starts_with("postgres") {
            for (check, status) in
                [("encoding", "ok"), ("timeout", "ok"), ("connection", "ok"), ("user", "warning")]
            {
                assert_eq!(said.status(check), status, "{check}: {}", said.text);
            }
        } else {
            assert_eq!(said.status("journal"), "ok", "{}", said.text);
        }
        // For people: a line for each, and no colours where nobody sees them.
        let said = doctor(&test.url, &[]);
        assert!(said.text.contains("\nok       read-only"), "{}", said.text);
        assert!(said.text.contains("0 problems, "), "{}", said.text);
        assert!(!said.text.contains('\x1b'), "{}", said.text);
    }
}

#[tokio::test]
async fn a_file_that_does_not_change_needs_no_writes() {
    let test = TestDatabase::sqlite().await;
    demo::load(&test.writer().await, 0.01, 1, &ProgressBar::hidden()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("finished.db");
    std::fs::copy(test.url.trim_start_matches("sqlite://"), &path).unwrap();
    // Opened for writing, a file without the log of its loads gets a warning.
    let url = format!("sqlite://{}", path.display());
    let writer = database::writer(&url).await.unwrap();
    writer.execute_unprepared("PRAGMA journal_mode = DELETE").await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(in_json(&url, &[]).status("journal"), "warning");
    let said = in_json(&format!("{url}?mode=ro&immutable=true"), &[]);
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert_eq!((&*said.status("file"), &*said.status("journal")), ("ok", ""), "{}", said.text);
    let none = format!("sqlite://{}?mode=ro&immutable=true", folder.path().join("no.db").display());
    let said = in_json(&none, &[]);
    assert_eq!((said.code, &*said.status("file")), (Some(1), "problem"), "{}", said.text);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // The file of another program is left to it.
    let other = format!("sqlite://{}", folder.path().join("other.db").display());
    let writer = database::writer(&other).await.unwrap();
    writer.execute_unprepared("PRAGMA journal_mode = DELETE").await.unwrap();
    writer.execute_unprepared("CREATE TABLE theirs (a)").await.unwrap();
    writer.close().await.unwrap();
    let said = in_json(&other, &[]);
    assert_eq!(said.status("migrations"), "problem", "{}", said.text);
    assert!(!said.text.contains("import"), "{}", said.text);
}

#[cfg(unix)]
#[tokio::test]
async fn what_would_not_work_is_a_problem() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    std::fs::write(path("broken.graphql"), "{ nothing }").unwrap();
    let broken = path("broken.graphql").parent().unwrap().display().to_string();
    let missing = format!("sqlite://{}", path("no/such/folder/x.db").display());
    let said = in_json(
        &missing,
        &["--listen", &port, "--log", "=,=", "--trusted-documents", &broken, "--batch", "50"],
    );
    assert_eq!(said.code, Some(1), "{}", said.text);
    for check in ["port", "log", "documents", "file"] {
        assert_eq!(said.status(check), "problem", "{check}: {}", said.text);
    }
    let documents = said.check("documents")["message"].to_string();
    assert!(documents.contains("line 1, column 3"), "{documents}");
    // What is not there yet is made at the start.
    let new = format!("sqlite://{}", path("new.db").display());
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let collector = format!("http://{gone}");
    let arguments = ["--cache-size", "0", "--batch", "50", "--cors-origin", "http://example.gov"];
    let said = in_json(&new, &[&arguments[..], &["--otlp-endpoint", &collector]].concat());
    assert_eq!(said.code, Some(0), "{}", said.text);
    for check in ["file", "answers", "batch", "origins", "traces"] {
        assert_eq!(said.status(check), "warning", "{check}: {}", said.text);
    }
    assert!(!path("new.db").exists(), "the doctor changes nothing");
    // A file that is something else.
    std::fs::write(path("text.db"), "this is a text, and a long one: ".repeat(100)).unwrap();
    let text = format!("sqlite://{}", path("text.db").display());
    let said = in_json(&text, &[]);
    assert_eq!((said.code, &*said.status("database")), (Some(1), "problem"), "{}", said.text);
    // A database that anybody may write.
    let test = TestDatabase::sqlite().await;
    let file = test.url.strip_prefix("sqlite://").unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let said = in_json(&test.url, &[]);
    assert_eq!(said.status("file"), "warning", "{}", said.text);
    assert_eq!(said.status("dataset"), "warning", "{}", said.text);
    // Programs and prices alone are no dataset.
    reference::ensure(&test.writer().await).await.unwrap();
    let said = in_json(&test.url, &[]);
    let found = said.check("dataset");
    assert_eq!(found["message"], "nothing has been loaded", "{}", said.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_version_is_told() {
    for test in TestDatabase::each("a_database_of_another_version_is_told").await {
        let writer = database::writer(&test.url).await.unwrap();
        let newer =
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99990101_newer', 0)";
        writer.execute_unprepared(newer).await.unwrap();
        let said = in_json(&test.url, &[]);
        let found = said.check("migrations");
        assert_eq!((said.code, &found["status"]), (Some(1), &"problem".into()), "{found}");
        assert!(found["message"].to_string().contains("m99990101_newer"), "{found}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_the_machine_does_not_allow_is_a_problem() {
    let test = TestDatabase::sqlite().await;
    let path = test.url.strip_prefix("sqlite://").unwrap();
    let folder = std::path::Path::new(path).parent().unwrap().display().to_string();
    let limited = |limit: &str, url: &str| {
        let script = format!("trap '' XFSZ; ulimit {limit}; exec \"$0\" \"$@\"");
        let output = Command::new("bash")
            .args(["-c", &script])
            .arg(binary())
            .args(["doctor", "--format", "json", "--listen", "127.0.0.1:0", "--database", url])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        Said { code: output.status.code(), text }
    };
    // Too few open files.
    let said = limited("-n 256", &test.url);
    let found = said.check("open files");
    assert_eq!((said.code, &found["status"]), (Some(1), &"problem".into()), "{found}");
    assert!(found["message"].to_string().contains("the limit is 256"), "{found}");
    // The number that it proposes is one that fits.
    let fix = found["fix"].as_str().unwrap();
    let fits = fix.rsplit(' ').next().unwrap();
    assert_eq!(in_json(&test.url, &["--max-connections", fits]).code, Some(0), "{found}");
    assert_eq!(in_json(&test.url, &[]).status("open files"), "ok");
    // A file that cannot grow is a disk that is full.
    let said = limited("-f 64", &test.url);
    let found = said.check("file");
    assert_eq!(found["status"], "warning", "{found}");
    assert!(found["message"].as_str().unwrap().contains(&folder), "{found}");
    let new = format!("sqlite://{folder}/new.db");
    let said = limited("-f 64", &new);
    let found = said.check("file");
    assert_eq!((said.code, &found["status"]), (Some(1), &"problem".into()), "{found}");
    assert!(found["message"].as_str().unwrap().contains(&format!("{folder}/new.db")), "{found}");
    assert!(found["fix"].as_str().unwrap().contains("free space on its disk"), "{found}");
    // A folder in the place of the file.
    let said = in_json(&format!("sqlite://{folder}"), &[]);
    assert_eq!((said.code, &*said.status("file")), (Some(1), "problem"), "{}", said.text);
}

#[tokio::test]
async fn what_a_role_may_not_do_is_a_problem() {
    let Some(test) = TestDatabase::postgres("what_a_role_may_not_do_is_a_problem").await else {
        return;
    };
    let writer = test.writer().await;
    let run = async |sql: &str| writer.execute_unprepared(sql).await.unwrap();
    let (before, name) = test.url.rsplit_once('/').unwrap();
    let (role, host) = (format!("{name}_reader"), before.rsplit_once('@').unwrap().1);
    run(&format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 9")).await;
    run(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
    let url = format!("postgres://{role}@{host}/{name}");
    let look = async |check: &str, expected: &str, words: &str| {
        let said = in_json(&url, &[]);
        let found = said.check(check);
        assert_eq!(found["status"], expected, "{}", said.text);
        assert!(found["message"].as_str().unwrap().contains(words), "{found}");
        assert_eq!(said.code, Some(i32::from(expected == "problem")), "{}", said.text);
    };
    look("connections", "problem", &format!("of 9 connections of the role {role}")).await;
    run(&format!("ALTER ROLE {role} CONNECTION LIMIT -1")).await;
    run(&format!("ALTER DATABASE {name} CONNECTION LIMIT 9")).await;
    look("connections", "problem", &format!("of 9 connections of the database {name}")).await;
    run(&format!("ALTER DATABASE {name} CONNECTION LIMIT -1")).await;
    look("rights", "ok", "every table").await;
    run(&format!("REVOKE SELECT ON grants, trainees FROM {role}")).await;
    look("rights", "problem", "may not read grants, trainees").await;
    run("REVOKE USAGE ON SCHEMA public FROM PUBLIC").await;
    look("rights", "problem", "may use no schema").await;
    run(&format!("DROP OWNED BY {role}")).await;
    run(&format!("DROP ROLE {role}")).await;
}

#[test]
fn a_password_is_never_told() {
    let said = in_json("postgres://somebody:s3cret@127.0.0.1:1/none", &[]);
    assert_eq!((said.code, &*said.status("database")), (Some(1), "problem"), "{}", said.text);
    assert!(!said.text.contains("s3cret"), "{}", said.text);
}

#[test]
fn an_option_that_cannot_be_read_is_refused_before() {
    let output = Command::new(binary()).args(["doctor", "--cors-origin", "example.gov/x"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("write it as https://example.gov, without a path")
    );
}
