//! Tables, their columns, and their relations.
//!
//! A GraphQL type is declared once, in `graphql/`, as a [`Table`]: an entity with its relations, natural keys, group
//! keys and measures. Its fields, filter, orders and connection are derived from that and from the entity's `Model`,
//! so that none can be forgotten or contradict another.

use std::{collections::HashMap, fmt, sync::OnceLock};

use async_graphql::Value as GraphQl;
use sea_orm::EntityTrait;

use super::{
    declared::{Declared, FirstEvent},
    place::Location,
    scalar::{ColumnKind, Scalar},
};

/// A column of a table. Columns without a field serve relations and lookups.
#[derive(Debug)]
pub(crate) struct Column {
    /// The name in the database.
    pub(crate) name: &'static str,
    /// The name in GraphQL. `None` if clients do not see it.
    pub(crate) field: Option<String>,
    pub(crate) kind: ColumnKind,
    pub(crate) nullable: bool,
    pub(crate) description: String,
    /// The name of the GraphQL type.
    pub(crate) type_name: String,
    /// Its values, if its type is an enum.
    pub(crate) values: Option<ClosedSet>,
    /// The description of its type, if that is a scalar of this API.
    pub(crate) scalar_description: Option<String>,
    /// The reason for its deprecation, with the replacement.
    pub(crate) deprecated: Option<String>,
}

/// An enum.
#[derive(Clone, Debug)]
pub(crate) struct ClosedSet {
    pub(crate) description: String,
    pub(crate) values: Vec<ClosedValue>,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub(crate) struct ClosedValue {
    pub(crate) name: String,
    pub(crate) description: String,
    /// The reason for its deprecation, with the replacement.
    pub(crate) deprecated: Option<String>,
}

/// The classes of columns that can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparable {
    Number,
    Amount(u32),
    Day,
}

impl Column {
    /// The class of the column, if it can be compared.
    fn comparable(&self) -> Option<Comparable> {
        match self.kind.scalar {
            Scalar::Int | Scalar::BigInt => Some(Comparable::Number),
            Scalar::Fixed(digits) => Some(Comparable::Amount(digits)),
            Scalar::Date => Some(Comparable::Day),
            _ => None,
        }
    }
}

/// A relation from a row to rows of another table.
#[derive(Debug)]
pub(crate) struct Relation {
    /// The name of the field.
    pub(crate) field: &'static str,
    pub(crate) description: &'static str,
    pub(crate) cardinality: Cardinality,
    /// The name of the other table.
    pub(crate) table: &'static str,
    /// The column of this table.
    pub(crate) from: &'static str,
    /// The column of the other table.
    pub(crate) to: &'static str,
    pub(crate) nullable: bool,
    /// Whether lists can be ordered and grouped by the other row.
    pub(crate) orders: bool,
    /// For a to-many relation: what a sum over no rows is.
    pub(crate) childless: Childless,
    pub(super) other: OnceLock<&'static Table>,
}

impl Relation {
    /// The other table.
    pub(crate) fn other(&self) -> &'static Table {
        self.other.get().expect("the catalog links relations before anybody has them")
    }

    pub(super) fn link(&self, other: &'static Table) {
        self.other.get_or_init(|| other);
    }
}

/// The meaning of a row without child rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Childless {
    /// The sum is 0: an agency without awards received no money.
    Zero,
    /// The sum is unknown: an award without rows of officers may have funded some that its source does not report.
    Unknown,
}

/// The number of rows that a relation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cardinality {
    One,
    Many,
}

/// A field whose value is a row of one of several tables.
#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) field: &'static str,
    pub(crate) type_name: &'static str,
    pub(crate) description: &'static str,
    /// The to-one relations, by field name, of which exactly one is set.
    pub(crate) arms: &'static [&'static str],
}

