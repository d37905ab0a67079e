//! What a rate divides by, and what the publisher says, beside each outcome; and one outcome of a measure
//! for an agency, a state or the nation in a year, never two.
//!
//! PostgreSQL does not look up the four references of each outcome: these are millions of rows, and looking
//! up took twice as long as all else together. A load knows the ids of what it refers to because it made or
//! read them; SQLite, where a look-up costs little, still holds the same code to that. And a load could not
//! set the references aside and check them once at its end: that would shut readers out of the tables referred
//! to for as long as it takes.
//!
//! The index of what is unique begins with the agency, so it serves whoever looks up the outcomes of one.

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
