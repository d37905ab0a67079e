//! Adds each outcome's population and the publisher's note, and makes outcomes unique by measure, year and agency,
//! state or nation.
//!
//! PostgreSQL does not check the four references of each outcome: there are millions of rows, and the checks took
//! twice as long as everything else together. A load knows the ids because it created or read the referenced rows,
//! and SQLite, where checks are cheap, still verifies the same code. Deferring the checks to the end of a load is no
//! option: it would block readers of the referenced tables for that time.
//!
//! The unique index begins with the agency, so it also serves lookups of one agency's outcomes.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const REFERENCES: [(&str, &str); 4] = [
    ("measure_id", "measures"),
    ("agency_id", "agencies"),
    ("source_id", "sources"),
    ("revision_id", "revisions"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (text, key) = match manager.get_database_backend() {
            DbBackend::Postgres => ("text COLLATE \"C\"", ", id"),
            _ => ("text", ""),
        };
        for sql in [
            "ALTER TABLE outcomes ADD COLUMN population_served integer".to_owned(),
            format!("ALTER TABLE outcomes ADD COLUMN note {text}"),
            format!(
                "CREATE INDEX outcomes_population_served ON outcomes (population_served{key})"
            ),
            "DROP INDEX outcomes_agency_id".to_owned(),
            "CREATE UNIQUE INDEX outcomes_of_agency ON outcomes (agency_id, measure_id, year)"
                .to_owned(),
            "CREATE UNIQUE INDEX outcomes_of_state ON outcomes (COALESCE(state, ''), measure_id, year) \
             WHERE agency_id IS NULL"
                .to_owned(),
        ] {
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            for (column, _) in REFERENCES {
                let sql = format!("ALTER TABLE outcomes DROP CONSTRAINT outcomes_{column}_fkey");
                manager.get_connection().execute_unprepared(&sql).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let key = match manager.get_database_backend() {
            DbBackend::Postgres => ", id",
            _ => "",
        };
        if manager.get_database_backend() == DbBackend::Postgres {
            for (column, other) in REFERENCES {
                let sql = format!(
                    "ALTER TABLE outcomes ADD CONSTRAINT outcomes_{column}_fkey \
                     FOREIGN KEY ({column}) REFERENCES {other} (id)"
                );
                manager.get_connection().execute_unprepared(&sql).await?;
            }
        }
        for sql in [
            "DROP INDEX outcomes_of_state".to_owned(),
            "DROP INDEX outcomes_of_agency".to_owned(),
            format!("CREATE INDEX outcomes_agency_id ON outcomes (agency_id{key})"),
            "DROP INDEX outcomes_population_served".to_owned(),
            "ALTER TABLE outcomes DROP COLUMN note".to_owned(),
            "ALTER TABLE outcomes DROP COLUMN population_served".to_owned(),
        ] {
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
