//! Runs a plan, a level at a time: all rows of one level and field are loaded together, whoever their
//! parents are.
//!
//! A resolver for each field of each row would make thousands of futures for one answer. Here there is
//! one for each relation field of the query; the cells of a row are moved into place without any.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Name, Value as GraphQl};
use futures_util::future::{BoxFuture, FutureExt as _, try_join_all};
use indexmap::IndexMap;

use super::{
    id,
    load::{Loaders, Page, Row, root_count, root_page},
    order::encode_cursor,
    plan::{Connection, ConnectionField, EdgeField, Lookup, PageInfoField, RowField, Rows},
};
use crate::error::Error;

/// A page with the number of all rows, where it was asked for.
type Counted = (Page, i64);

/// The connection of a list that has no parent.
pub(crate) async fn root(loaders: &Loaders, plan: &Connection) -> Result<GraphQl, Error> {
    let session = &loaders.session;
    let page = match plan.reads_rows() {
        true => root_page(session, &plan.list, &plan.picks).await?,
        false => Page::default(),
    };
    let count = match known_count(plan, &page) {
        Some(count) => count,
        None => root_count(session, &plan.list).await?,
    };
    let mut answers = connections(loaders, plan, vec![(page, count)]).await?;
    Ok(answers.pop().unwrap_or_default())
}

/// The objects of rows that are looked up by key.
pub(crate) async fn lookup(
    loaders: &Loaders,
    plan: &Lookup,
    keys: &[i32],
) -> Result<HashMap<i32, GraphQl>, Error> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let found = loaders.by_key(plan.rows.table, &plan.picks, keys.clone()).await?;
    let rows: Vec<_> = keys.iter().filter_map(|key| found.get(key).cloned()).collect();
    let values = objects(loaders, &plan.rows, &rows).await?;
    Ok(rows.iter().map(|row| row.key).zip(values).collect())
}

/// The number of all rows where the page itself tells, or where nobody asks.
fn known_count(plan: &Connection, page: &Page) -> Option<i64> {
    if !plan.counts() {
        return Some(0);
    }
    let tells = plan.reads_rows() && plan.list.is_whole() && !page.more;
    tells.then(|| i64::try_from(page.rows.len()).unwrap_or(i64::MAX))
}

/// The connections of many parents: those without rows get an empty one.
async fn many(
    loaders: &Loaders,
    plan: &Connection,
    parent: &'static str,
    parents: Vec<i32>,
) -> Result<Vec<GraphQl>, Error> {
    let mut pages = match plan.reads_rows() {
        true => loaders.by_parent(&plan.list, &plan.picks, parent, parents.clone()).await?,
        false => HashMap::new(),
    };
    let uncounted: Vec<i32> = parents
        .iter()
        .copied()
        .filter(|parent| {
            let page = pages.get(parent);
            page.map_or_else(|| known_count(plan, &Page::default()), |page| known_count(plan, page))
                .is_none()
        })
        .collect();
    let counts = match uncounted.is_empty() {
        true => HashMap::new(),
        false => loaders.count_by_parent(&plan.list, parent, uncounted).await?,
    };
    let counted = parents.iter().map(|parent| {
        let page = pages.remove(parent).unwrap_or_default();
        let count = counts.get(parent).copied();
        let count = count.or_else(|| known_count(plan, &page)).unwrap_or_default();
        (page, count)
    });
    connections(loaders, plan, counted.collect()).await
}

async fn connections(
    loaders: &Loaders,
    plan: &Connection,
    pages: Vec<Counted>,
) -> Result<Vec<GraphQl>, Error> {
    let table = plan.list.table;
    let rows: Vec<Arc<Row>> =
        pages.iter().flat_map(|(page, _)| page.rows.iter().cloned()).collect();
    let cursor = |row: &Row| {
        let cells: Vec<_> = plan.keys.iter().map(|cell| row.cells[*cell].clone()).collect();
        GraphQl::String(encode_cursor(table, &plan.list.order, &cells))
    };
    let fields = plan.fields.iter().map(|(_, field)| {
        async {
            Ok::<_, Error>(match field {
                ConnectionField::TypeName => {
                    repeat(format!("{}Connection", table.type_name), pages.len())
                }
                ConnectionField::TotalCount => {
                    pages.iter().map(|(_, count)| GraphQl::Number((*count).into())).collect()
                }
                ConnectionField::Nodes(plan) => {
                    let nodes = objects(loaders, plan, &rows).await?;
                    by_page(nodes, &pages)
                }
                ConnectionField::Edges(fields) => {
                    let mut columns = Vec::with_capacity(fields.len());
                    for (_, field) in fields {
                        columns.push(match field {
                            EdgeField::TypeName => {
                                repeat(format!("{}Edge", table.type_name), rows.len())
                            }
                            EdgeField::Cursor => rows.iter().map(|row| cursor(row)).collect(),
                            EdgeField::Node(plan) => objects(loaders, plan, &rows).await?,
                        });
                    }
                    by_page(assemble(fields, columns, rows.len()), &pages)
                }
                ConnectionField::PageInfo(fields) => pages
                    .iter()
                    .map(|(page, _)| {
                        let (before, after) = plan.list.neighbours(page.more);
                        let value = |field: &PageInfoField| match field {
                            PageInfoField::TypeName => GraphQl::from("PageInfo"),
                            PageInfoField::HasNextPage => GraphQl::Boolean(after),
                            PageInfoField::HasPreviousPage => GraphQl::Boolean(before),
                            PageInfoField::StartCursor => {
                                page.rows.first().map_or(GraphQl::Null, |row| cursor(row))
                            }
                            PageInfoField::EndCursor => {
                                page.rows.last().map_or(GraphQl::Null, |row| cursor(row))
                            }
                        };
                        let fields =
                            fields.iter().map(|(name, field)| (name.clone(), value(field)));
                        GraphQl::Object(fields.collect())
                    })
                    .collect(),
            })
        }
        .boxed()
    });
    let columns = try_join_all(fields).await?;
    Ok(assemble(&plan.fields, columns, pages.len()))
}

