//! Adds the identity of the dataset (tokens of revisions and datasets), and counters that keep ids from being reused.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// The tables with ids at the time of this migration.
const TABLES: [&str; 17] = [
    "agencies",
    "grants",
    "measures",
    "obligations",
    "officers_funded",
    "organizations",
    "outcomes",
    "partnerships",
    "programs",
    "publications",
    "published_figures",
    "revisions",
    "sources",
    "table_loads",
    "trainees",
    "training_sessions",
    "trainings",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (text, number, random) = match manager.get_database_backend() {
            DbBackend::Postgres => (
                "text COLLATE \"C\"",
                "bigint",
                "('x' || substr(md5(gen_random_uuid()::text || id), 1, 16))::bit(64)::bigint & 9223372036854775807",
            ),
            _ => ("text", "integer", "random() & 9223372036854775807"),
        };
        let mut statements = vec![
            format!("ALTER TABLE revisions ADD COLUMN token {number} NOT NULL DEFAULT 0"),
            format!("ALTER TABLE revisions ADD COLUMN dataset {number} NOT NULL DEFAULT 0"),
            format!("UPDATE revisions SET token = {random}"),
            // All existing revisions count as one dataset. No two tokens are the same.
            format!(
                "UPDATE revisions SET dataset = {random} WHERE id = (SELECT MIN(id) FROM revisions)"
            ),
            "UPDATE revisions SET dataset = (SELECT MAX(dataset) FROM revisions)".to_owned(),
            "CREATE UNIQUE INDEX revisions_token ON revisions (token)".to_owned(),
            "CREATE INDEX revisions_dataset ON revisions (dataset)".to_owned(),
            format!(
                "CREATE TABLE counters (name {text} NOT NULL PRIMARY KEY, value integer NOT NULL)"
            ),
        ];
        for table in TABLES {
            statements.push(format!(
                "INSERT INTO counters (name, value) SELECT '{table}', MAX(id) FROM {table} HAVING MAX(id) IS NOT NULL"
            ));
        }
        // Reference data loaded before they had editions.
        statements.push(
            "INSERT INTO counters (name, value) SELECT DISTINCT 'reference data', 1 FROM revisions \
             WHERE format = 'reference'"
                .to_owned(),
        );
        for sql in statements {
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in [
            "DROP TABLE counters",
            "DROP INDEX revisions_dataset",
            "DROP INDEX revisions_token",
            "ALTER TABLE revisions DROP COLUMN dataset",
            "ALTER TABLE revisions DROP COLUMN token",
        ] {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
