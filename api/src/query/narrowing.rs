//! Conditions and orders that need aggregates before a list is read: rows whose related rows pass a test, rows beyond a
//! percentile of their group, and rows ordered by an aggregate of their related rows.
//!
//! These aggregates are requests like any other. Their answers become a condition on the list, or numbers that order
//! its rows. Everything below the list (its page, totals, groups and files) covers the remaining rows. They are
//! computed again for each query, from the revision that it reads.
//!
//! ```graphql
//! { agencies(having: { grants: { federalShare: { sum: { gte: 1000000 } } } },
//!            orderBy: [{ grants: { measure: FEDERAL_SHARE }, direction: DESC }]) { nodes { name } }
//!   grants(beyond: { measure: FEDERAL_SHARE, above: 0.99, within: [PROGRAM] }) { totalCount } }
//! ```
//!
//! A row without related rows counts, too. Its value is zero if the relation declares that no child rows mean zero, and
//! unknown otherwise.

use async_graphql::Value as GraphQl;

use super::{
    arguments::Arguments,
    figure_order::{of_nothing, related, request_of},
    groups::{apart::Common, asked::measure_name, figures::Figures, having},
};
use crate::{
    catalog::{
        Catalog,
        key::{End, Measure, Path, Way},
        measure_catalog::What,
        predicate::Predicate,
        scalar::{items, real_number},
        table::Table,
    },
    error::Error,
    measures::{Having, Request, Statistic},
};

/// A condition that narrows a list.
#[derive(Clone, Debug)]
pub(crate) enum Narrowing {
    /// The rows whose related rows together pass; the request finds either those that do or those that do not.
    Having { request: Request, finds_others: bool },
    /// The rows beyond a percentile of their group.
    Beyond { request: Request, column: &'static str, is_above: bool },
}

impl Narrowing {
    /// The request to answer first.
    pub(crate) fn request(&self) -> &Request {
        match self {
            Self::Having { request, .. } | Self::Beyond { request, .. } => request,
        }
    }
}

/// Reads the arguments that narrow a list.
///
/// # Errors
/// Says what makes no sense.
pub(crate) fn parse(
    catalog: &'static Catalog,
    table: &'static Table,
    keeps: &Predicate,
    arguments: &Arguments,
) -> Result<Vec<Narrowing>, Error> {
    let given = |name: &str| arguments.get(name).filter(|value| **value != GraphQl::Null);
    let mut all = Vec::new();
    if let Some(GraphQl::Object(having)) = given("having") {
        for (name, value) in having.iter().filter(|(_, value)| **value != GraphQl::Null) {
            all.push(of_related(catalog, table, name, value)?);
        }
    }
    if let Some(value @ GraphQl::Object(_)) = given("beyond") {
        all.push(beyond(catalog, table, keeps, value)?);
    }
    Ok(all)
}

fn of_related(
    catalog: &'static Catalog,
    table: &'static Table,
    name: &str,
    value: &GraphQl,
) -> Result<Narrowing, Error> {
    let relation = related(table, name)?;
    let mut figures = request_of(relation);
    let measures = catalog.measures(relation.other()).ok_or(Error::Internal)?;
    let path = format!("having.{name}");
    let having = having::parse(measures, &mut figures, value, &path)?;
    let nothing = of_nothing(&figures.request, relation)?;
    let finds_others = having.passes(&nothing);
    figures.request.having = match finds_others {
        false => having,
        true => Having::Not(Box::new(having)),
    };
    figures.request.check()?;
    Ok(Narrowing::Having { request: figures.request, finds_others })
}

fn beyond(
    catalog: &'static Catalog,
    table: &'static Table,
    keeps: &Predicate,
    value: &GraphQl,
) -> Result<Narrowing, Error> {
    let bad = |text: String| Error::BadArgument(format!("beyond: {text}"));
    let GraphQl::Object(given) = value else { return Err(Error::Internal) };
    let measures = catalog.measures(table).ok_or(Error::Internal)?;
    let word = |value: &GraphQl| match value {
        GraphQl::Enum(word) => word.to_string(),
        GraphQl::String(word) => word.clone(),
        other => other.to_string(),
    };
    let name = given.get("measure").map(word).unwrap_or_default();
    let named = |field: &str| measure_name(field) == name;
    let computed = measures.computed.iter().find(|computed| named(&computed.field));
    let measure = match computed.map(|computed| &computed.what) {
        Some(What::Statistics(measure, _)) => measure.clone(),
        _ => return Err(bad(format!("{name} is not a number of each row"))),
    };
    let Measure::Numbers(Way(Path { relations, end: End::Column(column) }), None) = &measure else {
        return Err(bad(format!("{name} is not a column of the row itself; name one that is")));
    };
    if !relations.is_empty() {
        return Err(bad(format!("{name} belongs to a related row; query the list of those rows")));
    }
    let column = table.columns[*column].name;
    let part = |name: &str| {
        let value = given.get(name).filter(|value| **value != GraphQl::Null);
        let part = value.map(real_number).transpose();
        let part = part.map_err(|reason| bad(format!("{name}: {reason}")))?;
        match part {
            Some(part) if !(0.0..=1.0).contains(&part) => Err(bad(format!(
                "{name}: {part} is not between 0 and 1; the 99th percentile is 0.99"
            ))),
            part => Ok(part),
        }
    };
    let (statistic, is_above) = match (part("above")?, part("below")?) {
        (Some(part), None) => (Statistic::Floor(part), true),
        (None, Some(part)) => (Statistic::Ceiling(part), false),
        _ => return Err(bad("name either `above` or `below`, not both".to_owned())),
    };
    let within = items(given.get("within"));
    let mut keys = Vec::new();
    for value in within {
        let name = word(value);
        let mut all = measures.dimensions.iter();
        let dimension = all.find(|dimension| dimension.name == name);
        let dimension = dimension.filter(|dimension| !dimension.key.part.is_of_event());
        let dimension =
            dimension.ok_or_else(|| bad(format!("within: {name} is not a key of these rows")))?;
        keys.push(dimension.key.clone());
    }
    let common = Common { keys: keys.clone(), parent: None };
    let mut figures = Figures::of(table, keeps.clone(), common);
    figures.request.keys = keys;
    figures.statistic(&measure, statistic, &Predicate::all())?;
    figures.request.check()?;
    Ok(Narrowing::Beyond { request: figures.request, column, is_above })
}
