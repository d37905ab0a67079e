//! Checks an SQLite file.

use std::{fs::OpenOptions, io::Write as _, path::Path};

use sea_orm::DatabaseConnection;

use super::{finding::Findings, row::row};
use crate::database;

/// The bytes to write as a check of free space.
const TRIAL: usize = 1 << 20;

/// Checks the file and its folder. Returns whether the file can be opened. An immutable file is only read.
pub(super) fn look_at_file(findings: &mut Findings, path: &Path, is_immutable: bool) -> bool {
    const CHECK: &str = "file";
    // The driver gives an in-memory database a name of its own.
    if path.to_string_lossy().starts_with("file:sqlx-in-memory-") {
        let fix = "name a file: --database sqlite://PATH";
        findings.problem(CHECK, "the server cannot use an in-memory database", fix);
        return false;
    }
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let at = database::folder_of(path);
    if is_immutable && !path.exists() {
        let fix =
            "name an existing file, or omit mode=ro and immutable=true: the server then creates it";
        findings.problem(CHECK, format!("{shown} does not exist"), fix);
        return false;
    }
    // Only a write tells whether the folder is writable: owners, groups, access lists and mounts all matter.
    let written = if is_immutable { Ok(()) } else { try_writing(folder) };
    if !path.exists() {
        match written {
            Ok(()) => {
                let message = format!("{shown} does not exist yet");
                let fix = "start the server: it creates the file and fills it";
                findings.warning(CHECK, message, fix);
            }
            Err(error) => {
                let message = format!(
                    "{shown} does not exist and cannot be created: {at} cannot be written: {error}"
                );
                let fix = "create the folder, let the server's user write to it, and free space on its disk";
                findings.problem(CHECK, message, fix);
            }
        }
        return false;
    }
    if path.is_dir() {
        findings.problem(CHECK, format!("{shown} is a folder"), "name a file with --database");
        return false;
    }
    if let Err(error) = std::fs::File::open(path) {
        let fix = "let the server's user read the file";
        findings.problem(CHECK, format!("{shown} cannot be read: {error}"), fix);
        return false;
    }
    if is_immutable {
        findings
            .ok(CHECK, format!("{shown} can be read, and the URL says that it does not change"));
    } else if let Err(error) = written {
        let message = format!("{at}, where SQLite keeps its log, cannot be written: {error}");
        let fix = "let the server's user write to the folder, and free space on its disk";
        findings.warning(CHECK, message, fix);
    } else if let Err(error) = OpenOptions::new().append(true).open(path) {
        let message = format!("{shown} can be read, but not written: {error}");
        let fix = format!("for imports, make it writable: chmod u+w {shown}");
        findings.warning(CHECK, message, fix);
    } else if is_open_to_all(path) {
        let message = format!("every user of this machine can write {shown}");
        findings.warning(CHECK, message, format!("remove that right: chmod o-w {shown}"));
    } else {
        findings.ok(CHECK, format!("{shown} can be read, and is not writable by every user"));
    }
    true
}

/// Writes a temporary file into a folder.
fn try_writing(folder: &Path) -> std::io::Result<()> {
    let mut file = tempfile::tempfile_in(folder)?;
    file.write_all(&vec![1; TRIAL])?;
    file.sync_all()
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

async fn text(reader: &DatabaseConnection, sql: &str) -> Option<String> {
    row(reader, sql).await?.try_get_by_index::<String>(0).ok()
}

/// Checks the version and the encoding.
pub(super) async fn look(findings: &mut Findings, reader: &DatabaseConnection) {
    let Some(version) = text(reader, "SELECT sqlite_version()").await else {
        let fix = "name an SQLite file with --database sqlite://PATH";
        return findings.problem("database", "the file is not an SQLite database", fix);
    };
    findings.ok("database", format!("SQLite {version} answers"));
    match text(reader, "PRAGMA encoding").await.as_deref() {
        Some("UTF-8") | None => {}
        Some(encoding) => findings.problem(
            "encoding",
            format!("the encoding of the database is {encoding}"),
            "name another file: the server creates a database in UTF-8",
        ),
    }
}

/// Checks that readers do not wait for loads.
pub(super) async fn look_at_journal(findings: &mut Findings, reader: &DatabaseConnection) {
    match text(reader, "PRAGMA journal_mode").await.as_deref() {
        Some("wal") => findings.ok("journal", "write-ahead log: readers do not wait for loads"),
        Some(mode) => findings.warning(
            "journal",
            format!("{mode}: requests wait while a load writes"),
            "import a file, or start the server as a user who may write the file: both switch to the write-ahead log",
        ),
        None => {}
    }
}
