//! Numbers about the database as a whole, which never decrease.

use entity::counter;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _};

/// The counter of the folding version that the database's search words have.
pub(super) const FOLDING_COUNTER: &str = "search folding";
/// The counter of the first revision whose rows are all available, in the tables or in their history.
pub(crate) const KEPT_COUNTER: &str = "first kept revision";
/// Makes an insertion into the counters raise existing ones.
const GROWS: &str = "ON CONFLICT (name) DO UPDATE SET value = excluded.value \
                     WHERE excluded.value > counters.value";

/// The value of a counter; 0 if it does not exist.
///
/// # Errors
/// If the statement fails.
pub(crate) async fn counter(db: &impl ConnectionTrait, name: &str) -> Result<i32, DbErr> {
    let found = counter::Entity::find_by_id(name.to_owned()).one(db).await?;
    Ok(found.map_or(0, |counter| counter.value))
}

/// Raises a counter.
pub(super) async fn raise(
    transaction: &DatabaseTransaction,
    name: &'static str,
    value: i32,
) -> Result<(), DbErr> {
    let sql = format!("INSERT INTO counters (name, value) VALUES ('{name}', {value}) {GROWS}");
    transaction.execute_unprepared(&sql).await.map(|_| ())
}

/// Raises counters to the values of a query, which has a name and a value in each row.
pub(super) async fn raise_to(transaction: &DatabaseTransaction, query: &str) -> Result<(), DbErr> {
    // SQLite takes `ON` for that of a join, unless a condition comes before it.
    let sql = format!(
        "INSERT INTO counters (name, value) SELECT name, value FROM ({query}) AS found \
         WHERE value IS NOT NULL {GROWS}"
    );
    transaction.execute_unprepared(&sql).await.map(|_| ())
}
