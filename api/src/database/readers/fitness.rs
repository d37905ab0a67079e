//! Whether a database holds a whole dataset, with the tables of this version of the program.

use entity::table::tables;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, Statement};

use crate::database::session::newest_stamp;

/// Why a database cannot be asked; none where it can.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn unfit(database: &DatabaseConnection) -> Result<Option<String>, DbErr> {
    if let Some(version) = migration::unknown(database).await?.first() {
        return Ok(Some(format!(
            "the database cannot be read: {}",
            migration::made_by_newer(version)
        )));
    }
    if migration::is_behind(database).await? {
        if let Some(table) = migration::foreign_table(database).await? {
            let reason = migration::made_by_another(&table);
            return Ok(Some(format!("the database is not, or not yet, ours: {reason}")));
        }
        return Ok(Some(
            "the database lacks tables of this version of cops-graphql: if it is not being restored, start the \
             server anew, which brings it up to date"
                .to_owned(),
        ));
    }
    // A dump makes these after all rows: until then, some tables may be empty.
    if database.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT COUNT(*) FROM pg_constraint \
                   WHERE contype = 'p' AND connamespace = current_schema()::regnamespace";
        let row = database.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        let found = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        // That of the migrations is one more.
        let wanted = tables().len() + 1;
        if found.and_then(|found| usize::try_from(found).ok()).is_none_or(|found| found < wanted) {
            return Ok(Some("the database lacks primary keys: is it being restored?".to_owned()));
        }
    }
    let newest = newest_stamp(database.get_database_backend());
    Ok(match database.query_one(&newest).await? {
        Some(_) => None,
        None => Some("the database holds no dataset yet: is it being restored?".to_owned()),
    })
}
