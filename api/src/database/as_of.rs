//! Statements that read the dataset as of an earlier revision.
//!
//! Each row names the load that last added or changed it. Its earlier versions are in the history of its table, with
//! the load that ended them ([`super::load`]). So the rows of a revision are the table's rows that no later load has
//! touched, plus the history rows that were still valid then. A statement gets a common table expression for each
//! table that it reads, with the table's name, so code that builds statements need not know about revisions.
//!
//! On PostgreSQL the conditions are outside the arms of the `UNION ALL`, which lets it merge the indexes of both in
//! order; with conditions inside, it would sort. SQLite wants them inside. Its full-text search covers only current
//! rows: words in earlier rows are searched in the column that the index is built from.
//!
//! Deleted revisions are empty: a reader finds no revision with that number.

use std::sync::LazyLock;

use entity::table::{EntityTable, tables};
use sea_orm::{
    DbBackend, Statement,
    sea_query::{
        Alias, CommonTableExpression, Expr, ExprTrait as _, Query, SelectStatement, WithClause,
    },
};

use super::{counters::KEPT_COUNTER, load::ENDED_BY};

static TABLES: LazyLock<Vec<EntityTable>> = LazyLock::new(tables);

/// Makes a statement read the dataset as of a revision.
pub(super) fn read_at(statement: &mut Statement, revision: i32) {
    let backend = statement.db_backend;
    if backend == DbBackend::Sqlite {
        for table in TABLES.iter().filter(|table| table.has("search")) {
            statement.sql = look_through(&statement.sql, table.name);
        }
    }
    let sql = &statement.sql;
    let read = TABLES.iter().filter(|table| sql.contains(&format!("\"{}\"", table.name)));
    let shadows: Vec<_> = read.filter_map(|table| shadow(table, backend, revision)).collect();
    if !shadows.is_empty() {
        statement.sql = format!("WITH {} {sql}", shadows.join(", "));
    }
}

/// Makes a part of a statement read the dataset as of a revision, whatever the rest reads.
pub(crate) fn read_part_at(part: &mut SelectStatement, backend: DbBackend, revision: i32) {
    let sql = backend.build(part).sql;
    let mut with = WithClause::new();
    for table in TABLES.iter().filter(|table| sql.contains(&format!("\"{}\"", table.name))) {
        if let Some(rows) = rows_at(table, backend, revision) {
            let mut shadow = CommonTableExpression::new();
            shadow.table_name(Alias::new(table.name)).query(rows_as_select(&rows));
            with.cte(shadow.materialized(false).to_owned());
        }
    }
    part.with_cte(with);
}

/// The rows of a table that were changed or removed by loads after revision `from`, up to `to`, as they were before:
/// all columns of the table, and no others.
pub(crate) fn ended_between(table: &EntityTable, (from, to): (i32, i32)) -> SelectStatement {
    let column = |name: &str| Expr::col(Alias::new(name));
    let mut ended = Query::select();
    ended
        .columns(table.columns.iter().map(|(name, _)| Alias::new(*name)))
        .from(Alias::new(table.history()))
        .and_where(column("revision_id").lte(from))
        .and_where(column(ENDED_BY).gt(from))
        .and_where(column(ENDED_BY).lte(to));
    ended
}

/// For a statement whose parts select their revisions themselves: makes it report the requested revision.
pub(super) fn tell_of(statement: &mut Statement, revision: i32) {
    let revisions = TABLES.iter().find(|table| table.name == "revisions");
    if let Some(shadow) = revisions.and_then(|it| shadow(it, statement.db_backend, revision)) {
        statement.sql = format!("WITH {shadow} {}", statement.sql);
    }
}

/// Rows given as SQL text, as a statement.
fn rows_as_select(rows: &str) -> SelectStatement {
    let mut select = Query::select();
    select.expr(Expr::cust(rows.strip_prefix("SELECT ").unwrap_or(rows).to_owned()));
    select
}

/// The expression that replaces a table; `None` if the table is the same at every revision.
fn shadow(table: &EntityTable, backend: DbBackend, revision: i32) -> Option<String> {
    let rows = rows_at(table, backend, revision)?;
    Some(format!("\"{}\" AS NOT MATERIALIZED ({rows})", table.name))
}

/// The rows of a table as of a revision; `None` if the table is the same at every revision.
fn rows_at(table: &EntityTable, backend: DbBackend, revision: i32) -> Option<String> {
    let name = table.name;
    let columns: Vec<_> = table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let columns = columns.join(", ");
    // The unqualified name would refer to the expression itself.
    let schema = if backend == DbBackend::Sqlite { "main." } else { "" };
    Some(if name == "revisions" {
        let written = if backend == DbBackend::Postgres { ", xmin" } else { "" };
        format!(
            "SELECT {columns}{written} FROM {schema}\"{name}\" WHERE \"id\" <= {revision} AND {revision} >= \
             COALESCE((SELECT \"value\" FROM \"counters\" WHERE \"name\" = '{KEPT_COUNTER}'), 0)"
        )
    } else if !table.has_history() {
        if !table.has("revision_id") {
            return None;
        }
        format!("SELECT {columns} FROM {schema}\"{name}\" WHERE \"revision_id\" <= {revision}")
    } else {
        let history = table.history();
        match backend {
            DbBackend::Postgres => format!(
                "SELECT {columns} FROM (SELECT {columns}, NULL::integer AS {ENDED_BY} FROM \"{name}\" \
                 UNION ALL SELECT {columns}, {ENDED_BY} FROM \"{history}\") AS \"{name}\" \
                 WHERE \"revision_id\" <= {revision} AND ({ENDED_BY} IS NULL OR {ENDED_BY} > {revision})"
            ),
            _ => format!(
                "SELECT {columns} FROM {schema}\"{name}\" WHERE +\"revision_id\" <= {revision} \
                 UNION ALL SELECT {columns} FROM \"{history}\" \
                 WHERE +\"revision_id\" <= {revision} AND +{ENDED_BY} > {revision}"
            ),
        }
    })
}

/// The same statement, searching words in the rows themselves. The words are a parameter of the form `"a"* AND "b"*`,
/// with letters and digits only.
fn look_through(sql: &str, table: &str) -> String {
    let by_index = format!(
        "SELECT \"{table}_search\".\"rowid\" FROM \"{table}_search\" WHERE \"{table}_search\" MATCH ?"
    );
    let words = "json_each('[' || replace(replace(?, '*', ''), ' AND ', ',') || ']')";
    let in_rows = format!(
        "SELECT \"{table}\".\"id\" FROM \"{table}\" WHERE NOT EXISTS (SELECT 1 FROM {words} AS \"word\" \
         WHERE instr(' ' || \"{table}\".\"search\", ' ' || \"word\".\"value\") = 0)"
    );
    sql.replace(&by_index, &in_rows)
}
