//! Removes all synthetic rows at once.

use entity::{kind::SourceKind, source, table::tables};
use sea_orm::{
    ActiveEnum as _, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
};

use crate::database::load::{Load, TableTally, Tallies};

/// Whether the database contains synthetic rows.
///
/// # Errors
/// A database error.
pub async fn is_present(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    holds(db, SourceKind::Synthetic).await
}

/// Whether the database contains imported rows. An import keeps the files it read as sources.
pub(super) async fn holds_real_data(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    holds(db, SourceKind::File).await
}

async fn holds(db: &impl ConnectionTrait, kind: SourceKind) -> Result<bool, DbErr> {
    Ok(source::Entity::find().filter(source::Column::Kind.eq(kind)).count(db).await? > 0)
}

/// Removes all synthetic rows and their source within a load, and returns the number removed from each table. An import
/// does so before it adds the first real row, and the result is a new dataset. Reference data and revisions stay:
/// revisions record what was loaded when.
///
/// # Errors
/// A database error.
pub async fn remove(load: &mut Load) -> Result<Tallies, DbErr> {
    if !is_present(load.transaction()).await? {
        return Ok(Tallies::new());
    }
    load.begin_dataset().await?;
    let kind = SourceKind::Synthetic.to_value();
    let mut removed = Tallies::new();
    for table in tables().into_iter().filter(|table| table.has("source_id")) {
        let table = table.name;
        let made_up = format!("source_id IN (SELECT id FROM sources WHERE kind = '{kind}')");
        let rows = load.clear(table, &made_up).await?;
        if rows > 0 {
            removed.insert(table, TableTally { removed: rows, ..TableTally::default() });
        }
    }
    load.clear("sources", &format!("kind = '{kind}'")).await?;
    Ok(removed)
}
