//! Whether a database holds a complete dataset, with the tables of this version of the program.

use entity::table::tables;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, Statement};

use crate::database::{
    distributed::{self, is_under_way, mark},
    load::ENDED_BY,
    token::newest_stamp,
};

/// Why a database cannot be queried; `None` if it can.
///
/// # Errors
/// If a statement fails.
pub(super) async fn unfit(database: &DatabaseConnection) -> Result<Option<String>, DbErr> {
    if let Some(version) = migration::unknown(database).await?.first() {
        return Ok(Some(format!(
            "the database cannot be read: {}",
            migration::made_by_newer(version)
        )));
    }
    if migration::is_behind(database).await? {
        if let Some(table) = migration::foreign_table(database).await? {
            let reason = migration::made_by_another(&table);
            return Ok(Some(format!(
                "the database does not, or not yet, belong to cops-graphql: {reason}"
            )));
        }
        return Ok(Some(
            "the database lacks tables of this version of cops-graphql: unless it is being restored, restart the \
             server, which creates them"
                .to_owned(),
        ));
    }
    let lacks = |what: &str| Ok(Some(format!("the database lacks {what}: is it being restored?")));
    let backend = database.get_database_backend();
    let mark = mark(database).await?;
    let (sql, wanted) = made_last(backend, mark.is_some());
    let row = database.query_one_raw(Statement::from_string(backend, sql)).await?;
    let found = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
    if found.and_then(|found| usize::try_from(found).ok()).is_none_or(|found| found < wanted) {
        return lacks(if backend == DbBackend::Postgres { "keys of its tables" } else { "tables" });
    }
    let newest = newest_stamp(database.get_database_backend());
    if database.query_one(&newest).await?.is_none() {
        return Ok(Some("the database contains no dataset yet: is it being restored?".to_owned()));
    }
    match mark {
        None => Ok(None),
        Some(mark) if is_under_way(mark) && distributed::stands(database, mark).await? => Ok(Some(
            "a load is being committed on several machines; if none is running, one was interrupted: start a server or \
             a load, which resolves its commit"
                .to_owned(),
        )),
        Some(_) => {
            // Every machine has a part of the data, so this fails unless all of them answer.
            distributed::ask_every_machine(database).await?;
            Ok(None)
        }
    }
}

/// The statement that counts what a restore creates last, and how many there must be. A PostgreSQL dump creates the
/// keys of a table after its rows: until then the table may be empty. Tables distributed over machines need not have
/// any here.
fn made_last(backend: DbBackend, is_divided: bool) -> (String, usize) {
    let mut tables = tables();
    tables.retain(|table| !is_divided || !distributed::is_divided(table.name));
    let kept = || tables.iter().filter(|table| table.has_history());
    let wanted = tables.len() + kept().count();
    let quoted = |names: Vec<String>| names.join("', '");
    let ours = quoted(tables.iter().map(|table| table.name.to_owned()).collect());
    let sql = match backend {
        DbBackend::Postgres => format!(
            "SELECT (SELECT COUNT(*) FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid \
             WHERE contype = 'p' AND relnamespace = current_schema()::regnamespace AND relname IN ('{ours}')) + \
             (SELECT COUNT(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'i' \
             AND relname IN ('{}'))",
            quoted(kept().map(|table| format!("{}_{ENDED_BY}", table.history())).collect())
        ),
        _ => format!(
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('{ours}', '{}')",
            quoted(kept().map(entity::table::EntityTable::history).collect())
        ),
    };
    (sql, wanted)
}
