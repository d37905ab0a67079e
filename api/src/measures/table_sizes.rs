//! The sizes of a database's tables, from which requests are priced.

use std::collections::HashMap;

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection,
    sea_query::{Alias, Expr, Func, Query},
};

use crate::{
    catalog::{Catalog, table::Table},
    error::Error,
};

/// The assumed size of a table whose size is unknown.
const UNKNOWN: u64 = 100_000;
/// The number of rows of each table of a database.
#[derive(Debug, Default)]
pub struct TableSizes(HashMap<&'static str, u64>);

impl TableSizes {
    /// Counts the rows of a database, with a pass over each table.
    ///
    /// # Errors
    /// The error of the database.
    pub async fn read(
        catalog: &'static Catalog,
        database: &DatabaseConnection,
    ) -> Result<Self, Error> {
        let mut select = Query::select();
        for table in catalog.tables {
            let mut count = Query::select();
            count.expr(Func::count(Expr::cust("*"))).from(Alias::new(table.name));
            select.expr(Expr::SubQuery(None, Box::new(count.into())));
        }
        let row = database.query_one(&select).await?.ok_or(Error::Internal)?;
        let mut sizes = HashMap::new();
        for (index, table) in catalog.tables.iter().enumerate() {
            let rows: i64 = row.try_get_by_index(index)?;
            sizes.insert(table.name, u64::try_from(rows).unwrap_or_default());
        }
        Ok(Self(sizes))
    }

    /// The number of rows of a table.
    pub(crate) fn rows(&self, table: &Table) -> u64 {
        self.0.get(table.name).copied().unwrap_or(UNKNOWN)
    }
}
