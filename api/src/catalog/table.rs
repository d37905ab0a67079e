//! Tables, their columns, and how they refer to each other.
//!
//! A GraphQL type is declared once, in `graphql/`, as a [`Table`]: an entity, the relations that lead
//! from it, and the order of its lists. Its fields, filter, orders and connection all follow from that
//! and from the entity's `Model`, so none of them can be forgotten or disagree.

use std::{collections::HashMap, fmt, sync::OnceLock};

use async_graphql::Value as GraphQl;
use sea_orm::EntityTrait;

use super::{
    declared::{Declared, FirstEvent},
    place::Location,
    scalar::{ColumnKind, Scalar},
};

/// A column of a table. Those without a field serve relations and look-ups.
#[derive(Debug)]
pub(crate) struct Column {
    /// The name in the database.
    pub(crate) name: &'static str,
    /// The name in GraphQL. `None` where clients do not see it.
    pub(crate) field: Option<String>,
    pub(crate) kind: ColumnKind,
    pub(crate) nullable: bool,
    pub(crate) description: String,
    /// The name of the GraphQL type.
    pub(crate) type_name: String,
    /// Its values, where its type is a closed set.
    pub(crate) values: Option<ClosedSet>,
    /// What its type says of itself, where that is a scalar of this API.
    pub(crate) scalar_description: Option<String>,
    /// Why it goes, and what to ask for instead.
    pub(crate) deprecated: Option<String>,
}

/// An enum: a type with a few values.
#[derive(Clone, Debug)]
pub(crate) struct ClosedSet {
    pub(crate) description: String,
    pub(crate) values: Vec<ClosedValue>,
}

/// A value of a closed set.
#[derive(Clone, Debug)]
pub(crate) struct ClosedValue {
    pub(crate) name: String,
    pub(crate) description: String,
    /// Why it goes, and what to use instead.
    pub(crate) deprecated: Option<String>,
}

/// What columns can be compared by: only like is compared with like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparable {
    Number,
    Amount(u32),
    Day,
}

impl Column {
    /// What it can be compared by, where it can.
    fn comparable(&self) -> Option<Comparable> {
        match self.kind.scalar {
            Scalar::Int | Scalar::BigInt => Some(Comparable::Number),
            Scalar::Fixed(digits) => Some(Comparable::Amount(digits)),
            Scalar::Date => Some(Comparable::Day),
            _ => None,
        }
    }
}

/// How a row leads to rows of another table.
#[derive(Debug)]
pub(crate) struct Relation {
    /// The name of the field.
    pub(crate) field: &'static str,
    pub(crate) description: &'static str,
    pub(crate) cardinality: Cardinality,
    /// The name of the other table.
    pub(crate) table: &'static str,
    /// The column here.
    pub(crate) from: &'static str,
    /// The column there.
    pub(crate) to: &'static str,
    pub(crate) nullable: bool,
    /// Whether lists can be ordered by the columns of the other row.
    pub(crate) orders: bool,
    /// What the sum over no rows is, where it leads to many.
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

/// What it means that a row has no rows of a to-many relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Childless {
    /// There is nothing: an agency without awards got no money.
    Zero,
    /// Nothing is known: an award without rows of officers may have funded some, of which its source says nothing.
    Unknown,
}

/// How many rows a relation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cardinality {
    One,
    Many,
}

/// A field that is a row of one of several tables.
#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) field: &'static str,
    pub(crate) type_name: &'static str,
    pub(crate) description: &'static str,
    /// The to-one relations, by field name, of which exactly one leads somewhere.
    pub(crate) arms: &'static [&'static str],
}

/// A field that is neither in a row nor in another, but computed for many rows at once.
#[derive(Debug)]
pub(crate) struct ComputedField {
    pub(crate) field: &'static str,
    /// The GraphQL type; that it ends in `!` says that there always is a value.
    pub(crate) type_name: &'static str,
    pub(crate) description: &'static str,
    /// Which of the functions of the table computes it, and which of their values it is.
    pub(crate) batch: usize,
    pub(crate) place: usize,
    /// The tables whose rows are all looked at, however few the rows are that show the field.
    pub(crate) looks_at: &'static [&'static str],
}

impl ComputedField {
    /// Whether a value is of the type, as far as that shows in JSON.
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
            // A closed set, a list, or what is known by its name only.
            (_, scalar) => scalar.is_none(),
        }
    }
}

/// The field that says how far a row is from a place.
pub(crate) const DISTANCE: &str = "distanceKm";

/// What it says of itself.
pub(crate) const DISTANCE_DESCRIPTION: &str = "How many kilometers the place is from this one, along a great circle of a \
    sphere of 6371.0088 km, to the meter. Null where either of `latitude` and `longitude` is unknown.";

/// A way to name one row other than by its id.
#[derive(Debug)]
pub(crate) struct NaturalKey {
    pub(crate) argument: &'static str,
    pub(crate) description: &'static str,
    pub(crate) type_name: &'static str,
    /// The unique columns that it may stand in.
    pub(crate) columns: Vec<&'static str>,
    /// What is done to the argument before it is compared.
    pub(crate) normalise: fn(&str) -> String,
}

/// A table, and the GraphQL type of its rows.
pub struct Table {
    /// The name in the database.
    pub(crate) name: &'static str,
    /// The name of the GraphQL type.
    pub(crate) type_name: String,
    pub(crate) description: String,
    /// The root field of one row, where it has natural keys.
    pub(crate) one: &'static str,
    /// The root field of the list.
    pub(crate) list: &'static str,
    /// The primary key.
    pub(crate) key: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) unions: Vec<Union>,
    pub(crate) computed: Vec<ComputedField>,
    pub(crate) natural_keys: Vec<NaturalKey>,
    /// Whether it has words to search.
    pub(crate) searched: bool,
    /// Where its rows are, if they are anywhere.
    pub(crate) location: Option<Location>,
    /// The key that tells of which year the amounts of a row are, where one does.
    pub(crate) priced_by: Option<&'static str>,
    /// What first happens to those whom its rows are of, by which these are before or after.
    pub(crate) event: Option<FirstEvent>,
    /// What its rows are grouped by, and what is computed of them.
    pub(crate) declared: Declared,
    lookup: HashMap<String, FieldOf>,
}

/// A table is known by its name.
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

/// What a field of a GraphQL type is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldOf {
    Id,
    Column(usize),
    Relation(usize),
    Union(usize),
    Computed(usize),
    /// How far a row is from a place.
    Distance,
}

impl Table {
    /// A table of columns, with the root fields of one row and of the list. Types begin with
    /// `table_of` of [`crate::graphql`], which knows the columns of an entity.
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

    /// The field of a name.
    pub(crate) fn field(&self, name: &str) -> Option<FieldOf> {
        self.lookup.get(name).copied()
    }

    /// The columns that can be compared with another of theirs: their names as values of an enum, and what they are
    /// compared by.
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

/// `fiscal_year` as GraphQL writes it: `fiscalYear`.
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

/// `fiscalYear` as GraphQL writes the value of an enum: `FISCAL_YEAR`.
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

/// Names of tables live as long as the program; the catalog is made once.
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
