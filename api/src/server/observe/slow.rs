//! Slow queries: a log line for each query that takes longer than the operator's threshold.
//!
//! The line names the operation and the hash of its document (the same as for persisted queries), and says what the
//! query cost. The document and its variables are not logged: both may contain what somebody searched for.

use std::{collections::BTreeSet, time::Duration};

use async_graphql::Value;

use crate::graphql::execute::QueryAnswer;
use crate::server::request::trusted::hash;
use crate::trace::milliseconds;

/// The maximum length in characters of a logged name.
const LONGEST_NAME: usize = 100;

/// Logs a slow query.
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
        "slow query"
    );
}

/// Whether a character may be part of a name: if a query was aborted, its name is as the client sent it.
fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
