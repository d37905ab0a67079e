//! Checks the database as the server would use it: whether it answers, whether its tables match this version, whether
//! the server's connections can write, and what data it has.

use std::time::Duration;

use async_graphql::{Request, Value};
use chrono::Utc;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use super::{finding::Findings, machines, postgres, sqlite};
use crate::{
    catalog::dataset::Dataset,
    database::{self, DatabaseUrl, Readers, forget},
    error::counted,
    graphql::{execute::execute, schema},
    limits::Limits,
    measures::Aggregates,
    reference,
};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The age in days from which a dataset gets a warning: the office announces awards each year.
const OLD: i64 = 400;

/// Checks a database. Returns its number of rows, if that can be read.
pub(super) async fn look(
    findings: &mut Findings,
    url: &DatabaseUrl,
    readers: usize,
) -> Option<u64> {
    let is_sqlite = url.is_sqlite();
    if let Some(path) = url.file()
        && !sqlite::look_at_file(findings, path, url.is_immutable())
    {
        return None;
    }
    let reader = match tokio::time::timeout(PATIENCE, database::reader(url)).await {
        Ok(Ok(reader)) => reader,
        Ok(Err(error)) => {
            let message = format!("cannot be opened: {}", database::explain(url, &error));
            let fix = match is_sqlite {
                true => "fix that, or name another file with --database sqlite://PATH",
                false => {
                    "check the host, the port, the user and the name in --database, and that the \
                     server runs"
                }
            };
            findings.problem("database", message, fix);
            return None;
        }
        Err(_) => {
            let message = format!("does not answer within {} s", PATIENCE.as_secs());
            findings.problem(
                "database",
                message,
                "check the network between the program and the database",
            );
            return None;
        }
    };
    let rows = look_inside(findings, &reader, readers, url.is_immutable()).await;
    // An error on closing does not matter.
    let _ = reader.close().await;
    rows
}

async fn look_inside(
    findings: &mut Findings,
    reader: &DatabaseConnection,
    readers: usize,
    is_immutable: bool,
) -> Option<u64> {
    match reader.get_database_backend() {
        DbBackend::Postgres => {
            postgres::look(findings, reader, readers).await;
            if !postgres::look_at_rights(findings, reader).await {
                return None;
            }
        }
        _ => sqlite::look(findings, reader).await,
    }
    if !look_at_migrations(findings, reader).await {
        return None;
    }
    // Nothing is ever written to an immutable file, so nobody waits.
    if reader.get_database_backend() == DbBackend::Sqlite && !is_immutable {
        sqlite::look_at_journal(findings, reader).await;
    }
    machines::look(findings, reader).await;
    look_at_writing(findings, reader).await;
    look_at_dataset(findings, reader).await;
    look_at_history(findings, reader).await;
    count(reader).await
}

/// Checks that the tables match this version. Returns whether they can be read.
async fn look_at_migrations(findings: &mut Findings, reader: &DatabaseConnection) -> bool {
    const CHECK: &str = "migrations";
    if let Ok(Some(table)) = migration::foreign_table(reader).await {
        let message = format!("the database has tables of another program, such as `{table}`");
        findings.problem(CHECK, message, "name an empty database");
        return false;
    }
    match migration::unknown(reader).await {
        Ok(unknown) if !unknown.is_empty() => {
            let message = format!(
                "a newer version of this program created the tables ({})",
                unknown.join(", ")
            );
            findings.problem(CHECK, message, "run that version, or name another database");
            return false;
        }
        Err(error) => {
            let message = format!("the tables cannot be read: {error}");
            findings.problem(CHECK, message, "let the user of --database read its tables");
            return false;
        }
        Ok(_) => {}
    }
    match migration::is_behind(reader).await {
        Ok(false) => {
            findings.ok(CHECK, "the tables match this version");
            true
        }
        Ok(true) => {
            let message = match migration::is_empty(reader).await {
                Ok(true) => "the database is empty",
                _ => "the tables are of an older version",
            };
            let fix =
                "start the server once as a user who may create tables: it creates or updates them";
            findings.warning(CHECK, message, fix);
            false
        }
        Err(error) => {
            let message = format!("the tables cannot be read: {error}");
            findings.problem(CHECK, message, "let the user of --database read its tables");
            false
        }
    }
}

