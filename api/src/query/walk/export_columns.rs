//! The rows of a part of a table, in columns.
//!
//! A JSON answer has an object for each row. Building those only to take them apart would cost more than everything
//! else that a file needs, so the values stay in columns. A row that many rows refer to is stored once, and each of
//! them holds its index.

use std::{io::Write, rc::Rc, sync::Arc};

use async_graphql::{Name, Value as GraphQl};
use futures_util::future::{BoxFuture, FutureExt as _, try_join_all};

use super::{
    column_types::{ColumnField, Columns},
    run,
};
use crate::error::Error;
use crate::query::{
    load::Loaders,
    plan::{ConnectionField, ConnectionPlan, EdgeField, Lookup, RowField, RowsPlan},
    rows::Row,
};

/// The index of a row that refers to nothing.
const NOWHERE: u32 = u32::MAX;

/// A field for each row of a part.
#[derive(Debug)]
pub(crate) enum ExportColumns {
    /// A value for each row: a cell, or an object of cells.
    Values(Vec<GraphQl>),
    /// An object for each row, by its fields.
    Object(Vec<(Name, ExportColumns)>),
    /// For each row, one of these objects or none.
    One(RelatedColumns),
    /// For each row, an object of one of several types, or none.
    Union(Vec<RelatedColumns>),
}

/// Objects, and for each row the index of the object that it refers to.
#[derive(Debug)]
pub(crate) struct RelatedColumns {
    places: Vec<u32>,
    object: Box<ExportColumns>,
}

/// Rows of a list, as the selected field (`nodes` or `edges`) shows them.
pub(crate) async fn rows(
    loaders: &Loaders,
    plan: &ConnectionPlan,
    field: usize,
    rows: &[Arc<Row>],
) -> Result<ExportColumns, Error> {
    match &plan.fields[field].1 {
        ConnectionField::Nodes(plan) => object(loaders, plan, rows).await,
        ConnectionField::Edges(fields) => {
            let mut shown = Vec::with_capacity(fields.len());
            for (name, field) in fields {
                let field = match field {
                    EdgeField::Node(plan) => object(loaders, plan, rows).await?,
                    field => ExportColumns::Values(run::edge(loaders, plan, field, rows).await?),
                };
                shown.push((name.clone(), field));
            }
            Ok(ExportColumns::Object(shown))
        }
        _ => Err(Error::Internal),
    }
}

fn object<'a>(
    loaders: &'a Loaders,
    plan: &'a RowsPlan,
    rows: &'a [Arc<Row>],
) -> BoxFuture<'a, Result<ExportColumns, Error>> {
    let field = async |(name, field): &'a (Name, RowField)| {
        let field = match field {
            RowField::One { cell, lookup } => {
                ExportColumns::One(one(loaders, *cell, lookup, rows).await?)
            }
            RowField::Union(arms) => {
                let arms = arms.iter().map(|(cell, lookup)| one(loaders, *cell, lookup, rows));
                ExportColumns::Union(try_join_all(arms).await?)
            }
            field => ExportColumns::Values(run::column(loaders, plan, field, rows).await?),
        };
        Ok((name.clone(), field))
    };
    async move { try_join_all(plan.fields.iter().map(field)).await.map(ExportColumns::Object) }
        .boxed()
}

/// The rows that others refer to by a key, without duplicates, in the order of their keys.
async fn one(
    loaders: &Loaders,
    cell: usize,
    plan: &Lookup,
    rows: &[Arc<Row>],
) -> Result<RelatedColumns, Error> {
    let found = run::related(loaders, plan, run::keys(cell, rows)).await?;
    let place = |row: &Arc<Row>| {
        let key = run::key(cell, row)?;
        let place = found.binary_search_by_key(&key, |row| row.key).ok()?;
        u32::try_from(place).ok()
    };
    let places = rows.iter().map(|row| place(row).unwrap_or(NOWHERE)).collect();
    let object = Box::new(object(loaders, &plan.rows, &found).await?);
    Ok(RelatedColumns { places, object })
}

impl ExportColumns {
    /// Writes a row as JSON.
    ///
    /// # Errors
    /// Fails if a value cannot be written.
    pub(crate) fn write_json(&self, row: usize, out: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::Values(values) => serde_json::to_writer(out, &values[row])?,
            Self::Object(fields) => {
                let mut before = b'{';
                for (name, field) in fields {
                    out.push(before);
                    // A name has only letters, digits and underscores, so it needs no escaping.
                    write!(out, "\"{name}\":").map_err(serde_json::Error::io)?;
                    field.write_json(row, out)?;
                    before = b',';
                }
                out.extend_from_slice(if fields.is_empty() { b"{}" } else { b"}" });
            }
            Self::One(one) => one.write_json(row, out)?,
            Self::Union(arms) => {
                let arm = arms.iter().find(|one| one.places[row] != NOWHERE);
                match arm {
                    Some(one) => one.write_json(row, out)?,
                    None => out.extend_from_slice(b"null"),
                }
            }
        }
        Ok(())
    }

    /// The cells, by column.
    pub(crate) fn leaves(&self, columns: &Columns) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        collect(columns, &[CellWay { places: None, end: WayEnd::Shown(self) }], &mut leaves);
        leaves
    }
}

