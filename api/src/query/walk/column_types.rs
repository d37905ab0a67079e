//! The columns of an exported table: the fields of an object, the fields of nested objects (joined by a dot), and the
//! type of each in the schema.

use async_graphql::Name;
use indexmap::IndexMap;

use crate::catalog::{
    measure_catalog::{ComputedMeasure, Dimension, Shows, Unit},
    scalar::Scalar,
    table::{Cardinality, DISTANCE_DESCRIPTION, Relation, Table},
};
use crate::error::Error;
use crate::query::{
    picks::Picks,
    plan::{
        ConnectionField, ConnectionPlan, EdgeField, FigureOf, GroupsField, IS_OTHERS, KeyField,
        Lookup, MeasureField, MeasuresPlan, NumberField, NumbersPlan, RowField, RowsPlan,
        StatisticField, ToldField,
    },
    show::Show,
};

/// The fields of a row, in the order of the query.
#[derive(Debug, Default)]
pub(crate) struct Columns(pub(crate) IndexMap<Name, ColumnField>);

/// A field of a row.
#[derive(Debug)]
pub(crate) enum ColumnField {
    Cell(ColumnCell),
    Object(Columns),
}

/// The content of a column.
#[derive(Clone, Debug)]
pub(crate) struct ColumnCell {
    pub(crate) scalar: Scalar,
    pub(crate) nullable: bool,
    /// Its description, from the schema.
    pub(crate) about: String,
}

impl ColumnCell {
    fn text(about: &str) -> ColumnField {
        Self::of(Scalar::Text, false, about)
    }

    fn of(scalar: Scalar, nullable: bool, about: &str) -> ColumnField {
        ColumnField::Cell(Self { scalar, nullable, about: about.to_owned() })
    }

    /// A cell of a type as written in the schema, such as `Int!`.
    fn of_type((type_name, about): (String, String)) -> Result<ColumnField, Error> {
        let scalar = Scalar::named(type_name.trim_end_matches('!')).ok_or(Error::Internal)?;
        Ok(ColumnField::Cell(Self { scalar, nullable: !type_name.ends_with('!'), about }))
    }

    fn of_type_name() -> ColumnField {
        Self::text("The name of the object's type.")
    }

    fn of_cursor() -> ColumnField {
        Self::text("The cursor: the place of the row in this order.")
    }

    /// The values of a group key; null stands for unknown.
    fn of_key(dimension: &Dimension) -> ColumnField {
        let scalar = match dimension.shows {
            Shows::Column(column) => column.kind.scalar,
            Shows::Year | Shows::Years => Scalar::Int,
            Shows::Day => Scalar::Date,
            Shows::Truth => Scalar::Boolean,
            Shows::Band | Shows::Row(_) => Scalar::Enum,
        };
        Self::of(scalar, true, &dimension.description)
    }
}

impl Columns {
    /// The columns of rows of a table.
    pub(crate) fn of_rows(rows: &RowsPlan, picks: &Picks) -> Result<Self, Error> {
        Self::of_related(rows, picks, "The global id. An object has the same id everywhere.")
    }

