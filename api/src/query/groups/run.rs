//! From figures to values: fills the shape of the selection with the answer to a request.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Name, Value as GraphQl};
use entity::scalar::fixed_to_value;
use indexmap::IndexMap;

use super::cursor;
use crate::query::show::Show;
use crate::{
    catalog::{
        measure_catalog::{Shows, Unit, band_name},
        scalar::Scalar,
    },
    error::Error,
    measures::{Bin, Cell, Group, GroupsAnswer, Number},
    query::{
        load::Loaders,
        plan::{
            BinField, EdgeField, GroupsField, GroupsPlan, KeyField, MeasureField, MeasuresPlan,
            NumberField, NumbersPlan, PageInfoField, StatisticField, ToldField,
        },
    },
};

/// The rows that keys stand for, by the address of the field in the plan and by their id.
type KeyRows = HashMap<usize, HashMap<i32, GraphQl>>;

/// The measures of all rows of each list, from their figures.
pub(crate) fn totals(shape: &MeasuresPlan, lists: &[Group]) -> Result<Vec<GraphQl>, Error> {
    let rows = KeyRows::new();
    lists.iter().map(|group| measures(shape, group, &rows)).collect()
}

/// Refuses an answer that leaves out groups although the request did not say how many to show.
pub(crate) fn are_whole(plan: &GroupsPlan, lists: &[Arc<GroupsAnswer>]) -> Result<(), Error> {
    let shows = |(_, field): &(Name, GroupsField)| {
        matches!(field, GroupsField::Nodes(_) | GroupsField::Edges(_))
    };
    if plan.chosen || !plan.fields.iter().any(shows) {
        return Ok(());
    }
    match lists.iter().filter(|answer| answer.more).map(|answer| answer.total).max() {
        None => Ok(()),
        Some(total) => {
            let most = plan.request.page.limit.unwrap_or_default();
            Err(Error::TooManyGroups { total, most })
        }
    }
}

/// The groups of each list.
pub(crate) async fn groups(
    loaders: &Loaders,
    plan: &GroupsPlan,
    lists: &[Arc<GroupsAnswer>],
) -> Result<Vec<GraphQl>, Error> {
    let mut rows = KeyRows::new();
    for (_, field) in &plan.fields {
        match field {
            GroupsField::Nodes(shape) => read_rows(loaders, shape, lists, &mut rows).await,
            GroupsField::Edges(fields) => {
                for (_, field) in fields {
                    if let EdgeField::Node(shape) = field {
                        read_rows(loaders, shape, lists, &mut rows).await;
                    }
                }
            }
            GroupsField::TypeName
            | GroupsField::TotalCount
            | GroupsField::Summary(_)
            | GroupsField::PageInfo(_) => {}
        }
    }
    lists.iter().map(|answer| connection(plan, answer, &rows)).collect()
}

/// Looks up the rows that the keys of groups stand for, in all lists at once.
async fn read_rows(
    loaders: &Loaders,
    shape: &MeasuresPlan,
    lists: &[Arc<GroupsAnswer>],
    rows: &mut KeyRows,
) {
    for (_, field) in &shape.fields {
        let MeasureField::Key(fields) = field else { continue };
        for (_, field) in fields {
            let KeyField::Row(position, plan) = field else { continue };
            let groups = lists.iter().flat_map(|answer| &answer.groups);
            let ids: Vec<i32> = groups.filter_map(|group| id(&group.key[*position])).collect();
            let found = match ids.is_empty() {
                true => Ok(HashMap::new()),
                false => loaders.lookup(plan, &ids).await,
            };
            let found = found.unwrap_or_else(|error| {
                let failed = loaders.fail(error);
                ids.into_iter().map(|id| (id, failed.clone())).collect()
            });
            rows.insert(std::ptr::from_ref(field).addr(), found);
        }
    }
}

fn id(cell: &Cell) -> Option<i32> {
    match cell {
        Cell::Whole(id) => i32::try_from(*id).ok(),
        _ => None,
    }
}

fn connection(plan: &GroupsPlan, answer: &GroupsAnswer, rows: &KeyRows) -> Result<GraphQl, Error> {
    let cursor =
        |group: &Group| GraphQl::String(cursor::encode(&plan.mark, &group.place(&plan.request)));
    let type_name = &plan.table.type_name;
    object(&plan.fields, |field| {
        Ok(match field {
            GroupsField::TypeName => GraphQl::String(format!("{type_name}GroupConnection")),
            GroupsField::TotalCount => GraphQl::from(answer.total),
            GroupsField::Summary(plan) => numbers(plan, &answer.summary, answer.summarized)?,
            GroupsField::Nodes(shape) => {
                let nodes = answer.groups.iter().map(|group| measures(shape, group, rows));
                GraphQl::List(nodes.collect::<Result<_, _>>()?)
            }
            GroupsField::Edges(fields) => {
                let edge = |group| {
                    object(fields, |field| match field {
                        EdgeField::TypeName => Ok(GraphQl::String(format!("{type_name}GroupEdge"))),
                        EdgeField::Cursor => Ok(cursor(group)),
                        EdgeField::Node(shape) => measures(shape, group, rows),
                    })
                };
                GraphQl::List(answer.groups.iter().map(edge).collect::<Result<_, _>>()?)
            }
            GroupsField::PageInfo(fields) => {
                let page = &plan.request.page;
                let (before, after) = match page.backward {
                    false => (page.after.is_some(), answer.more),
                    true => (answer.more, page.before.is_some()),
                };
                object(fields, |field| {
                    let end = |group: Option<&Group>| group.map_or(GraphQl::Null, cursor);
                    Ok(match field {
                        PageInfoField::TypeName => GraphQl::from("PageInfo"),
                        PageInfoField::HasNextPage => GraphQl::Boolean(after),
                        PageInfoField::HasPreviousPage => GraphQl::Boolean(before),
                        PageInfoField::StartCursor => end(answer.groups.first()),
                        PageInfoField::EndCursor => end(answer.groups.last()),
                    })
                })?
            }
        })
    })
}

