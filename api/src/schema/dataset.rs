//! The dataset as a whole: which revision this is, whether it is real, and how to cite it.

use async_graphql::{
    Json, Name, OutputType, Positioned, ServerError, Value, parser::types::Field,
    registry::Registry,
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::kind::SourceKind;
use indexmap::IndexMap;
use sea_orm::{
    ActiveEnum as _, DatabaseConnection, DbErr,
    sea_query::{Alias, Expr, ExprTrait as _, Func, Order, Query, SelectStatement},
};

use crate::{
    citation::Formats,
    database::Readers,
    error::Error,
    query::{
        self, Connection, Planner,
        catalog::Catalog,
        load::Loaders,
        register::{self, field},
        session::{Purpose, Session},
    },
};

/// The terms of the data, as far as they can be said in a sentence.
const LICENCE: &str = "Works of the United States government are in the public domain in the United \
    States (17 U.S.C. 105). Each source states its own terms.";

/// Which dataset a database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The number of the last load; 0 where there was none.
    pub revision: i32,
    /// When it was made.
    pub loaded_at: Option<DateTime<Utc>>,
    /// Whether any rows are made up.
    pub synthetic: bool,
}

impl Dataset {
    /// Reads which dataset a database holds.
    ///
    /// # Errors
    /// Whatever the database says, as a client may read it.
    pub async fn read(database: &DatabaseConnection) -> Result<Self, Error> {
        Self::of(&database.clone().into()).await
    }

    /// Reads which dataset it is that queries are about.
    pub(crate) async fn of(readers: &Readers) -> Result<Self, Error> {
        read(&Session::new(readers.clone())).await
    }
}

async fn read(session: &Session) -> Result<Dataset, Error> {
    let mut made_up = Query::select();
    made_up
        .expr(Func::count(Expr::cust("*")))
        .from(Alias::new("sources"))
        .and_where(Expr::col(Alias::new("kind")).eq(SourceKind::Synthetic.to_value()));
    let mut select = Query::select();
    select
        .column(Alias::new("id"))
        .column(Alias::new("loaded_at"))
        .expr(subquery(made_up))
        .from(Alias::new("revisions"))
        .order_by(Alias::new("id"), Order::Desc)
        .limit(1);
    let rows = session.all("revisions", Purpose::Dataset, select).await?;
    let Some(row) = rows.first() else {
        return Ok(Dataset { revision: 0, loaded_at: None, synthetic: false });
    };
    let read = || {
        Ok::<_, DbErr>(Dataset {
            revision: row.try_get_by_index(0)?,
            loaded_at: row.try_get_by_index(1)?,
            synthetic: row.try_get_by_index::<i64>(2)? > 0,
        })
    };
    Ok(read()?)
}

async fn counts(session: &Session) -> Result<Vec<(&'static str, i64)>, Error> {
    let tables = &Catalog::get().tables;
    let mut select = Query::select();
    for table in tables {
        let mut count = Query::select();
        count.expr(Func::count(Expr::cust("*"))).from(Alias::new(table.name));
        select.expr(subquery(count));
    }
    let rows = session.all("*", Purpose::Dataset, select).await?;
    let row = rows.first().ok_or(Error::Internal)?;
    let count = |(index, table): (usize, &'static query::catalog::Table)| {
        Ok((table.list, row.try_get_by_index(index)?))
    };
    tables.iter().enumerate().map(count).collect()
}

fn subquery(select: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(select.into()))
}

/// The dataset, and what is shown of it.
#[derive(Debug)]
pub(crate) struct Plan(Vec<(Name, Shown)>);

#[derive(Debug)]
enum Shown {
    TypeName,
    Revision,
    LoadedAt,
    Synthetic,
    Licence,
    List(Box<Connection>),
    /// The fields of an object, by what they are called there.
    Citation(Vec<(Name, String)>),
    Counts(Vec<(Name, String)>),
}

/// Plans the root field `dataset`.
pub(super) fn plan<'a>(
    planner: &Planner<'a>,
    fields: &[&'a Positioned<Field>],
    path: &[String],
) -> Result<Plan, ServerError> {
    planner.charge(1);
    let mut shown = Vec::new();
    for (name, merged) in planner.collect("Dataset", fields)? {
        let field = match merged[0].node.name.node.as_str() {
            "revision" => Shown::Revision,
            "loadedAt" => Shown::LoadedAt,
            "synthetic" => Shown::Synthetic,
            "licence" => Shown::Licence,
            list @ ("sources" | "loads") => {
                let table = if list == "loads" { "revisions" } else { list };
                let path = [path, &[name.to_string()]].concat();
                let list = query::plan_list(planner, Catalog::get().table(table), &merged, &path)?;
                Shown::List(Box::new(list))
            }
            "citation" => Shown::Citation(object_plan(planner, "DatasetCitation", &merged)?),
            "counts" => Shown::Counts(object_plan(planner, "TableCount", &merged)?),
            _ => Shown::TypeName,
        };
        shown.push((name, field));
    }
    Ok(Plan(shown))
}

