//! The reference data: facts about the COPS Office that are real, few, and each with its source.
//!
//! Programs, partners, courses, publications, figures that somebody published, the price index and the
//! catalogue of measures lie as CSV in `api/facts/` and are part of the program, so every database has
//! them from its first start and offline. They are a load of their own (format `reference`, not
//! synthetic): whatever else a database holds, made up or real, stands beside them, refers to them and
//! can be replaced without touching them.

mod facts;
mod write;

use std::{ops::RangeInclusive, sync::LazyLock};

use entity::{kind::SourceKind, revision};
use sea_orm::{
    ActiveEnum as _, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    QueryFilter, QueryOrder,
};

use self::facts::Fact as _;
use crate::database::{
    load::{Load, LoadCounts, TableTally, Tallies, counter},
    refold,
};

/// The format by which the revision of the reference data is known.
pub const FORMAT: &str = "reference";
/// The edition of the facts in `api/facts/`, which grows whenever they change: databases that have an older one are
/// brought up to date.
pub const EDITION: i32 = 1;
/// The counter that tells which edition a database has.
const COUNTER: &str = "reference data";

/// Why the reference data could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// A file of facts is wrong. A test reads them all, so a released program never says this.
    #[error("api/facts/{file}: {why}")]
    Fact {
        /// The name of the file.
        file: &'static str,
        /// What is wrong, and where.
        why: String,
    },
    /// A table has no column that tells its rows apart.
    #[error("a table of the reference data has no key")]
    NoKey,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The first and the last year whose prices are among the reference data.
#[must_use]
pub fn price_years() -> Option<RangeInclusive<i32>> {
    static YEARS: LazyLock<Option<RangeInclusive<i32>>> = LazyLock::new(|| {
        let years: Vec<i32> =
            facts::PriceIndex::read().ok()?.into_iter().map(|fact| fact.year).collect();
        Some(*years.iter().min()?..=*years.iter().max()?)
    });
    YEARS.clone()
}

/// The revision that brought the reference data, if the database has them.
///
/// # Errors
/// Whatever the database says.
pub async fn find(db: &impl ConnectionTrait) -> Result<Option<revision::Model>, DbErr> {
    revision::Entity::find()
        .filter(revision::Column::Format.eq(FORMAT))
        .order_by_desc(revision::Column::Id)
        .one(db)
        .await
}

/// The edition of the reference data that a database has; 0 where it has none.
///
/// # Errors
/// Whatever the database says.
pub async fn edition(db: &impl ConnectionTrait) -> Result<i32, DbErr> {
    counter(db, COUNTER).await
}

/// Brings the reference data to those of this program, where they are older or missing, and says whether that was
/// needed. What else a newer program keeps otherwise is brought up to date first. Those of a newer program stay.
///
/// # Errors
/// Whatever the database says; it is then as it was.
pub async fn ensure(db: &DatabaseConnection) -> Result<bool, ReferenceError> {
    refold::ensure(db).await?;
    if edition(db).await? >= EDITION {
        return Ok(false);
    }
    let load = Load::begin(db, FORMAT, false).await?;
    // Another process may have been first while this one waited for its turn. What began here is
    // dropped, and with it rolled back.
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

/// Notes that the reference data of a load are those of this program.
///
/// # Errors
/// Whatever the database says.
pub async fn note(load: &Load) -> Result<(), DbErr> {
    load.raise(COUNTER, EDITION).await
}

/// Empties every table but that of the revisions, which tell what was loaded when, and of the reference data, which are
/// written as they are without any import: as if nothing had ever been imported. What comes then is another dataset.
/// Says what that did to the tables.
///
/// # Errors
/// Whatever the database says.
pub async fn reset(load: &mut Load) -> Result<Tallies, ReferenceError> {
    load.begin_dataset()?;
    // Facts refer to facts from here on, so that all else can go.
    let mut tables = write(load, true).await?;
    // All that hold rows of a source, and the sources.
    let facts = format!("kind = '{}'", SourceKind::Publication.to_value());
    for table in
        entity::table::tables().into_iter().filter(|it| it.has("source_id") || it.name == "sources")
    {
        let table = &table;
        let others = match table.has("source_id") {
            true => format!("source_id NOT IN (SELECT id FROM sources WHERE {facts})"),
            false => format!("NOT ({facts})"),
        };
        let sql = format!("DELETE FROM {} WHERE {others}", table.name);
        let rows = load.transaction().execute_unprepared(&sql).await?.rows_affected();
        tables.entry(table.name).or_default().removed += rows;
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use entity::{organization, published_figure, training};
    use sea_orm::{EntityTrait, PaginatorTrait};

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
}
