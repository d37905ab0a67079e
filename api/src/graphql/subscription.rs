//! The root of all subscriptions: what a load changed, and the answer of a query after each load.
//!
//! async-graphql knows the type, so it is in the schema, and does not run it. `live { X }` is read as the query `{ X }`
//! ([`super::documents`]), and `datasetChanged` is planned like a root field ([`super::root`]); when they run is for the
//! server to say.

use std::{borrow::Cow, pin::Pin};

use async_graphql::{
    Context, Name, Positioned, Response, ServerError, SubscriptionType, Value, parser::types::Field,
};
use chrono::SecondsFormat;
use futures_util::{Stream, stream};
use indexmap::IndexMap;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Order, Query as Select};

use super::registry::{self, Registry, Types, field};
use crate::{
    catalog::dataset::Dataset,
    database::session::{Purpose, Session},
    error::Error,
    limits::work::Work,
    query::{load::Loaders, planner::Planner, price::Price},
};

/// The field that answers any query.
pub(crate) const LIVE: &str = "live";
/// The field that tells of loads.
const CHANGED: &str = "datasetChanged";

/// Everything that can be subscribed to.
#[derive(Clone, Copy, Debug)]
pub struct Subscription;

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Subscription")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let description = "Everything that can be subscribed to, by WebSocket (`graphql-transport-ws`, at `/graphql/ws`) or as \
            server-sent events (`Accept: text/event-stream`, at `/graphql`).";
        registry::subscriptions::<Self>(registry, description, |types| {
            change_types(types);
            vec![
                field(
                    CHANGED,
                    "DatasetChange!",
                    "What changed, told after each load from now on.",
                    vec![],
                ),
                field(
                    LIVE,
                    "Query!",
                    "The answer of any query: at once, and again after each load that changes it. \
                     `extensions.dataset.revision` says which revision an answer is of.",
                    vec![],
                ),
            ]
        })
    }

    fn create_field_stream<'a>(
        &'a self,
        context: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        let text = "a subscription is run by the server, which knows of loads: subscribe over HTTP";
        let error = ServerError::new(text, Some(context.item.pos));
        Some(Box::pin(stream::once(async { Response::from_errors(vec![error]) })))
    }
}

fn change_types(types: &mut Types<'_>) {
    let fields = vec![
        field("revision", "Int!", "The revision that there is now.", vec![]),
        field(
            "previousRevision",
            "Int",
            "The revision that there was before, from which the changes are counted. Null where the dataset was replaced \
             by another one, whose revisions are not those of the first.",
            vec![],
        ),
        field("loadedAt", "DateTime", "When the last load was made.", vec![]),
        field("synthetic", "Boolean!", "Whether rows of the dataset are made up.", vec![]),
        field(
            "loads",
            "Int",
            "How many loads there were since `previousRevision`: usually one. Null where the dataset was replaced.",
            vec![],
        ),
        field(
            "tables",
            "[DatasetTableChange!]",
            "The tables in which rows were added, changed or removed, by name. Null where the dataset was replaced.",
            vec![],
        ),
    ];
    types.object("DatasetChange", "What loads have changed.", fields);
    let rows = |name, about| field(name, "Int!", about, vec![]);
    let fields = vec![
        field(
            "table",
            "String!",
            "The name of the list, as in the query. Its changes, row by row, are in the field of the same type, such as \
             `grantChanges`.",
            vec![],
        ),
        rows("added", "Rows that were added."),
        rows("changed", "Rows that were changed."),
        rows("removed", "Rows that were removed."),
    ];
    let description = "How many rows of a table loads have changed. Several loads are added up: a row that two of them \
        changed counts twice.";
    types.object("DatasetTableChange", description, fields);
}

/// What is shown of a change, and since when.
#[derive(Debug)]
pub(crate) struct ChangePlan {
    fields: Vec<(Name, DatasetChangeField)>,
    /// The revision before; none where the dataset is another one.
    since: Option<i32>,
}

#[derive(Debug)]
enum DatasetChangeField {
    TypeName,
    Revision,
    PreviousRevision,
    LoadedAt,
    Synthetic,
    Loads,
    /// The fields of each, by what they are called there.
    Tables(Vec<(Name, String)>),
}

