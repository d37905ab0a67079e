//! Statements that return one row.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, QueryResult, Statement};

/// The only row of a statement, or none if it fails.
pub(super) async fn row(reader: &DatabaseConnection, sql: &str) -> Option<QueryResult> {
    let statement = Statement::from_string(reader.get_database_backend(), sql);
    reader.query_one_raw(statement).await.ok().flatten()
}
