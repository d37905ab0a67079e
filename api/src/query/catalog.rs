//! What there is to ask about: the tables, their columns and how they refer to each other.
//!
//! A GraphQL type is declared once, in `schema/`, as a [`Table`]: an entity, the relations that lead
//! from it, and the order of its lists. Its fields, filter, orders and connection all follow from that
//! and from the entity's `Model`, so none of them can be forgotten or disagree.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::{
    OutputType, Value as GraphQl,
    registry::{Deprecation, MetaType, MetaTypeName, Registry},
};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn};

use super::{
    measured::Declared,
    scalar::{Kind, Scalar},
    session::Session,
};
use crate::{
    analytics::{Aggregates, FirstEvent},
    error::Error,
};

/// A column of a table. Those without a field serve relations and look-ups.
#[derive(Debug)]
pub(crate) struct Column {
    /// The name in the database.
    pub(crate) name: &'static str,
    /// The name in GraphQL. `None` where clients do not see it.
    pub(crate) field: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    pub(crate) description: String,
    /// The name of the GraphQL type.
    pub(crate) type_name: String,
    /// Whether it goes.
    pub(crate) deprecation: Deprecation,
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

/// Fields of a row that are neither in it nor in another, but worked out of the dataset for many rows at once.
#[derive(Debug)]
pub(crate) struct Derived {
    pub(crate) fields: &'static [DerivedField],
    /// Works them out for rows by their keys: a value for each field, in their order.
    pub(crate) derive: Derive,
}

/// What works out derived fields.
pub(crate) type Derive = for<'a> fn(
    &'a Session,
    &'a Aggregates,
    &'a [i32],
) -> BoxFuture<'a, Result<HashMap<i32, Vec<GraphQl>>, Error>>;

/// A derived field, which may always be null.
#[derive(Debug)]
pub(crate) struct DerivedField {
    pub(crate) field: &'static str,
    pub(crate) type_name: &'static str,
    pub(crate) description: &'static str,
}

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
#[derive(Debug)]
pub(crate) struct Table {
    /// The name in the database.
    pub(crate) name: &'static str,
    /// The name of the GraphQL type.
    pub(crate) type_name: String,
    /// The root field of one row, where it has natural keys.
    pub(crate) one: &'static str,
    /// The root field of the list.
    pub(crate) list: &'static str,
    /// The primary key.
    pub(crate) key: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) unions: Vec<Union>,
    pub(crate) derived: Option<Derived>,
    pub(crate) natural_keys: Vec<NaturalKey>,
    /// How many rows to expect at most, where they are few.
    pub(crate) few: Option<u64>,
    /// Whether it has words to search.
    pub(crate) searched: bool,
    /// The key that tells of which year the amounts of a row are, where one does.
    pub(crate) priced_by: Option<&'static str>,
    /// What first happens to those whom its rows are of, by which these are before or after.
    pub(crate) event: Option<FirstEvent>,
    /// What its rows are grouped by, and what is computed of them.
    pub(crate) declared: Declared,
    /// Registers the GraphQL type of the `Model` and what it refers to.
    pub(crate) register: fn(&mut Registry) -> String,
    lookup: HashMap<String, Field>,
}

/// What a field of a GraphQL type is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field {
    Id,
    Column(usize),
    Relation(usize),
    Union(usize),
    Derived(usize),
}