    /// The columns of rows, given the description of their id.
    fn of_related(rows: &RowsPlan, picks: &Picks, id: &str) -> Result<Self, Error> {
        let table = rows.table;
        let field = |(name, field): &(Name, RowField)| {
            let field = match field {
                RowField::TypeName => ColumnCell::of_type_name(),
                RowField::Id => ColumnCell::text(id),
                RowField::Cell(cell) => {
                    let column = picks.column(*cell, table);
                    let scalar = column.kind.scalar;
                    // A list without items is an empty list, not null.
                    let nullable = column.nullable && scalar != Scalar::TextList;
                    ColumnCell::of(scalar, nullable, &column.description)
                }
                RowField::One { cell, lookup } => {
                    ColumnField::Object(Self::of_one(table, picks, *cell, lookup)?)
                }
                RowField::Distance { .. } => {
                    ColumnCell::of(Scalar::Float, true, DISTANCE_DESCRIPTION)
                }
                RowField::Computed(index) => {
                    let computed = &table.computed[*index];
                    ColumnCell::of_type((
                        computed.type_name.to_owned(),
                        computed.description.to_owned(),
                    ))?
                }
                RowField::Union(arms) => {
                    let mut merged = Self::default();
                    for (cell, lookup) in arms {
                        merged.merge(Self::of_one(table, picks, *cell, lookup)?);
                    }
                    // Each row has only one of these objects, or none.
                    merged.make_nullable();
                    ColumnField::Object(merged)
                }
                RowField::Many { connection, .. } => {
                    ColumnField::Object(Self::of_figures(name, connection)?)
                }
            };
            Ok((name.clone(), field))
        };
        rows.fields.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    /// The columns of the row whose key is in a cell.
    fn of_one(
        table: &'static Table,
        picks: &Picks,
        cell: usize,
        lookup: &Lookup,
    ) -> Result<Self, Error> {
        let from = picks.column(cell, table).name;
        let leads = |relation: &&Relation| {
            relation.cardinality == Cardinality::One
                && relation.from == from
                && relation.table == lookup.rows.table.name
        };
        let relation = table.relations.iter().find(leads).ok_or(Error::Internal)?;
        let mut columns = Self::of_related(&lookup.rows, &lookup.picks, relation.description)?;
        if relation.nullable {
            columns.make_nullable();
        }
        Ok(columns)
    }

    /// The columns of edges.
    pub(crate) fn of_edges(
        fields: &[(Name, EdgeField<RowsPlan>)],
        picks: &Picks,
    ) -> Result<Self, Error> {
        Self::of_all_edges(fields, |rows| Self::of_rows(rows, picks))
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
                EdgeField::TypeName => ColumnCell::of_type_name(),
                EdgeField::Cursor => ColumnCell::of_cursor(),
                EdgeField::Node(node) => ColumnField::Object(of_node(node)?),
            };
            Ok((name.clone(), field))
        };
        fields.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    /// The columns of a nested list: its aggregates, but not its rows.
    fn of_figures(list: &Name, connection: &ConnectionPlan) -> Result<Self, Error> {
        let mut columns = Self::default();
        for (name, field) in &connection.fields {
            let field = match field {
                ConnectionField::TypeName => ColumnCell::of_type_name(),
                ConnectionField::TotalCount(_) => ColumnCell::of(
                    Scalar::Int,
                    false,
                    "The number of rows that the filter keeps, across all pages.",
                ),
                ConnectionField::Totals(shape) => ColumnField::Object(Self::of_shape(shape)?),
                ConnectionField::Groups(_)
                | ConnectionField::Facets(_)
                | ConnectionField::Overlap(_)
                | ConnectionField::Quality(_)
                | ConnectionField::Difference(_)
                | ConnectionField::Nodes(_)
                | ConnectionField::Edges(_)
                | ConnectionField::PageInfo(_) => {
                    let rows = connection.list.table.list;
                    return Err(Error::NotATable(format!(
                        "`{list}.{name}` is a list within each row; export `{rows}` as a separate table with \
                         the fields of this row in it, or ask for JSON"
                    )));
                }
            };
            columns.0.insert(name.clone(), field);
        }
        Ok(columns)
    }

