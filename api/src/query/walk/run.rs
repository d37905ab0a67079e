//! Runs a plan, level by level: all rows of a level and field are loaded together, whatever their parents.
//!
//! A resolver for each field of each row would make thousands of futures for one answer. Here there is one for each
//! relation field of the query, and the cells of a row are moved into place without any.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Name, Number as JsonNumber, Value as GraphQl};
use futures_util::future::{BoxFuture, FutureExt as _, join_all};
use indexmap::IndexMap;

use crate::query::{
    groups::{difference, facets, run as groups},
    id,
    load::Loaders,
    narrow,
    order::encode_cursor,
    plan::{ConnectionField, ConnectionPlan, EdgeField, Lookup, PageInfoField, RowField, RowsPlan},
    price::{BYTES_OF_MEMBER, BYTES_OF_OBJECT, BYTES_OF_VALUE},
    root_page::root_page,
    rows::{Row, RowPage},
    show::Show,
};
use crate::{
    catalog::{place::kilometers, scalar::real_number},
    error::Error,
    measures::{Group, GroupsAnswer, Number, Overlaps, Request},
};

/// The figures of all rows of each list.
type FiguresOfLists = Result<Vec<Group>, Error>;

/// The lists of a level: the root list, or one list for each parent, whose ids are in a column.
#[derive(Clone, Copy)]
enum Lists<'a> {
    One,
    Each(usize, &'a [i32]),
}

/// The connection of a root list.
pub(crate) async fn root(loaders: &Loaders, plan: &ConnectionPlan) -> Result<GraphQl, Error> {
    let narrowed;
    let plan = match plan.is_narrowed() {
        true => {
            narrowed = Box::pin(narrow::narrow(loaders, plan)).await?;
            &narrowed
        }
        false => plan,
    };
    let page = match plan.reads_rows() {
        true => root_page(loaders, &plan.list, &plan.picks).await?,
        false => RowPage::default(),
    };
    let pages = vec![page];
    let figures = totals(loaders, plan, Lists::One, &pages).await;
    let mut answers = connections(loaders, plan, Lists::One, pages, figures).await;
    Ok(answers.pop().unwrap_or_default())
}

impl Loaders {
    /// The objects of rows that are looked up by key. It connects the plans of rows and of groups.
    pub(crate) async fn lookup(
        &self,
        plan: &Lookup,
        keys: &[i32],
    ) -> Result<HashMap<i32, GraphQl>, Error> {
        let rows = found(self, plan, distinct(keys.to_vec())).await?;
        Ok(by_key(self, plan, &rows).await)
    }
}

/// The rows that others refer to by key, without duplicates, in the order of the keys.
pub(crate) async fn related(
    loaders: &Loaders,
    plan: &Lookup,
    keys: Vec<i32>,
) -> Result<Vec<Arc<Row>>, Error> {
    let keys = distinct(keys);
    if keys.is_empty() || plan.reads_nothing() {
        // A foreign key always refers to an existing row.
        let row = |key| Arc::new(Row { key, cells: Vec::new() });
        return Ok(keys.into_iter().map(row).collect());
    }
    found(loaders, plan, keys).await
}

async fn found(loaders: &Loaders, plan: &Lookup, keys: Vec<i32>) -> Result<Vec<Arc<Row>>, Error> {
    let mut found = loaders.by_key(plan.rows.table, &plan.picks, keys.clone()).await?;
    Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
}

async fn by_key(loaders: &Loaders, plan: &Lookup, rows: &[Arc<Row>]) -> HashMap<i32, GraphQl> {
    let values = objects(loaders, &plan.rows, rows).await;
    rows.iter().map(|row| row.key).zip(values).collect()
}

fn distinct(mut keys: Vec<i32>) -> Vec<i32> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The figures of all rows of each list.
async fn totals(
    loaders: &Loaders,
    plan: &ConnectionPlan,
    lists: Lists<'_>,
    pages: &[RowPage],
) -> FiguresOfLists {
    if plan.totals.is_empty() {
        return Ok(vec![Group::default(); pages.len()]);
    }
    // A page that begins at an end of the list and has no neighbor is the whole list.
    let tells = plan.reads_rows() && plan.only_counts() && plan.list.is_whole();
    let known = |page: &RowPage| {
        let count = vec![Number::Whole(page.rows.len().try_into().unwrap_or_default())];
        (tells && !page.more).then(|| Group { figures: count, ..Group::default() })
    };
    let mut figures: Vec<Option<Group>> = pages.iter().map(known).collect();
    let unknown: Vec<usize> = (0..pages.len()).filter(|list| figures[*list].is_none()).collect();
    if unknown.is_empty() {
        return Ok(figures.into_iter().flatten().collect());
    }
    let answers = match lists {
        Lists::One => loaders.measures(&plan.totals).await.map(|answer| vec![answer])?,
        Lists::Each(column, parents) => {
            let parents: Vec<i32> = unknown.iter().map(|list| parents[*list]).collect();
            loaders.measures_by_parent(&plan.totals, column, &parents).await?
        }
    };
    for (list, answer) in unknown.into_iter().zip(answers) {
        figures[list] = answer.groups.first().cloned();
    }
    Ok(figures.into_iter().map(Option::unwrap_or_default).collect())
}