impl Table {
    /// The table of an entity, with the root fields of one row and of the list.
    pub(crate) fn of<E>(one: &'static str, list: &'static str) -> Self
    where
        E: EntityTrait,
        E::Model: OutputType,
    {
        let mut registry = Registry::default();
        E::Model::create_type_info(&mut registry);
        let type_name = E::Model::type_name().into_owned();
        let Some(MetaType::Object { fields, .. }) = registry.types.get(&type_name) else {
            unreachable!("a model is an object");
        };
        let key = E::PrimaryKey::iter().next().expect("an entity has a primary key");
        let columns = E::Column::iter()
            .map(|column| {
                let definition = column.def();
                let field = fields.get(&camel_case(column.as_str()));
                let named =
                    field.map_or("String", |field| MetaTypeName::concrete_typename(&field.ty));
                let scalar = match field {
                    Some(_) => {
                        Scalar::of(named, &registry).expect("a field of a model is a scalar")
                    }
                    None => hidden(definition.get_column_type()),
                };
                Column {
                    name: column.as_str(),
                    field: field.map(|field| field.name.clone()),
                    kind: Kind::new(scalar, definition.get_column_type()),
                    nullable: definition.is_null(),
                    description: field
                        .and_then(|field| field.description.clone())
                        .unwrap_or_default(),
                    type_name: named.to_owned(),
                    deprecation: field.map(|field| field.deprecation.clone()).unwrap_or_default(),
                }
            })
            .collect();
        Self {
            name: leak(E::default().table_name()),
            type_name,
            one,
            list,
            key: key.into_column().as_str(),
            columns,
            relations: Vec::new(),
            few: None,
            unions: Vec::new(),
            derived: None,
            natural_keys: Vec::new(),
            searched: E::Column::iter().any(|column| column.as_str() == "search"),
            priced_by: None,
            event: None,
            declared: Declared::default(),
            register: E::Model::create_type_info,
            lookup: HashMap::new(),
        }
    }

    /// Adds a relation to the one row whose key a column here holds.
    pub(crate) fn one<C: ColumnTrait, T: EntityTrait>(
        mut self,
        field: &'static str,
        from: C,
        _to: T,
        description: &'static str,
    ) -> Self {
        self.relations.push(Relation {
            field,
            description,
            cardinality: Cardinality::One,
            table: leak(T::default().table_name()),
            from: from.as_str(),
            to: "id",
            nullable: from.def().is_null(),
            orders: !matches!(field, "source" | "revision"),
            childless: Childless::Unknown,
        });
        self
    }

    /// Adds a relation to the rows of another table that hold our key in a column, and says what it means that there
    /// are none.
    pub(crate) fn many<C: ColumnTrait>(
        mut self,
        field: &'static str,
        to: C,
        childless: Childless,
        description: &'static str,
    ) -> Self {
        self.relations.push(Relation {
            field,
            description,
            cardinality: Cardinality::Many,
            table: leak(to.entity_name().to_string().as_str()),
            from: self.key,
            to: to.as_str(),
            nullable: false,
            orders: false,
            childless,
        });
        self
    }

