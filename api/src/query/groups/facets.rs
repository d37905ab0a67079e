//! A list at a glance: facets, the overlap of groups, and how complete its columns are.
//!
//! A facet counts rows by one key. It applies every condition of the list except those on that key, so it shows what a
//! visitor could choose instead of the current choice. A condition is on the key if it tests nothing else and must hold
//! for every row; a condition within an `or` stays.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Name, Positioned, ServerError, Value as GraphQl, parser::types::Field};
use chrono::{DateTime, SecondsFormat};
use indexmap::IndexMap;

use super::{apart::Common, figures::Figures};
use crate::{
    catalog::{
        key::{End, Measure, Path},
        measure_catalog::{Dimension, MeasureCatalog, Shows, band_name},
        predicate::Predicate,
        scalar::{Scalar, enum_word, items},
        table::Table,
    },
    error::Error,
    measures::{
        By, Cell, ColumnEnd, ColumnQuality, Group, GroupsAnswer, Number, Order, Overlaps, Page,
        Request, Statistic,
    },
    query::{
        id,
        load::Loaders,
        picks::Picks,
        plan::{
            FacetField, FacetPlan, FacetsPlan, KeyTextField, Lookup, OverlapField, OverlapPlan,
            QualityField, QualityPlan, RowField, RowsPlan,
        },
        planner::{Merged, Planner},
    },
};

/// The most facets of one list.
const MOST_FACETS: usize = 20;
/// The number of values of a facet: the default and the maximum.
pub(crate) const DEFAULT_VALUES: usize = 10;
const MOST_VALUES: usize = 1_000;