    fn of_shape(shape: &MeasuresPlan) -> Result<Self, Error> {
        let field = |(name, field): &(Name, MeasureField)| {
            let field = match field {
                MeasureField::TypeName => ColumnCell::of_type_name(),
                MeasureField::Level => {
                    let about = "The number of keys of the group. A subtotal has fewer than the query asks for.";
                    ColumnCell::of(Scalar::Int, false, about)
                }
                MeasureField::Figure(_, _, FigureOf::Measure(computed)) => {
                    ColumnCell::of_type(computed.type_name())?
                }
                MeasureField::Figure(_, _, FigureOf::Ratio) => {
                    let about = "The quotient of two figures. Missing if either is missing or the divisor is zero.";
                    ColumnCell::of(Scalar::Float, true, about)
                }
                MeasureField::Part(shape) => ColumnField::Object(Self::of_shape(shape)?),
                MeasureField::OnDays(_) => {
                    return Err(Error::NotATable(format!(
                        "`{name}` is a list within each row; remove it, or ask for JSON"
                    )));
                }
                MeasureField::Day(_) => {
                    ColumnCell::of(Scalar::Date, false, "The day of the measures.")
                }
                MeasureField::Figures(_, fields) => {
                    let field = |(name, field): &(Name, ToldField)| {
                        let field = match field {
                            ToldField::TypeName => ColumnCell::of_type_name(),
                            ToldField::Figure(_, Show::Real, about) => {
                                ColumnCell::of(Scalar::Float, true, about)
                            }
                            ToldField::Figure(_, _, about) => {
                                ColumnCell::of(Scalar::Int, false, about)
                            }
                        };
                        (name.clone(), field)
                    };
                    ColumnField::Object(Self(fields.iter().map(field).collect()))
                }
                MeasureField::Window(plan) => ColumnField::Object(Self::of_numbers(plan)),
                MeasureField::IsOthers => ColumnCell::of(Scalar::Boolean, false, IS_OTHERS),
                MeasureField::Statistics(unit, fields, computed) => {
                    ColumnField::Object(Self::of_statistics(*unit, fields, computed)?)
                }
                MeasureField::Key(fields) => {
                    let key = |(name, field): &(Name, KeyField)| {
                        let field = match field {
                            KeyField::TypeName => ColumnCell::of_type_name(),
                            KeyField::Cell(_, dimension) => ColumnCell::of_key(dimension),
                            KeyField::Row(_, lookup) => {
                                let mut columns = Self::of_rows(&lookup.rows, &lookup.picks)?;
                                columns.make_nullable();
                                ColumnField::Object(columns)
                            }
                        };
                        Ok((name.clone(), field))
                    };
                    ColumnField::Object(Self(fields.iter().map(key).collect::<Result<_, Error>>()?))
                }
            };
            Ok((name.clone(), field))
        };
        shape.fields.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    fn of_numbers(plan: &NumbersPlan) -> Self {
        let field = |(name, field): &(Name, NumberField)| {
            let field = match field {
                NumberField::TypeName => ColumnCell::of_type_name(),
                NumberField::Groups => {
                    ColumnCell::of(Scalar::Int, false, "The number of groups summarized.")
                }
                NumberField::Number(_, show, about) => {
                    let scalar = match show {
                        Show::Real => Scalar::Float,
                        Show::Exact(0) => Scalar::BigInt,
                        Show::Exact(digits) => Scalar::Fixed(*digits),
                    };
                    ColumnCell::of(scalar, true, about)
                }
                NumberField::Object(plan) => ColumnField::Object(Self::of_numbers(plan)),
            };
            (name.clone(), field)
        };
        Self(plan.fields.iter().map(field).collect())
    }

    fn of_statistics(
        unit: Unit,
        fields: &[(Name, StatisticField)],
        computed: &ComputedMeasure,
    ) -> Result<Self, Error> {
        let field = |(name, field): &(Name, StatisticField)| {
            let field = match field {
                StatisticField::TypeName => ColumnCell::of_type_name(),
                StatisticField::Histogram(..) => {
                    return Err(Error::NotATable(format!(
                        "`{name}` is a list within each row; remove it, or ask for JSON"
                    )));
                }
                StatisticField::Figure(_, _, statistic) => {
                    let (type_name, about) = unit.statistic_type(statistic);
                    ColumnCell::of_type((
                        type_name,
                        format!("{about} Of: {}", computed.description),
                    ))?
                }
            };
            Ok((name.clone(), field))
        };
        fields.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    /// Adds the columns of other objects that can occur in the same place. A column of several types becomes text.
    fn merge(&mut self, other: Self) {
        for (name, field) in other.0 {
            match (self.0.get_mut(&name), field) {
                (Some(ColumnField::Object(columns)), ColumnField::Object(others)) => {
                    columns.merge(others);
                }
                (Some(ColumnField::Cell(cell)), ColumnField::Cell(other)) => {
                    if cell.scalar != other.scalar {
                        cell.scalar = Scalar::Text;
                    }
                }
                (Some(_), _) => {}
                (None, field) => {
                    self.0.insert(name, field);
                }
            }
        }
    }

    /// Makes every cell nullable, because the object may be absent.
    fn make_nullable(&mut self) {
        for field in self.0.values_mut() {
            match field {
                ColumnField::Cell(cell) => cell.nullable = true,
                ColumnField::Object(columns) => columns.make_nullable(),
            }
        }
    }

    /// The columns with their names, in order.
    pub(crate) fn cells(&self) -> Vec<(String, &ColumnCell)> {
        let mut cells = Vec::new();
        for (name, field) in &self.0 {
            match field {
                ColumnField::Cell(cell) => cells.push((name.to_string(), cell)),
                ColumnField::Object(columns) => {
                    let inner = columns.cells().into_iter();
                    cells.extend(inner.map(|(inner, cell)| (format!("{name}.{inner}"), cell)));
                }
            }
        }
        cells
    }

    /// The names, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.cells().into_iter().map(|(name, _)| name).collect()
    }
}