    /// Adds a field that is one of several to-one relations.
    pub(crate) fn union(
        mut self,
        field: &'static str,
        type_name: &'static str,
        arms: &'static [&'static str],
        description: &'static str,
    ) -> Self {
        self.unions.push(Union { field, type_name, description, arms });
        self
    }

    /// Adds fields that are worked out.
    pub(crate) fn derived(mut self, derived: Derived) -> Self {
        self.derived = Some(derived);
        self
    }

    /// The fields that are worked out.
    pub(crate) fn derived_fields(&self) -> &'static [DerivedField] {
        self.derived.as_ref().map_or(&[], |derived| derived.fields)
    }

    /// Adds a way to name one row: an argument, and the unique columns it may stand in.
    pub(crate) fn named_by<C: ColumnTrait>(
        mut self,
        argument: &'static str,
        type_name: &'static str,
        columns: &[C],
        normalise: fn(&str) -> String,
        description: &'static str,
    ) -> Self {
        let columns = columns.iter().map(IdenStatic::as_str).collect();
        self.natural_keys.push(NaturalKey { argument, description, type_name, columns, normalise });
        self
    }

    /// Says which key tells of which year the amounts of a row are.
    pub(crate) fn priced_by(mut self, key: &'static str) -> Self {
        self.priced_by = Some(key);
        self
    }

    /// Says that there are few rows, and how many to expect at most. Groups of them are priced by that; how many an answer
    /// may have does not depend on it.
    pub(crate) fn few(mut self, most: u64) -> Self {
        self.few = Some(most);
        self
    }

    /// Says what first happens to those whom its rows are of.
    pub(crate) fn event(mut self, event: FirstEvent) -> Self {
        self.event = Some(event);
        self
    }

    /// Shows a column that the entity does not, under another name.
    pub(crate) fn shows<C: ColumnTrait>(
        mut self,
        column: C,
        field: &str,
        type_name: &str,
        description: &str,
    ) -> Self {
        let index = self.column_index(column.as_str());
        let column = &mut self.columns[index];
        column.field = Some(field.to_owned());
        type_name.clone_into(&mut column.type_name);
        description.clone_into(&mut column.description);
        self
    }

    /// Shows a text column as the list that it holds.
    pub(crate) fn list<C: ColumnTrait>(mut self, column: C) -> Self {
        let column = self.column_index(column.as_str());
        self.columns[column].kind = Kind::new(Scalar::TextList, &sea_orm::ColumnType::Text);
        self
    }

    /// Adds the relations that every row of data has: its source and the load that brought it.
    pub(crate) fn provenance<C: ColumnTrait>(self, source: C, revision: C) -> Self {
        self.one("source", source, entity::source::Entity, "Where the row came from.").one(
            "revision",
            revision,
            entity::revision::Entity,
            "The load that brought the row, or changed it last.",
        )
    }

    /// The position of a column by its name in the database.
    pub(crate) fn column_index(&self, name: &str) -> usize {
        self.columns
            .iter()
            .position(|column| column.name == name)
            .expect("relations and keys name columns of their own table")
    }

    /// The field of a name.
    pub(crate) fn field(&self, name: &str) -> Option<Field> {
        self.lookup.get(name).copied()
    }

    /// The columns that clients see, with their field names.
    pub(crate) fn visible(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().filter_map(|column| Some((column.field.as_deref()?, column)))
    }

    fn index_fields(&mut self) {
        let columns = self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| Some((column.field.clone()?, Field::Column(index))));
        let relations = self
            .relations
            .iter()
            .enumerate()
            .map(|(index, relation)| (relation.field.to_owned(), Field::Relation(index)));
        let unions = self
            .unions
            .iter()
            .enumerate()
            .map(|(index, union)| (union.field.to_owned(), Field::Union(index)));
        let derived = self.derived_fields().iter().enumerate();
        let derived = derived.map(|(index, it)| (it.field.to_owned(), Field::Derived(index)));
        self.lookup = std::iter::once(("id".to_owned(), Field::Id))
            .chain(columns)
            .chain(relations)
            .chain(unions)
            .chain(derived)
            .collect();
    }
}

/// All tables.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) tables: Vec<Table>,
}

impl Catalog {
    /// The tables of this API.
    pub(crate) fn get() -> &'static Self {
        static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::new(crate::schema::tables()));
        &CATALOG
    }

    fn new(mut tables: Vec<Table>) -> Self {
        tables.iter_mut().for_each(Table::index_fields);
        Self { tables }
    }

    /// The table of a name in the database.
    pub(crate) fn table(&self, name: &str) -> &Table {
        self.tables
            .iter()
            .find(|table| table.name == name)
            .expect("relations lead to tables of the catalog")
    }

    /// The table whose rows are of a GraphQL type.
    pub(crate) fn by_type(&self, type_name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.type_name == type_name)
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

/// The type of a column that clients do not see.
fn hidden(column: &sea_orm::ColumnType) -> Scalar {
    match column {
        sea_orm::ColumnType::Integer => Scalar::Int,
        sea_orm::ColumnType::BigInteger => Scalar::BigInt,
        _ => Scalar::Text,
    }
}

/// Names of tables live as long as the program; the catalog is made once.
fn leak(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}
