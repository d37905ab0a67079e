//! Adds the level of an outcome as a column: values of agencies are contained in those of states and the nation, so
//! filters and keys must tell them apart.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (text, key) = match manager.get_database_backend() {
            DbBackend::Postgres => ("text COLLATE \"C\"", ", id"),
            _ => ("text", ""),
        };
        for sql in [
            // Most are of agencies, and adding a NOT NULL column needs a default.
            format!("ALTER TABLE outcomes ADD COLUMN level {text} NOT NULL DEFAULT 'AGENCY'"),
            "UPDATE outcomes SET level = CASE WHEN state IS NULL THEN 'NATION' ELSE 'STATE' END \
             WHERE agency_id IS NULL"
                .to_owned(),
            format!("CREATE INDEX outcomes_level ON outcomes (level{key})"),
        ] {
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in ["DROP INDEX outcomes_level", "ALTER TABLE outcomes DROP COLUMN level"] {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
