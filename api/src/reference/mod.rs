//! The reference data: real facts about the COPS Office, few in number, each with its source.
//!
//! Programs, partners, courses, publications, published figures, the price index and the list of measures are CSV
//! files in `api/facts/` and part of the program, so every database has them from its first start, even offline. They
//! are a separate load (format `reference`, not synthetic). Other data, synthetic or real, refers to them and can be
//! replaced without touching them.

mod facts;
mod spellings;
mod write;

use std::{ops::RangeInclusive, sync::LazyLock};

use entity::{kind::SourceKind, revision};
use migration::Begins;
use sea_orm::{
    ActiveEnum as _, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
};

use self::facts::Fact as _;
pub use self::spellings::{ProgramSpelling, SpellingKind, known_spellings, read_spellings};
use crate::database::{
    counters::counter,
    load::{Load, LoadCounts, TableTally, Tallies},
    refold,
};

/// The format name of the reference data.
pub const FORMAT: &str = "reference";
/// The edition of the facts in `api/facts/`. Increment it whenever they change: databases with an older edition are
/// then updated.
pub const EDITION: i32 = 3;
/// The counter that holds the edition of a database.
const COUNTER: &str = "reference data";

/// The errors of loading the reference data.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// A file of facts is invalid. A test reads all files, so a released program never returns this.
    #[error("api/facts/{file}: {why}")]
    Fact {
        /// The name of the file.
        file: &'static str,
        /// The reason, with the position.
        why: String,
    },
    /// A table has no column that identifies its rows.
    #[error("a table of the reference data has no key")]
    NoKey,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The first and the last year in the price index.
#[must_use]
pub fn price_years() -> Option<RangeInclusive<i32>> {
    static YEARS: LazyLock<Option<RangeInclusive<i32>>> = LazyLock::new(|| {
        let years: Vec<i32> =
            facts::PriceIndex::read().ok()?.into_iter().map(|fact| fact.year).collect();
        Some(*years.iter().min()?..=*years.iter().max()?)
    });
    YEARS.clone()
}

/// The revision of the load of the reference data, if the database has them.
///
/// # Errors
/// Database errors.
pub async fn find(db: &impl ConnectionTrait) -> Result<Option<revision::Model>, DbErr> {
    revision::Entity::find()
        .filter(revision::Column::Format.eq(FORMAT))
        .order_by_desc(revision::Column::Id)
        .one(db)
        .await
}

/// The edition of the reference data in a database; 0 if it has none.
///
/// # Errors
/// Database errors.
pub async fn edition(db: &impl ConnectionTrait) -> Result<i32, DbErr> {
    counter(db, COUNTER).await
}

/// Loads the reference data of this program if the database has an older edition or none, and returns whether it did.
/// First updates other data that a newer program stores differently. Reference data of a newer program stay as they
/// are.
///
/// # Errors
/// Database errors, which leave the database unchanged.
pub async fn ensure(db: &impl Begins) -> Result<bool, ReferenceError> {
    refold::ensure(db).await?;
    if edition(db).await? >= EDITION {
        return Ok(false);
    }
    let load = Load::begin(db, FORMAT, false).await?;
    // Another process may have done this while this one waited for its turn. Dropping the load rolls it back.
    if edition(load.transaction()).await? >= EDITION {
        return Ok(false);
    }
    let tables = write(&load, false).await?;
    let read = |tally: &TableTally| tally.added + tally.changed + tally.unchanged;
    let rows_read = tables.values().map(read).sum();
    load.commit(LoadCounts { rows_read, tables }).await?;
    Ok(true)
}

async fn write(load: &Load, resets: bool) -> Result<Tallies, ReferenceError> {
    let tables = write::all(load, resets).await?;
    note(load).await?;
    Ok(tables)
}

/// Records that the reference data of a load are those of this program.
///
/// # Errors
/// Database errors.
pub async fn note(load: &Load) -> Result<(), DbErr> {
    load.raise(COUNTER, EDITION).await
}

