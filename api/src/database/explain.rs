//! What a driver says, in words for an operator.
//!
//! The one place where that happens: what is said names the file of SQLite, never the URL of a server, and says what
//! to do where that is known.

use std::path::Path;

use sea_orm::{DbErr, RuntimeErr, sqlx};

use super::{ACQUIRE, url::DatabaseUrl};

/// What went wrong with a database, for an operator.
#[must_use]
pub fn explain(url: &DatabaseUrl, error: &DbErr) -> String {
    if let DbErr::Custom(words) = error {
        return words.clone();
    }
    if let Some(words) = url.file().and_then(|path| of_sqlite(path, error)) {
        return words;
    }
    match driver_error(error) {
        Some(sqlx::Error::PoolTimedOut) => no_connection(),
        Some(sqlx::Error::Io(error)) => {
            format!(
                "the server cannot be reached: {error}: check the host and the port, and that it runs"
            )
        }
        Some(sqlx::Error::Tls(error)) => {
            format!("no encryption could be agreed on: {error}: check sslmode and sslrootcert")
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

fn no_connection() -> String {
    let seconds = ACQUIRE.as_secs();
    format!(
        "no connection within {seconds} s: check the host and the port, whether the server is up, and whether it has any \
         connection left"
    )
}

/// What the driver said.
fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// What to do about an error of PostgreSQL, by its code.
fn mend_of_postgres(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" | "28000" => {
            "check the user and the password, and what pg_hba.conf of the server allows"
        }
        "3D000" => {
            "make it with `createdb --encoding=UTF8 --template=template0 NAME`, or name another"
        }
        "42501" => "grant it to the user: `cops-graphql doctor` says what is missing",
        "25006" => {
            "it may only be read, as a replica may: start a server on its primary first, and wait until the replica \
             has followed"
        }
        "53300" => {
            "close what is not needed, or raise max_connections of the server or the limit of the role"
        }
        "53100" => "the disk of the server is full: make room on it",
        _ => return None,
    })
}

/// What went wrong with a file of SQLite.
fn of_sqlite(path: &Path, error: &DbErr) -> Option<String> {
    let locked = "another process has locked it: wait until that is done, or end it";
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
    // The codes of SQLite; what is said beyond them stands in the higher bits.
    Some(match code & 0xff {
        // SQLITE_PERM, SQLITE_READONLY
        3 | 8 => format!(
            "{shown} or its folder cannot be written, where SQLite keeps its log: let this user write both, or name a \
             finished file as sqlite://PATH?mode=ro&immutable=true"
        ),
        // SQLITE_IOERR
        10 => format!("{shown} cannot be read or written: {}: look at its disk", said.message()),
        // SQLITE_CORRUPT
        11 => format!("{shown} is damaged: take a copy of it from before, or make a new one"),
        // SQLITE_FULL
        13 => {
            format!("the disk of {shown} is full: make room on it, or name a file on another disk")
        }
        // SQLITE_CANTOPEN
        14 => cannot_open(path),
        // SQLITE_NOTADB
        26 => format!("{shown} is no file of SQLite: name another"),
        _ => return None,
    })
}

/// Why a file cannot be opened or made, as far as the system says it.
fn cannot_open(path: &Path) -> String {
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let at = folder.display();
    match (std::fs::metadata(path), std::fs::metadata(folder)) {
        (Ok(found), _) if found.is_dir() => {
            format!(
                "{shown} is a folder: name a file in it, such as {}",
                path.join("cops.db").display()
            )
        }
        (Ok(_), _) => match std::fs::File::open(path) {
            Err(error) => {
                format!("{shown} cannot be read: {error}: let this user read and write it")
            }
            Ok(_) => format!(
                "{shown} can be read, and its log beside it cannot be made: let this user write the folder {at}, or \
                 name a finished file as sqlite://PATH?mode=ro&immutable=true"
            ),
        },
        (Err(_), Err(error)) => {
            format!(
                "{shown} is not there, nor is its folder {at}: {error}: make the folder, or name another file"
            )
        }
        (Err(_), Ok(found)) if !found.is_dir() => {
            format!("{at} is a file, and no folder that could hold {shown}: name another file")
        }
        (Err(error), Ok(_)) if error.kind() != std::io::ErrorKind::NotFound => format!(
            "{shown} cannot be opened: {error}: let this user read and write it, or name another file"
        ),
        (Err(_), Ok(_)) => format!(
            "{shown} is not there and cannot be made: let this user write the folder {at}, and see that its disk is not \
             full, or name another file"
        ),
    }
}