/// The objects of rows, in their order.
fn objects<'a>(
    loaders: &'a Loaders,
    plan: &'a Rows,
    rows: &'a [Arc<Row>],
) -> BoxFuture<'a, Result<Vec<GraphQl>, Error>> {
    async move {
        let fields = plan.fields.iter().map(|(_, field)| column(loaders, plan, field, rows));
        let columns = try_join_all(fields).await?;
        Ok(assemble(&plan.fields, columns, rows.len()))
    }
    .boxed()
}

/// The values of one field for all rows.
async fn column(
    loaders: &Loaders,
    plan: &Rows,
    field: &RowField,
    rows: &[Arc<Row>],
) -> Result<Vec<GraphQl>, Error> {
    Ok(match field {
        RowField::TypeName => repeat(plan.table.type_name.clone(), rows.len()),
        RowField::Id => {
            rows.iter().map(|row| GraphQl::String(id::encode(plan.table, row.key))).collect()
        }
        RowField::Cell(cell) => rows.iter().map(|row| row.cells[*cell].clone()).collect(),
        RowField::One { cell, lookup } => one(loaders, *cell, lookup, rows).await?,
        RowField::Union(arms) => {
            let arms = arms.iter().map(|(cell, lookup)| one(loaders, *cell, lookup, rows).boxed());
            let mut merged = repeat_null(rows.len());
            for values in try_join_all(arms).await? {
                for (value, found) in merged.iter_mut().zip(values) {
                    if found != GraphQl::Null {
                        *value = found;
                    }
                }
            }
            merged
        }
        RowField::Many { to, connection } => {
            let parent = connection.list.table.columns[*to].name;
            let parents = rows.iter().map(|row| row.key).collect();
            many(loaders, connection, parent, parents).await?
        }
    })
}

async fn one(
    loaders: &Loaders,
    cell: usize,
    plan: &Lookup,
    rows: &[Arc<Row>],
) -> Result<Vec<GraphQl>, Error> {
    let key = |row: &Row| match &row.cells[cell] {
        GraphQl::Number(number) => number.as_i64().and_then(|key| i32::try_from(key).ok()),
        _ => None,
    };
    let keys: Vec<i32> = rows.iter().filter_map(|row| key(row)).collect();
    if keys.is_empty() {
        return Ok(repeat_null(rows.len()));
    }
    let found = lookup(loaders, plan, &keys).await?;
    let value = |row: &Arc<Row>| key(row).and_then(|key| found.get(&key).cloned());
    Ok(rows.iter().map(|row| value(row).unwrap_or_default()).collect())
}

/// Turns values by field into objects.
fn assemble<F>(fields: &[(Name, F)], columns: Vec<Vec<GraphQl>>, count: usize) -> Vec<GraphQl> {
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    let object = |_| {
        let mut object = IndexMap::with_capacity(fields.len());
        for ((name, _), values) in fields.iter().zip(&mut columns) {
            object.insert(name.clone(), values.next().unwrap_or_default());
        }
        GraphQl::Object(object)
    };
    (0..count).map(object).collect()
}

fn by_page(values: Vec<GraphQl>, pages: &[Counted]) -> Vec<GraphQl> {
    let mut values = values.into_iter();
    let page = |(page, _): &Counted| GraphQl::List(values.by_ref().take(page.rows.len()).collect());
    pages.iter().map(page).collect()
}

fn repeat(text: String, count: usize) -> Vec<GraphQl> {
    vec![GraphQl::String(text); count]
}

fn repeat_null(count: usize) -> Vec<GraphQl> {
    vec![GraphQl::Null; count]
}
