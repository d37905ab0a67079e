//! The dataset as a whole: which revision this is, whether it is real, and how to cite it.

use async_graphql::{
    Context, Name, Positioned, ServerResult, Value, parser::types::Field, registry::Registry,
};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::kind::SourceKind;
use indexmap::IndexMap;
use sea_orm::{
    ActiveEnum as _, DatabaseConnection, DbErr,
    sea_query::{Alias, Expr, ExprTrait as _, Func, Order, Query, SelectStatement},
};

use crate::{
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

    /// How to cite the dataset as it stands.
    pub(crate) fn citation(&self) -> String {
        let kind = if self.synthetic { " (synthetic)" } else { "" };
        let day =
            self.loaded_at.map_or_else(String::new, |at| format!(", loaded {}", at.date_naive()));
        format!(
            "COPS Office funding and outcomes dataset{kind}, revision {}{day}, served by cops-graphql {}.",
            self.revision,
            env!("CARGO_PKG_VERSION")
        )
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
    let rows = session.all("revisions", Purpose::Dataset, &select).await?;
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
    let rows = session.all("*", Purpose::Dataset, &select).await?;
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
            "citation" => Value::String(dataset.citation()),
            "licence" => Value::from(LICENCE),
            "sources" => {
                let table = Catalog::get().table("sources");
                query::list(context, table, &merged).await?
            }
            "counts" => {
                let counts = counts(session).await.map_err(query::at(context))?;
                let fields = query::fields(context, "TableCount", &merged);
                let count = |(table, rows): &(&str, i64)| {
                    let value = |(name, merged): (&Name, &query::Merged<'_>)| {
                        let value = match merged[0].node.name.node.as_str() {
                            "table" => Value::from(*table),
                            "rows" => Value::from(*rows),
                            _ => Value::from("TableCount"),
                        };
                        (name.clone(), value)
                    };
                    Value::Object(fields.iter().map(value).collect())
                };
                Value::List(counts.iter().map(count).collect())
            }
            _ => Value::from("Dataset"),
        };
        answer.insert(name, value);
    }
    Ok(Value::Object(answer))
}

/// Registers the types of this module.
pub(super) fn register(registry: &mut Registry) {
    let fields = vec![
        field(
            "revision",
            "Int!",
            "The number of the last load. It grows with every load; between two loads no answer changes.",
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
            "Where the rows came from.",
            register::list_arguments(Catalog::get().table("sources")),
        ),
        field("citation", "String!", "How to cite the dataset as it stands.", vec![]),
        field("licence", "String!", "The terms of the data.", vec![]),
    ];
    register::object_type(registry, "Dataset", "The dataset as a whole.", fields);
    let fields = vec![
        field("table", "String!", "The name of the list, as in the query.", vec![]),
        field("rows", "Int!", "Its number of rows.", vec![]),
    ];
    register::object_type(registry, "TableCount", "How many rows a table has.", fields);
}
