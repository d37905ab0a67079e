//! What a client may want to know beside the answer: what the query costs, and what was read for it.
//!
//! `GraphQL-Cost: report` adds `extensions.cost` to the answer, and `GraphQL-Cost: validate` checks and
//! prices a query without running it. `GraphQL-Explain: 1` adds `extensions.explain`: what was read, in the
//! words of the schema. Neither shows SQL. `extensions.warnings` tells what is right and easily misread, unless
//! `GraphQL-Warnings: 0` asks for none. `GraphQL-Cite: 1` adds `extensions.citation`, which is made of an
//! answer, kept or new, and so is not a matter of the run.

use std::time::Duration;

use async_graphql::{Name, Number, Value};
use axum::http::{HeaderMap, StatusCode};

use super::{
    answer::Refusal,
    vary::{CITE, COST, EXPLAIN, WARNINGS},
};
use crate::{error::codes, graphql::execute::QueryAnswer};
use entity::list_name;

/// What is to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
pub(crate) struct ReportOptions {
    /// Whether it is one of several in a body: these make nobody else wait.
    pub(crate) is_of_many: bool,
    /// What the query costs.
    pub(crate) cost: bool,
    /// Nothing but that: the query does not run.
    pub(crate) only_price: bool,
    /// What was read.
    pub(crate) explain: bool,
    /// How the answer is cited.
    pub(crate) cite: bool,
    /// Not what is easily misread, which is told otherwise.
    pub(crate) no_warnings: bool,
}

impl ReportOptions {
    /// What a client asks for by its headers.
    ///
    /// # Errors
    /// Says what a header may say.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let word = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?").trim());
        let (cost, only_price) = match word(COST) {
            None => (false, false),
            Some("report") => (true, false),
            Some("validate") => (true, true),
            Some(_) => return Err(bad("the header GraphQL-Cost is `report` or `validate`")),
        };
        let is_wanted = |name, refused| match word(name) {
            None | Some("0") => Ok(false),
            Some("1") => Ok(true),
            Some(_) => Err(bad(refused)),
        };
        let explain = is_wanted(EXPLAIN, "the header GraphQL-Explain is `1`")?;
        let cite = is_wanted(CITE, "the header GraphQL-Cite is `1`")?;
        let no_warnings = match word(WARNINGS) {
            None | Some("1") => false,
            Some("0") => true,
            Some(_) => return Err(bad("the header GraphQL-Warnings is `0` or `1`")),
        };
        if cite && only_price {
            return Err(bad("with GraphQL-Cost: validate nothing is answered that could be cited"));
        }
        Ok(Self { is_of_many: false, cost, only_price, explain, cite, no_warnings })
    }

    /// Whether an answer that was kept would tell something else than a new one.
    pub(crate) fn is_of_one_run(self) -> bool {
        self.explain || self.only_price
    }

    /// Adds what is to be told.
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