/// A field that is computed for many rows at once, instead of read from a column or a relation.
#[derive(Debug)]
pub(crate) struct ComputedField {
    pub(crate) field: &'static str,
    /// The GraphQL type. It ends in `!` if there always is a value.
    pub(crate) type_name: &'static str,
    pub(crate) description: &'static str,
    /// The index of the function of the table that computes it, and the index among the values of that function.
    pub(crate) batch: usize,
    pub(crate) place: usize,
    /// The tables of which all rows are read, even if few rows show the field.
    pub(crate) looks_at: &'static [&'static str],
}

impl ComputedField {
    /// Whether a value matches the type, as far as JSON shows it.
    pub(crate) fn takes(&self, value: &GraphQl) -> bool {
        let named = self.type_name.trim_end_matches('!');
        match (value, Scalar::named(named)) {
            (GraphQl::Null, _) => named == self.type_name,
            (GraphQl::Boolean(_), scalar) => scalar == Some(Scalar::Boolean),
            (GraphQl::Number(_), scalar) => matches!(
                scalar,
                Some(Scalar::Int | Scalar::BigInt | Scalar::Float | Scalar::Fixed(_))
            ),
            (GraphQl::String(_), scalar) => matches!(
                scalar,
                Some(Scalar::Text | Scalar::State | Scalar::Ori | Scalar::Date | Scalar::DateTime)
            ),
            // An enum, a list, or a type known only by name.
            (_, scalar) => scalar.is_none(),
        }
    }
}

/// The field for the distance of a row from a location.
pub(crate) const DISTANCE: &str = "distanceKm";

/// The description of that field.
pub(crate) const DISTANCE_DESCRIPTION: &str = "The distance in kilometers from the given location, along a great \
    circle of a sphere with a radius of 6371.0088 km, rounded to the meter. Null if the latitude or longitude of the \
    row is unknown.";

/// A way to identify one row other than by its id.
#[derive(Debug)]
pub(crate) struct NaturalKey {
    pub(crate) argument: &'static str,
    pub(crate) description: &'static str,
    pub(crate) type_name: &'static str,
    /// The unique columns to look it up in.
    pub(crate) columns: Vec<&'static str>,
    /// Normalizes the argument before it is compared.
    pub(crate) normalise: fn(&str) -> String,
}

/// A table, and the GraphQL type of its rows.
pub struct Table {
    /// The name in the database.
    pub(crate) name: &'static str,
    /// The name of the GraphQL type.
    pub(crate) type_name: String,
    pub(crate) description: String,
    /// The root field for one row, if the table has natural keys.
    pub(crate) one: &'static str,
    /// The root field for the list.
    pub(crate) list: &'static str,
    /// The primary key.
    pub(crate) key: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) unions: Vec<Union>,
    pub(crate) computed: Vec<ComputedField>,
    pub(crate) natural_keys: Vec<NaturalKey>,
    /// Whether full-text search covers it.
    pub(crate) searched: bool,
    /// The columns with the location of its rows, if there are any.
    pub(crate) location: Option<Location>,
    /// The key for the year of a row's amounts, if there is one.
    pub(crate) priced_by: Option<&'static str>,
    /// The event that "years since" keys count from.
    pub(crate) event: Option<FirstEvent>,
    /// The group keys and measures.
    pub(crate) declared: Declared,
    lookup: HashMap<String, FieldOf>,
}

/// Shows only the name.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The kinds of fields of a GraphQL type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldOf {
    Id,
    Column(usize),
    Relation(usize),
    Union(usize),
    Computed(usize),
    /// The distance of a row from a location.
    Distance,
}

impl Table {
    /// A table of columns, with the root fields for one row and for the list. Types start with `table_of` of
    /// [`crate::graphql`], which knows the columns of an entity.
    pub(crate) fn new<E: EntityTrait>(
        (type_name, description): (String, String),
        (one, list): (&'static str, &'static str),
        key: &'static str,
        columns: Vec<Column>,
    ) -> Self {
        Self {
            name: leak(E::default().table_name()),
            type_name,
            description,
            one,
            list,
            key,
            searched: columns.iter().any(|column| column.name == "search"),
            columns,
            relations: Vec::new(),
            unions: Vec::new(),
            computed: Vec::new(),
            natural_keys: Vec::new(),
            location: None,
            priced_by: None,
            event: None,
            declared: Declared::default(),
            lookup: HashMap::new(),
        }
    }