impl<'a> Planner<'a> {
    /// Plans the facets of a list.
    pub(crate) fn facets(
        &self,
        table: &'static Table,
        keeps: &Predicate,
        fields: &[&'a Positioned<Field>],
        path: &[String],
    ) -> Result<FacetsPlan, ServerError> {
        let at = |error: Error| error.at(fields[0].pos, path);
        let measures = self.catalog.measures(table).ok_or_else(|| at(Error::Internal))?;
        let arguments = self.arguments(fields[0]);
        let values = items(arguments.get("by"));
        if values.len() > MOST_FACETS {
            let count = values.len();
            let text = format!("by: {count} facets exceed the limit of {MOST_FACETS}");
            return Err(at(Error::BadArgument(text)));
        }
        let first = match arguments.get("first") {
            Some(GraphQl::Number(number)) => {
                let most = format!("first: {number} is not between 1 and {MOST_VALUES}");
                let first = number.as_u64().and_then(|first| usize::try_from(first).ok());
                let first = first.filter(|first| (1..=MOST_VALUES).contains(first));
                first.ok_or_else(|| at(Error::BadArgument(most)))?
            }
            _ => DEFAULT_VALUES,
        };
        let mut facets = Vec::new();
        for value in values {
            let dimension = dimension(measures, value).map_err(at)?;
            let keeps = without(keeps, table, &dimension.key.path);
            let mut figures = Figures::of(table, keeps, Common::default());
            let all = Predicate::all();
            let count = figures.statistic(&Measure::Rows, Statistic::Count, &all).map_err(at)?;
            let mut request = figures.request;
            request.keys = vec![dimension.key.clone()];
            request.order =
                vec![Order { by: By::Figure(count), descending: true, nulls_first: false }];
            request.page = Page { limit: Some(first), ..Page::default() };
            request.adds.others = true;
            request.check().map_err(at)?;
            facets.push(FacetPlan { dimension, request, label: label(dimension) });
        }
        let type_name = format!("{}Facet", table.type_name);
        let mut plan = Vec::new();
        for (name, merged) in self.collect(&type_name, fields)? {
            let field = match merged[0].node.name.node.as_str() {
                "dimension" => FacetField::Dimension,
                "distinct" => FacetField::Distinct,
                "others" => FacetField::Others,
                "values" => FacetField::Values(self.key_texts("FacetValue", &merged)?),
                _ => FacetField::TypeName,
            };
            plan.push((name, field));
        }
        Ok(FacetsPlan { type_name, facets, fields: plan })
    }

    /// Plans the overlap: in how many values of one key each two values of another occur together.
    pub(crate) fn overlap(
        &self,
        table: &'static Table,
        keeps: &Predicate,
        fields: &[&'a Positioned<Field>],
        path: &[String],
    ) -> Result<OverlapPlan, ServerError> {
        let at = |error: Error| error.at(fields[0].pos, path);
        let measures = self.catalog.measures(table).ok_or_else(|| at(Error::Internal))?;
        let arguments = self.arguments(fields[0]);
        let named = |name: &str| {
            let value = arguments.get(name).unwrap_or(&GraphQl::Null);
            dimension(measures, value).map_err(at)
        };
        let (of, by) = (named("of")?, named("by")?);
        if of.name == by.name {
            let text = "of, by: an overlap needs two different keys".to_owned();
            return Err(at(Error::BadArgument(text)));
        }
        let mut request = Request::of(table, keeps.clone());
        request.keys = vec![of.key.clone(), by.key.clone()];
        request.check().map_err(at)?;
        let mut plan = Vec::new();
        for (name, merged) in self.collect("Overlap", fields)? {
            let field = match merged[0].node.name.node.as_str() {
                "first" => OverlapField::First(self.key_texts("KeyText", &merged)?),
                "second" => OverlapField::Second(self.key_texts("KeyText", &merged)?),
                "count" => OverlapField::Count,
                _ => OverlapField::TypeName,
            };
            plan.push((name, field));
        }
        Ok(OverlapPlan { dimension: by, request, label: label(by), fields: plan })
    }

    /// Plans how complete the columns of a list are.
    pub(crate) fn quality(
        &self,
        table: &'static Table,
        keeps: &Predicate,
        fields: &[&'a Positioned<Field>],
        parent: Option<&'static str>,
        path: &[String],
    ) -> Result<QualityPlan, ServerError> {
        if parent.is_some() {
            let text = format!(
                "quality: this is not available on a nested list; use the root list `{}` with a filter",
                table.list
            );
            return Err(Error::BadArgument(text).at(fields[0].pos, path));
        }
        let mut plan = Vec::new();
        for (name, merged) in self.collect("ColumnQuality", fields)? {
            let field = match merged[0].node.name.node.as_str() {
                "column" => QualityField::Column,
                "known" => QualityField::Known,
                "missing" => QualityField::Missing,
                "distinct" => QualityField::Distinct,
                "min" => QualityField::Min,
                "max" => QualityField::Max,
                _ => QualityField::TypeName,
            };
            plan.push((name, field));
        }
        Ok(QualityPlan { table, keeps: keeps.clone(), fields: plan })
    }

    fn key_texts(
        &self,
        type_name: &'static str,
        merged: &Merged<'a>,
    ) -> Result<Vec<(Name, KeyTextField)>, ServerError> {
        let field = |merged: &Merged<'a>| match merged[0].node.name.node.as_str() {
            "key" => KeyTextField::Key,
            "label" => KeyTextField::Label,
            "count" => KeyTextField::Count,
            _ => KeyTextField::TypeName(type_name),
        };
        let fields = self.collect(type_name, merged)?.into_iter();
        Ok(fields.map(|(name, merged)| (name, field(&merged))).collect())
    }
}

/// Reads a key.
fn dimension(
    measures: &'static MeasureCatalog,
    value: &GraphQl,
) -> Result<&'static Dimension, Error> {
    let name = enum_word(Some(value)).unwrap_or_default();
    let found = measures.dimensions.iter().find(|dimension| dimension.name == name);
    let found = found.filter(|dimension| !dimension.key.part.is_of_event());
    found.ok_or_else(|| Error::BadArgument(format!("{name} is not a key of these rows")))
}

/// Looks up the name of each row that a key stands for.
fn label(dimension: &'static Dimension) -> Option<Lookup> {
    let Shows::Row(table) = dimension.shows else { return None };
    let named = |name: &&str| {
        table.columns.iter().position(|column| column.field.as_deref() == Some(*name))
    };
    let column = ["name", "title", "description", "code"].iter().find_map(named)?;
    let mut picks = Picks::default();
    let cell = picks.place(None, column);
    let fields = vec![(Name::new("label"), RowField::Cell(cell))];
    Some(Lookup { rows: RowsPlan { table, fields }, picks })
}

/// A filter without the conditions on the value at the end of a path.
fn without(keeps: &Predicate, table: &'static Table, path: &Path) -> Predicate {
    match keeps {
        _ if looks_at_only(keeps, table, path) => Predicate::all(),
        Predicate::All(parts) => {
            let parts = parts.iter().map(|part| without(part, table, path));
            Predicate::All(parts.filter(|part| !part.is_all()).collect())
        }
        Predicate::Through { column, table: other, to, keeps } => {
            let Some((first, rest)) = path.relations.split_first() else {
                return keeps_of(keeps, column, other, to);
            };
            if table.relations[*first].from != *column {
                return keeps_of(keeps, column, other, to);
            }
            let rest = Path { relations: rest.to_vec(), end: path.end };
            keeps_of(&without(keeps, other, &rest), column, other, to)
        }
        other => other.clone(),
    }
}

fn keeps_of(
    keeps: &Predicate,
    column: &'static str,
    table: &'static Table,
    to: &'static str,
) -> Predicate {
    Predicate::Through { column, table, to, keeps: Box::new(keeps.clone()) }
}

/// Whether a filter tests only the value at the end of a path.
fn looks_at_only(keeps: &Predicate, table: &'static Table, path: &Path) -> bool {
    match (keeps, path.relations.split_first()) {
        (Predicate::All(parts) | Predicate::Any(parts), _) => {
            !parts.is_empty() && parts.iter().all(|part| looks_at_only(part, table, path))
        }
        (Predicate::Not(part), _) => looks_at_only(part, table, path),
        (Predicate::Is { column, .. }, None) => match path.end {
            End::Column(index) => table.columns[index].name == *column,
            _ => table.key == *column,
        },
        (Predicate::Through { column, table: other, keeps, .. }, Some((first, rest))) => {
            if table.relations[*first].from != *column {
                return false;
            }
            let rest = Path { relations: rest.to_vec(), end: path.end };
            // A filter on the related row selects values of the key, whichever column it tests.
            rest.relations.is_empty() && path.end == End::Row || looks_at_only(keeps, other, &rest)
        }
        _ => false,
    }
}

/// The labels of the rows that keys stand for.
async fn labels<'c>(
    loaders: &Loaders,
    label: Option<&Lookup>,
    cells: impl Iterator<Item = &'c Cell>,
) -> Result<HashMap<i32, GraphQl>, Error> {
    let Some(lookup) = label else { return Ok(HashMap::new()) };
    let ids: Vec<i32> = cells.filter_map(id_of).collect();
    match ids.is_empty() {
        true => Ok(HashMap::new()),
        false => loaders.lookup(lookup, &ids).await,
    }
}

