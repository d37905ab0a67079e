//! The machinery of a list, with no word of the domain in it but the units of [`measured`]: filter, order,
//! page, plan, load, aggregates.
//!
//! `schema/` says what there is ([`catalog::Table`]); this module does the rest for all of it alike.
//! A root field runs in three steps:
//! 1. [`plan`] turns the selection and its arguments into a plan. Whatever is wrong with them is found
//!    here, before anything is read; only a year whose prices this program knows, and the database does not,
//!    is found by who computes.
//! 2. [`run`] walks the plan a level at a time, and asks [`load`] for the rows of each level and field
//!    at once. Relations go through the `dataloader` crate, but for what was looked up before ([`kept`]).
//! 3. The rows, already GraphQL values ([`packed`]), are put together.
//!
//! A list that becomes a file goes on where its page would end ([`export`]), and its values stay in columns
//! ([`shown`]), whose types [`columns`] knows.
//!
//! What is computed of all rows is planned and shown by [`measured`]. Whatever a request reads goes through its
//! [`session`], which can tell of it.
//!
//! Why not a resolver a field, as async-graphql derives them: a list of 50 x 10 x 2 rows is 5,000
//! boxed futures then, and costs more than its SQL. The crate still parses, validates and introspects;
//! [`register`] tells its registry the types that it would have derived.

pub(crate) mod catalog;
pub(crate) mod columns;
pub(crate) mod export;
pub(crate) mod filter;
mod id;
pub(crate) mod kept;
pub(crate) mod load;
mod measured;
mod order;
mod packed;
mod page;
mod plan;
pub(crate) mod predicate;
pub(crate) mod register;
mod run;
pub(crate) mod scalar;
pub(crate) mod session;
pub(crate) mod shown;

use std::collections::HashMap;

use async_graphql::{
    Context, Name, Positioned, ServerError, ServerResult, Value, parser::types::Field,
};
use indexmap::IndexMap;

pub(crate) use self::plan::Merged;
use self::{
    catalog::{Catalog, Table},
    export::Export,
    load::Loaders,
    page::{DEFAULT_PAGE, PageSizes},
    plan::{Lookup, Planner},
    predicate::{Comparison, Predicate, Test, column_of},
    session::Purpose,
};
use crate::{error::Error, limits::Limits};

/// The fields of the document that are one root field of the answer: those of its response key.
pub(crate) fn merged<'a>(context: &'a Context<'a>) -> Merged<'a> {
    let key = &context.item.node.response_key().node;
    Planner::new(context).root().swap_remove(key).unwrap_or_else(|| vec![context.item])
}

/// Answers a root field once, however often it stands in the document. async-graphql asks for each of
/// them and merges the answers, which is harmless where they are the same.
pub(crate) async fn once<'a>(
    context: &'a Context<'a>,
    merged: &Merged<'a>,
    answer: impl Future<Output = ServerResult<Value>>,
) -> ServerResult<Value> {
    if merged.len() == 1 {
        return answer.await;
    }
    let cell = loaders(context)?.shared(&context.item.node.response_key().node);
    let answer = cell.get_or_init(|| answer).await.clone();
    match merged.first() {
        Some(first) if !std::ptr::eq(*first, context.item) => Ok(answer.unwrap_or_default()),
        _ => answer,
    }
}

/// What is to be done with a field that was planned.
pub(crate) enum Admitted {
    ToRead,
    /// Its price was all that is wanted.
    OnlyPriced,
}

/// Charges for a root field that was planned. It is read when all others are planned, too, and where the
/// whole query does not cost too much.
pub(crate) async fn admit(
    context: &Context<'_>,
    loaders: &Loaders,
    price: u64,
) -> ServerResult<Admitted> {
    let session = &loaders.session;
    session.charge(price);
    if !session.has_one_field() {
        // All root fields are polled in turn: each is planned before this goes on.
        tokio::task::yield_now().await;
    }
    let (price, most) = (session.price(), session.limits().cost.into());
    if price > most {
        return Err(at(context)(Error::TooExpensive { price, most }));
    }
    Ok(if session.only_prices() { Admitted::OnlyPriced } else { Admitted::ToRead })
}

