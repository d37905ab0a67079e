//! Rows looked up by a global id, or by a natural key such as an ORI.

use std::collections::HashMap;

use async_graphql::{Positioned, ServerError, Value, parser::types::Field};
use indexmap::IndexMap;
use sea_orm::sea_query::{Alias, Query};

use super::{id, load::Loaders, plan::Lookup, planner::Planner, price::Price};
use crate::{
    catalog::{
        predicate::{Comparison, Predicate, Test, column_of},
        scalar::items,
        table::{NaturalKey, Table},
    },
    database::session::Purpose,
    error::Error,
    limits::work::Work,
};

/// A root field that looks up one row by an id or a natural key.
#[derive(Debug)]
pub(crate) struct NodePlan {
    table: &'static Table,
    by: NodeKey,
    plan: Lookup,
}

/// The key that identifies a row.
#[derive(Debug)]
enum NodeKey {
    Key(i32),
    Natural(&'static NaturalKey, String),
}

impl NodePlan {
    /// Adds it to the price of a request.
    pub(crate) fn price(&self, price: &mut Price<'_>) -> Result<(), Error> {
        if let NodeKey::Natural(..) = self.by {
            price.add(Work::statements(1));
        }
        price.lookup(&self.plan, 1)
    }

    pub(crate) fn table(&self) -> &'static Table {
        self.table
    }
}

/// Plans the lookup of one row by its key.
pub(crate) fn plan_one<'a>(
    planner: &Planner<'a>,
    table: &'static Table,
    fields: &[&'a Positioned<Field>],
    path: &[String],
) -> Result<NodePlan, ServerError> {
    let plan = planner.lookup(table, fields, path)?;
    let by = by(planner, table, planner.arguments(fields[0]).remove("by"));
    let by = by.map_err(|error| error.at(fields[0].pos, path))?;
    Ok(NodePlan { table, by, plan })
}

/// Reads the argument `by`, which has one field.
fn by(
    planner: &Planner<'_>,
    table: &'static Table,
    value: Option<Value>,
) -> Result<NodeKey, Error> {
    let field = match value {
        Some(Value::Object(by)) => by.into_iter().next(),
        _ => None,
    };
    let Some((name, value)) = field else {
        return Err(Error::BadArgument("by: name one key".to_owned()));
    };
    if value == Value::Null {
        return Err(Error::BadArgument(format!("by.{name}: the key is null; give it a value")));
    }
    let text = text_of(&value);
    if name == "id" {
        let (found, key) = id::decode(planner.catalog, &text)?;
        if found.name != table.name {
            let (is, wants) = (&found.type_name, &table.type_name);
            let text = format!("by.id: {text:?} is the id of {is}, not {wants}");
            return Err(Error::BadArgument(text));
        }
        return Ok(NodeKey::Key(key));
    }
    let natural = table.natural_keys.iter().find(|natural| natural.argument == name);
    let natural =
        natural.ok_or_else(|| Error::BadArgument(format!("by.{name}: there is no such key")))?;
    Ok(NodeKey::Natural(natural, text))
}

/// Answers the lookup of one row; null if there is none.
pub(crate) async fn one(loaders: &Loaders, plan: &NodePlan) -> Result<Value, Error> {
    let key = match &plan.by {
        NodeKey::Key(key) => Some(*key),
        NodeKey::Natural(natural, text) => find(loaders, plan.table, natural, text).await?,
    };
    let Some(key) = key else { return Ok(Value::Null) };
    let mut found = loaders.lookup(&plan.plan, &[key]).await?;
    Ok(found.remove(&key).unwrap_or_default())
}

/// Objects by their ids, of any type.
#[derive(Debug)]
pub(crate) struct Objects {
    ids: Vec<(&'static Table, i32)>,
    plans: IndexMap<&'static str, Lookup>,
}

impl Objects {
    /// Adds them to the price of a request.
    pub(crate) fn price(&self, price: &mut Price<'_>) -> Result<(), Error> {
        for (name, lookup) in &self.plans {
            let keys = self.ids.iter().filter(|(table, _)| table.name == *name).count();
            price.lookup(lookup, keys as u64)?;
        }
        Ok(())
    }
}

/// Plans the root fields `node` and `nodes`, given the argument with the ids.
pub(crate) fn plan_objects<'a>(
    planner: &Planner<'a>,
    argument: &str,
    fields: &[&'a Positioned<Field>],
    path: &[String],
) -> Result<Objects, ServerError> {
    let at = |error: Error| error.at(fields[0].pos, path);
    let value = planner.arguments(fields[0]).remove(argument);
    let values = items(value.as_ref());
    let (count, most) = (values.len(), planner.limits.page);
    if count > most as usize {
        let text = format!("{argument}: {count} ids exceed the limit of {most} for a request");
        return Err(at(Error::BadArgument(text)));
    }
    let ids = values.iter().map(|id| id::decode(planner.catalog, &text_of(id)));
    let ids: Vec<(&'static Table, i32)> = ids.collect::<Result<_, _>>().map_err(at)?;
    let mut plans = IndexMap::new();
    for (table, _) in &ids {
        if !plans.contains_key(table.name) {
            plans.insert(table.name, planner.lookup(table, fields, path)?);
        }
    }
    Ok(Objects { ids, plans })
}

/// The text of an id, which GraphQL allows to be written as a number.
fn text_of(id: &Value) -> String {
    match id {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Answers the lookup of objects, in the order of the ids; null for an id without an object.
pub(crate) async fn objects(loaders: &Loaders, plan: &Objects) -> Result<Vec<Value>, Error> {
    let mut found = HashMap::new();
    for (name, lookup) in &plan.plans {
        let keys = plan.ids.iter().filter(|(table, _)| table.name == *name);
        let keys: Vec<i32> = keys.map(|(_, key)| *key).collect();
        found.insert(*name, loaders.lookup(lookup, &keys).await?);
    }
    let value = |(table, key): &(&Table, i32)| found.get(table.name)?.get(key).cloned();
    Ok(plan.ids.iter().map(|id| value(id).unwrap_or_default()).collect())
}

/// The key of the row that has a natural key.
async fn find(
    loaders: &Loaders,
    table: &'static Table,
    natural: &NaturalKey,
    text: &str,
) -> Result<Option<i32>, Error> {
    let value = (natural.normalise)(text);
    let is = |column: &&'static str| Predicate::Is {
        column,
        test: Test::Compare(Comparison::Equal, value.clone().into()),
    };
    let any = Predicate::Any(natural.columns.iter().map(is).collect());
    let session = &loaders.session;
    let mut select = Query::select();
    select
        .expr(column_of(table.name, table.key))
        .from(Alias::new(table.name))
        .and_where(any.to_sql(table.name, session.backend()))
        .limit(1);
    let rows = session.all(table.name, Purpose::Key, select).await?;
    Ok(rows.first().map(|row| row.try_get_by_index(0)).transpose()?)
}
