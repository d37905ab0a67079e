//! What there is to ask about, whoever asks: tables, columns, relations, keys and measures, and filters over them.
//!
//! - A [`Table`] is a table of the database and the GraphQL type of its rows. It is declared in one file of
//!   [`crate::graphql`]; nothing here knows a table by name.
//! - A [`Column`](table::Column) is of a [`scalar`], and a [`Relation`](table::Relation) leads from a row to rows of
//!   another table.
//! - A [`key`] or a measure is a path over these. What of them a table offers is its [`measure_catalog`].
//! - A [`place`] tells how far rows are from another.
//! - A [`predicate`] says which rows to keep. It is one value: a condition in SQL and a mask over columns in memory.
//! - A [`dataset`] is what the tables hold at one revision.
//!
//! ```text
//! grants.agencyId ──One──> agencies      the relation `agency`, which a key `agency.state` goes through
//! agencies.id ──Many──> grants.agencyId  the relation `grants`, whose children a measure adds up
//! ```
//!
//! A [`Catalog`] is made once, of all tables, and then never changes. That is why tables are lent for as long as the
//! program runs, and why relations can hold the table that they lead to.

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
    /// What can be grouped by and computed of the rows of each, where these are not only listed.
    measures: HashMap<&'static str, MeasureCatalog>,
}

impl Catalog {
    /// Links tables with each other. They are declared in the order of the root fields.
    ///
    /// # Panics
    /// Where a declaration names what there is not: the program does not start then.
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

    /// The table of a name in the database.
    ///
    /// # Panics
    /// Where there is none: relations lead to tables of the catalog.
    pub(crate) fn table(&self, name: &str) -> &'static Table {
        let table = self.tables.iter().find(|table| table.name == name);
        table.unwrap_or_else(|| panic!("a relation leads to {name:?}, which no type declares"))
    }

    /// The table of a name in the database.
    ///
    /// # Errors
    /// Says that there is none.
    pub fn find(&self, name: &str) -> Result<&'static Table, Error> {
        let table = self.tables.iter().find(|table| table.name == name);
        table.ok_or_else(|| Error::BadArgument(format!("{name:?} is not a table")))
    }

    /// What can be grouped by and computed of the rows of a table. None where they are only listed.
    pub(crate) fn measures(&self, table: &Table) -> Option<&MeasureCatalog> {
        self.measures.get(table.name)
    }

    /// The table whose rows are of a GraphQL type.
    pub(crate) fn by_type(&self, type_name: &str) -> Option<&'static Table> {
        self.tables.iter().find(|table| table.type_name == type_name)
    }
}