/// Answers a list: a root field, or a field of its object.
pub(crate) async fn list<'a>(
    context: &'a Context<'a>,
    table: &'static Table,
    fields: &[&'a Positioned<Field>],
) -> ServerResult<Value> {
    let mut path = path(context);
    let key = fields.first().map(|field| field.node.response_key().node.to_string());
    if path.last() != key.as_ref() {
        path.extend(key);
    }
    let planner = Planner::new(context);
    let plan = planner.connection(table, fields, 1, &path)?;
    let loaders = loaders(context)?;
    if let Some(most) = loaders.session.export_of() {
        let first = planner.arguments(fields[0]).get("first").is_some_and(|it| *it != Value::Null);
        let chosen = first.then_some(plan.list.limit);
        let export = Export::of(plan, most, chosen, planner.price()).map_err(at(context))?;
        loaders.session.leave(export);
        return Ok(Value::Null);
    }
    match admit(context, loaders, planner.price()).await? {
        Admitted::OnlyPriced => Ok(Value::Null),
        Admitted::ToRead => run::root(loaders, &plan).await.map_err(at(context)),
    }
}

/// The fields that are selected of an object.
pub(crate) fn fields<'a>(
    context: &'a Context<'a>,
    type_name: &str,
    fields: &[&'a Positioned<Field>],
) -> IndexMap<Name, Merged<'a>> {
    Planner::new(context).collect(type_name, fields)
}

/// Answers a root field that is the row of an id or of a natural key; null where there is none.
pub(crate) async fn one<'a>(
    context: &'a Context<'a>,
    table: &'static Table,
    fields: &[&'a Positioned<Field>],
) -> ServerResult<Value> {
    let planner = Planner::new(context);
    let plan = planner.lookup(table, fields, 1, &path(context))?;
    let loaders = loaders(context)?;
    if let Admitted::OnlyPriced = admit(context, loaders, planner.price()).await? {
        return Ok(Value::Null);
    }
    let Some(Value::Object(by)) = planner.arguments(context.item).remove("by") else {
        return Err(at(context)(Error::BadArgument("by: is missing".to_owned())));
    };
    let (name, text) = match by.into_iter().next() {
        Some((name, Value::String(text))) => (name, text),
        // GraphQL lets an id be written as a number.
        Some((name, Value::Number(number))) => (name, number.to_string()),
        _ => return Err(at(context)(Error::BadArgument("by: name one key".to_owned()))),
    };
    let key = find(loaders, table, &name, &text).await.map_err(at(context))?;
    let Some(key) = key else { return Ok(Value::Null) };
    let mut found = run::lookup(loaders, &plan, &[key]).await.map_err(at(context))?;
    Ok(found.remove(&key).unwrap_or_default())
}

/// Answers the root field `node`: the object of an id, whatever its type.
pub(crate) async fn node<'a>(
    context: &'a Context<'a>,
    fields: &[&'a Positioned<Field>],
) -> ServerResult<Value> {
    let Some(Value::String(id)) = Planner::new(context).arguments(context.item).remove("id") else {
        return Err(at(context)(Error::BadArgument("id: is missing".to_owned())));
    };
    Ok(objects(context, fields, &[id]).await?.pop().unwrap_or_default())
}

/// Answers the root field `nodes`: the objects of ids, in their order, null where there is none.
pub(crate) async fn nodes<'a>(
    context: &'a Context<'a>,
    fields: &[&'a Positioned<Field>],
) -> ServerResult<Value> {
    let ids = match Planner::new(context).arguments(context.item).remove("ids") {
        Some(Value::List(ids)) => ids,
        Some(id) => vec![id],
        None => Vec::new(),
    };
    let most = limits(context).page;
    if ids.len() > most as usize {
        let count = ids.len();
        let text = format!("ids: {count} are more than one request may name: at most {most}");
        return Err(at(context)(Error::BadArgument(text)));
    }
    let text = |id| match id {
        Value::String(id) => id,
        other => other.to_string(),
    };
    let ids: Vec<String> = ids.into_iter().map(text).collect();
    Ok(Value::List(objects(context, fields, &ids).await?))
}

