//! The dataset as a whole: its revision, whether it is synthetic, and how to cite it.

use async_graphql::{Json, Name, Positioned, ServerError, Value, parser::types::Field};
use chrono::SecondsFormat;
use indexmap::IndexMap;
use sea_orm::sea_query::{Alias, Expr, Func, Query};

use super::{
    citation::{Formats, Operator},
    labels,
    registry::{Types, field},
    schema_types::list_arguments,
};
use crate::{
    catalog::{Catalog, dataset::Dataset, table::Table},
    database::session::{Purpose, Session},
    error::Error,
    limits::work::Work,
    query::{load::Loaders, plan::ConnectionPlan, planner::Planner, price::Price, walk::run},
};

/// The terms of the data in short.
const LICENCE: &str = "Works of the United States government are in the public domain in the United \
    States (17 U.S.C. 105). Each source states its own terms.";

/// The approximate maximum number of labels.
const MOST_LABELS: u64 = 150;

async fn counts(session: &Session, catalog: &Catalog) -> Result<Vec<(&'static str, i64)>, Error> {
    let tables = catalog.tables;
    let mut select = Query::select();
    for table in tables {
        let mut count = Query::select();
        count.expr(Func::count(Expr::cust("*"))).from(Alias::new(table.name));
        select.expr(Expr::SubQuery(None, Box::new(count.into())));
    }
    let rows = session.all("*", Purpose::Dataset, select).await?;
    let row = rows.first().ok_or(Error::Internal)?;
    let count =
        |(index, table): (usize, &'static Table)| Ok((table.list, row.try_get_by_index(index)?));
    tables.iter().enumerate().map(count).collect()
}

/// The planned root field `dataset`.
#[derive(Debug)]
pub(crate) struct Plan(Vec<(Name, DatasetField)>);

#[derive(Debug)]
enum DatasetField {
    TypeName,
    Revision,
    RevisionToken,
    Identity,
    LoadedAt,
    Synthetic,
    Licence,
    List(Box<ConnectionPlan>),
    /// The fields of an object, with their response names.
    Citation(Vec<(Name, String)>),
    Counts(Vec<(Name, String)>),
    Labels(Vec<(Name, String)>),
    Bands(Vec<(Name, String)>),
}

impl Plan {
    /// Adds the field to the price of a request.
    pub(super) fn price(&self, price: &mut Price<'_>) -> Result<(), Error> {
        price.add(Work::statements(1));
        for (_, field) in &self.0 {
            match field {
                DatasetField::List(plan) => price.list(plan, None)?,
                DatasetField::Counts(_) => price.counts()?,
                DatasetField::Labels(fields) => {
                    price.objects(MOST_LABELS, fields.iter().map(|it| &it.0));
                }
                DatasetField::Bands(fields) => {
                    price.objects(8, fields.iter().map(|it| &it.0));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Plans the root field `dataset`.
pub(super) fn plan<'a>(
    planner: &Planner<'a>,
    fields: &[&'a Positioned<Field>],
    path: &[String],
) -> Result<Plan, ServerError> {
    let mut shown = Vec::new();
    for (name, merged) in planner.collect("Dataset", fields)? {
        let field = match merged[0].node.name.node.as_str() {
            "revision" => DatasetField::Revision,
            "revisionToken" => DatasetField::RevisionToken,
            "identity" => DatasetField::Identity,
            "loadedAt" => DatasetField::LoadedAt,
            "synthetic" => DatasetField::Synthetic,
            "licence" => DatasetField::Licence,
            list @ ("sources" | "loads") => {
                let table = if list == "loads" { "revisions" } else { list };
                let path = [path, &[name.to_string()]].concat();
                let list =
                    planner.connection(planner.catalog.table(table), &merged, None, &path)?;
                DatasetField::List(Box::new(list))
            }
            "citation" => DatasetField::Citation(object_plan(planner, "DatasetCitation", &merged)?),
            "labels" => DatasetField::Labels(object_plan(planner, "ValueLabel", &merged)?),
            "populationBands" => DatasetField::Bands(object_plan(planner, "BandEdges", &merged)?),
            "counts" => DatasetField::Counts(object_plan(planner, "TableCount", &merged)?),
            _ => DatasetField::TypeName,
        };
        shown.push((name, field));
    }
    Ok(Plan(shown))
}

/// The selected fields of an object.
fn object_plan<'a>(
    planner: &Planner<'a>,
    type_name: &str,
    fields: &[&'a Positioned<Field>],
) -> Result<Vec<(Name, String)>, ServerError> {
    let fields = planner.collect(type_name, fields)?.into_iter();
    Ok(fields.map(|(name, merged)| (name, merged[0].node.name.node.to_string())).collect())
}

/// Answers the root field `dataset`.
pub(super) async fn resolve(
    loaders: &Loaders,
    plan: &Plan,
    operator: &Operator,
) -> Result<Value, Error> {
    let session = &loaders.session;
    let dataset = Dataset::seen_by(session).await?;
    let mut answer = IndexMap::new();
    for (name, shown) in &plan.0 {
        let value = match shown {
            DatasetField::TypeName => Ok(Value::from("Dataset")),
            DatasetField::Revision => Ok(Value::from(dataset.revision)),
            DatasetField::RevisionToken => Ok(Value::from(dataset.token.to_string())),
            DatasetField::Identity => Ok(Value::from(dataset.identity.to_string())),
            DatasetField::LoadedAt => Ok(dataset.loaded_at.map_or(Value::Null, |at| {
                Value::String(at.to_rfc3339_opts(SecondsFormat::Secs, true))
            })),
            DatasetField::Synthetic => Ok(Value::Boolean(dataset.synthetic)),
            DatasetField::Licence => Ok(Value::from(LICENCE)),
            DatasetField::List(plan) => run::root(loaders, plan).await,
            DatasetField::Citation(fields) => citation(&dataset, operator, fields),
            DatasetField::Labels(fields) => Ok(labels_of(loaders.catalog, fields)),
            DatasetField::Bands(fields) => Ok(bands(fields)),
            DatasetField::Counts(fields) => counts(session, loaders.catalog).await.map(|counts| {
                let count = |(table, rows): &(&'static str, i64)| {
                    object("TableCount", fields, |field| match field {
                        "table" => Value::from(*table),
                        _ => Value::from(*rows),
                    })
                };
                Value::List(counts.iter().map(count).collect())
            }),
        };
        answer.insert(name.clone(), value.unwrap_or_else(|error| loaders.fail(error)));
    }
    Ok(Value::Object(answer))
}

/// The selected fields of an object.
fn object(
    type_name: &'static str,
    fields: &[(Name, String)],
    value: impl Fn(&str) -> Value,
) -> Value {
    let value = |(name, field): &(Name, String)| {
        let is_name = field == "__typename";
        (name.clone(), if is_name { Value::from(type_name) } else { value(field) })
    };
    Value::Object(fields.iter().map(value).collect())
}

/// The labels of all values of enums.
fn labels_of(catalog: &Catalog, fields: &[(Name, String)]) -> Value {
    let shown = |label: labels::ValueLabel| {
        object("ValueLabel", fields, |field| {
            Value::from(match field {
                "enum" => label.of.as_str(),
                "value" => label.value.as_str(),
                "label" => label.label.as_str(),
                _ => label.description.as_str(),
            })
        })
    };
    Value::List(labels::labels(catalog).into_iter().map(shown).collect())
}

/// The bands of population.
fn bands(fields: &[(Name, String)]) -> Value {
    let shown = |band: labels::BandEdges| {
        object("BandEdges", fields, |field| match field {
            "band" => Value::Enum(Name::new(&band.band)),
            "from" => Value::from(band.from),
            "to" => band.to.map_or(Value::Null, Value::from),
            _ => Value::from(band.label.as_str()),
        })
    };
    Value::List(labels::bands().into_iter().map(shown).collect())
}

/// The citation of the dataset. It contains no access date, so it stays the same as long as the data does.
fn citation(
    dataset: &Dataset,
    operator: &Operator,
    fields: &[(Name, String)],
) -> Result<Value, Error> {
    let formats = Formats::of_dataset(&dataset.into(), operator);
    let csl_json = Value::from_json(formats.csl_json).map_err(|error| {
        tracing::error!(%error, "cannot convert the citation to a GraphQL value");
        Error::Internal
    })?;
    Ok(object("DatasetCitation", fields, |field| match field {
        "text" => Value::from(formats.text.as_str()),
        "bibtex" => Value::from(formats.bibtex.as_str()),
        _ => csl_json.clone(),
    }))
}

/// Adds the types of this module.
pub(super) fn types(types: &mut Types<'_>, catalog: &Catalog) {
    let fields = vec![
        field(
            "revision",
            "Int!",
            "The number of the latest load. Every load increments it, and no answer changes between two loads. A \
             request with the header `X-Dataset-Revision`, or with `revision` in its `extensions`, is answered as of \
             that revision or refused. Earlier revisions are kept until the operator removes them.",
            vec![],
        ),
        field(
            "revisionToken",
            "String!",
            "A token that distinguishes this revision from any other with the same number, such as one created after \
             restoring an older backup. A request that names both (`4-00c0ffee00c0ffee`) is answered from exactly this \
             data or refused.",
            vec![],
        ),
        field(
            "identity",
            "String!",
            "A token that distinguishes this dataset from others. It stays the same across loads, and changes when \
             real data replaces synthetic data or everything is loaded anew.",
            vec![],
        ),
        field(
            "loadedAt",
            "DateTime",
            "The time of the latest load. Null before the first load.",
            vec![],
        ),
        field(
            "synthetic",
            "Boolean!",
            "Whether agencies, grants, officers, outcomes and trainees are synthetic. They are until real files are \
             loaded. Synthetic and real rows are never mixed.",
            vec![],
        ),
        field("counts", "[TableCount!]!", "The number of rows of each table.", vec![]),
        field(
            "labels",
            "[ValueLabel!]!",
            "A label for people for each enum value that columns can have, by enum.",
            vec![],
        ),
        field(
            "populationBands",
            "[BandEdges!]!",
            "The limits of each `PopulationBand`, smallest first.",
            vec![],
        ),
        field(
            "sources",
            "SourceConnection!",
            "The sources of the rows. Files (`filter: { kind: { eq: FILE } }`) have a digest and a size, and each \
             source has the load that added it.",
            list_arguments(catalog.table("sources")),
        ),
        field(
            "loads",
            "RevisionConnection!",
            "The loads, with their times and their effects on each table.",
            list_arguments(catalog.table("revisions")),
        ),
        field(
            "citation",
            "DatasetCitation!",
            "How to cite the dataset in its current state. To cite an answer so that others can reproduce and verify \
             it, send its query with the header `GraphQL-Cite: 1`: `cops-graphql verify` reads the resulting \
             `extensions.citation`.",
            vec![],
        ),
        field("licence", "String!", "The terms of the data.", vec![]),
    ];
    types.object("Dataset", "Information about the dataset as a whole.", fields);
    let fields = vec![
        field("table", "String!", "The name of the list, as in the query.", vec![]),
        field("rows", "Int!", "The number of rows.", vec![]),
    ];
    types.object("TableCount", "The number of rows of a table.", fields);
    label_types(types);
    let csl_json = types.declared::<Json<serde_json::Value>>();
    let fields = vec![
        field("text", "String!", "Plain text.", vec![]),
        field("bibtex", "String!", "A BibTeX entry.", vec![]),
        field("cslJson", &csl_json, "A CSL-JSON item for import into reference managers.", vec![]),
    ];
    let description = "The citation of the dataset at its revision, in three formats.";
    types.object("DatasetCitation", description, fields);
}

/// Adds the types of labels and bands.
fn label_types(types: &mut Types<'_>) {
    let fields = vec![
        field("enum", "String!", "The name of the enum, such as `AgencyKind`.", vec![]),
        field("value", "String!", "The value, such as `MUNICIPAL_POLICE`.", vec![]),
        field("label", "String!", "The label, such as `Municipal police`.", vec![]),
        field("description", "String!", "The meaning of the value.", vec![]),
    ];
    types.object("ValueLabel", "The label of an enum value.", fields);
    let fields = vec![
        field("band", "PopulationBand!", "The band.", vec![]),
        field("from", "Int!", "The smallest population of the band.", vec![]),
        field(
            "to",
            "Int",
            "The smallest population of the next band, which is not in this one. Null for the last band.",
            vec![],
        ),
        field("label", "String!", "The label, such as `10,000 to 24,999`.", vec![]),
    ];
    types.object("BandEdges", "The limits of a population band.", fields);
}