/// Starts a new dataset, as if nothing had ever been imported: empties every table except the revisions, which record
/// what was loaded when, and the reference data, which are rewritten without changes by imports. Returns the effects
/// on the tables.
///
/// # Errors
/// Database errors.
pub async fn reset(load: &mut Load) -> Result<Tallies, ReferenceError> {
    load.begin_dataset().await?;
    // From here on, facts only refer to facts, so everything else can be removed.
    let mut tables = write(load, true).await?;
    // All tables with rows of a source, and the sources themselves.
    let facts = format!("kind = '{}'", SourceKind::Publication.to_value());
    for table in
        entity::table::tables().into_iter().filter(|it| it.has("source_id") || it.name == "sources")
    {
        let table = &table;
        let others = match table.has("source_id") {
            true => format!("source_id NOT IN (SELECT id FROM sources WHERE {facts})"),
            false => format!("NOT ({facts})"),
        };
        let rows = load.clear(table.name, &others).await?;
        tables.entry(table.name).or_default().removed += rows;
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use entity::{organization, published_figure, training};
    use sea_orm::{DbBackend, EntityTrait, PaginatorTrait, Statement};
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[tokio::test]
    async fn every_fact_is_loaded_once() {
        let db = crate::database::writer("sqlite::memory:").await.unwrap();
        migration::run(&db).await.unwrap();
        assert!(ensure(&db).await.unwrap());
        let revision = find(&db).await.unwrap().unwrap();
        assert!(!ensure(&db).await.unwrap());
        assert!(!revision.synthetic);
        assert_eq!((revision.id, revision.added), (1, revision.rows_read));
        assert_eq!(published_figure::Entity::find().count(&db).await.unwrap(), 84);
        let partner = organization::Entity::find_by_id(2).one(&db).await.unwrap().unwrap();
        assert_eq!(partner.former_names.as_deref(), Some("Center for Council"));
        let course = training::Entity::find_by_id(1).one(&db).await.unwrap().unwrap();
        assert_eq!(course.provider_id, Some(partner.id));
        assert!(course.search.contains("empathy"));
    }

    #[test]
    fn the_edition_grows_with_the_facts() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("facts");
        let mut files: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut digest = Sha256::new();
        for file in &files {
            digest.update(fs::read(file).unwrap());
        }
        let digest = format!("{:x}", digest.finalize());
        let known = "0f140e1f525e7bfcb0a719105031af72acfeca5d5b5625ef4b7bd728957c8c86";
        assert_eq!((EDITION, &*digest), (3, known), "the facts changed: increment EDITION, too");
    }

    #[tokio::test]
    async fn an_older_edition_is_brought_up_to_date_by_a_load_of_its_own() {
        let db = crate::database::writer("sqlite::memory:").await.unwrap();
        migration::run(&db).await.unwrap();
        ensure(&db).await.unwrap();
        let rows = |sql: &'static str| {
            let statement = Statement::from_string(DbBackend::Sqlite, sql);
            let db = &db;
            async move {
                let rows = db.query_all_raw(statement).await.unwrap();
                rows.iter()
                    .map(|row| row.try_get_by_index::<String>(0).unwrap())
                    .collect::<Vec<_>>()
            }
        };
        let programs = "SELECT id || ' ' || code || ' ' || name FROM programs ORDER BY id";
        let (before, titles) = (rows(programs).await, rows("SELECT title FROM publications").await);
        for sql in [
            // An older edition: a different name, one row less, and one row that no longer exists.
            "UPDATE programs SET name = 'Old' WHERE id = 2",
            "DELETE FROM publications WHERE id = 1",
            "UPDATE publications SET title = 'Gone' WHERE id = 2",
            // A later import.
            "INSERT INTO sources (id, code, kind, title, revision_id) VALUES (900, 'f', 'FILE', 'f', 1)",
            "UPDATE trainings SET source_id = 900, acronym = 'FILED' WHERE id = 1",
            "UPDATE counters SET value = 0 WHERE name = 'reference data'",
        ] {
            db.execute_unprepared(sql).await.unwrap();
        }
        assert!(ensure(&db).await.unwrap());
        assert!(!ensure(&db).await.unwrap());
        assert_eq!(rows(programs).await, before, "ids stay");
        let mut now = rows("SELECT title FROM publications").await;
        let mut titles = titles;
        now.sort();
        titles.sort();
        assert_eq!(now, titles);
        assert_eq!(rows("SELECT acronym FROM trainings WHERE id = 1").await, ["FILED"]);
        let load = find(&db).await.unwrap().unwrap();
        assert_eq!((load.id, load.added, load.changed, load.removed), (2, 2, 1, 1));
        let ids = "SELECT CAST(id AS TEXT) FROM publications WHERE revision_id = 2 AND id <= 2";
        assert!(rows(ids).await.is_empty(), "an id is given out once");
    }
}
