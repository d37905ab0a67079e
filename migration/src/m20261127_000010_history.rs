//! Adds history tables for the versions of rows before loads changed or removed them: each has the columns of its
//! table, and the revision that ended the row. They have the table's indexes, but no unique indexes and no
//! references.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend, Statement},
};

/// The tables whose rows loads change, at the time of this migration.
const TABLES: [&str; 18] = [
    "agencies",
    "claims",
    "grants",
    "measures",
    "obligations",
    "officers_funded",
    "organizations",
    "outcomes",
    "partnerships",
    "price_index",
    "programs",
    "publications",
    "published_figures",
    "reviews",
    "sources",
    "trainees",
    "training_sessions",
    "trainings",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        for table in TABLES {
            let history = format!("{table}_history");
            if backend == DbBackend::Postgres {
                db.execute_unprepared(&format!("CREATE TABLE {history} (LIKE {table})")).await?;
                let ended = format!("ALTER TABLE {history} ADD COLUMN ended_by integer NOT NULL");
                db.execute_unprepared(&ended).await?;
            } else {
                let columns = columns(db, table).await?.join(", ");
                let sql = format!("CREATE TABLE {history} ({columns}, ended_by integer NOT NULL)");
                db.execute_unprepared(&sql).await?;
            }
            let key = if table == "price_index" { "year" } else { "id" };
            let mut keys = indexed(db, backend, table).await?;
            keys.extend([key.to_owned(), "ended_by".to_owned()]);
            keys.sort();
            keys.dedup();
            for column in keys {
                let last = if column == key { String::new() } else { format!(", {key}") };
                let sql = format!("CREATE INDEX {history}_{column} ON {history} ({column}{last})");
                db.execute_unprepared(&sql).await?;
            }
        }
        // Versions before the newest revision were not kept.
        db.execute_unprepared(
            "INSERT INTO counters (name, value) \
             SELECT 'first kept revision', MAX(id) FROM revisions HAVING MAX(id) IS NOT NULL",
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in TABLES {
            db.execute_unprepared(&format!("DROP TABLE {table}_history")).await?;
        }
        let kept = "DELETE FROM counters WHERE name = 'first kept revision'";
        db.execute_unprepared(kept).await?;
        Ok(())
    }
}

/// The columns of a SQLite table, as they are declared.
async fn columns(db: &impl ConnectionTrait, table: &str) -> Result<Vec<String>, DbErr> {
    let sql = format!(
        "SELECT name || ' ' || type || CASE WHEN \"notnull\" THEN ' NOT NULL' ELSE '' END \
         FROM pragma_table_info('{table}') ORDER BY cid"
    );
    texts(db, &sql).await
}

/// The columns of a table that lead an index.
async fn indexed(
    db: &impl ConnectionTrait,
    backend: DbBackend,
    table: &str,
) -> Result<Vec<String>, DbErr> {
    let sql = match backend {
        DbBackend::Postgres => format!(
            "SELECT attname::text FROM pg_index \
             JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] \
             JOIN pg_class ON pg_class.oid = indexrelid \
             WHERE indrelid = '{table}'::regclass AND relam = (SELECT oid FROM pg_am WHERE amname = 'btree')"
        ),
        _ => format!(
            "SELECT columns.name FROM pragma_index_list('{table}') AS indexes, \
             pragma_index_info(indexes.name) AS columns WHERE columns.seqno = 0 AND columns.name IS NOT NULL"
        ),
    };
    texts(db, &sql).await
}

async fn texts(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