/// The connections of many parents; a parent without rows gets an empty one.
async fn many(
    loaders: &Loaders,
    plan: &ConnectionPlan,
    column: usize,
    parents: &[i32],
) -> Result<Vec<GraphQl>, Error> {
    let mut pages = match plan.reads_rows() {
        true => {
            let parent = plan.list.table.columns[column].name;
            loaders.by_parent(&plan.list, &plan.picks, parent, parents.to_vec()).await?
        }
        false => HashMap::new(),
    };
    let pages: Vec<RowPage> =
        parents.iter().map(|parent| pages.remove(parent).unwrap_or_default()).collect();
    let lists = Lists::Each(column, parents);
    let figures = totals(loaders, plan, lists, &pages).await;
    Ok(connections(loaders, plan, lists, pages, figures).await)
}

/// Connections, from their pages and figures. If a field cannot be read, only that field fails.
async fn connections(
    loaders: &Loaders,
    plan: &ConnectionPlan,
    lists: Lists<'_>,
    pages: Vec<RowPage>,
    figures: FiguresOfLists,
) -> Vec<GraphQl> {
    let rows: Vec<Arc<Row>> = pages.iter().flat_map(|page| page.rows.iter().cloned()).collect();
    let fields = plan.fields.iter().map(|(_, field)| {
        let (rows, pages, figures) = (&rows, &pages, &figures);
        async move {
            let values = connection_field(loaders, plan, lists, field, rows, pages, figures).await;
            values.unwrap_or_else(|error| vec![loaders.fail(error); pages.len()])
        }
        .boxed()
    });
    let columns = join_all(fields).await;
    assemble(&plan.fields, columns, pages.len())
}

/// The answers to a request for each list.
async fn answers_of(
    loaders: &Loaders,
    lists: Lists<'_>,
    request: &Request,
) -> Result<Vec<Arc<GroupsAnswer>>, Error> {
    match lists {
        Lists::One => Ok(vec![loaders.measures(request).await?]),
        Lists::Each(column, parents) => loaders.measures_by_parent(request, column, parents).await,
    }
}

/// The values of one field for all connections.
async fn connection_field(
    loaders: &Loaders,
    plan: &ConnectionPlan,
    lists: Lists<'_>,
    field: &ConnectionField,
    rows: &[Arc<Row>],
    pages: &[RowPage],
    figures: &FiguresOfLists,
) -> Result<Vec<GraphQl>, Error> {
    let cursor = |row: &Row| GraphQl::String(cursor(plan, row));
    Ok(match field {
        ConnectionField::TypeName => {
            repeat(format!("{}Connection", plan.list.table.type_name), pages.len())
        }
        ConnectionField::TotalCount(figure) => {
            let count = |group: &Group| Show::Exact(0).value(group.figures[*figure]);
            figures.as_ref().map_err(Clone::clone)?.iter().map(count).collect::<Result<_, _>>()?
        }
        ConnectionField::Totals(shape) => {
            groups::totals(shape, figures.as_ref().map_err(Clone::clone)?)?
        }
        ConnectionField::Groups(plan) => {
            let answers = answers_of(loaders, lists, &plan.request).await?;
            groups::are_whole(plan, &answers)?;
            groups::groups(loaders, plan, &answers).await?
        }
        ConnectionField::Facets(plan) => {
            let mut of_lists = vec![Vec::new(); pages.len()];
            for facet in &plan.facets {
                let answers = answers_of(loaders, lists, &facet.request).await?;
                for (of_list, answer) in of_lists.iter_mut().zip(answers) {
                    of_list.push(answer);
                }
            }
            let mut shown = Vec::with_capacity(pages.len());
            for answers in &of_lists {
                shown.push(facets::facets(loaders, plan, answers).await?);
            }
            shown
        }
        ConnectionField::Overlap(plan) => {
            let mut shown = Vec::with_capacity(pages.len());
            if let Lists::One = lists {
                let overlaps = loaders.overlaps(&plan.request).await?;
                return Ok(vec![facets::overlap(loaders, plan, &overlaps).await?]);
            }
            for answer in answers_of(loaders, lists, &plan.request).await? {
                let overlaps = Overlaps::of_groups(&answer)?;
                shown.push(facets::overlap(loaders, plan, &overlaps).await?);
            }
            shown
        }
        ConnectionField::Quality(plan) => {
            let found = loaders.quality(plan.table, &plan.keeps).await?;
            vec![facets::quality(plan, &found); pages.len()]
        }
        ConnectionField::Difference(plan) => {
            let found = loaders.difference(&plan.asked).await?;
            vec![difference::difference(&plan.fields, &found); pages.len()]
        }
        ConnectionField::Nodes(plan) => by_page(objects(loaders, plan, rows).await, pages),
        ConnectionField::Edges(fields) => by_page(edges(loaders, plan, fields, rows).await?, pages),
        ConnectionField::PageInfo(fields) => {
            let page_info = |page: &RowPage| {
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
                let fields = fields.iter().map(|(name, field)| (name.clone(), value(field)));
                GraphQl::Object(fields.collect())
            };
            pages.iter().map(page_info).collect()
        }
    })
}

