//! A database in a file.

use std::{fs::OpenOptions, io::Write as _, path::Path};

use sea_orm::DatabaseConnection;

use super::{finding::Findings, row::row};

/// The bytes that are written to see whether there is room.
const TRIAL: usize = 1 << 20;

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
    let written = try_writing(folder);
    let at = folder.display();
    if !path.exists() {
        match written {
            Ok(()) => {
                let message = format!("{shown} is not there yet");
                let mend = "start the server: it makes the file and fills it";
                findings.warning(CHECK, message, mend);
            }
            Err(error) => {
                let message = format!(
                    "{shown} is not there, and cannot be made: the folder {at} cannot be written: {error}"
                );
                let mend = "make the folder, let the server's user write it, and see that its disk is not full";
                findings.problem(CHECK, message, mend);
            }
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
    if let Err(error) = written {
        let message =
            format!("the folder {at}, where SQLite keeps its log, cannot be written: {error}");
        let mend = "let the server's user write the folder, and see that its disk is not full";
        findings.warning(CHECK, message, mend);
    } else if let Err(error) = OpenOptions::new().append(true).open(path) {
        let message = format!("{shown} can be read, and cannot be written: {error}");
        let mend = format!("let who imports write it: chmod u+w {shown}");
        findings.warning(CHECK, message, mend);
    } else if is_open_to_all(path) {
        let message = format!("every user of this machine can write {shown}");
        findings.warning(CHECK, message, format!("take that away: chmod o-w {shown}"));
    } else {
        findings.ok(CHECK, format!("{shown} can be read, and not everybody can write it"));
    }
    true
}

/// Writes into a folder, and leaves nothing there.
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
    match text("PRAGMA encoding").await.as_deref() {
        Some("UTF-8") | None => {}
        Some(encoding) => findings.problem(
            "encoding",
            format!("texts are kept as {encoding}"),
            "name another file: the server makes one that keeps texts as UTF-8",
        ),
    }
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
