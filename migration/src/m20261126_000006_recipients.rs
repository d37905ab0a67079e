//! Adds how the recipient of each award was found, people's decisions about unclear recipients, and the claims of
//! several sources about one award.

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
        let mut statements = Vec::new();
        for column in ["recipient_name", "recipient_uei", "matched_by"] {
            statements.push(format!("ALTER TABLE grants ADD COLUMN {column} {text}"));
            statements.push(format!("CREATE INDEX grants_{column} ON grants ({column}{key})"));
        }
        let provenance = |table: &str| {
            format!(
                "source_id integer NOT NULL, revision_id integer NOT NULL, \
                 CONSTRAINT {table}_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources (id), \
                 CONSTRAINT {table}_revision_id_fkey FOREIGN KEY (revision_id) REFERENCES revisions (id)"
            )
        };
        statements.push(format!(
            "CREATE TABLE claims (id integer NOT NULL PRIMARY KEY, grant_id integer NOT NULL, \
             field {text} NOT NULL, origin {text} NOT NULL, value {text} NOT NULL, \
             shown boolean NOT NULL, differs boolean NOT NULL, {}, \
             CONSTRAINT claims_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES grants (id))",
            provenance("claims")
        ));
        statements.push(
            "CREATE UNIQUE INDEX claims_of_grant ON claims (grant_id, field, origin)".to_owned(),
        );
        for column in ["field", "origin", "value", "shown", "differs", "source_id", "revision_id"] {
            statements.push(format!("CREATE INDEX claims_{column} ON claims ({column}{key})"));
        }
        statements.push(format!(
            "CREATE TABLE reviews (id integer NOT NULL PRIMARY KEY, recipient_key {text} NOT NULL, \
             state {text}, uei {text}, recipient {text} NOT NULL, agency_id integer, {}, \
             CONSTRAINT reviews_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id))",
            provenance("reviews")
        ));
        statements.push(
            "CREATE UNIQUE INDEX reviews_of_recipient ON reviews (recipient_key, COALESCE(state, ''), COALESCE(uei, ''))"
                .to_owned(),
        );
        for column in ["state", "uei", "recipient", "agency_id", "source_id", "revision_id"] {
            statements.push(format!("CREATE INDEX reviews_{column} ON reviews ({column}{key})"));
        }
        for sql in statements {
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in [
            "DROP TABLE reviews",
            "DROP TABLE claims",
            "DROP INDEX grants_matched_by",
            "DROP INDEX grants_recipient_uei",
            "DROP INDEX grants_recipient_name",
            "ALTER TABLE grants DROP COLUMN matched_by",
            "ALTER TABLE grants DROP COLUMN recipient_uei",
            "ALTER TABLE grants DROP COLUMN recipient_name",
        ] {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