/// The cursor of a row of a list.
pub(crate) fn cursor(plan: &ConnectionPlan, row: &Row) -> String {
    let mut figures = plan.list.order.iter().filter_map(|key| key.figure.as_ref());
    let cells = plan.keys.iter().map(|cell| match cell {
        Some(cell) => row.cells[*cell].clone(),
        None => figures.next().map_or(GraphQl::Null, |figure| figure.cell(row.key)),
    });
    let cells: Vec<_> = cells.collect();
    encode_cursor(plan.list.table, &plan.list.order, &cells)
}

/// The edges to rows, in their order.
async fn edges(
    loaders: &Loaders,
    plan: &ConnectionPlan,
    fields: &[(Name, EdgeField<RowsPlan>)],
    rows: &[Arc<Row>],
) -> Result<Vec<GraphQl>, Error> {
    let mut columns = Vec::with_capacity(fields.len());
    for (_, field) in fields {
        columns.push(edge(loaders, plan, field, rows).await?);
    }
    Ok(assemble(fields, columns, rows.len()))
}

/// The values of one field of the edges to rows.
pub(crate) async fn edge(
    loaders: &Loaders,
    plan: &ConnectionPlan,
    field: &EdgeField<RowsPlan>,
    rows: &[Arc<Row>],
) -> Result<Vec<GraphQl>, Error> {
    Ok(match field {
        EdgeField::TypeName => repeat(format!("{}Edge", plan.list.table.type_name), rows.len()),
        EdgeField::Cursor => rows.iter().map(|row| GraphQl::String(cursor(plan, row))).collect(),
        EdgeField::Node(plan) => objects(loaders, plan, rows).await,
    })
}

/// The objects of rows, in their order. If a field cannot be read, only that field fails.
fn objects<'a>(
    loaders: &'a Loaders,
    plan: &'a RowsPlan,
    rows: &'a [Arc<Row>],
) -> BoxFuture<'a, Vec<GraphQl>> {
    async move {
        let fields = plan.fields.iter().map(|(_, field)| async move {
            let values = column(loaders, plan, field, rows).await;
            values.unwrap_or_else(|error| vec![loaders.fail(error); rows.len()])
        });
        let columns = join_all(fields).await;
        assemble(&plan.fields, columns, rows.len())
    }
    .boxed()
}

/// The values of one field for all rows.
pub(crate) async fn column(
    loaders: &Loaders,
    plan: &RowsPlan,
    field: &RowField,
    rows: &[Arc<Row>],
) -> Result<Vec<GraphQl>, Error> {
    Ok(match field {
        RowField::TypeName => repeat(plan.table.type_name.clone(), rows.len()),
        RowField::Id => {
            rows.iter().map(|row| GraphQl::String(id::encode(plan.table, row.key))).collect()
        }
        RowField::Cell(cell) => rows.iter().map(|row| row.cells[*cell].clone()).collect(),
        RowField::Distance { cells, from } => {
            let distance = |row: &Arc<Row>| {
                let degrees = cells.map(|cell| real_number(&row.cells[cell]).ok());
                let [Some(north), Some(east)] = degrees else { return GraphQl::Null };
                let kilometers = kilometers(from.haversine(north, east));
                JsonNumber::from_f64(kilometers).map_or(GraphQl::Null, GraphQl::Number)
            };
            rows.iter().map(distance).collect()
        }
        RowField::One { cell, lookup } => one(loaders, *cell, lookup, rows).await,
        RowField::Union(arms) => {
            let arms = arms.iter().map(|(cell, lookup)| one(loaders, *cell, lookup, rows).boxed());
            let mut merged = repeat_null(rows.len());
            for values in join_all(arms).await {
                for (value, found) in merged.iter_mut().zip(values) {
                    if found != GraphQl::Null {
                        *value = found;
                    }
                }
            }
            merged
        }
        RowField::Computed(index) => {
            let field = &plan.table.computed[*index];
            let keys = rows.iter().map(|row| row.key).collect();
            let found = loaders.computed(plan.table, field.batch, keys).await?;
            let value = |row: &Arc<Row>| found.get(&row.key)?.get(field.place).cloned();
            let values: Vec<_> = rows.iter().map(|row| value(row).unwrap_or_default()).collect();
            if let Some(value) = values.iter().find(|value| !field.takes(value)) {
                let (on, name, type_name) = (&plan.table.type_name, field.field, field.type_name);
                tracing::error!(
                    "{on}.{name} is declared as {type_name}, but was computed as {value}"
                );
                return Err(Error::Internal);
            }
            values
        }
        RowField::Many { to, connection } => {
            let parents: Vec<i32> = rows.iter().map(|row| row.key).collect();
            Box::pin(many(loaders, connection, *to, &parents)).await?
        }
    })
}

