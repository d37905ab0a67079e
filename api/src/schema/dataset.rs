//! The dataset as a whole: which revision this is, whether it is real, and how to cite it.

use async_graphql::{
    Context, Json, Name, OutputType, Positioned, ServerResult, Value, parser::types::Field,
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
        self, Admitted,
        catalog::Catalog,
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

/// Answers the root field `dataset`.
pub(super) async fn resolve<'a>(
    context: &'a Context<'a>,
    fields: &[&'a Positioned<Field>],
) -> ServerResult<Value> {
    let loaders = query::loaders(context)?;
    let session = &loaders.session;
    if let Admitted::OnlyPriced = query::admit(context, loaders, 1).await? {
        return Ok(Value::Null);
    }
    let dataset = read(session).await.map_err(query::at(context))?;
    let mut answer = IndexMap::new();
    for (name, merged) in query::fields(context, "Dataset", fields) {
        let value = match merged[0].node.name.node.as_str() {
            "revision" => Value::from(dataset.revision),
            "loadedAt" => dataset.loaded_at.map_or(Value::Null, |at| {
                Value::String(at.to_rfc3339_opts(SecondsFormat::Secs, true))
            }),
            "synthetic" => Value::Boolean(dataset.synthetic),
            "citation" => citation(context, &dataset, &merged)?,
            "licence" => Value::from(LICENCE),
            list @ ("sources" | "loads") => {
                let name = if list == "loads" { "revisions" } else { list };
                query::list(context, Catalog::get().table(name), &merged).await?
            }
            "counts" => {
                let counts = counts(session).await.map_err(query::at(context))?;
                let count = |(table, rows): &(&'static str, i64)| {
                    object(context, "TableCount", &merged, |field| match field {
                        "table" => Value::from(*table),
                        _ => Value::from(*rows),
                    })
                };
                Value::List(counts.iter().map(count).collect())
            }
            _ => Value::from("Dataset"),
        };
        answer.insert(name, value);
    }
    Ok(Value::Object(answer))
}

/// The selected fields of an object.
fn object(
    context: &Context<'_>,
    type_name: &'static str,
    merged: &query::Merged<'_>,
    value: impl Fn(&str) -> Value,
) -> Value {
    let fields = query::fields(context, type_name, merged);
    let value = |(name, merged): (Name, query::Merged<'_>)| {
        let field = merged[0].node.name.node.as_str();
        let value = if field == "__typename" { Value::from(type_name) } else { value(field) };
        (name, value)
    };
    Value::Object(fields.into_iter().map(value).collect())
}

/// How the dataset is cited, which is the same as long as it is: it tells of no moment of access.
fn citation(
    context: &Context<'_>,
    dataset: &Dataset,
    merged: &query::Merged<'_>,
) -> ServerResult<Value> {
    let formats = Formats::of_dataset(&dataset.into());
    let csl_json = Value::from_json(formats.csl_json).map_err(|error| {
        tracing::error!(%error, "a citation cannot be written");
        query::at(context)(Error::Internal)
    })?;
    Ok(object(context, "DatasetCitation", merged, |field| match field {
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
