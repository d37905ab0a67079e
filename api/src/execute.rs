//! One GraphQL request, from the document to the answer, without HTTP.

use async_graphql::{Request, Response};
use sea_orm::DatabaseConnection;

use crate::{
    query::load::{Loaders, Session},
    schema::Schema,
};

/// An answer, and the SQL statements that it cost, with placeholders for their values.
#[derive(Debug)]
pub struct Answer {
    /// What GraphQL answers.
    pub response: Response,
    /// The statements, in the order in which they were sent.
    pub statements: Vec<String>,
}

/// Runs a request against a database. Everything that one request reads is batched and shared within
/// it, and nothing is shared with others.
pub async fn execute(schema: &Schema, database: &DatabaseConnection, request: Request) -> Answer {
    let session = Session::new(database.clone());
    let response = schema.execute(request.data(Loaders::new(session.clone()))).await;
    Answer { response, statements: session.statements() }
}