async fn objects<'a>(
    context: &'a Context<'a>,
    fields: &[&'a Positioned<Field>],
    ids: &[String],
) -> ServerResult<Vec<Value>> {
    let ids = ids.iter().map(|id| id::decode(id)).collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(at(context))?;
    let planner = Planner::new(context);
    let mut plans: IndexMap<&str, (Lookup, Vec<i32>)> = IndexMap::new();
    for (table, key) in &ids {
        if !plans.contains_key(table.name) {
            let count = ids.len() as u64;
            let plan = planner.lookup(table, fields, count, &path(context))?;
            plans.insert(table.name, (plan, Vec::new()));
        }
        if let Some((_, keys)) = plans.get_mut(table.name) {
            keys.push(*key);
        }
    }
    let mut found = HashMap::new();
    let loaders = loaders(context)?;
    if let Admitted::OnlyPriced = admit(context, loaders, planner.price()).await? {
        return Ok(vec![Value::Null; ids.len()]);
    }
    for (table, (plan, keys)) in &plans {
        let rows = run::lookup(loaders, plan, keys).await.map_err(at(context))?;
        found.insert(*table, rows);
    }
    let value = |(table, key): &(&Table, i32)| found.get(table.name)?.get(key).cloned();
    Ok(ids.iter().map(|id| value(id).unwrap_or_default()).collect())
}

/// The key of the row that an id or a natural key names.
async fn find(
    loaders: &Loaders,
    table: &'static Table,
    argument: &str,
    text: &str,
) -> Result<Option<i32>, Error> {
    if argument == "id" {
        let (found, key) = id::decode(text)?;
        if found.name != table.name {
            let (is, wants) = (&found.type_name, &table.type_name);
            let text = format!("by.id: {text:?} is the id of {is}, not {wants}");
            return Err(Error::BadArgument(text));
        }
        return Ok(Some(key));
    }
    let natural = table.natural_keys.iter().find(|natural| natural.argument == argument);
    let natural =
        natural.ok_or_else(|| Error::BadArgument(format!("by.{argument}: no such key")))?;
    let value = (natural.normalise)(text);
    let is = |column: &&'static str| Predicate::Is {
        column,
        test: Test::Compare(Comparison::Equal, value.clone().into()),
    };
    let any = Predicate::Any(natural.columns.iter().map(is).collect());
    let session = &loaders.session;
    let mut select = sea_orm::sea_query::Query::select();
    select
        .expr(column_of(table.name, table.key))
        .from(sea_orm::sea_query::Alias::new(table.name))
        .and_where(any.to_sql(table.name, session.backend()))
        .limit(1);
    let rows = session.all(table.name, Purpose::Key, select).await?;
    Ok(rows.first().map(|row| row.try_get_by_index(0)).transpose()?)
}

/// The table of a GraphQL name, for root fields.
pub(crate) fn root_field(name: &str) -> Option<(&'static Table, bool)> {
    Catalog::get().tables.iter().find_map(|table| match name {
        name if name == table.list => Some((table, true)),
        name if name == table.one && !table.natural_keys.is_empty() => Some((table, false)),
        _ => None,
    })
}

/// The name by which clients know a table.
pub(crate) fn list_name(table: &'static str) -> &'static str {
    let tables = &Catalog::get().tables;
    tables.iter().find(|other| other.name == table).map_or(table, |table| table.list)
}

/// What one query may ask for.
fn limits(context: &Context<'_>) -> Limits {
    loaders(context).map(|loaders| *loaders.session.limits()).unwrap_or_default()
}

/// The pages of lists.
fn page_sizes(context: &Context<'_>) -> PageSizes {
    let is_export = loaders(context).is_ok_and(|loaders| loaders.session.export_of().is_some());
    let setting = if is_export { "--max-export-rows" } else { "--max-page" };
    PageSizes { default: DEFAULT_PAGE, most: limits(context).page, setting }
}

/// Where the field stands in the answer.
fn path(context: &Context<'_>) -> Vec<String> {
    let field: &Positioned<Field> = context.item;
    let parents = context.path_node.as_ref().map(|node| node.to_string_vec()).unwrap_or_default();
    if parents.is_empty() { vec![field.node.response_key().node.to_string()] } else { parents }
}

pub(crate) fn at(context: &Context<'_>) -> impl Fn(Error) -> ServerError {
    let (position, path) = (context.item.pos, path(context));
    move |error| error.at(position, &path)
}

pub(crate) fn loaders<'a>(context: &Context<'a>) -> ServerResult<&'a Loaders> {
    context.data::<Loaders>().map_err(|_| at(context)(Error::Internal))
}
