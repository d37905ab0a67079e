//! `orderBy` of groups: keys and figures, in any number.

use async_graphql::{Name, Value as GraphQl};
use indexmap::IndexMap;

use super::{asked, figures::Figures};
use crate::catalog::measure_catalog::{Dimension, MeasureCatalog};
use crate::{
    catalog::scalar::{enum_word, items},
    error::Error,
    limits::MOST_KEYS,
    measures::{By, Order},
};

/// An order, and what tells it from others.
pub(crate) struct Parsed {
    pub(crate) order: Vec<Order>,
    pub(crate) identity: String,
}

/// Reads the argument `orderBy`; its figures are asked for.
pub(crate) fn parse(
    measures: &'static MeasureCatalog,
    by: &[&'static Dimension],
    figures: &mut Figures,
    value: Option<&GraphQl>,
) -> Result<Parsed, Error> {
    let values = items(value);
    if values.len() > MOST_KEYS {
        let count = values.len();
        let reason =
            format!("orderBy: {count} terms are more than the {MOST_KEYS} that an order may have");
        return Err(Error::BadArgument(reason));
    }
    let mut parsed = Parsed { order: Vec::new(), identity: String::new() };
    for (index, value) in values.iter().enumerate() {
        let path = format!("orderBy[{index}]");
        let GraphQl::Object(given) = value else {
            return Err(Error::BadArgument(format!("{path}: is not an object")));
        };
        let (by, name) = compares(measures, by, figures, given, &path)?;
        let descending = enum_word(given.get("direction")) == Some("DESC");
        let nulls_first = enum_word(given.get("nulls")) == Some("FIRST");
        parsed.order.push(Order { by, descending, nulls_first });
        parsed.identity.push_str(&name);
        parsed.identity.push_str(if descending { " down" } else { " up" });
        parsed.identity.push_str(if nulls_first { " first;" } else { " last;" });
    }
    Ok(parsed)
}

/// What a term compares, which is asked for if it is a figure, and what tells that from others.
fn compares(
    measures: &'static MeasureCatalog,
    by: &[&'static Dimension],
    figures: &mut Figures,
    given: &IndexMap<Name, GraphQl>,
    path: &str,
) -> Result<(By, String), Error> {
    let bad = |reason: String| Err(Error::BadArgument(format!("{path}: {reason}")));
    let is_given = |name: &&str| given.get(*name).is_some_and(|value| *value != GraphQl::Null);
    let Some(key) = enum_word(given.get("key")) else {
        if !["measure", "days"].iter().any(is_given) {
            return bad("name either a `key`, a `measure` or `days`".to_owned());
        }
        let asked = asked::figure(measures, figures, given, path)?;
        return Ok((By::Figure(asked.figure), asked.identity));
    };
    let of_figures = ["measure", "days", "statistic", "p", "inDollarsOf", "where", "dividedBy"];
    if let Some(name) = of_figures.iter().find(|name| is_given(name)) {
        return bad(format!("`{name}` belongs to a figure, not to a key: name one of them"));
    }
    match by.iter().position(|dimension| dimension.name == key) {
        Some(position) => Ok((By::Key(position), key.to_owned())),
        None => bad(format!("`by` does not name {key}: add it there, or order by another")),
    }
}
