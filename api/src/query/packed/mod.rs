//! Many rows as one, with an array for each column: a native array in PostgreSQL, JSON in SQLite.
//!
//! A row by itself is expensive: SQLite passes each one between threads and copies each cell into its own memory, and
//! PostgreSQL sends each as a message to be parsed. Also, a statement that returns one row whatever it finds can always
//! report its revision. [`crate::measures`] reads its copy in the same way, into columns instead of rows.

mod arrays;
mod json;

use std::sync::Arc;

use async_graphql::{Number, Value as GraphQl};
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{
    DbBackend, DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait as _, Func, Query, SelectStatement},
};

use super::{
    page::{PARENT, cell_name},
    rows::Row,
};
use crate::catalog::scalar::{ColumnKind, Scalar};
use crate::error::Error;

/// Rows, with the parent of each if they were read by parent.
pub(crate) struct Unpacked {
    pub(crate) rows: Vec<Arc<Row>>,
    pub(crate) parents: Vec<i32>,
}

/// The statement that packs the rows of another into one: the key, then the cells, then the parent if there is one.
pub(crate) fn pack(
    select: SelectStatement,
    kinds: &[ColumnKind],
    by_parent: bool,
    backend: DbBackend,
) -> SelectStatement {
    let array = match backend {
        DbBackend::Postgres => "array_agg",
        _ => "json_group_array",
    };
    let mut packed = Query::select();
    let mut add = |cell: Expr| {
        packed.expr(Func::cust(array).arg(cell));
    };
    add(Expr::col(cell_name(0)));
    for (cell, kind) in (1..).zip(kinds) {
        let cell = Expr::col(cell_name(cell));
        add(match (kind.scalar, backend) {
            // A JSON number would not have enough digits to distinguish every float.
            (Scalar::Float, DbBackend::Sqlite) => {
                let digits = Func::cust("printf").arg("%!.17g").arg(cell.clone());
                Expr::case(cell.is_not_null(), digits).into()
            }
            _ => cell,
        });
    }
    if by_parent {
        add(Expr::col(Alias::new(PARENT)));
    }
    // Both databases pass rows to their aggregates in the order of the subquery.
    packed.from_subquery(select, Alias::new("part"));
    packed
}

/// The keys of packed rows.
pub(crate) fn keys(packed: &QueryResult) -> Result<Vec<i32>, Error> {
    match packed.try_as_pg_row() {
        Some(row) => arrays::read(row, 0),
        None => json::read(&packed.try_get_by_index::<String>(0)?),
    }
}

/// The rows that were packed.
pub(crate) fn unpack(
    packed: &QueryResult,
    kinds: &[ColumnKind],
    by_parent: bool,
) -> Result<Unpacked, Error> {
    let pg = packed.try_as_pg_row();
    let array = |cell: usize| packed.try_get_by_index::<String>(cell);
    let keys = |cell: usize| match pg {
        Some(row) => arrays::read(row, cell),
        None => json::read(&array(cell)?),
    };
    let mut columns = Vec::with_capacity(kinds.len());
    for (cell, kind) in (1..).zip(kinds) {
        let cells = match pg {
            Some(row) => arrays::column(*kind, row, cell)?,
            None => json::column(*kind, &array(cell)?)?,
        };
        columns.push(cells.into_iter());
    }
    let row = |key| {
        let cells = columns.iter_mut().map(|column| column.next().unwrap_or_default()).collect();
        Arc::new(Row { key, cells })
    };
    let rows = keys(0)?.into_iter().map(row).collect();
    let parents = if by_parent { keys(kinds.len() + 1)? } else { Vec::new() };
    Ok(Unpacked { rows, parents })
}

fn wrong(error: impl std::fmt::Display) -> Error {
    DbErr::Type(error.to_string()).into()
}

fn moment(moment: DateTime<Utc>) -> GraphQl {
    GraphQl::String(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn real(number: f64) -> GraphQl {
    Number::from_f64(number).map_or(GraphQl::Null, GraphQl::Number)
}
