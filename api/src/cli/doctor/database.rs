//! The database, as the server would find it: whether it answers, whether it is of this version, whether
//! the server's connections can write, and what it holds.

use std::time::Duration;

use async_graphql::{Request, Value};
use chrono::Utc;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use super::{finding::Findings, machines, postgres, sqlite};
use crate::{
    catalog::dataset::Dataset,
    database::{self, DatabaseUrl, Readers, forget},
    graphql::{execute::execute, schema},
    limits::Limits,
    measures::Aggregates,
    reference,
};

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The days after which a dataset is worth a word: the office announces awards each year.
const OLD: i64 = 400;

/// Looks at a database. Says how many rows it holds, where that can be told.
pub(super) async fn look(
    findings: &mut Findings,
    url: &DatabaseUrl,
    readers: usize,
) -> Option<u64> {
    let is_sqlite = url.is_sqlite();
    if let Some(path) = url.file()
        && !sqlite::look_at_file(findings, path)
    {
        return None;
    }
    let reader = match tokio::time::timeout(PATIENCE, database::reader(url)).await {
        Ok(Ok(reader)) => reader,
        Ok(Err(error)) => {
            let message = format!("cannot be opened: {}", database::explain(url, &error));
            let mend = match is_sqlite {
                true => "mend that, or name another file with --database sqlite://PATH",
                false => {
                    "check the host, the port, the user and the name in --database, and that the \
                     server runs"
                }
            };
            findings.problem("database", message, mend);
            return None;
        }
        Err(_) => {
            let message = format!("does not answer within {} s", PATIENCE.as_secs());
            findings.problem("database", message, "check the network on the way to it");
            return None;
        }
    };
    let rows = look_inside(findings, &reader, readers).await;
    // What it says on the way out is of no interest.
    let _ = reader.close().await;
    rows
}

async fn look_inside(
    findings: &mut Findings,
    reader: &DatabaseConnection,
    readers: usize,
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
    machines::look(findings, reader).await;
    look_at_writing(findings, reader).await;
    look_at_dataset(findings, reader).await;
    look_at_history(findings, reader).await;
    count(reader).await
}

/// Looks whether the tables are those of this version. Whether they can be read.
async fn look_at_migrations(findings: &mut Findings, reader: &DatabaseConnection) -> bool {
    const CHECK: &str = "migrations";
    if let Ok(Some(table)) = migration::foreign_table(reader).await {
        let message = format!("there are tables (such as `{table}`) of another program");
        findings.problem(CHECK, message, "name an empty database");
        return false;
    }
    match migration::unknown(reader).await {
        Ok(unknown) if !unknown.is_empty() => {
            let message = format!(
                "the tables were made by a newer version of this program ({})",
                unknown.join(", ")
            );
            findings.problem(CHECK, message, "run that version, or name another database");
            return false;
        }
        Err(error) => {
            let message = format!("the tables cannot be looked at: {error}");
            findings.problem(CHECK, message, "let the user of --database read its tables");
            return false;
        }
        Ok(_) => {}
    }
    match migration::is_behind(reader).await {
        Ok(false) => {
            findings.ok(CHECK, "the tables are those of this version");
            true
        }
        Ok(true) => {
            let message = "the tables are missing, or of an older version";
            let mend = "start the server once as a user who may make tables: it makes them";
            findings.warning(CHECK, message, mend);
            false
        }
        Err(error) => {
            let message = format!("the tables cannot be looked at: {error}");
            findings.problem(CHECK, message, "let the user of --database read its tables");
            false
        }
    }
}

/// Tries to write as the server's connections would: the database itself must refuse.
async fn look_at_writing(findings: &mut Findings, reader: &DatabaseConnection) {
    // Even where this is let through it changes no row.
    let statement = "UPDATE revisions SET refused = refused WHERE 1 = 0";
    match reader.execute_unprepared(statement).await {
        Err(_) => findings.ok("read-only", "the database refuses what the server would write"),
        Ok(_) => findings.problem(
            "read-only",
            "the server's connections can write",
            "connect to the database directly: what stands between drops the options of a connection",
        ),
    }
}

async fn look_at_dataset(findings: &mut Findings, reader: &DatabaseConnection) {
    match reference::find(reader).await {
        Ok(Some(_)) => findings.ok("reference", "programs, figures and sources are there"),
        _ => findings.warning(
            "reference",
            "the programs, figures and sources that every dataset begins with are missing",
            "start the server once: it loads them",
        ),
    }
    let Ok(dataset) = Dataset::read(reader).await else {
        let mend = "let the user of --database read its tables";
        return findings.problem("dataset", "it cannot be read", mend);
    };
    // The first revision is that of the reference data.
    let Some(loaded_at) = dataset.loaded_at.filter(|_| dataset.revision > 1) else {
        let mend = "start the server, which makes a synthetic dataset, or load files with `import`";
        return findings.warning("dataset", "nothing has been loaded", mend);
    };
    let days = (Utc::now() - loaded_at).num_days();
    let age = match days {
        ..1 => "today".to_owned(),
        1 => "a day ago".to_owned(),
        _ => format!("{days} days ago"),
    };
    let loaded = format!("revision {}, loaded {age}", dataset.revision);
    if dataset.synthetic {
        let mend = "load real files with `cops-graphql import`: they replace what is made up";
        findings.warning("dataset", format!("{loaded}: agencies and grants are made up"), mend);
    } else if days > OLD {
        let mend = "load newer files with `cops-graphql import`";
        findings.warning("dataset", format!("{loaded}: real data, and not new"), mend);
    } else {
        findings.ok("dataset", format!("{loaded}: no row is made up"));
    }
}

/// Says which revisions can be asked for, and what that takes.
async fn look_at_history(findings: &mut Findings, reader: &DatabaseConnection) {
    const CHECK: &str = "history";
    let tables = entity::table::tables();
    let counts = tables.iter().filter(|table| table.has_history());
    let counts = counts.map(|table| format!("(SELECT COUNT(*) FROM {})", table.history()));
    let sql = format!("SELECT {}", counts.collect::<Vec<_>>().join(" + "));
    let counted = Statement::from_string(reader.get_database_backend(), sql);
    let (kept, rows) = (forget::kept(reader).await, reader.query_one_raw(counted).await);
    let rows = rows.ok().flatten().and_then(|row| row.try_get_by_index::<i64>(0).ok());
    let (Ok((from, to)), Some(rows)) = (kept, rows) else {
        let mend = "let the user of --database read its tables";
        return findings.problem(CHECK, "it cannot be read", mend);
    };
    let message = match from < to {
        true => format!(
            "the revisions {from} to {to} are kept, the earlier ones by {rows} rows of history (`cops-graphql forget`)"
        ),
        false => "no earlier revision is kept".to_owned(),
    };
    findings.ok(CHECK, message);
}

/// The rows of all tables.
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
