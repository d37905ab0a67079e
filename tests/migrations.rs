//! The migrations create the tables that the entities expect.

use std::collections::BTreeMap;

use entity::table::{EntityTable, tables};
use sea_orm::{ColumnType, ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use crate::support::TestDatabase;

/// The columns of a table: the type in the database's words, and whether it may be null.
type Columns = BTreeMap<String, (String, bool)>;

#[tokio::test]
async fn migrations_agree_with_entities() {
    for database in TestDatabase::each("migrations_agree_with_entities").await {
        let db = database.writer().await;
        for table in tables() {
            agrees(&db, &table).await;
        }
        let found = strings(
            &db,
            match db.get_database_backend() {
                DbBackend::Postgres => {
                    "SELECT table_name::text FROM information_schema.tables \
                 WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'"
                }
                _ => {
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_search%' \
                 AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations'"
                }
            },
        );
        let mut found = found.await;
        found.sort();
        let mut named: Vec<_> = tables().iter().map(|table| table.name.to_owned()).collect();
        let kept = tables().into_iter().filter(EntityTable::has_history).map(|it| it.history());
        named.extend(kept);
        named.sort();
        assert_eq!(found, named, "each table has an entity, which `entity::table::tables` lists");
    }
}

#[tokio::test]
async fn every_reference_and_every_visible_column_has_an_index() {
    let database = TestDatabase::sqlite().await;
    let db = database.writer().await;
    // Long text is looked through, not looked up.
    let without =
        ["search", "note", "description", "purpose", "topics", "former_names", "tables_read"];
    for table in strings(
        &db,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_search%' \
         AND name NOT LIKE 'sqlite_%' AND name NOT IN ('seaql_migrations', 'counters', 'commit_marks')",
    )
    .await
    {
        let sql = format!(
            "SELECT name FROM pragma_table_info('{table}') WHERE pk = 0 AND name NOT IN \
             (SELECT c.name FROM pragma_index_list('{table}') i, pragma_index_info(i.name) c \
              WHERE c.seqno = 0)"
        );
        let missing = strings(&db, &sql).await;
        let missing: Vec<_> =
            missing.iter().filter(|column| !without.contains(&column.as_str())).collect();
        assert!(missing.is_empty(), "{table}: {missing:?}");
    }
}

#[tokio::test]
async fn ten_processes_may_migrate_at_once() {
    for database in TestDatabase::each("ten_processes_may_migrate_at_once").await {
        let empty = if let Some(path) = database.url.strip_prefix("sqlite://") {
            format!("sqlite://{path}.fresh")
        } else {
            let admin = database.writer().await;
            let name = format!("fresh_{}", std::process::id());
            admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
            let (server, _) = database.url.rsplit_once('/').unwrap();
            format!("{server}/{name}")
        };
        let runs = (0..10).map(|_| {
            let url = empty.clone();
            tokio::spawn(async move {
                let db = cops_graphql::database::writer(&url).await.unwrap();
                migration::run(&db).await.unwrap();
            })
        });
        for run in runs.collect::<Vec<_>>() {
            run.await.unwrap();
        }
        let db = cops_graphql::database::writer(&empty).await.unwrap();
        assert!(!migration::is_behind(&db).await.unwrap());
        db.close().await.unwrap();
        if let Some((_, name)) = empty.rsplit_once('/').filter(|_| empty.starts_with("postgres")) {
            let admin = database.writer().await;
            admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
        }
    }
}

async fn agrees(db: &DatabaseConnection, table: &EntityTable) {
    let backend = db.get_database_backend();
    let columns = table.columns.iter().map(|(name, definition)| {
        let kind = type_name(definition.get_column_type(), backend);
        ((*name).to_owned(), (kind.to_owned(), definition.is_null()))
    });
    let (found, wanted) = (found(db, table.name).await, columns.collect::<Columns>());
    assert_eq!(
        found, wanted,
        "{}: what the migrations made is left, what the entity says right",
        table.name
    );
}

fn type_name(kind: &ColumnType, backend: DbBackend) -> &'static str {
    match (kind, backend) {
        (ColumnType::BigInteger, DbBackend::Postgres) => "bigint",
        // SQLite's integers have 64 bits, all of them.
        (ColumnType::Integer | ColumnType::BigInteger, _) => "integer",
        (ColumnType::Text, _) => "text",
        (ColumnType::Double, DbBackend::Postgres) => "double precision",
        (ColumnType::Double, _) => "double",
        (ColumnType::Date, DbBackend::Postgres) => "date",
        (ColumnType::Date, _) => "date_text",
        (ColumnType::TimestampWithTimeZone, DbBackend::Postgres) => "timestamp with time zone",
        (ColumnType::TimestampWithTimeZone, _) => "timestamp_with_timezone_text",
        (ColumnType::Boolean, _) => "boolean",
        (other, _) => panic!("no column has the type {other:?}"),
    }
}

async fn found(db: &DatabaseConnection, table: &str) -> Columns {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => format!(
            "SELECT column_name::text, data_type::text, is_nullable = 'YES' \
             FROM information_schema.columns WHERE table_name = '{table}'"
        ),
        _ => format!(
            "SELECT name, lower(type), NOT \"notnull\" AND NOT pk FROM pragma_table_info('{table}')"
        ),
    };
    let rows = db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    rows.iter()
        .map(|row| {
            let kind: String = row.try_get_by_index(1).unwrap();
            (row.try_get_by_index(0).unwrap(), (kind, row.try_get_by_index(2).unwrap()))
        })
        .collect()
}

async fn strings(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
