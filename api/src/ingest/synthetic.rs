//! Made-up rows make room for real ones: the two never mix.

use entity::{kind::SourceKind, source};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, Statement,
};

use super::report::Report;
use crate::database::load::Load;

/// Tables with rows that may be made up, those that refer before those that are referred to.
const TABLES: [&str; 13] = [
    "outcomes",
    "trainees",
    "training_sessions",
    "officers_funded",
    "obligations",
    "grants",
    "partnerships",
    "publications",
    "published_figures",
    "trainings",
    "measures",
    "agencies",
    "organizations",
];

/// Deletes all rows whose source is the generator, and the generator's sources with them.
pub(crate) async fn remove(load: &Load, report: &mut Report) -> Result<(), DbErr> {
    let made_up = source::Column::Kind.eq(SourceKind::Synthetic);
    let transaction = load.transaction();
    if source::Entity::find().filter(made_up.clone()).count(transaction).await? == 0 {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let sources = "SELECT id FROM sources WHERE kind = 'SYNTHETIC'";
    for table in TABLES {
        // A whole table goes at once: SQLite then need not look at its rows.
        let real = format!("SELECT 1 FROM {table} WHERE source_id NOT IN ({sources}) LIMIT 1");
        let real = transaction.query_one_raw(Statement::from_string(backend, real)).await?;
        let condition = match real {
            Some(_) => format!(" WHERE source_id IN ({sources})"),
            None => String::new(),
        };
        let sql = format!("DELETE FROM {table}{condition}");
        let deleted = transaction.execute_unprepared(&sql).await?.rows_affected();
        if deleted > 0 {
            report.tally(table).removed += deleted;
        }
    }
    source::Entity::delete_many().filter(made_up).exec(transaction).await?;
    report.note("made-up rows were replaced by the real ones");
    Ok(())
}
