//! Invalid settings are refused at startup, with the valid values.

use std::process::{Command, Stdio};

use crate::support::binary;

#[test]
fn a_setting_with_which_nothing_is_answered_is_refused() {
    let options = [
        "--max-running",
        "--max-connections",
        "--max-connections-per-address",
        "--max-memory-of-all",
        "--database-connections",
        "--deadline",
        "--rate-burst",
        "--max-body",
        "--max-document",
        "--max-tokens",
        "--max-depth",
        "--max-fields",
        "--max-root-fields",
        "--max-list-items",
        "--max-cost",
        "--max-memory",
        "--max-page",
        "--max-groups",
    ];
    let most = u64::MAX.to_string();
    for option in options {
        for value in ["0", "-1", "many", "1.5", most.as_str()] {
            for command in ["serve", "doctor"] {
                let setting = format!("{option}={value}");
                let arguments = [command, "--listen", "127.0.0.1:0", &setting];
                let output =
                    Command::new(binary()).args(arguments).stdin(Stdio::null()).output().unwrap();
                let said = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
                assert!(said.contains(&format!("'{option} <")), "{arguments:?}: {said}");
                let is_said = ["is not in 1..=", "invalid digit", "too large"];
                assert!(is_said.iter().any(|it| said.contains(it)), "{arguments:?}: {said}");
            }
        }
    }
}

#[test]
fn a_time_in_which_nothing_can_be_done_is_refused() {
    let arguments = ["fetch", "usaspending", "--wait", "0", "--url", "http://127.0.0.1:1"];
    let output = Command::new(binary()).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
