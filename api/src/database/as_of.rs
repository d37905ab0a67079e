//! Statements that read the dataset as it was after an earlier load.
//!
//! Each row says which load has brought or changed it last, and what it was before that stands in the history of its
//! table, with the load that ended it ([`super::load`]). So the rows of a revision are those of the table that no later
//! load has touched, and those of its history that it had still. In front of a statement stands a common table expression
//! for each table that it reads, of the same name: whatever builds statements need not know.
//!
//! On PostgreSQL the conditions stand outside the arms of the `UNION ALL`, which lets it merge the indexes of both in
//! order; inside, it would sort. SQLite wants them inside. Its full-text search knows the rows of now only: words of
//! earlier rows are looked up in the column that they are indexed from.
//!
//! Revisions that were forgotten are empty: whoever reads one finds none of that number.

use std::sync::LazyLock;

use entity::table::{EntityTable, history, tables};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::load::{ENDED_BY, KEPT_COUNTER};

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

/// The keys of the rows of a table that a load has brought, changed or removed after a revision, up to another one. Not all
/// of them differ between the two.
///
/// # Errors
/// Whatever the database says.
pub(crate) async fn changed_keys(
    db: &impl ConnectionTrait,
    (table, key): (&str, &str),
    (from, to): (i32, i32),
) -> Result<Vec<i32>, DbErr> {
    let history = history(table);
    let sql = format!(
        "SELECT {key} FROM {history} WHERE ended_by > {from} AND ended_by <= {to} AND revision_id <= {from} \
         UNION SELECT {key} FROM {history} WHERE ended_by > {to} AND revision_id > {from} AND revision_id <= {to} \
         UNION SELECT {key} FROM {table} WHERE revision_id > {from} AND revision_id <= {to} ORDER BY 1"
    );
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// What stands for a table; none where the table has only what is true of every revision.
fn shadow(table: &EntityTable, backend: DbBackend, revision: i32) -> Option<String> {
    let name = table.name;
    let columns: Vec<_> = table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let columns = columns.join(", ");
    // The name alone would be that of the expression itself.
    let schema = if backend == DbBackend::Sqlite { "main." } else { "" };
    let rows = if name == "revisions" {
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
    };
    Some(format!("\"{name}\" AS NOT MATERIALIZED ({rows})"))
}

/// The same statement, which looks for words in the rows themselves. The words are a parameter of the form `"a"* AND "b"*`,
/// of letters and digits only.
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
