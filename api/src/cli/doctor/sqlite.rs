//! A database in a file.

use std::path::Path;

use sea_orm::DatabaseConnection;

use super::{finding::Findings, row::row};

/// Looks at the file and its folder before it is opened. Whether it is worth opening.
pub(super) fn look_at_file(findings: &mut Findings, path: &Path) -> bool {
    const CHECK: &str = "file";
    // The driver gives a database in memory a name of its own.
    if path.to_string_lossy().starts_with("file:sqlx-in-memory-") {
        let mend = "name a file: --database sqlite://PATH";
        findings.problem(CHECK, "a database in memory is gone when the server reads it", mend);
        return false;
    }
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Only trying tells whether files can be made there: users, groups, lists and mounts all have a say.
    let can_make = tempfile::tempfile_in(folder).is_ok();
    if !path.exists() {
        if can_make {
            let message = format!("{shown} is not there yet");
            findings.warning(CHECK, message, "start the server: it makes the file and fills it");
        } else {
            let message = format!("{shown} is not there, and cannot be made in its folder");
            findings.problem(CHECK, message, "make the folder, and let the server's user write it");
        }
        return false;
    }
    if path.is_dir() {
        findings.problem(CHECK, format!("{shown} is a folder"), "name a file with --database");
        return false;
    }
    if let Err(error) = std::fs::File::open(path) {
        let mend = "let the server's user read the file";
        findings.problem(CHECK, format!("{shown} cannot be read: {error}"), mend);
        return false;
    }
    if !can_make {
        let message = format!("no file can be made beside {shown}, where SQLite keeps its log");
        findings.warning(CHECK, message, "let the server's user write the folder");
    } else if is_open_to_all(path) {
        let message = format!("every user of this machine can write {shown}");
        findings.warning(CHECK, message, format!("take that away: chmod o-w {shown}"));
    } else {
        findings.ok(CHECK, format!("{shown} can be read, and not everybody can write it"));
    }
    true
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_: &Path) -> bool {
    false
}

/// Looks at how the file is used.
pub(super) async fn look(findings: &mut Findings, reader: &DatabaseConnection) {
    let text = async |sql: &str| {
        let row = row(reader, sql).await?;
        row.try_get_by_index::<String>(0).ok()
    };
    let Some(version) = text("SELECT sqlite_version()").await else {
        let mend = "name a file of SQLite with --database sqlite://PATH";
        return findings.problem("database", "the file is not one of SQLite", mend);
    };
    findings.ok("database", format!("SQLite {version} answers"));
    match text("PRAGMA journal_mode").await.as_deref() {
        Some("wal") => findings.ok("journal", "write-ahead: a load keeps no reader waiting"),
        Some(mode) => findings.warning(
            "journal",
            format!("{mode}: while a load is written, requests wait for it"),
            "import something, or start the server as a user who may write the file: either sets it",
        ),
        None => {}
    }
}
