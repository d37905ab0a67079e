//! One figure of a group, as a client names it in an order, a condition, a ratio or a summary.
//!
//! ```graphql
//! { measure: COUNT, where: { status: { eq: WITHDRAWN } } }
//! { days: { from: ANNOUNCED_ON, to: OBLIGATED_ON }, statistic: MEDIAN }
//! { measure: FEDERAL_SHARE, inDollarsOf: 2024, dividedBy: { measure: COUNT } }
//! ```
//!
//! Both sides of a quotient are computed over rows for which both are known: an award without a known local match is in
//! neither side of the local match divided by the federal share, and not in the number that dollars are divided by. Sums
//! of one measure may be over different parts, and a part without rows is 0: in a year without withdrawn awards, none were
//! withdrawn. Divided by another measure, such a part is unknown: its rows may be missing because that measure is.

use async_graphql::{Name, Value as GraphQl};
use indexmap::IndexMap;

use super::figures::{Figures, statistic};
use crate::{
    catalog::{
        key::Measure,
        measure_catalog::{ComputedMeasure, DaysBetween, MeasureCatalog, Unit, What},
        predicate::Predicate,
        scalar::{enum_word, real_number},
        table::screaming_case,
    },
    error::Error,
    measures::{Figure, Known, Statistic, Subset},
    query::{filter, show::Show},
    reference,
};

/// A requested figure, and the text that identifies it.
pub(crate) struct AskedFigure {
    pub(crate) figure: usize,
    pub(crate) show: Show,
    pub(crate) identity: String,
}

/// One side of a quotient, or the whole figure.
struct NamedFigure<'a> {
    measure: Option<&'a str>,
    days: Option<&'a IndexMap<Name, GraphQl>>,
    statistic: Option<&'a str>,
    p: Option<f64>,
    year: Option<i32>,
    part: Option<&'a GraphQl>,
}

/// Reads a figure, which may be a quotient, and adds it.
///
/// # Errors
/// Says which field is wrong, with its path.
pub(crate) fn figure(
    measures: &'static MeasureCatalog,
    figures: &mut Figures,
    given: &IndexMap<Name, GraphQl>,
    path: &str,
) -> Result<AskedFigure, Error> {
    let all = Predicate::all();
    let above = NamedFigure::read(given, path)?.resolve(measures, figures, &all, path)?;
    match field(given, "dividedBy") {
        None => above.add(figures, Statistic::Sum, &[]),
        Some(below) => {
            let path = format!("{path}.dividedBy");
            let GraphQl::Object(below) = below else {
                return Err(Error::BadArgument(format!("{path}: {below} is not an object")));
            };
            let below = NamedFigure::read(below, &path)?.resolve(measures, figures, &all, &path)?;
            quotient(figures, &above, &below)
        }
    }
}

/// Reads the two figures of a quotient, and adds it.
///
/// # Errors
/// Says which field is wrong.
pub(crate) fn ratio(
    measures: &'static MeasureCatalog,
    figures: &mut Figures,
    keeps: &Predicate,
    sides: [(&str, Option<&GraphQl>); 2],
) -> Result<AskedFigure, Error> {
    let [above, below] = both(measures, figures, keeps, sides)?;
    quotient(figures, &above, &below)
}

/// Reads two figures.
fn both<'a>(
    measures: &'static MeasureCatalog,
    figures: &mut Figures,
    keeps: &Predicate,
    sides: [(&'a str, Option<&'a GraphQl>); 2],
) -> Result<[ResolvedFigure<'a>; 2], Error> {
    let mut side = |(path, value): (&'a str, Option<&'a GraphQl>)| match value {
        Some(GraphQl::Object(given)) => {
            NamedFigure::read(given, path)?.resolve(measures, figures, keeps, path)
        }
        _ => Err(Error::BadArgument(format!("{path}: name a figure"))),
    };
    let [first, second] = sides;
    Ok([side(first)?, side(second)?])
}

/// Reads two figures to compare, adds them, and returns their positions.
///
/// # Errors
/// Says which field is wrong.
pub(crate) fn pair(
    measures: &'static MeasureCatalog,
    figures: &mut Figures,
    keeps: &Predicate,
    sides: [(&str, Option<&GraphQl>); 2],
) -> Result<[usize; 2], Error> {
    let [first, second] = both(measures, figures, keeps, sides)?;
    let mut add = |side: &ResolvedFigure<'_>| side.add(figures, Statistic::Total, &[]);
    Ok([add(&first)?.figure, add(&second)?.figure])
}