fn measures(shape: &MeasuresPlan, group: &Group, rows: &KeyRows) -> Result<GraphQl, Error> {
    let show = |figure: usize, show: Show| show.value(group.figures[figure]);
    object(&shape.fields, |field| {
        Ok(match field {
            MeasureField::TypeName => GraphQl::String(shape.type_name.clone()),
            MeasureField::Level => GraphQl::from(group.level),
            MeasureField::IsOthers => GraphQl::Boolean(group.is_others),
            MeasureField::Window(plan) => numbers(plan, &group.windows, 0)?,
            MeasureField::Figure(figure, shown, _) => show(*figure, *shown)?,
            MeasureField::Part(shape) => measures(shape, group, rows)?,
            MeasureField::OnDays(days) => {
                let days = days.iter().map(|shape| measures(shape, group, rows));
                GraphQl::List(days.collect::<Result<_, _>>()?)
            }
            MeasureField::Day(day) => GraphQl::String(day.to_string()),
            MeasureField::Figures(type_name, fields) => object(fields, |field| match field {
                ToldField::TypeName => Ok(GraphQl::from(*type_name)),
                ToldField::Figure(figure, shown, _) => show(*figure, *shown),
            })?,
            MeasureField::Statistics(unit, fields, _) => object(fields, |field| match field {
                StatisticField::TypeName => Ok(GraphQl::from(unit.statistics_name())),
                StatisticField::Figure(figure, shown, _) => show(*figure, *shown),
                StatisticField::Histogram(place, unit, fields) => {
                    let bins = group.histograms.get(*place).map_or(&[][..], Vec::as_slice);
                    let bins = bins.iter().map(|it| bin(it, *unit, fields));
                    Ok(GraphQl::List(bins.collect::<Result<_, _>>()?))
                }
            })?,
            MeasureField::Key(fields) => object(fields, |field| {
                Ok(match field {
                    KeyField::TypeName => {
                        let group = shape.type_name.as_str();
                        GraphQl::String(format!("{group}Key"))
                    }
                    KeyField::Cell(position, dimension) => {
                        cell(&group.key[*position], dimension.shows)
                    }
                    KeyField::Row(position, _) => {
                        let found = rows.get(&std::ptr::from_ref(field).addr());
                        let row = id(&group.key[*position]).and_then(|id| found?.get(&id).cloned());
                        row.unwrap_or_default()
                    }
                })
            })?,
        })
    })
}

/// A bin of a histogram.
fn bin(bin: &Bin, unit: Unit, fields: &[(Name, BinField)]) -> Result<GraphQl, Error> {
    let exact = Show::Exact(unit.digits());
    let edge = |edge: Option<i64>| {
        exact.value(edge.map_or(Number::Missing, |edge| Number::Whole(edge.into())))
    };
    object(fields, |field| match field {
        BinField::TypeName => Ok(GraphQl::from(unit.bin_name())),
        BinField::From => edge(bin.from),
        BinField::To => edge(bin.to),
        BinField::Count => Ok(GraphQl::from(bin.count)),
        BinField::Sum => exact.value(Number::Whole(bin.sum)),
    })
}

/// An object of numbers.
fn numbers(plan: &NumbersPlan, all: &[Number], groups: usize) -> Result<GraphQl, Error> {
    object(&plan.fields, |field| match field {
        NumberField::TypeName => Ok(GraphQl::String(plan.type_name.clone().into_owned())),
        NumberField::Groups => Ok(GraphQl::from(groups)),
        NumberField::Number(place, show, _) => {
            show.value(all.get(*place).copied().unwrap_or(Number::Missing))
        }
        NumberField::Object(plan) => numbers(plan, all, groups),
    })
}

/// The value of a key.
fn cell(cell: &Cell, shows: Shows) -> GraphQl {
    match (cell, shows) {
        (Cell::Null | Cell::All, _) => GraphQl::Null,
        (Cell::Boolean(truth), _) => GraphQl::Boolean(*truth),
        (Cell::Date(day), _) => GraphQl::String(day.to_string()),
        (Cell::Text(text), Shows::Column(column)) if column.kind.scalar == Scalar::Enum => {
            GraphQl::Enum(Name::new(text))
        }
        (Cell::Text(text), _) => GraphQl::String(text.clone()),
        (Cell::Whole(whole), Shows::Band) => GraphQl::Enum(Name::new(band_name(*whole))),
        (Cell::Whole(whole), Shows::Column(column)) => match column.kind.scalar {
            Scalar::Fixed(digits) => fixed_to_value(*whole, digits),
            _ => GraphQl::Number((*whole).into()),
        },
        (Cell::Whole(whole), _) => GraphQl::Number((*whole).into()),
    }
}

fn object<F>(
    fields: &[(Name, F)],
    value: impl Fn(&F) -> Result<GraphQl, Error>,
) -> Result<GraphQl, Error> {
    let mut object = IndexMap::with_capacity(fields.len());
    for (name, field) in fields {
        object.insert(name.clone(), value(field)?);
    }
    Ok(GraphQl::Object(object))
}
