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

use entity::{revision, table::tables};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder,
};

use self::facts::Fact as _;
use crate::database::load::{Load, LoadCounts, Tallies};

/// The format by which the revision of the reference data is known.
pub const FORMAT: &str = "reference";

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

/// Loads the reference data, unless they stand already: then nothing is written, and the revision
/// that brought them is the answer.
///
/// # Errors
/// Whatever the database says; it is then as it was.
pub async fn load(db: &DatabaseConnection) -> Result<revision::Model, ReferenceError> {
    if let Some(revision) = find(db).await? {
        return Ok(revision);
    }
    let load = Load::begin(db, FORMAT, false).await?;
    // Another process may have been first while this one waited for its turn. What began here is
    // dropped, and with it rolled back.
    let others = revision::Entity::find()
        .filter(revision::Column::Format.eq(FORMAT))
        .filter(revision::Column::Id.ne(load.revision()))
        .one(load.transaction())
        .await?;
    if let Some(revision) = others {
        return Ok(revision);
    }
    let tables = write::all(&load).await?;
    let rows_read = tables.values().map(|tally| tally.added).sum();
    Ok(load.commit(LoadCounts { rows_read, tables }).await?)
}

/// Empties every table but that of the revisions, which tell what was loaded when, and writes the
/// reference data anew: as if nothing had ever been imported. Says what that did to the tables.
///
/// # Errors
/// Whatever the database says.
pub async fn reset(load: &Load) -> Result<Tallies, ReferenceError> {
    let mut removed = Vec::new();
    // All that hold rows of a source, and the sources.
    for table in tables().into_iter().filter(|it| it.has("source_id") || it.name == "sources") {
        let table = table.name;
        let sql = format!("DELETE FROM {table}");
        let rows = load.transaction().execute_unprepared(&sql).await?.rows_affected();
        removed.push((table, rows));
    }
    let mut tables = write::all(load).await?;
    for (table, rows) in removed {
        tables.entry(table).or_default().removed = rows;
    }
    Ok(tables)
}

/// Makes sure that the reference data stand, and says whether they had to be loaded.
///
/// # Errors
/// Whatever the database says; it is then as it was.
pub async fn ensure(db: &DatabaseConnection) -> Result<bool, ReferenceError> {
    let missing = find(db).await?.is_none();
    if missing {
        load(db).await?;
    }
    Ok(missing)
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
        let revision = load(&db).await.unwrap();
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
