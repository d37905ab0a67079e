//! The report of a load for programs: one line of JSON per load, always with the same fields.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::ingest::{Format, ImportError, ImportReport};

/// The report of a completed load.
pub(super) fn of_load(report: &ImportReport) -> String {
    let is_there = report.files.iter().all(|file| file.already.is_some());
    let is_unchanged = is_there || report.is_empty;
    let outcome = match (is_unchanged, report.dry_run) {
        (true, _) => "unchanged",
        (false, true) => "tried",
        (false, false) => "loaded",
    };
    line(outcome, &report.to_json(), &Value::Null)
}

/// The report of a failed load, which changed nothing.
pub(super) fn of_failure(
    format: Option<Format>,
    paths: &[PathBuf],
    error: &ImportError,
    message: &str,
) -> String {
    let mut report = ImportReport::of_files(format.map_or("", Format::name), paths).to_json();
    if format.is_none() {
        report["format"] = Value::Null;
    }
    let error = json!({ "message": message, "exitCode": error.exit_code() });
    line("failed", &report, &error)
}

/// The report of a file that was not recognized.
pub(super) fn of_unknown(path: &Path, why: &str) -> String {
    let mut report = ImportReport::of_files("", &[path.to_owned()]).to_json();
    report["format"] = Value::Null;
    line("unrecognized", &report, &json!({ "message": why, "exitCode": 2 }))
}

fn line(outcome: &str, report: &Value, error: &Value) -> String {
    let mut all = json!({ "outcome": outcome, "error": error });
    if let (Some(all), Some(report)) = (all.as_object_mut(), report.as_object()) {
        all.extend(report.clone());
    }
    format!("{all}\n")
}