    /// The position of a column by its name in the database.
    pub(crate) fn column_index(&self, name: &str) -> usize {
        self.columns
            .iter()
            .position(|column| column.name == name)
            .expect("relations and keys name columns of their own table")
    }

    /// The field with a name.
    pub(crate) fn field(&self, name: &str) -> Option<FieldOf> {
        self.lookup.get(name).copied()
    }

    /// The columns that can be compared with another column, with their enum value names and their classes.
    pub(crate) fn comparable(&self) -> Vec<(String, &Column, Comparable)> {
        let all: Vec<_> = self
            .visible()
            .filter_map(|(name, column)| Some((screaming_case(name), column, column.comparable()?)))
            .collect();
        let is_alike = |of: Comparable| all.iter().filter(|(.., other)| *other == of).count() > 1;
        all.iter().filter(|(.., of)| is_alike(*of)).cloned().collect()
    }

    /// The columns that clients see, with their field names.
    pub(crate) fn visible(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().filter_map(|column| Some((column.field.as_deref()?, column)))
    }

    pub(super) fn index_fields(&mut self) {
        let columns =
            self.columns.iter().enumerate().filter_map(|(index, column)| {
                Some((column.field.clone()?, FieldOf::Column(index)))
            });
        let relations = self
            .relations
            .iter()
            .enumerate()
            .map(|(index, relation)| (relation.field.to_owned(), FieldOf::Relation(index)));
        let unions = self
            .unions
            .iter()
            .enumerate()
            .map(|(index, union)| (union.field.to_owned(), FieldOf::Union(index)));
        let computed = self.computed.iter().enumerate();
        let computed = computed.map(|(index, it)| (it.field.to_owned(), FieldOf::Computed(index)));
        let all = std::iter::once(("id".to_owned(), FieldOf::Id))
            .chain(columns)
            .chain(relations)
            .chain(unions)
            .chain(computed)
            .chain(self.location.map(|_| (DISTANCE.to_owned(), FieldOf::Distance)));
        let mut lookup = HashMap::new();
        for (name, field) in all {
            let other = lookup.insert(name.clone(), field);
            assert!(other.is_none(), "{}.{name} is declared twice: rename one", self.type_name);
        }
        self.lookup = lookup;
    }
}

/// Converts `fiscal_year` to `fiscalYear`, as fields are spelled in GraphQL.
pub(crate) fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                out.push(c.to_ascii_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

/// Converts `fiscalYear` to `FISCAL_YEAR`, as enum values are spelled in GraphQL.
pub(crate) fn screaming_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// Leaks a name, which is fine because the catalog is built once and never dropped.
pub(super) fn leak(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

#[cfg(test)]
mod tests {
    use async_graphql::Name;

    use super::*;

    #[test]
    fn a_computed_value_is_of_the_type_that_is_declared() {
        let takes = |type_name, value: GraphQl| {
            let (field, description, batch, place) = ("x", "", 0, 0);
            ComputedField { field, type_name, description, batch, place, looks_at: &[] }
                .takes(&value)
        };
        let (text, number, truth) =
            (GraphQl::from("2009"), GraphQl::from(2009), GraphQl::Boolean(true));
        for (type_name, right, wrong) in [
            ("String", &text, &number),
            ("Float", &number, &text),
            ("Dollars", &number, &truth),
            ("Date", &text, &truth),
            ("Boolean", &truth, &number),
        ] {
            assert!(takes(type_name, right.clone()), "{type_name} {right}");
            assert!(!takes(type_name, wrong.clone()), "{type_name} {wrong}");
            assert!(takes(type_name, GraphQl::Null), "{type_name}");
        }
        assert!(!takes("Float!", GraphQl::Null));
        assert!(takes("Float!", number));
        assert!(takes("GrantStatus", GraphQl::Enum(Name::new("ACTIVE"))));
    }
}
