//! The changes of each load, table by table.

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
        let mut statements = vec![format!(
            "CREATE TABLE table_loads (id integer NOT NULL PRIMARY KEY, \
             revision_id integer NOT NULL, table_name {text} NOT NULL, added integer NOT NULL, \
             changed integer NOT NULL, unchanged integer NOT NULL, removed integer NOT NULL, \
             refused integer NOT NULL, \
             CONSTRAINT table_loads_revision_id_fkey FOREIGN KEY (revision_id) REFERENCES revisions (id))"
        )];
        for column in
            ["revision_id", "table_name", "added", "changed", "unchanged", "removed", "refused"]
        {
            statements
                .push(format!("CREATE INDEX table_loads_{column} ON table_loads ({column}{key})"));
        }
        for sql in statements {
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE table_loads").await?;
        Ok(())
    }
}