fn id_of(cell: &Cell) -> Option<i32> {
    match cell {
        Cell::Whole(id) => i32::try_from(*id).ok(),
        _ => None,
    }
}

/// Writes keys as objects of text.
struct KeyTexts<'p> {
    dimension: &'static Dimension,
    fields: &'p [(Name, KeyTextField)],
}

impl KeyTexts<'_> {
    fn show(&self, cell: &Cell, count: u64, labels: &HashMap<i32, GraphQl>) -> GraphQl {
        let key = self.key(cell);
        let label = || match id_of(cell).and_then(|id| labels.get(&id)) {
            Some(GraphQl::Object(row)) => row.get("label").cloned().unwrap_or_default(),
            _ => key.clone(),
        };
        let fields = self.fields.iter().map(|(name, field)| {
            let value = match field {
                KeyTextField::TypeName(type_name) => GraphQl::from(*type_name),
                KeyTextField::Key => key.clone(),
                KeyTextField::Label => label(),
                KeyTextField::Count => GraphQl::from(count),
            };
            (name.clone(), value)
        });
        GraphQl::Object(fields.collect())
    }

    fn key(&self, cell: &Cell) -> GraphQl {
        let text = match (cell, self.dimension.shows) {
            (Cell::Null | Cell::All, _) => return GraphQl::Null,
            (Cell::Whole(_), Shows::Row(table)) => {
                id_of(cell).map(|key| id::encode(table, key)).unwrap_or_default()
            }
            (Cell::Whole(first), Shows::Band) => band_name(*first),
            (Cell::Whole(whole), Shows::Column(column)) => whole_text(column.kind.scalar, *whole),
            (Cell::Whole(whole), _) => whole.to_string(),
            (Cell::Boolean(truth), _) => truth.to_string(),
            (Cell::Text(text), _) => text.clone(),
            (Cell::Date(day), _) => day.to_string(),
        };
        GraphQl::String(text)
    }
}

