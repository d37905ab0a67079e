//! Commands whose output cannot be written: to a full disk, or to a reader that has closed the pipe.

#![cfg(target_os = "linux")]

use std::{
    fs::File,
    process::{Command, Output, Stdio},
};

use crate::support::binary;

const AGENCIES: &str = "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n\
    AK0010100,City,,A,A,\n";

/// Where standard output goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sink {
    /// A disk that is full.
    Full,
    /// A pipe that nobody reads any more.
    Gone,
}

fn run(folder: &tempfile::TempDir, arguments: &[&str], sink: Sink) -> (Option<i32>, String) {
    let stdout: Stdio = match sink {
        Sink::Full => File::options().write(true).open("/dev/full").unwrap().into(),
        Sink::Gone => {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            writer.into()
        }
    };
    let Output { status, stderr, .. } = Command::new(binary())
        .args(arguments)
        .env("DATABASE_URL", "sqlite://cops.db")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    (status.code(), said)
}

#[test]
fn what_was_committed_is_told_where_its_report_cannot_be_written() {
    for sink in [Sink::Full, Sink::Gone] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("agencies.csv"), AGENCIES).unwrap();
        let (code, said) = run(&folder, &["demo", "--scale", "0.01"], sink);
        assert_eq!(code, Some(3), "{sink:?}: {said}");
        assert!(said.contains("synthetic rows were committed"), "{sink:?}: {said}");
        let (code, said) = run(&folder, &["import", "fbi-agencies", "agencies.csv"], sink);
        assert_eq!(code, Some(3), "{sink:?}: {said}");
        let words = "revision 3 was committed: 1 row read, 0 refused; this is done";
        assert!(said.contains(words), "{sink:?}: {said}");
        // The second time there is nothing to do, and the dataset is what the first one has made of it.
        let output = Command::new(binary())
            .args(["import", "--database", "sqlite://cops.db", "fbi-agencies", "agencies.csv"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("already loaded as revision 3"), "{sink:?}: {said}");
        let dry = ["import", "fbi-agencies", "agencies.csv", "--again", "--dry-run"];
        let (code, said) = run(&folder, &dry, sink);
        assert_eq!(code, Some(3), "{sink:?}: {said}");
        assert!(said.contains("there was nothing to commit"), "{sink:?}: {said}");
    }
}

#[test]
fn a_command_that_changes_nothing_says_whether_all_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let commands: [&[&str]; 5] = [
        &["schema"],
        &["--help"],
        &["--version"],
        &["import", "--template", "trainees"],
        &["doctor", "--listen", "127.0.0.1:0"],
    ];
    for arguments in commands {
        let (code, said) = run(&folder, arguments, Sink::Full);
        assert_eq!(code, Some(3), "{arguments:?}: {said}");
        assert!(said.contains("could not be written"), "{arguments:?}: {said}");
        // Who has read enough has gone, and misses nothing.
        let (code, said) = run(&folder, arguments, Sink::Gone);
        assert_eq!((code, said.as_str()), (Some(0), ""), "{arguments:?}");
    }
    // The verdict of the doctor goes before.
    let bad = ["doctor", "--listen", "127.0.0.1:0", "--database", "sqlite:///no/such/x.db"];
    for sink in [Sink::Full, Sink::Gone] {
        assert_eq!(run(&folder, &bad, sink).0, Some(1), "{sink:?}");
    }
}

#[test]
fn differences_that_cannot_be_written_are_no_result() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Command::new(binary())
        .args(["demo", "--scale", "0.01", "--database", "sqlite://cops.db"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(demo.status.success(), "{demo:?}");
    for format in ["human", "csv", "json"] {
        let arguments = ["diff", "1", "2", "--table", "agencies", "--format", format];
        let (code, said) = run(&folder, &arguments, Sink::Full);
        assert_eq!(code, Some(3), "{format}: {said}");
        assert!(said.contains("could not be written"), "{format}: {said}");
        let (code, said) = run(&folder, &arguments, Sink::Gone);
        assert_eq!((code, said.as_str()), (Some(3), ""), "{format}");
        // With nothing to list, CSV still has its header, and people are told so.
        let none = ["diff", "2", "2", "--format", format];
        let expected = if format == "json" { 0 } else { 3 };
        assert_eq!(run(&folder, &none, Sink::Full).0, Some(expected), "{format}");
    }
}

#[test]
fn a_failure_that_cannot_be_told_is_an_exit_code_all_the_same() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(binary());
    command.args(["demo", "--database", "sqlite:///no/such/x.db"]).stdout(full()).stderr(full());
    assert_eq!(command.status().unwrap().code(), Some(1));
}

#[tokio::test]
async fn a_server_whose_log_cannot_be_written_answers() {
    let folder = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("sqlite://{}", folder.path().join("cops.db").display());
    let mut child = Command::new(binary())
        .args(["--empty", "--log", "debug", "--listen", &free.to_string(), "--database", &url])
        .stderr(File::options().write(true).open("/dev/full").unwrap())
        .spawn()
        .unwrap();
    let ready = format!("http://{free}/health/live");
    while reqwest::get(&ready).await.is_err() {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let answer = reqwest::get(format!("http://{free}/graphql?query={{dataset{{revision}}}}"));
    let answer = answer.await.unwrap().text().await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answer.contains("\"revision\":1"), "{answer}");
}
