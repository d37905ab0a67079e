//! `orderBy` of groups: keys and figures, in any number.

use async_graphql::{Name, Value as GraphQl};
use indexmap::IndexMap;

use super::figures::{Figures, statistic};
use crate::catalog::measure_catalog::{ComputedMeasure, Dimension, MeasureCatalog, What};
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
        let GraphQl::Object(given) = value else { return Err(bad("is not an object".to_owned())) };
        let term = OrderTerm::read(given).map_err(bad)?;
        let (by, name) = term.compares(measures, by, figures).map_err(bad)?;
        let (descending, nulls_first) = (term.descending, term.nulls_first);
        parsed.order.push(Order { by, descending, nulls_first });
        parsed.identity.push_str(&name);
        parsed.identity.push_str(if descending { " down" } else { " up" });
        parsed.identity.push_str(if nulls_first { " first;" } else { " last;" });
    }
    Ok(parsed)
}

/// A term of an order, as a client writes it.
struct OrderTerm<'a> {
    key: Option<&'a str>,
    measure: Option<&'a str>,
    statistic: Option<&'a str>,
    p: Option<f64>,
    year: Option<i32>,
    descending: bool,
    nulls_first: bool,
}

impl<'a> OrderTerm<'a> {
    fn read(value: &'a IndexMap<Name, GraphQl>) -> Result<Self, String> {
        let given = |name: &str| value.get(name).filter(|value| **value != GraphQl::Null);
        let word = |name: &str| match given(name) {
            Some(GraphQl::Enum(word)) => Some(word.as_str()),
            Some(GraphQl::String(word)) => Some(word.as_str()),
            _ => None,
        };
        let p = given("p").map(real_number).transpose().map_err(|reason| format!("p: {reason}"))?;
        Ok(Self {
            key: word("key"),
            measure: word("measure"),
            statistic: word("statistic"),
            p,
            year: year(given("inDollarsOf"))?,
            descending: word("direction") == Some("DESC"),
            nulls_first: word("nulls") == Some("FIRST"),
        })
    }

    /// What it compares, which is asked for if it is a figure, and what tells that from others.
    fn compares(
        &self,
        measures: &MeasureCatalog,
        by: &[&'static Dimension],
        figures: &mut Figures,
    ) -> Result<(By, String), String> {
        match (self.key, self.measure) {
            (Some(key), None) => {
                if self.statistic.is_some() || self.p.is_some() || self.year.is_some() {
                    let reason =
                        "`statistic`, `p` and `inDollarsOf` belong to a measure, not to a key";
                    return Err(reason.to_owned());
                }
                let position = by.iter().position(|dimension| dimension.name == key);
                let position = position.ok_or_else(|| {
                    format!("`by` does not name {key}: add it there, or order by another")
                })?;
                Ok((By::Key(position), key.to_owned()))
            }
            (None, Some(name)) => {
                let mut all = measures.computed.iter();
                let computed = all.find(|computed| measure_name(&computed.field) == name);
                let computed = computed.ok_or_else(|| format!("{name} is not a measure"))?;
                let figure = self.figure(computed, figures)?;
                figures.note(computed, figure, self.year);
                let (statistic, p, year) = (self.statistic.unwrap_or_default(), self.p, self.year);
                Ok((By::Figure(figure), format!("{name}.{statistic}.{p:?}.{year:?}")))
            }
            _ => Err("name either a `key` or a `measure`".to_owned()),
        }
    }

    fn figure(&self, computed: &ComputedMeasure, figures: &mut Figures) -> Result<usize, String> {
        let words = |error: Error| error.to_string();
        let all = Predicate::all();
        match &computed.what {
            What::Statistics(of, unit) => {
                let name = self.statistic.unwrap_or("SUM").to_ascii_lowercase();
                let (statistic, _) = statistic(&name, *unit, self.p).map_err(words)?;
                let of = figures.priced(of, self.year).map_err(words)?;
                figures.statistic(&of, statistic, &all).map_err(words)
            }
            _ if self.statistic.is_some() || self.p.is_some() => {
                let name = measure_name(&computed.field);
                Err(format!("{name} has one value: leave `statistic` and `p` out"))
            }
            _ => Ok(figures.single(computed, self.year, &all).map_err(words)?.0),
        }
    }
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
