//! The columns of a table: the fields of an object, those of objects within it behind a dot.

use async_graphql::{Name, Value as GraphQl};
use indexmap::IndexMap;

use super::{
    measured::{GroupsField, KeyField, MeasureField, Shape},
    plan::{Connection, ConnectionField, EdgeField, RowField, Rows},
};
use crate::error::Error;

/// The fields of a row, in the order of the query.
#[derive(Debug, Default)]
pub(crate) struct Columns(IndexMap<Name, Field>);

#[derive(Debug)]
enum Field {
    Cell,
    Object(Columns),
}

impl Columns {
    /// The columns of rows of a table.
    pub(crate) fn of_rows(rows: &Rows) -> Result<Self, Error> {
        let mut columns = Self::default();
        for (name, field) in &rows.fields {
            let field = match field {
                RowField::TypeName | RowField::Id | RowField::Cell(_) | RowField::Derived(_) => {
                    Field::Cell
                }
                RowField::One { lookup, .. } => Field::Object(Self::of_rows(&lookup.rows)?),
                RowField::Union(arms) => {
                    let mut merged = Self::default();
                    for (_, lookup) in arms {
                        merged.merge(Self::of_rows(&lookup.rows)?);
                    }
                    Field::Object(merged)
                }
                RowField::Many { connection, .. } => {
                    Field::Object(Self::of_figures(name, connection)?)
                }
            };
            columns.0.insert(name.clone(), field);
        }
        Ok(columns)
    }

    /// The columns of edges.
    pub(crate) fn of_edges(fields: &[(Name, EdgeField<Rows>)]) -> Result<Self, Error> {
        Self::of_all_edges(fields, Self::of_rows)
    }

    /// The columns of groups.
    pub(crate) fn of_groups(field: &GroupsField) -> Result<Self, Error> {
        match field {
            GroupsField::Nodes(shape) => Self::of_shape(shape),
            GroupsField::Edges(fields) => Self::of_all_edges(fields, Self::of_shape),
            _ => Err(Error::Internal),
        }
    }

    fn of_all_edges<N>(
        fields: &[(Name, EdgeField<N>)],
        of_node: impl Fn(&N) -> Result<Self, Error>,
    ) -> Result<Self, Error> {
        let field = |(name, field): &(Name, EdgeField<N>)| {
            let field = match field {
                EdgeField::TypeName | EdgeField::Cursor => Field::Cell,
                EdgeField::Node(node) => Field::Object(of_node(node)?),
            };
            Ok((name.clone(), field))
        };
        fields.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    /// The columns of the list of each row: what is computed of it, and not its rows.
    fn of_figures(list: &Name, connection: &Connection) -> Result<Self, Error> {
        let mut columns = Self::default();
        for (name, field) in &connection.fields {
            let field = match field {
                ConnectionField::TypeName | ConnectionField::TotalCount(_) => Field::Cell,
                ConnectionField::Totals(shape) => Field::Object(Self::of_shape(shape)?),
                ConnectionField::Groups(_)
                | ConnectionField::Nodes(_)
                | ConnectionField::Edges(_)
                | ConnectionField::PageInfo(_) => {
                    let rows = connection.list.table.list;
                    return Err(Error::NotATable(format!(
                        "`{list}.{name}` is a list within each row: leave it out and ask for `{rows}` as a \
                         table of its own, with the fields of this row in it; or ask for JSON"
                    )));
                }
            };
            columns.0.insert(name.clone(), field);
        }
        Ok(columns)
    }

    fn of_shape(shape: &Shape) -> Result<Self, Error> {
        let field = |(name, field): &(Name, MeasureField)| {
            let field = match field {
                MeasureField::TypeName | MeasureField::Level | MeasureField::Figure(..) => {
                    Field::Cell
                }
                MeasureField::Part(shape) => Field::Object(Self::of_shape(shape)?),
                MeasureField::Statistics(_, fields) => Field::Object(Self(
                    fields.iter().map(|(name, _)| (name.clone(), Field::Cell)).collect(),
                )),
                MeasureField::Key(fields) => {
                    let key = |(name, field): &(Name, KeyField)| {
                        let field = match field {
                            KeyField::Row(_, lookup) => Field::Object(Self::of_rows(&lookup.rows)?),
                            KeyField::TypeName | KeyField::Cell(..) => Field::Cell,
                        };
                        Ok((name.clone(), field))
                    };
                    Field::Object(Self(fields.iter().map(key).collect::<Result<_, Error>>()?))
                }
            };
            Ok((name.clone(), field))
        };
        shape.fields.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    /// Adds the columns of the other objects that may stand in the same place.
    fn merge(&mut self, other: Self) {
        for (name, field) in other.0 {
            match (self.0.get_mut(&name), field) {
                (Some(Field::Object(columns)), Field::Object(others)) => columns.merge(others),
                (Some(_), _) => {}
                (None, field) => {
                    self.0.insert(name, field);
                }
            }
        }
    }

    /// The names, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, field) in &self.0 {
            match field {
                Field::Cell => names.push(name.to_string()),
                Field::Object(columns) => {
                    names.extend(columns.names().iter().map(|inner| format!("{name}.{inner}")));
                }
            }
        }
        names
    }

    /// Shows the cells of an object, in the order of the names; none where there is no object.
    ///
    /// # Errors
    /// Where a cell cannot be taken.
    pub(crate) fn each<E>(
        &self,
        object: &GraphQl,
        take: &mut impl FnMut(&GraphQl) -> Result<(), E>,
    ) -> Result<(), E> {
        let object = match object {
            GraphQl::Object(object) => Some(object),
            _ => None,
        };
        for (place, (name, field)) in self.0.iter().enumerate() {
            // Its fields stand in this order, but for one that may be of several types.
            let value = object.and_then(|object| match object.get_index(place) {
                Some((found, value)) if found == name => Some(value),
                _ => object.get(name),
            });
            let value = value.unwrap_or(&GraphQl::Null);
            match field {
                Field::Cell => take(value)?,
                Field::Object(columns) => columns.each(value, take)?,
            }
        }
        Ok(())
    }
}
