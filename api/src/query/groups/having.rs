//! `having`: turns the argument into a filter over groups, and adds its figures.

use async_graphql::{Name, Value as GraphQl};
use indexmap::IndexMap;

use super::{
    asked,
    asked::year,
    figures::{Figures, statistic},
};
use crate::catalog::measure_catalog::{ComputedMeasure, MeasureCatalog, Unit, What};
use crate::query::show::Show;
use crate::{
    catalog::{
        key::Measure,
        predicate::{Comparison, Predicate},
        scalar::real_number,
    },
    error::Error,
    limits::MOST_CONDITIONS,
    measures::Having,
    query::filter::COMPARISONS,
};

/// Reads a filter over groups. `path` is its place, for error messages.
pub(crate) fn parse(
    measures: &'static MeasureCatalog,
    figures: &mut Figures,
    value: &GraphQl,
    path: &str,
) -> Result<Having, Error> {
    let having = all(measures, figures, value, path)?;
    let weight = having.weight();
    if weight > MOST_CONDITIONS {
        return Err(Error::BadArgument(format!(
            "{path}: {weight} conditions exceed the limit of {MOST_CONDITIONS} for a filter"
        )));
    }
    Ok(having)
}

fn all(
    measures: &'static MeasureCatalog,
    figures: &mut Figures,
    value: &GraphQl,
    path: &str,
) -> Result<Having, Error> {
    let mut parts = Vec::new();
    for (name, value) in object(value, path)? {
        let here = format!("{path}.{name}");
        match (name.as_str(), value) {
            // A variable without a value filters nothing.
            (_, GraphQl::Null) => {}
            ("and", value) => {
                for (value, here) in items(value, &here) {
                    parts.push(all(measures, figures, value, &here)?);
                }
            }
            ("or", value) => {
                let mut any = Vec::new();
                for (value, here) in items(value, &here) {
                    any.push(all(measures, figures, value, &here)?);
                }
                parts.push(Having::Any(any));
            }
            ("not", value) => {
                parts.push(Having::Not(Box::new(all(measures, figures, value, &here)?)));
            }
            ("figures", value) => {
                for (value, here) in items(value, &here) {
                    let given = object(value, &here)?;
                    let asked = asked::figure(measures, figures, given, &here)?;
                    if let Some(value) = given.get("is") {
                        let here = format!("{here}.is");
                        parts.push(tests(asked.figure, asked.show, value, &here)?);
                    }
                }
            }
            (name, value) => parts.push(measure(measures, figures, name, value, &here)?),
        }
    }
    Ok(Having::All(parts))
}

fn measure(
    measures: &'static MeasureCatalog,
    figures: &mut Figures,
    name: &str,
    value: &GraphQl,
    path: &str,
) -> Result<Having, Error> {
    let computed = measures
        .computed(name)
        .ok_or_else(|| Error::BadArgument(format!("{path}: groups cannot be filtered by this")))?;
    if let What::Statistics(measure, unit) = &computed.what {
        return statistics(figures, computed, (measure, *unit), value, path);
    }
    let (figure, show) = figures.single(computed, None, &Predicate::all())?;
    figures.note(computed, figure, None, &Predicate::all());
    tests(figure, show, value, path)
}

fn statistics(
    figures: &mut Figures,
    computed: &ComputedMeasure,
    (measure, unit): (&Measure, Unit),
    value: &GraphQl,
    path: &str,
) -> Result<Having, Error> {
    let bad = |reason: String| Error::BadArgument(format!("{path}: {reason}"));
    let given = object(value, path)?;
    let year = year(given.get("inDollarsOf")).map_err(bad)?;
    let measure = figures.priced(measure, year)?;
    let mut parts = Vec::new();
    for (name, value) in given {
        let here = format!("{path}.{name}");
        match (name.as_str(), value) {
            ("inDollarsOf", _) | (_, GraphQl::Null) => {}
            ("percentile", value) => {
                for (value, here) in items(value, &here) {
                    let of = object(value, &here)?;
                    let bad = |reason: String| Error::BadArgument(format!("{here}: {reason}"));
                    let p = of.get("p").map(real_number).transpose().map_err(bad)?;
                    let (statistic, show) = statistic("percentile", unit, p)
                        .map_err(|error| Error::BadArgument(format!("{here}: {error}")))?;
                    let figure = figures.statistic(&measure, statistic, &Predicate::all())?;
                    figures.note(computed, figure, year, &Predicate::all());
                    if let Some(value) = of.get("is").filter(|value| **value != GraphQl::Null) {
                        parts.push(tests(figure, show, value, &format!("{here}.is"))?);
                    }
                }
            }
            (name, value) => {
                let (statistic, show) = statistic(name, unit, None)?;
                let figure = figures.statistic(&measure, statistic, &Predicate::all())?;
                figures.note(computed, figure, year, &Predicate::all());
                parts.push(tests(figure, show, value, &here)?);
            }
        }
    }
    Ok(Having::All(parts))
}

/// The tests of one figure.
fn tests(figure: usize, show: Show, value: &GraphQl, path: &str) -> Result<Having, Error> {
    let mut parts = Vec::new();
    for (name, value) in object(value, path)? {
        let here = format!("{path}.{name}");
        let operand = |value: &GraphQl, path: &str| {
            let number = show.operand(value);
            number.map_err(|reason| Error::BadArgument(format!("{path}: {reason}")))
        };
        let one_of = |value: &GraphQl| {
            let is = |(value, path): (&GraphQl, String)| {
                Ok(Having::Is(figure, Comparison::Equal, operand(value, &path)?))
            };
            let parts = items(value, &here).into_iter().map(is);
            Ok::<_, Error>(Having::Any(parts.collect::<Result<_, Error>>()?))
        };
        let comparison = COMPARISONS.iter().find(|(operator, _)| *operator == name.as_str());
        parts.push(match (name.as_str(), value, comparison) {
            (_, GraphQl::Null, _) => continue,
            (_, value, Some((_, comparison))) => {
                Having::Is(figure, *comparison, operand(value, &here)?)
            }
            ("isNull", value, _) => {
                let missing = Having::Missing(figure);
                match value {
                    GraphQl::Boolean(true) => missing,
                    _ => Having::Not(Box::new(missing)),
                }
            }
            ("in", value, _) => one_of(value)?,
            ("notIn", value, _) => {
                Having::Not(Box::new(Having::Any(vec![Having::Missing(figure), one_of(value)?])))
            }
            _ => return Err(Error::BadArgument(format!("{here}: there is no such operator"))),
        });
    }
    Ok(Having::All(parts))
}

/// The items of a list, each with its path. A single value counts as a list of one.
fn items<'a>(value: &'a GraphQl, path: &str) -> Vec<(&'a GraphQl, String)> {
    match value {
        GraphQl::List(values) => {
            let values = values.iter().enumerate();
            values.map(|(index, value)| (value, format!("{path}[{index}]"))).collect()
        }
        value => vec![(value, path.to_owned())],
    }
}

fn object<'a>(value: &'a GraphQl, path: &str) -> Result<&'a IndexMap<Name, GraphQl>, Error> {
    match value {
        GraphQl::Object(object) => Ok(object),
        other => Err(Error::BadArgument(format!("{path}: {other} is not an object"))),
    }
}