impl RelatedColumns {
    fn write_json(&self, row: usize, out: &mut Vec<u8>) -> serde_json::Result<()> {
        match self.places[row] {
            NOWHERE => out.extend_from_slice(b"null"),
            place => self.object.write_json(place as usize, out)?,
        }
        Ok(())
    }
}

/// The cells of one column.
#[derive(Debug)]
pub(crate) struct Leaf<'a>(Vec<CellWay<'a>>);

/// The path from a row to its cell.
#[derive(Clone, Debug)]
struct CellWay<'a> {
    /// The index of the object, by row.
    places: Option<Rc<[u32]>>,
    end: WayEnd<'a>,
}

#[derive(Clone, Debug)]
enum WayEnd<'a> {
    Shown(&'a ExportColumns),
    /// Values, and the path of names to the cell within each. A name comes with its likely position.
    Values(&'a [GraphQl], Vec<(usize, Name)>),
}

impl Leaf<'_> {
    /// The cell of a row.
    pub(crate) fn cell(&self, row: usize) -> &GraphQl {
        static NULL: GraphQl = GraphQl::Null;
        let mut cells = self.0.iter().filter_map(|way| way.cell(row));
        cells.find(|cell| **cell != GraphQl::Null).unwrap_or(&NULL)
    }
}

impl<'a> CellWay<'a> {
    fn cell(&self, row: usize) -> Option<&'a GraphQl> {
        let row = match &self.places {
            None => row,
            Some(places) => Some(places[row]).filter(|place| *place != NOWHERE)? as usize,
        };
        let (values, path) = match &self.end {
            WayEnd::Values(values, path) => (*values, path.as_slice()),
            WayEnd::Shown(ExportColumns::Values(values)) => (values.as_slice(), [].as_slice()),
            WayEnd::Shown(_) => return None,
        };
        path.iter().try_fold(&values[row], |value, (position, name)| match value {
            GraphQl::Object(object) => match object.get_index(*position) {
                Some((found, value)) if found == name => Some(value),
                _ => object.get(name),
            },
            _ => None,
        })
    }

    /// The paths to a field.
    fn field(&self, position: usize, name: &Name) -> Vec<Self> {
        let inner = |end| Self { places: self.places.clone(), end };
        match &self.end {
            WayEnd::Values(values, path) => {
                let path = path.iter().cloned().chain([(position, name.clone())]).collect();
                vec![inner(WayEnd::Values(values, path))]
            }
            WayEnd::Shown(ExportColumns::Values(values)) => {
                vec![inner(WayEnd::Values(values, vec![(position, name.clone())]))]
            }
            WayEnd::Shown(ExportColumns::Object(fields)) => {
                let field = fields.iter().find(|(found, _)| found == name);
                field.map(|(_, field)| inner(WayEnd::Shown(field))).into_iter().collect()
            }
            WayEnd::Shown(ExportColumns::One(one)) => self.through(one).field(position, name),
            WayEnd::Shown(ExportColumns::Union(arms)) => {
                arms.iter().flat_map(|one| self.through(one).field(position, name)).collect()
            }
        }
    }

    /// The path through an object that rows refer to.
    fn through(&self, one: &'a RelatedColumns) -> Self {
        let places = match &self.places {
            None => one.places.as_slice().into(),
            Some(places) => {
                let place = |place: &u32| match *place {
                    NOWHERE => NOWHERE,
                    place => one.places[place as usize],
                };
                places.iter().map(place).collect()
            }
        };
        Self { places: Some(places), end: WayEnd::Shown(&one.object) }
    }
}

/// Adds the columns of an object, given the paths to it.
fn collect<'a>(columns: &Columns, ways: &[CellWay<'a>], leaves: &mut Vec<Leaf<'a>>) {
    for (position, (name, field)) in columns.0.iter().enumerate() {
        let ways: Vec<_> = ways.iter().flat_map(|way| way.field(position, name)).collect();
        match field {
            ColumnField::Cell(_) => leaves.push(Leaf(ways)),
            ColumnField::Object(columns) => collect(columns, &ways, leaves),
        }
    }
}