/// The quotient of two figures, in their units.
fn quotient(
    figures: &mut Figures,
    above: &ResolvedFigure<'_>,
    below: &ResolvedFigure<'_>,
) -> Result<AskedFigure, Error> {
    let mut add = |side: &ResolvedFigure<'_>, other: &ResolvedFigure<'_>| {
        let known: Vec<Known> = other.known().filter(|known| !side.is_of(known)).collect();
        // Of rows that are left out because the other side is unknown, nobody can say that they come to nothing.
        let sum = if known.is_empty() { Statistic::Total } else { Statistic::Sum };
        side.add(figures, sum, &known)
    };
    let (above, below) = (add(above, below)?, add(below, above)?);
    let factor = (10_i64.pow(below.show.digits()), 10_i64.pow(above.show.digits()));
    let ratio = Figure::Ratio { above: above.figure, below: below.figure, factor };
    Ok(AskedFigure {
        figure: figures.place(ratio),
        show: Show::Real,
        identity: format!("{} / {}", above.identity, below.identity),
    })
}

impl<'a> NamedFigure<'a> {
    fn read(given: &'a IndexMap<Name, GraphQl>, path: &str) -> Result<Self, Error> {
        let bad = |reason: String| Error::BadArgument(format!("{path}: {reason}"));
        let word = |name: &str| enum_word(given.get(name));
        let p = field(given, "p").map(real_number).transpose();
        Ok(Self {
            measure: word("measure"),
            days: match field(given, "days") {
                Some(GraphQl::Object(days)) => Some(days),
                _ => None,
            },
            statistic: word("statistic"),
            p: p.map_err(|reason| bad(format!("p: {reason}")))?,
            year: year(field(given, "inDollarsOf")).map_err(bad)?,
            part: field(given, "where"),
        })
    }

    /// Looks up what the figure is computed from, over the rows that a filter keeps.
    fn resolve(
        &self,
        measures: &'static MeasureCatalog,
        figures: &mut Figures,
        keeps: &Predicate,
        path: &'a str,
    ) -> Result<ResolvedFigure<'a>, Error> {
        let mut keeps = keeps.clone();
        if let Some(value) = self.part {
            let part = filter::parse(figures.request.table, value, &format!("{path}.where"))?;
            figures.related += part.related();
            keeps = keeps.and(part);
        }
        let year = self.year;
        let (computed, measure, unit) = match (self.measure, self.days) {
            (Some(name), None) => {
                let mut all = measures.computed.iter();
                let computed = all.find(|computed| measure_name(&computed.field) == name);
                let computed = computed.ok_or_else(|| {
                    Error::BadArgument(format!("{path}: {name} is not a measure"))
                })?;
                let What::Statistics(of, unit) = &computed.what else {
                    self.check_single(computed, path)?;
                    return Ok(ResolvedFigure { computed, of: None, keeps, year, path });
                };
                (computed, figures.priced(of, year).map_err(|e| at(path, &e))?, *unit)
            }
            (None, Some(given)) => {
                let (days, measure) = days(measures, given, &format!("{path}.days"))?;
                if year.is_some() {
                    let text =
                        format!("{path}: `inDollarsOf` applies to dollar amounts, not to days");
                    return Err(Error::BadArgument(text));
                }
                (&days.computed, measure, Unit::Whole)
            }
            _ => {
                let text = format!("{path}: name either a `measure` or `days`");
                return Err(Error::BadArgument(text));
            }
        };
        let name = self.statistic.unwrap_or("SUM").to_ascii_lowercase();
        let (statistic, show) = statistic(&name, unit, self.p).map_err(|e| at(path, &e))?;
        Ok(ResolvedFigure { computed, of: Some((measure, statistic, show)), keeps, year, path })
    }

    /// Checks that a measure with a single value has no arguments of others.
    fn check_single(&self, computed: &ComputedMeasure, path: &str) -> Result<(), Error> {
        let name = measure_name(&computed.field);
        if self.statistic.is_some() || self.p.is_some() {
            let text = format!("{path}: {name} has a single value; remove `statistic` and `p`");
            return Err(Error::BadArgument(text));
        }
        if self.year.is_some() && !computed.is_priced {
            let text =
                format!("{path}: `inDollarsOf` applies to dollar amounts, and {name} is not one");
            return Err(Error::BadArgument(text));
        }
        Ok(())
    }
}

