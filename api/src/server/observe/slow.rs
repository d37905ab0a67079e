//! Slow queries: a line of the log for each query that took longer than the operator finds right.
//!
//! It names the operation and the hash of its document, which is the one of persisted queries, and says
//! what was paid. Neither the document nor the values of its variables are written: both may hold what
//! somebody asked for.

use std::{collections::BTreeSet, time::Duration};

use async_graphql::Value;

use crate::graphql::execute::QueryAnswer;
use crate::server::request::trusted::hash;
use crate::trace::milliseconds;

/// The letters of a name that are written.
const LONGEST_NAME: usize = 100;

/// Tells of a query that was slow.
pub(crate) fn tell(document: &str, asked: Option<&str>, answer: &QueryAnswer, took: Duration) {
    let name = answer.operation.as_deref().or(asked).unwrap_or_default();
    let name: String = name.chars().take(LONGEST_NAME).filter(|c| is_of_name(*c)).collect();
    let codes = answer.response.errors.iter().filter_map(|error| {
        match error.extensions.as_ref()?.get("code")? {
            Value::String(code) => Some(code.as_str()),
            _ => None,
        }
    });
    let codes: BTreeSet<&str> = codes.collect();
    let in_database: Duration =
        answer.reads.iter().filter(|read| read.statement.is_some()).map(|read| read.took).sum();
    tracing::warn!(
        operation = name,
        document = hash(document),
        price = answer.price,
        cost = answer.cost(),
        statements = answer.statements().len(),
        statement_ms = milliseconds(in_database),
        milliseconds = milliseconds(took),
        errors = codes.into_iter().collect::<Vec<_>>().join(" "),
        "a slow query"
    );
}

/// Whether a character can stand in a name: where a query was given up, its name is what the client says.
fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
