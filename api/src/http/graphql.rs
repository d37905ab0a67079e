//! A query against the dataset as it is: bounded in time, and of one revision.

use std::time::Duration;

use async_graphql::{Pos, Request, Response as Answered};
use tokio::time::Instant;

use super::Server;
use crate::{error::Error, execute::execute, schema::Dataset};

/// How long a query may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// How often a query is tried where loads commit while it runs.
const TRIES: u32 = 4;

/// The answer of one revision of the dataset, and which. A load that commits while a query runs would
/// leave it with rows of both: then the query runs again.
pub(super) async fn of_one_revision(server: &Server, request: Request) -> (Answered, Dataset) {
    let (query, variables, name) = (request.query, request.variables, request.operation_name);
    let mut dataset = server.dataset();
    let mut tries = 0;
    let deadline = Instant::now() + DEADLINE;
    loop {
        let mut request = Request::new(query.clone()).variables(variables.clone());
        request.operation_name.clone_from(&name);
        let answer = execute(&server.0.schema.0, &server.0.database, request);
        let Ok(answer) = tokio::time::timeout_at(deadline, answer).await else {
            let error = Error::Timeout(DEADLINE.as_secs()).at(Pos::default(), &[]);
            return (Answered::from_errors(vec![error]), dataset);
        };
        tracing::debug!(statements = answer.statements.len(), "answered");
        tries += 1;
        // What read nothing is of any revision, and a database that is gone has said so already.
        if answer.statements.is_empty() || tries == TRIES {
            return (answer.response, dataset);
        }
        match Dataset::read(&server.0.database).await {
            Ok(current) if current != dataset => dataset = current,
            _ => return (answer.response, dataset),
        }
    }
}