/// Plans the field `datasetChanged`.
pub(super) fn plan<'a>(
    planner: &Planner<'a>,
    fields: &[&'a Positioned<Field>],
    since: Option<i32>,
) -> Result<ChangePlan, ServerError> {
    let mut shown = Vec::new();
    for (name, merged) in planner.collect("DatasetChange", fields)? {
        let field = match merged[0].node.name.node.as_str() {
            "revision" => DatasetChangeField::Revision,
            "previousRevision" => DatasetChangeField::PreviousRevision,
            "loadedAt" => DatasetChangeField::LoadedAt,
            "synthetic" => DatasetChangeField::Synthetic,
            "loads" => DatasetChangeField::Loads,
            "tables" => {
                let fields = planner.collect("DatasetTableChange", &merged)?.into_iter();
                let named = |(name, merged): (Name, Vec<&Positioned<Field>>)| {
                    (name, merged[0].node.name.node.to_string())
                };
                DatasetChangeField::Tables(fields.map(named).collect())
            }
            _ => DatasetChangeField::TypeName,
        };
        shown.push((name, field));
    }
    Ok(ChangePlan { fields: shown, since })
}

impl ChangePlan {
    /// Adds it to the price of a request.
    pub(super) fn price(&self, price: &mut Price<'_>) {
        let is_read = |field: &DatasetChangeField| {
            matches!(field, DatasetChangeField::Loads | DatasetChangeField::Tables(_))
        };
        let read = self.fields.iter().filter(|(_, field)| is_read(field)).count();
        price.add(Work::statements(1 + read as u64));
    }
}

/// Answers the field `datasetChanged`.
pub(super) async fn resolve(loaders: &Loaders, plan: &ChangePlan) -> Result<Value, Error> {
    let session = &loaders.session;
    let dataset = Dataset::seen_by(session).await?;
    let mut answer = IndexMap::new();
    for (name, shown) in &plan.fields {
        let value = match (shown, plan.since) {
            (DatasetChangeField::TypeName, _) => Value::from("DatasetChange"),
            (DatasetChangeField::Revision, _) => Value::from(dataset.revision),
            (DatasetChangeField::PreviousRevision, since) => since.map_or(Value::Null, Value::from),
            (DatasetChangeField::LoadedAt, _) => dataset.loaded_at.map_or(Value::Null, |at| {
                Value::String(at.to_rfc3339_opts(SecondsFormat::Secs, true))
            }),
            (DatasetChangeField::Synthetic, _) => Value::Boolean(dataset.synthetic),
            (DatasetChangeField::Loads | DatasetChangeField::Tables(_), None) => Value::Null,
            (DatasetChangeField::Loads, Some(since)) => Value::from(loads(session, since).await?),
            (DatasetChangeField::Tables(fields), Some(since)) => {
                let tables = tables(session, since).await?;
                Value::List(tables.iter().map(|table| table.show(fields)).collect())
            }
        };
        answer.insert(name.clone(), value);
    }
    Ok(Value::Object(answer))
}

/// How many loads there were after a revision.
async fn loads(session: &Session, since: i32) -> Result<i64, Error> {
    let mut count = Select::select();
    count
        .expr(Expr::cust("COUNT(*)"))
        .from(Alias::new("revisions"))
        .and_where(Expr::col(Alias::new("id")).gt(since));
    let rows = session.all("revisions", Purpose::Dataset, count).await?;
    let row = rows.first().ok_or(Error::Internal)?;
    Ok(row.try_get_by_index(0)?)
}

/// What loads have done to a table.
struct TableChange {
    table: String,
    added: i64,
    changed: i64,
    removed: i64,
}

impl TableChange {
    fn show(&self, fields: &[(Name, String)]) -> Value {
        let value = |(name, field): &(Name, String)| {
            let value = match field.as_str() {
                "table" => Value::from(self.table.as_str()),
                "added" => Value::from(self.added),
                "changed" => Value::from(self.changed),
                "removed" => Value::from(self.removed),
                _ => Value::from("DatasetTableChange"),
            };
            (name.clone(), value)
        };
        Value::Object(fields.iter().map(value).collect())
    }
}

/// The tables that loads have changed after a revision, by name.
async fn tables(session: &Session, since: i32) -> Result<Vec<TableChange>, Error> {
    let mut select = Select::select();
    select.column(Alias::new("table_name"));
    for count in ["added", "changed", "removed"] {
        // The sum of integers is another type in PostgreSQL.
        select.expr(Expr::col(Alias::new(count)).sum().cast_as(Alias::new("bigint")));
    }
    select
        .from(Alias::new("table_loads"))
        .and_where(Expr::col(Alias::new("revision_id")).gt(since))
        .group_by_col(Alias::new("table_name"))
        .order_by(Alias::new("table_name"), Order::Asc);
    let rows = session.all("table_loads", Purpose::Dataset, select).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let change = TableChange {
            table: row.try_get_by_index(0)?,
            added: row.try_get_by_index(1)?,
            changed: row.try_get_by_index(2)?,
            removed: row.try_get_by_index(3)?,
        };
        if (change.added, change.changed, change.removed) != (0, 0, 0) {
            found.push(change);
        }
    }
    Ok(found)
}
