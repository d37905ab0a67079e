//! `orderBy` of groups: keys and figures, in any number.

use async_graphql::Value as GraphQl;

use super::figures::{Figures, statistic};
use crate::catalog::measure_catalog::{Dimension, MeasureCatalog, What};
use crate::{
    catalog::{
        predicate::Predicate,
        scalar::{items, real_number},
        table::screaming_case,
    },
    error::Error,
    limits::MOST_KEYS,
    measures::{By, Order},
    reference,
};

/// The name of what has one value, as a value of the enum of measures.
pub(crate) fn measure_name(field: &str) -> String {
    screaming_case(field)
}

/// An order, and what tells it from others.
pub(crate) struct Parsed {
    pub(crate) order: Vec<Order>,
    pub(crate) identity: String,
}

/// Reads the argument `orderBy`; its figures are asked for.
pub(crate) fn parse(
    measures: &MeasureCatalog,
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
        let bad = |what: String| Error::BadArgument(format!("orderBy[{index}]: {what}"));
        let GraphQl::Object(value) = value else { return Err(bad("is not an object".to_owned())) };
        let given = |name: &str| value.get(name).filter(|value| **value != GraphQl::Null);
        let word = |name: &str| match given(name) {
            Some(GraphQl::Enum(word)) => Some(word.as_str()),
            Some(GraphQl::String(word)) => Some(word.as_str()),
            _ => None,
        };
        let year = year(given("inDollarsOf")).map_err(&bad)?;
        let p = given("p")
            .map(real_number)
            .transpose()
            .map_err(|reason| bad(format!("p: {reason}")))?;
        let (by, name) = match (word("key"), word("measure")) {
            (Some(key), None) => {
                if word("statistic").is_some() || p.is_some() || year.is_some() {
                    let reason =
                        "`statistic`, `p` and `inDollarsOf` belong to a measure, not to a key";
                    return Err(bad(reason.to_owned()));
                }
                let position = by.iter().position(|dimension| dimension.name == key);
                let position = position.ok_or_else(|| {
                    bad(format!("`by` does not name {key}: add it there, or order by another"))
                })?;
                (By::Key(position), key.to_owned())
            }
            (None, Some(measure)) => {
                let computed = measures
                    .computed
                    .iter()
                    .find(|computed| measure_name(&computed.field) == measure)
                    .ok_or_else(|| bad(format!("{measure} is not a measure")))?;
                let figure = match &computed.what {
                    What::Statistics(of, unit) => {
                        let name = word("statistic").unwrap_or("SUM").to_ascii_lowercase();
                        let (statistic, _) =
                            statistic(&name, *unit, p).map_err(|error| bad(error.to_string()))?;
                        let of =
                            figures.priced(of, year).map_err(|error| bad(error.to_string()))?;
                        figures
                            .statistic(&of, statistic, &Predicate::all())
                            .map_err(|error| bad(error.to_string()))?
                    }
                    _ if word("statistic").is_some() || p.is_some() => {
                        return Err(bad(format!(
                            "{measure} has one value: leave `statistic` and `p` out"
                        )));
                    }
                    _ => {
                        figures
                            .single(computed, year, &Predicate::all())
                            .map_err(|error| bad(error.to_string()))?
                            .0
                    }
                };
                figures.note(computed, figure, year);
                let statistic = word("statistic").unwrap_or_default();
                (By::Figure(figure), format!("{measure}.{statistic}.{p:?}.{year:?}"))
            }
            _ => return Err(bad("name either a `key` or a `measure`".to_owned())),
        };
        let descending = word("direction") == Some("DESC");
        let nulls_first = word("nulls") == Some("FIRST");
        parsed.order.push(Order { by, descending, nulls_first });
        parsed.identity.push_str(&name);
        parsed.identity.push_str(if descending { " down" } else { " up" });
        parsed.identity.push_str(if nulls_first { " first;" } else { " last;" });
    }
    Ok(parsed)
}

/// Reads the argument `inDollarsOf`. A database may know the prices of fewer years than this program: who
/// computes finds that out.
pub(crate) fn year(value: Option<&GraphQl>) -> Result<Option<i32>, String> {
    match value {
        None | Some(GraphQl::Null) => Ok(None),
        Some(GraphQl::Number(number)) => {
            let year = number.as_i64().and_then(|year| i32::try_from(year).ok());
            let year = year.ok_or_else(|| format!("inDollarsOf: {number} is not a year"))?;
            match reference::price_years() {
                Some(known) if !known.contains(&year) => Err(format!(
                    "inDollarsOf: the prices of {year} are not known; years known: {} to {}",
                    known.start(),
                    known.end()
                )),
                _ => Ok(Some(year)),
            }
        }
        Some(other) => Err(format!("inDollarsOf: {other} is not a year")),
    }
}
