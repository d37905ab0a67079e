//! Adds states with their facts and populations, counties, which agencies are in, and congressional districts, which
//! awards go to; each table with its history.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// A new table: its columns with their types, the unique ones, and the references to other tables.
struct NewTable {
    name: &'static str,
    columns: &'static [(&'static str, &'static str)],
    unique: &'static [&'static str],
    references: &'static [(&'static str, &'static str)],
}

const TABLES: [NewTable; 4] = [
    NewTable {
        name: "states",
        columns: &[
            ("code", "text NOT NULL"),
            ("name", "text NOT NULL"),
            ("fips", "text NOT NULL"),
            ("region", "text"),
            ("division", "text"),
            ("latitude", "double"),
            ("longitude", "double"),
            ("residents2020", "integer"),
        ],
        unique: &["code", "fips"],
        references: &[],
    },
    NewTable {
        name: "state_populations",
        columns: &[
            ("state_id", "integer NOT NULL"),
            ("year", "integer NOT NULL"),
            ("residents", "integer NOT NULL"),
        ],
        unique: &["state_id, year"],
        references: &[("state_id", "states")],
    },
    NewTable {
        name: "counties",
        columns: &[("fips", "text NOT NULL"), ("name", "text"), ("state_id", "integer")],
        unique: &["fips"],
        references: &[("state_id", "states")],
    },
    NewTable {
        name: "congressional_districts",
        columns: &[
            ("code", "text NOT NULL"),
            ("number", "integer NOT NULL"),
            ("state_id", "integer NOT NULL"),
        ],
        unique: &["code"],
        references: &[("state_id", "states")],
    },
];

/// New columns of existing tables, and what they reference.
const LINKS: [(&str, &str, &str); 4] = [
    ("agencies", "state_id", "states"),
    ("agencies", "county_id", "counties"),
    ("organizations", "state_id", "states"),
    ("grants", "district_id", "congressional_districts"),
];

/// The provenance columns that each row has, and what they reference.
const PROVENANCE: [(&str, &str); 2] = [("source_id", "sources"), ("revision_id", "revisions")];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        for sql in TABLES.iter().flat_map(|table| statements(table, backend)) {
            db.execute_unprepared(&sql).await?;
        }
        let (text, last) = match backend {
            DbBackend::Postgres => ("text COLLATE \"C\"", ", id"),
            _ => ("text", ""),
        };
        for table in ["grants", "grants_history"] {
            db.execute_unprepared(&format!("ALTER TABLE {table} ADD COLUMN district {text}"))
                .await?;
        }
        db.execute_unprepared(&format!("CREATE INDEX grants_district ON grants (district{last})"))
            .await?;
        db.execute_unprepared(
            "CREATE INDEX grants_history_district ON grants_history (district, id)",
        )
        .await?;
        for (table, column, to) in LINKS {
            for sql in [
                format!("ALTER TABLE {table} ADD COLUMN {column} integer REFERENCES {to} (id)"),
                format!("CREATE INDEX {table}_{column} ON {table} ({column}{last})"),
                format!("ALTER TABLE {table}_history ADD COLUMN {column} integer"),
                format!("CREATE INDEX {table}_history_{column} ON {table}_history ({column}, id)"),
            ] {
                db.execute_unprepared(&sql).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for (table, column, _) in LINKS {
            for table in [table.to_owned(), format!("{table}_history")] {
                db.execute_unprepared(&format!("DROP INDEX {table}_{column}")).await?;
                let sql = format!("ALTER TABLE {table} DROP COLUMN {column}");
                db.execute_unprepared(&sql).await?;
            }
        }
        for table in ["grants", "grants_history"] {
            db.execute_unprepared(&format!("DROP INDEX {table}_district")).await?;
            db.execute_unprepared(&format!("ALTER TABLE {table} DROP COLUMN district")).await?;
        }
        for NewTable { name, .. } in TABLES.iter().rev() {
            db.execute_unprepared(&format!("DROP TABLE {name}_history")).await?;
            db.execute_unprepared(&format!("DROP TABLE {name}")).await?;
        }
        Ok(())
    }
}

/// The statements that create a table, its history and their indexes.
fn statements(table: &NewTable, backend: DbBackend) -> Vec<String> {
    let NewTable { name, columns, unique, references } = table;
    let kind = |kind: &str| match backend {
        DbBackend::Postgres => {
            kind.replace("text", "text COLLATE \"C\"").replace("double", "double precision")
        }
        _ => kind.to_owned(),
    };
    let column = |(name, of): &(&str, &str)| format!("{name} {}", kind(of));
    let columns_sql = columns.iter().map(column).collect::<Vec<_>>().join(", ");
    let provenance = PROVENANCE.map(|(column, _)| format!("{column} integer NOT NULL")).join(", ");
    let references = references.iter().chain(&PROVENANCE).map(|(column, to)| {
        format!("CONSTRAINT {name}_{column}_fkey FOREIGN KEY ({column}) REFERENCES {to} (id)")
    });
    let references = references.collect::<Vec<_>>().join(", ");
    let mut all = vec![
        format!(
            "CREATE TABLE {name} (id integer NOT NULL PRIMARY KEY, {columns_sql}, {provenance}, {references})"
        ),
        format!(
            "CREATE TABLE {name}_history (id integer NOT NULL, {columns_sql}, {provenance}, ended_by integer NOT NULL)"
        ),
    ];
    for columns in *unique {
        let label = columns.replace(", ", "_");
        all.push(format!("CREATE UNIQUE INDEX {name}_{label}_key ON {name} ({columns})"));
    }
    let last = if backend == DbBackend::Postgres { ", id" } else { "" };
    let indexed = columns.iter().chain(&PROVENANCE).map(|(column, _)| *column);
    for column in indexed {
        if !unique.iter().any(|unique| unique.split(", ").next() == Some(column)) {
            all.push(format!("CREATE INDEX {name}_{column} ON {name} ({column}{last})"));
        }
        all.push(format!("CREATE INDEX {name}_history_{column} ON {name}_history ({column}, id)"));
    }
    for column in ["id", "ended_by"] {
        let last = if column == "id" { "" } else { ", id" };
        all.push(format!(
            "CREATE INDEX {name}_history_{column} ON {name}_history ({column}{last})"
        ));
    }
    all
}