/// A figure, before it is added.
struct ResolvedFigure<'a> {
    computed: &'static ComputedMeasure,
    /// The values, their statistic, and how it is shown; none for a measure with a single value.
    of: Option<(Measure, Statistic, Show)>,
    keeps: Predicate,
    year: Option<i32>,
    path: &'a str,
}

impl ResolvedFigure<'_> {
    /// The condition that a row has a value, if the figure is computed from values of rows.
    fn known(&self) -> impl Iterator<Item = Known> {
        let of = self.of.as_ref().filter(|(_, statistic, _)| !is_count(*statistic));
        of.map(|(measure, ..)| Known { measure: measure.clone(), is_positive: false }).into_iter()
    }

    /// Whether the other side of a quotient changes nothing: it is of the same values, or this side counts the rows
    /// with or without a value.
    fn is_of(&self, known: &Known) -> bool {
        match (&self.of, &self.computed.what) {
            (Some((measure, statistic, _)), _) => is_count(*statistic) || *measure == known.measure,
            (None, What::Ratio { .. }) => true,
            (None, _) => false,
        }
    }

    /// Adds the figure, over the rows with these values. `sum` says what the sum of no rows is.
    fn add(
        &self,
        figures: &mut Figures,
        sum: Statistic,
        known: &[Known],
    ) -> Result<AskedFigure, Error> {
        let rows = match known.is_empty() {
            true => format!("{:?}", self.keeps),
            false => format!("{:?} {known:?}", self.keeps),
        };
        let of = Subset { keeps: self.keeps.clone(), known: known.to_vec() };
        let at = |error: Error| at(self.path, &error);
        let (figure, show, identity) = if let Some((measure, statistic, show)) = &self.of {
            let statistic = if *statistic == Statistic::Sum { sum } else { *statistic };
            let identity = format!("{measure:?} {statistic:?} {rows}");
            (figures.statistic_of(measure, statistic, of).map_err(at)?, *show, identity)
        } else {
            let name = measure_name(&self.computed.field);
            let identity = format!("{name} {:?} {rows}", self.year);
            let (figure, show) = figures.single_of(self.computed, self.year, of).map_err(at)?;
            (figure, show, identity)
        };
        figures.note(self.computed, figure, self.year, &self.keeps);
        Ok(AskedFigure { figure, show, identity })
    }
}

/// Whether a statistic counts values, known or not.
fn is_count(statistic: Statistic) -> bool {
    matches!(statistic, Statistic::Count | Statistic::Missing | Statistic::Distinct)
}

/// Reads the two dates to count days between.
///
/// # Errors
/// Says that these rows do not have two dates, or not the named ones.
pub(crate) fn days<'m>(
    measures: &'m MeasureCatalog,
    given: &IndexMap<Name, GraphQl>,
    path: &str,
) -> Result<(&'m DaysBetween, Measure), Error> {
    let days = measures.days.as_ref().ok_or(Error::Internal)?;
    let day = |name: &str| {
        let word = enum_word(given.get(name)).unwrap_or_default();
        let bad = || Error::BadArgument(format!("{path}.{name}: not a date field of these rows"));
        days.column(word).ok_or_else(bad)
    };
    Ok((days, Measure::days(day("from")?, day("to")?)))
}

/// The value of a field that is present and not null.
fn field<'a>(given: &'a IndexMap<Name, GraphQl>, name: &str) -> Option<&'a GraphQl> {
    given.get(name).filter(|value| **value != GraphQl::Null)
}

/// An error with its place.
fn at(path: &str, error: &Error) -> Error {
    Error::BadArgument(format!("{path}: {error}"))
}

/// The name of a single-value measure, as a value of the enum of measures.
pub(crate) fn measure_name(field: &str) -> String {
    screaming_case(field)
}

/// Reads the argument `inDollarsOf`. A database may know prices for fewer years than this program; the executor checks
/// that.
pub(crate) fn year(value: Option<&GraphQl>) -> Result<Option<i32>, String> {
    match value {
        None | Some(GraphQl::Null) => Ok(None),
        Some(GraphQl::Number(number)) => {
            let year = number.as_i64().and_then(|year| i32::try_from(year).ok());
            let year = year.ok_or_else(|| format!("inDollarsOf: {number} is not a year"))?;
            match reference::price_years() {
                Some(known) if !known.contains(&year) => Err(format!(
                    "inDollarsOf: there is no price index for {year}; choose a year from {} to {}",
                    known.start(),
                    known.end()
                )),
                _ => Ok(Some(year)),
            }
        }
        Some(other) => Err(format!("inDollarsOf: {other} is not a year")),
    }
}
