//! `orderBy` of groups: any number of keys and figures.

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

/// An order, and the text that identifies it.
pub(crate) struct Parsed {
    pub(crate) order: Vec<Order>,
    pub(crate) identity: String,
}

/// Reads the argument `orderBy`, and adds its figures.
pub(crate) fn parse(
    measures: &'static MeasureCatalog,
    by: &[&'static Dimension],
    figures: &mut Figures,
    value: Option<&GraphQl>,
) -> Result<Parsed, Error> {
    let values = items(value);
    if values.len() > MOST_KEYS {
        let count = values.len();
        let reason = format!("orderBy: {count} terms exceed the limit of {MOST_KEYS}");
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

/// What a term compares, and the text that identifies it. Adds it if it is a figure.
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
            return bad("name one of `key`, `measure` and `days`".to_owned());
        }
        let asked = asked::figure(measures, figures, given, path)?;
        return Ok((By::Figure(asked.figure), asked.identity));
    };
    let of_figures = ["measure", "days", "statistic", "p", "inDollarsOf", "where", "dividedBy"];
    if let Some(name) = of_figures.iter().find(|name| is_given(name)) {
        return bad(format!("`{name}` applies to a figure, not to a key; use one or the other"));
    }
    match by.iter().position(|dimension| dimension.name == key) {
        Some(position) => Ok((By::Key(position), key.to_owned())),
        None => bad(format!("{key} is not in `by`; add it there, or order by another key")),
    }
}
