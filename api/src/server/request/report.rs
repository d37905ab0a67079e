//! What a client may want to know besides the answer: what the query costs, and what it read.
//!
//! `GraphQL-Cost: report` adds `extensions.cost` to the answer, and `GraphQL-Cost: validate` validates and prices a
//! query without running it. `GraphQL-Explain: 1` adds `extensions.explain`: what was read, in the terms of the
//! schema. Neither shows SQL. `extensions.warnings` lists what is correct but easily misread, unless
//! `GraphQL-Warnings: 0` turns it off. `GraphQL-Cite: 1` adds `extensions.citation`, which is made from any answer,
//! cached or new, and so does not depend on the run.

use std::time::Duration;

use async_graphql::{Name, Number, Value};
use axum::http::{HeaderMap, StatusCode};

use super::{
    answer::Refusal,
    vary::{CITE, COST, EXPLAIN, WARNINGS},
};
use crate::{error::codes, graphql::execute::QueryAnswer};
use entity::list_name;

/// What to report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
pub(crate) struct ReportOptions {
    /// Whether it is part of a batch, whose requests must not delay others.
    pub(crate) is_of_many: bool,
    /// What the query costs.
    pub(crate) cost: bool,
    /// Only the price: the query does not run.
    pub(crate) only_price: bool,
    /// What was read.
    pub(crate) explain: bool,
    /// How to cite the answer.
    pub(crate) cite: bool,
    /// No warnings about what is easily misread.
    pub(crate) no_warnings: bool,
}

impl ReportOptions {
    /// What a client asks for in its headers.
    ///
    /// # Errors
    /// If a header has an invalid value.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let word = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?").trim());
        let (cost, only_price) = match word(COST) {
            None => (false, false),
            Some("report") => (true, false),
            Some("validate") => (true, true),
            Some(_) => return Err(bad("The header GraphQL-Cost must be `report` or `validate`.")),
        };
        let is_wanted = |name, refused| match word(name) {
            None | Some("0") => Ok(false),
            Some("1") => Ok(true),
            Some(_) => Err(bad(refused)),
        };
        let explain = is_wanted(EXPLAIN, "The header GraphQL-Explain must be `0` or `1`.")?;
        let cite = is_wanted(CITE, "The header GraphQL-Cite must be `0` or `1`.")?;
        let no_warnings = match word(WARNINGS) {
            None | Some("1") => false,
            Some("0") => true,
            Some(_) => return Err(bad("The header GraphQL-Warnings must be `0` or `1`.")),
        };
        if cite && only_price {
            return Err(bad(
                "GraphQL-Cite cannot be combined with GraphQL-Cost: validate, which gives no answer to cite.",
            ));
        }
        Ok(Self { is_of_many: false, cost, only_price, explain, cite, no_warnings })
    }

    /// Whether a cached answer would report something else than a new one.
    pub(crate) fn is_of_one_run(self) -> bool {
        self.explain || self.only_price
    }

    /// Adds the report to the answer.
    pub(crate) fn tell(self, answer: &mut QueryAnswer, took: Duration) {
        let (price, actual) = (answer.price, answer.cost());
        let warnings = std::mem::take(&mut answer.warnings);
        let has_data = answer.response.data != Value::Null;
        let mut tell = |name: &str, value| {
            answer.response.extensions.insert(name.to_owned(), value);
        };
        if self.cost {
            let actual = if self.only_price { Value::Null } else { Value::from(actual) };
            tell("cost", object([("price", Value::from(price)), ("actual", actual)]));
        }
        if has_data && !self.no_warnings && !warnings.is_empty() {
            let warnings = warnings.into_iter().map(|warning| {
                let path = warning.path.into_iter().map(Value::from).collect();
                object([
                    ("path", Value::List(path)),
                    ("code", Value::from(warning.code)),
                    ("message", Value::from(warning.message.into_owned())),
                ])
            });
            tell("warnings", Value::List(warnings.collect()));
        }
        if self.explain {
            let reads = answer.reads.iter().map(|read| {
                object([
                    ("table", Value::from(list_name(read.table))),
                    ("purpose", Value::from(read.purpose.words())),
                    (
                        "from",
                        Value::from(if read.statement.is_some() { "database" } else { "memory" }),
                    ),
                    ("rows", Value::from(read.rows)),
                    ("milliseconds", milliseconds(read.took)),
                ])
            });
            let reads = Value::List(reads.collect());
            tell("explain", object([("milliseconds", milliseconds(took)), ("reads", reads)]));
        }
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (Name::new(name), value)).collect())
}

/// To the microsecond.
fn milliseconds(took: Duration) -> Value {
    let number = Number::from_f64((took.as_secs_f64() * 1e6).round() / 1e3);
    number.map_or(Value::Null, Value::Number)
}

fn bad(reason: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, codes::BAD_REQUEST, reason)
}