/// A whole number of a column, as text.
fn whole_text(scalar: Scalar, whole: i64) -> String {
    match scalar {
        Scalar::Fixed(digits) => entity::scalar::fixed_to_value(whole, digits).to_string(),
        Scalar::Boolean => (whole != 0).to_string(),
        Scalar::DateTime => DateTime::from_timestamp_micros(whole)
            .map(|moment| moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            .unwrap_or_default(),
        _ => whole.to_string(),
    }
}

/// The facets of a list, from the answer to each.
pub(crate) async fn facets(
    loaders: &Loaders,
    plan: &FacetsPlan,
    answers: &[Arc<GroupsAnswer>],
) -> Result<GraphQl, Error> {
    let mut all = Vec::with_capacity(plan.facets.len());
    for (facet, answer) in plan.facets.iter().zip(answers) {
        let own = || answer.groups.iter().filter(|group| !group.is_others);
        let cells = own().map(|group| &group.key[0]);
        let labels = labels(loaders, facet.label.as_ref(), cells).await?;
        let count = |group: &Group| match group.figures.first() {
            Some(Number::Whole(count)) => u64::try_from(*count).unwrap_or(0),
            _ => 0,
        };
        let others: u64 = answer.groups.iter().filter(|group| group.is_others).map(count).sum();
        let fields = plan.fields.iter().map(|(name, field)| {
            let value = match field {
                FacetField::TypeName => GraphQl::String(plan.type_name.clone()),
                FacetField::Dimension => GraphQl::Enum(Name::new(&facet.dimension.name)),
                FacetField::Distinct => GraphQl::from(answer.total),
                FacetField::Others => GraphQl::from(others),
                FacetField::Values(fields) => {
                    let texts = KeyTexts { dimension: facet.dimension, fields };
                    let values =
                        own().map(|group| texts.show(&group.key[0], count(group), &labels));
                    GraphQl::List(values.collect())
                }
            };
            (name.clone(), value)
        });
        all.push(GraphQl::Object(fields.collect()));
    }
    Ok(GraphQl::List(all))
}

/// The overlaps: for each two values of the second key, the number of values of the first that have both.
pub(crate) async fn overlap(
    loaders: &Loaders,
    plan: &OverlapPlan,
    overlaps: &Overlaps,
) -> Result<GraphQl, Error> {
    let Overlaps { values, counts } = overlaps;
    let labels = labels(loaders, plan.label.as_ref(), values.iter()).await?;
    let mut pairs = Vec::new();
    for first in 0..values.len() {
        for second in first..values.len() {
            let count = counts[first * values.len() + second];
            if count == 0 {
                continue;
            }
            let text = |fields, of: usize| {
                KeyTexts { dimension: plan.dimension, fields }.show(&values[of], 0, &labels)
            };
            let fields = plan.fields.iter().map(|(name, field)| {
                let value = match field {
                    OverlapField::TypeName => GraphQl::from("Overlap"),
                    OverlapField::First(fields) => text(fields, first),
                    OverlapField::Second(fields) => text(fields, second),
                    OverlapField::Count => GraphQl::from(count),
                };
                (name.clone(), value)
            });
            pairs.push(GraphQl::Object(fields.collect()));
        }
    }
    Ok(GraphQl::List(pairs))
}

/// How complete the columns of a list are.
pub(crate) fn quality(plan: &QualityPlan, all: &[ColumnQuality]) -> GraphQl {
    let object = |quality: &ColumnQuality| {
        let column = &plan.table.columns[quality.column];
        let end = |end: usize| match quality.ends.as_ref().map(|ends| &ends[end]) {
            None => GraphQl::Null,
            Some(ColumnEnd::Text(text)) => GraphQl::String(text.clone()),
            Some(ColumnEnd::Real(real)) => GraphQl::String(real.to_string()),
            Some(ColumnEnd::Whole(whole)) => {
                GraphQl::String(whole_text(column.kind.scalar, *whole))
            }
        };
        let fields: IndexMap<Name, GraphQl> = plan
            .fields
            .iter()
            .map(|(name, field)| {
                let value = match field {
                    QualityField::TypeName => GraphQl::from("ColumnQuality"),
                    QualityField::Column => {
                        GraphQl::String(column.field.clone().unwrap_or_default())
                    }
                    QualityField::Known => GraphQl::from(quality.known),
                    QualityField::Missing => GraphQl::from(quality.missing),
                    QualityField::Distinct => GraphQl::from(quality.distinct),
                    QualityField::Min => end(0),
                    QualityField::Max => end(1),
                };
                (name.clone(), value)
            })
            .collect();
        GraphQl::Object(fields)
    };
    GraphQl::List(all.iter().map(object).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::key::{Key, Part},
        graphql::catalog,
        query::filter,
    };

    /// What remains of a filter over grants without the conditions on a key.
    fn left(key: &str, filter: serde_json::Value) -> Predicate {
        let table = catalog().table("grants");
        let read = |filter: serde_json::Value| {
            let value = GraphQl::from_json(filter).expect("JSON");
            filter::parse(table, &value, "filter").expect("a filter")
        };
        let key = Key::parse(table, key).expect("a key");
        assert_eq!(key.part, Part::Itself);
        without(&read(filter), table, &key.path)
    }

    fn all(filter: serde_json::Value) -> Predicate {
        let table = catalog().table("grants");
        let value = GraphQl::from_json(filter).expect("JSON");
        filter::parse(table, &value, "filter").expect("a filter")
    }

    #[test]
    fn a_facet_is_free_of_the_conditions_on_itself_alone() {
        use serde_json::json;
        let status = json!({ "status": { "eq": "ACTIVE" } });
        assert!(left("status", status.clone()).is_all());
        assert!(left("status", json!({ "not": status })).is_all());
        let both = json!({ "status": { "eq": "ACTIVE" }, "fiscalYear": { "gte": 2000 } });
        let year = json!({ "fiscalYear": { "gte": 2000 } });
        assert_eq!(left("status", both.clone()), Predicate::All(vec![all(year.clone())]));
        // A condition within an `or` stays: without it, the rest would mean something else.
        let either = json!({ "or": [status, year] });
        assert_eq!(left("status", either.clone()), all(either));
        let state = json!({ "agency": { "state": { "eq": "CA" }, "kind": { "eq": "SHERIFF" } } });
        let kind = json!({ "agency": { "kind": { "eq": "SHERIFF" } } });
        let through = left("agency.state", state.clone());
        let Predicate::Through { keeps, .. } = &through else { panic!("{through:?}") };
        let Predicate::Through { keeps: expected, .. } = &all(kind) else {
            panic!("not a relation")
        };
        assert_eq!(**keeps, Predicate::All(vec![(**expected).clone()]));
        assert!(left("agency", state).is_all(), "a filter on the related row is on the key");
    }
}