/// Tries to write as the server's connections would: the database itself must refuse.
async fn look_at_writing(findings: &mut Findings, reader: &DatabaseConnection) {
    // If the database allows this, it still changes no row.
    let statement = "UPDATE revisions SET refused = refused WHERE 1 = 0";
    match reader.execute_unprepared(statement).await {
        Err(_) => findings.ok("read-only", "the database refuses writes of the server"),
        Ok(_) => findings.problem(
            "read-only",
            "the server's connections can write",
            "connect to the database directly: the pooler or proxy in between drops the options of connections",
        ),
    }
}

async fn look_at_dataset(findings: &mut Findings, reader: &DatabaseConnection) {
    match reference::find(reader).await {
        Ok(Some(_)) => findings.ok("reference", "programs, figures and sources are loaded"),
        _ => findings.warning(
            "reference",
            "the programs, figures and sources of every dataset are missing",
            "start the server once: it loads them",
        ),
    }
    let Ok(dataset) = Dataset::read(reader).await else {
        let fix = "let the user of --database read its tables";
        return findings.problem("dataset", "it cannot be read", fix);
    };
    // The first revision is that of the reference data.
    let Some(loaded_at) = dataset.loaded_at.filter(|_| dataset.revision > 1) else {
        let fix = "start the server, which generates synthetic data, or load files with `cops-graphql import`";
        return findings.warning("dataset", "nothing has been loaded", fix);
    };
    let days = (Utc::now() - loaded_at).num_days();
    let age = match days {
        ..1 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        _ => format!("{days} days ago"),
    };
    let loaded = format!("revision {}, loaded {age}", dataset.revision);
    if dataset.synthetic {
        let fix = "load real files with `cops-graphql import`: they replace the synthetic data";
        findings.warning("dataset", format!("{loaded}: agencies and grants are synthetic"), fix);
    } else if days > OLD {
        let fix = "load newer files with `cops-graphql import`";
        findings.warning("dataset", format!("{loaded}: the data are real, but old"), fix);
    } else {
        findings.ok("dataset", format!("{loaded}: the data are real"));
    }
}

/// Reports which revisions are kept, and how many rows their history has.
async fn look_at_history(findings: &mut Findings, reader: &DatabaseConnection) {
    const CHECK: &str = "history";
    let tables = entity::table::tables();
    let counts = tables.iter().filter(|table| table.has_history());
    let counts = counts.map(|table| format!("(SELECT COUNT(*) FROM {})", table.history()));
    let sql = format!("SELECT {}", counts.collect::<Vec<_>>().join(" + "));
    let count = Statement::from_string(reader.get_database_backend(), sql);
    let (kept, rows) = (forget::kept(reader).await, reader.query_one_raw(count).await);
    let rows = rows.ok().flatten().and_then(|row| row.try_get_by_index::<i64>(0).ok());
    let (Ok((from, to)), Some(rows)) = (kept, rows) else {
        let fix = "let the user of --database read its tables";
        return findings.problem(CHECK, "it cannot be read", fix);
    };
    let message = match from < to {
        true => format!(
            "the revisions {from} to {to} are kept, with {} of history (`cops-graphql forget` deletes it)",
            counted(rows, "row")
        ),
        false => "no earlier revision is kept".to_owned(),
    };
    findings.ok(CHECK, message);
}

/// The number of rows of all tables.
async fn count(reader: &DatabaseConnection) -> Option<u64> {
    let readers = Readers::from(reader.clone());
    let request = Request::new("{ dataset { counts { rows } } }");
    let answer = execute(
        &schema(),
        &readers,
        &Aggregates::Database(<_>::default()),
        &Limits::default(),
        request,
    )
    .await;
    let Value::Object(data) = answer.response.data else { return None };
    let Some(Value::Object(dataset)) = data.get("dataset") else { return None };
    let Some(Value::List(counts)) = dataset.get("counts") else { return None };
    let rows = |count: &Value| match count {
        Value::Object(count) => match count.get("rows") {
            Some(Value::Number(rows)) => rows.as_u64(),
            _ => None,
        },
        _ => None,
    };
    Some(counts.iter().filter_map(rows).sum())
}
