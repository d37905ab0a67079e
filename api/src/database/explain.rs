//! Explains the errors of a database driver to an operator.
//!
//! Only this module does that. Its texts name the SQLite file but never the URL of a server, and say how to fix the
//! problem if that is known.

use std::path::Path;

use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::{ACQUIRE, url::DatabaseUrl};

/// What else to do about a file that cannot be written, if reading it is enough.
const FINISHED: &str = ", or name a finished file as sqlite://PATH?mode=ro&immutable=true";

/// The folder of a file, in words.
#[must_use]
pub fn folder_of(path: &Path) -> String {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        None => "the current folder".to_owned(),
        Some(folder) if folder == Path::new(".") => "the current folder".to_owned(),
        Some(folder) => format!("the folder {}", folder.display()),
    }
}

/// What went wrong with a database that a command reads, for an operator.
#[must_use]
pub fn explain(url: &DatabaseUrl, error: &DbErr) -> String {
    explain_to(url, error, false)
}

/// What went wrong with a database that a command writes to. It is no help to open such a file for reading only.
#[must_use]
pub fn explain_write(url: &DatabaseUrl, error: &DbErr) -> String {
    explain_to(url, error, true)
}

fn explain_to(url: &DatabaseUrl, error: &DbErr, writes: bool) -> String {
    if let DbErr::Custom(words) = error {
        return words.clone();
    }
    if let Some(words) = url.file().and_then(|path| of_sqlite(url, path, error, writes)) {
        return words;
    }
    match driver_error(error) {
        Some(sqlx::Error::PoolTimedOut) => no_connection(),
        Some(sqlx::Error::Io(error)) => {
            format!(
                "the server cannot be reached: {error}: check that it runs, and check the host and the port"
            )
        }
        Some(sqlx::Error::Tls(error)) => {
            format!("encryption could not be negotiated: {error}: check sslmode and sslrootcert")
        }
        Some(sqlx::Error::Database(said)) => {
            let code = said.code().unwrap_or_default();
            let mend = mend_of_postgres(&code).map(|mend| format!(": {mend}"));
            format!("{}{}", said.message(), mend.unwrap_or_default())
        }
        _ if matches!(error, DbErr::ConnectionAcquire(_)) => no_connection(),
        _ => error.to_string(),
    }
}

/// That there is no file of a database that is only read, which does not create one. None if there is one.
#[must_use]
pub(crate) fn no_database(url: &DatabaseUrl) -> Option<String> {
    let path = url.file()?;
    // The driver gives an in-memory database a name of its own.
    let is_in_memory = path.to_string_lossy().starts_with("file:sqlx-in-memory-");
    (!path.exists() && !is_in_memory).then(|| format!("there is no database {}", path.display()))
}

fn no_connection() -> String {
    let seconds = ACQUIRE.as_secs();
    format!(
        "no connection within {seconds} s: check the host and the port, whether the server is up, and whether it has \
         connections left"
    )
}

/// The driver's error.
fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// How to fix a PostgreSQL error, by its code.
fn mend_of_postgres(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" | "28000" => {
            "check the user and the password, and what the server's pg_hba.conf allows"
        }
        "3D000" => {
            "create it with `createdb --encoding=UTF8 --template=template0 NAME`, or name another one"
        }
        "42501" => "grant the user the missing privileges, which `cops-graphql doctor` lists",
        "25006" => {
            "it is read-only, like a replica: first start a server on its primary, and wait until the replica has \
             caught up"
        }
        "53300" => {
            "close unused connections, or raise the server's max_connections or the limit of the role"
        }
        "53100" => "the disk of the server is full: free some space",
        _ => return None,
    })
}

/// What went wrong with a SQLite file.
fn of_sqlite(url: &DatabaseUrl, path: &Path, error: &DbErr, writes: bool) -> Option<String> {
    let locked = "another process has locked it: wait until it is done, or stop it";
    if migration::is_locked(error) || matches!(error, DbErr::ConnectionAcquire(_)) {
        return Some(locked.to_owned());
    }
    let said = match driver_error(error)? {
        sqlx::Error::PoolTimedOut => return Some(locked.to_owned()),
        sqlx::Error::Database(said) => said,
        _ => return None,
    };
    let code = said.code()?.parse::<u32>().ok()?;
    let shown = path.display();
    let instead = if writes { "" } else { FINISHED };
    // SQLite's primary codes are in the lower bits.
    Some(match code & 0xff {
        // SQLITE_PERM, SQLITE_READONLY
        3 | 8 if writes && url.is_read_only() => format!(
            "the URL opens {shown} for reading only: omit mode=ro and immutable=true to write to it"
        ),
        3 | 8 => format!(
            "{shown} or its folder is not writable, but SQLite keeps its log there: make both writable for this \
             user{instead}"
        ),
        // SQLITE_IOERR
        10 => format!("{shown} cannot be read or written: {}: check its disk", said.message()),
        // SQLITE_CORRUPT
        11 => format!("{shown} is damaged: restore a backup, or create a new file"),
        // SQLITE_FULL
        13 => {
            format!("the disk of {shown} is full: free some space, or name a file on another disk")
        }
        // SQLITE_CANTOPEN
        14 => cannot_open(path, instead),
        // SQLITE_NOTADB
        26 => format!("{shown} is not a SQLite file: name another one"),
        _ => return None,
    })
}

/// Why a file cannot be opened or created, according to the system.
fn cannot_open(path: &Path, instead: &str) -> String {
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let at = folder_of(path);
    let folder = folder.unwrap_or(Path::new("."));
    match (std::fs::metadata(path), std::fs::metadata(folder)) {
        (Ok(found), _) if found.is_dir() => {
            format!(
                "{shown} is a folder: name a file in it, such as {}",
                path.join("cops.db").display()
            )
        }
        (Ok(_), _) => match std::fs::File::open(path) {
            Err(error) => {
                format!(
                    "{shown} cannot be read: {error}: make it readable and writable for this user"
                )
            }
            Ok(_) => format!(
                "{shown} can be read, but its log next to it cannot be created: make {at} writable for this user{instead}"
            ),
        },
        (Err(_), Err(error)) => {
            format!(
                "neither {shown} nor {at} exists: {error}: create the folder, or name another file"
            )
        }
        (Err(_), Ok(found)) if !found.is_dir() => {
            let at = folder.display();
            format!("{at} is a file, not a folder, so {shown} cannot be in it: name another file")
        }
        (Err(error), Ok(_)) if error.kind() != std::io::ErrorKind::NotFound => format!(
            "{shown} cannot be opened: {error}: make it readable and writable for this user, or name another file"
        ),
        (Err(_), Ok(_)) => format!(
            "{shown} does not exist and cannot be created: make {at} writable for this user, check that its \
             disk is not full, or name another file"
        ),
    }
}
