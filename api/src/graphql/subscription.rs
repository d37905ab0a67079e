//! The root of all subscriptions: what a load changed, and the answer of a query after each load.
//!
//! async-graphql only knows the type, so that it is in the schema. The server runs subscriptions itself: `live { X }`
//! is treated as the query `{ X }` ([`super::documents`]), `datasetChanged` is planned like a root field
//! ([`super::root`]), and the server decides when they run.

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
/// The field that reports loads.
const CHANGED: &str = "datasetChanged";

/// The root of all subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct Subscription;

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Subscription")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let description = "The root of all subscriptions. Subscribe over WebSocket (`graphql-transport-ws` at \
            `/graphql/ws`) or with server-sent events (`Accept: text/event-stream` at `/graphql`).";
        registry::subscriptions::<Self>(registry, description, |types| {
            change_types(types);
            vec![
                field(
                    CHANGED,
                    "DatasetChange!",
                    "Reports what changed after each load from now on.",
                    vec![],
                ),
                field(
                    LIVE,
                    "Query!",
                    "The answer of any query, sent at once and again after each load that changes it. \
                     `extensions.dataset.revision` is the revision of an answer.",
                    vec![],
                ),
            ]
        })
    }

    fn create_field_stream<'a>(
        &'a self,
        context: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        let text = "only the server can run a subscription. Subscribe over HTTP";
        let error = ServerError::new(text, Some(context.item.pos));
        Some(Box::pin(stream::once(async { Response::from_errors(vec![error]) })))
    }
}

fn change_types(types: &mut Types<'_>) {
    let fields = vec![
        field("revision", "Int!", "The current revision.", vec![]),
        field(
            "previousRevision",
            "Int",
            "The previous revision, from which changes are counted. Null if another dataset replaced it, whose \
             revisions are unrelated.",
            vec![],
        ),
        field("loadedAt", "DateTime", "The time of the latest load.", vec![]),
        field("synthetic", "Boolean!", "Whether the dataset is synthetic.", vec![]),
        field(
            "loads",
            "Int",
            "The number of loads since `previousRevision`, usually one. Null if the dataset was replaced.",
            vec![],
        ),
        field(
            "tables",
            "[DatasetTableChange!]",
            "The tables in which rows were added, changed or removed, sorted by name. Null if the dataset was \
             replaced.",
            vec![],
        ),
    ];
    types.object("DatasetChange", "A change of the dataset by loads.", fields);
    let rows = |name, about| field(name, "Int!", about, vec![]);
    let fields = vec![
        field(
            "table",
            "String!",
            "The name of the list, as in the query. The changes row by row are in the field for the same type, such as \
             `grantChanges`.",
            vec![],
        ),
        rows("added", "The number of rows added."),
        rows("changed", "The number of rows changed."),
        rows("removed", "The number of rows removed."),
    ];
    let description = "The number of rows of a table that loads changed, added up over the loads: a row that two loads \
        changed counts twice.";
    types.object("DatasetTableChange", description, fields);
}

/// The planned field `datasetChanged`.
#[derive(Debug)]
pub(crate) struct ChangePlan {
    fields: Vec<(Name, DatasetChangeField)>,
    /// The previous revision; `None` if the dataset was replaced.
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
    /// The fields of each table, with their response names.
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
    /// Adds the field to the price of a request.
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

/// The number of loads after a revision.
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

/// The effects of loads on a table.
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

/// The tables that loads changed after a revision, by name.
async fn tables(session: &Session, since: i32) -> Result<Vec<TableChange>, Error> {
    let mut select = Select::select();
    select.column(Alias::new("table_name"));
    for count in ["added", "changed", "removed"] {
        // In PostgreSQL, the sum of integers may have another type.
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