/// The fields that are selected of an object.
fn object_plan<'a>(
    planner: &Planner<'a>,
    type_name: &str,
    fields: &[&'a Positioned<Field>],
) -> Result<Vec<(Name, String)>, ServerError> {
    let fields = planner.collect(type_name, fields)?.into_iter();
    Ok(fields.map(|(name, merged)| (name, merged[0].node.name.node.to_string())).collect())
}

/// Answers the root field `dataset`.
pub(super) async fn resolve(loaders: &Loaders, plan: &Plan) -> Result<Value, Error> {
    let session = &loaders.session;
    let dataset = read(session).await?;
    let mut answer = IndexMap::new();
    for (name, shown) in &plan.0 {
        let value = match shown {
            Shown::TypeName => Ok(Value::from("Dataset")),
            Shown::Revision => Ok(Value::from(dataset.revision)),
            Shown::LoadedAt => Ok(dataset.loaded_at.map_or(Value::Null, |at| {
                Value::String(at.to_rfc3339_opts(SecondsFormat::Secs, true))
            })),
            Shown::Synthetic => Ok(Value::Boolean(dataset.synthetic)),
            Shown::Licence => Ok(Value::from(LICENCE)),
            Shown::List(plan) => query::list(loaders, plan).await,
            Shown::Citation(fields) => citation(&dataset, fields),
            Shown::Counts(fields) => counts(session).await.map(|counts| {
                let count = |(table, rows): &(&'static str, i64)| {
                    object("TableCount", fields, |field| match field {
                        "table" => Value::from(*table),
                        _ => Value::from(*rows),
                    })
                };
                Value::List(counts.iter().map(count).collect())
            }),
        };
        answer.insert(name.clone(), value.unwrap_or_else(|error| session.fail(error)));
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

/// How the dataset is cited, which is the same as long as it is: it tells of no moment of access.
fn citation(dataset: &Dataset, fields: &[(Name, String)]) -> Result<Value, Error> {
    let formats = Formats::of_dataset(&dataset.into());
    let csl_json = Value::from_json(formats.csl_json).map_err(|error| {
        tracing::error!(%error, "a citation cannot be written");
        Error::Internal
    })?;
    Ok(object("DatasetCitation", fields, |field| match field {
        "text" => Value::from(formats.text.as_str()),
        "bibtex" => Value::from(formats.bibtex.as_str()),
        _ => csl_json.clone(),
    }))
}

/// Registers the types of this module.
pub(super) fn register(registry: &mut Registry) {
    let fields = vec![
        field(
            "revision",
            "Int!",
            "The number of the last load. It grows with every load; between two loads no answer changes. A request that \
             names it, by the header `X-Dataset-Revision` or as `revision` among its `extensions`, is answered of this \
             revision or refused: only the current one is kept.",
            vec![],
        ),
        field("loadedAt", "DateTime", "When that load was made. Null before the first.", vec![]),
        field(
            "synthetic",
            "Boolean!",
            "Whether agencies, grants, officers, outcomes and trainees are made up. They are until real files are \
             loaded; made-up and real rows are never mixed.",
            vec![],
        ),
        field("counts", "[TableCount!]!", "How many rows each table has.", vec![]),
        field(
            "sources",
            "SourceConnection!",
            "Where the rows came from. Files (`filter: { kind: { eq: FILE } }`) have a digest and a size, and each \
             source the load that brought it.",
            register::list_arguments(Catalog::get().table("sources")),
        ),
        field(
            "loads",
            "RevisionConnection!",
            "What was loaded when, and what that did to each table.",
            register::list_arguments(Catalog::get().table("revisions")),
        ),
        field(
            "citation",
            "DatasetCitation!",
            "How to cite the dataset as it stands. To cite an answer, so that others can get it again and see that \
             it is the same, send its query with the header `GraphQL-Cite: 1`: `extensions.citation` is what \
             `cops-graphql verify` reads.",
            vec![],
        ),
        field("licence", "String!", "The terms of the data.", vec![]),
    ];
    register::object_type(registry, "Dataset", "The dataset as a whole.", fields);
    let fields = vec![
        field("table", "String!", "The name of the list, as in the query.", vec![]),
        field("rows", "Int!", "Its number of rows.", vec![]),
    ];
    register::object_type(registry, "TableCount", "How many rows a table has.", fields);
    let csl_json = <Json<serde_json::Value> as OutputType>::create_type_info(registry);
    let fields = vec![
        field("text", "String!", "A sentence.", vec![]),
        field("bibtex", "String!", "An entry of BibTeX.", vec![]),
        field(
            "cslJson",
            &csl_json,
            "An item of CSL-JSON, as reference managers import it.",
            vec![],
        ),
    ];
    let description = "How to cite the dataset, at its revision: in three formats.";
    register::object_type(registry, "DatasetCitation", description, fields);
}