async fn one(loaders: &Loaders, cell: usize, plan: &Lookup, rows: &[Arc<Row>]) -> Vec<GraphQl> {
    let found = match related(loaders, plan, keys(cell, rows)).await {
        Ok(related) => {
            let found = by_key(loaders, plan, &related).await;
            take_copies(loaders, &found, keys(cell, rows)).map(|()| found)
        }
        Err(error) => Err(error),
    };
    let found = found.unwrap_or_else(|error| {
        // Only the rows that refer to something fail.
        let failed = loaders.fail(error);
        keys(cell, rows).into_iter().map(|key| (key, failed.clone())).collect()
    });
    let value = |row: &Arc<Row>| key(cell, row).and_then(|key| found.get(&key).cloned());
    rows.iter().map(|row| value(row).unwrap_or_default()).collect()
}

/// Reserves memory for values that are copied to each of the many rows that refer to them. If they contain lists, that
/// may be far more than was read.
fn take_copies(
    loaders: &Loaders,
    values: &HashMap<i32, GraphQl>,
    keys: Vec<i32>,
) -> Result<(), Error> {
    let mut times: HashMap<i32, u64> = HashMap::with_capacity(values.len());
    for key in keys {
        *times.entry(key).or_default() += 1;
    }
    let bytes = times.into_iter().filter(|(_, times)| *times > 1).map(|(key, times)| {
        values.get(&key).map_or(0, |value| bytes_of(value).saturating_mul(times - 1))
    });
    let bytes = bytes.fold(0, u64::saturating_add);
    loaders.session.usage().keep(bytes)
}

/// The approximate memory of a value.
fn bytes_of(value: &GraphQl) -> u64 {
    match value {
        GraphQl::Object(fields) => {
            let members = fields.values().map(|value| BYTES_OF_MEMBER + bytes_of(value));
            BYTES_OF_OBJECT + members.sum::<u64>()
        }
        GraphQl::List(items) => items.iter().map(|item| BYTES_OF_VALUE + bytes_of(item)).sum(),
        GraphQl::String(text) => text.len() as u64,
        _ => 0,
    }
}

/// The key in a cell of a row, which refers to another row.
pub(crate) fn key(cell: usize, row: &Row) -> Option<i32> {
    match &row.cells[cell] {
        GraphQl::Number(number) => number.as_i64().and_then(|key| i32::try_from(key).ok()),
        _ => None,
    }
}

/// The keys in a cell of rows.
pub(crate) fn keys(cell: usize, rows: &[Arc<Row>]) -> Vec<i32> {
    rows.iter().filter_map(|row| key(cell, row)).collect()
}

/// Turns values by field into objects.
fn assemble<F>(fields: &[(Name, F)], columns: Vec<Vec<GraphQl>>, count: usize) -> Vec<GraphQl> {
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    // The positions of the names are computed once, not for each object.
    let empty: IndexMap<_, _> =
        fields.iter().map(|(name, _)| (name.clone(), GraphQl::Null)).collect();
    let object = |_| {
        let mut object = empty.clone();
        for (value, values) in object.values_mut().zip(&mut columns) {
            *value = values.next().unwrap_or_default();
        }
        GraphQl::Object(object)
    };
    (0..count).map(object).collect()
}

fn by_page(values: Vec<GraphQl>, pages: &[RowPage]) -> Vec<GraphQl> {
    let mut values = values.into_iter();
    let page = |page: &RowPage| GraphQl::List(values.by_ref().take(page.rows.len()).collect());
    pages.iter().map(page).collect()
}

fn repeat(text: String, count: usize) -> Vec<GraphQl> {
    vec![GraphQl::String(text); count]
}

fn repeat_null(count: usize) -> Vec<GraphQl> {
    vec![GraphQl::Null; count]
}
