//! Everything that can be queried: tables, columns, relations, keys, measures, and filters over them.
//!
//! - A [`Table`] is a table of the database and the GraphQL type of its rows. It is declared in one file of
//!   [`crate::graphql`]; nothing here knows a table by name.
//! - A [`Column`](table::Column) has a [`scalar`] type, and a [`Relation`](table::Relation) leads from a row to rows
//!   of another table.
//! - A [`key`] or a measure is a path over these. The [`measure_catalog`] holds the ones that a table offers.
//! - A [`place`] computes distances between rows and a location.
//! - A [`predicate`] decides which rows to keep. It is one value: a condition in SQL, or a mask over columns in
//!   memory.
//! - A [`dataset`] identifies the contents of the tables at one revision.
//!
//! ```text
//! grants.agencyId ──One──> agencies      the relation `agency`, which a key `agency.state` goes through
//! agencies.id ──Many──> grants.agencyId  the relation `grants`, whose child rows a measure adds up
//! ```
//!
//! A [`Catalog`] is built once from all tables and then never changes. Tables therefore have a `'static` lifetime,
//! and relations can hold the table that they lead to.

pub mod dataset;
mod declare;
pub(crate) mod declared;
mod first_event;
pub mod key;
pub(crate) mod measure_catalog;
pub(crate) mod place;
pub mod predicate;
pub(crate) mod scalar;
pub mod table;

use std::collections::HashMap;

use self::{measure_catalog::MeasureCatalog, table::Table};
use crate::error::Error;

/// All tables.
#[derive(Debug)]
pub struct Catalog {
    pub(crate) tables: &'static [Table],
    /// The group keys and measures of each table that has any.
    measures: HashMap<&'static str, MeasureCatalog>,
}

impl Catalog {
    /// Links tables with each other. Their order is that of the root fields.
    ///
    /// # Panics
    /// If a declaration uses an unknown name, which stops the program at startup.
    pub(crate) fn of(mut tables: Vec<Table>) -> Self {
        tables.iter_mut().for_each(Table::index_fields);
        let tables: &'static [Table] = Box::leak(tables.into_boxed_slice());
        let mut all = Self { tables, measures: HashMap::new() };
        for relation in tables.iter().flat_map(|table| &table.relations) {
            relation.link(all.table(relation.table));
        }
        let measures = tables.iter().map(|table| (table.name, MeasureCatalog::of(table)));
        all.measures = measures.filter_map(|(name, found)| Some((name, found?))).collect();
        all
    }

    /// The table with a database name.
    ///
    /// # Panics
    /// If there is none: relations lead to tables of the catalog.
    pub(crate) fn table(&self, name: &str) -> &'static Table {
        let table = self.tables.iter().find(|table| table.name == name);
        table.unwrap_or_else(|| panic!("a relation leads to {name:?}, which no type declares"))
    }

    /// The table with a database name.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(&self, name: &str) -> Result<&'static Table, Error> {
        let table = self.tables.iter().find(|table| table.name == name);
        table.ok_or_else(|| Error::BadArgument(format!("{name:?} is not a table")))
    }

    /// The group keys and measures of a table. `None` if its rows can only be listed.
    pub(crate) fn measures(&self, table: &Table) -> Option<&MeasureCatalog> {
        self.measures.get(table.name)
    }

    /// The table of a GraphQL type.
    pub(crate) fn by_type(&self, type_name: &str) -> Option<&'static Table> {
        self.tables.iter().find(|table| table.type_name == type_name)
    }
}
