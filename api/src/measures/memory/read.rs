//! Reads a table from the database, before it is encoded.
//!
//! Tables are read concurrently, and so are parts of long tables. Each part is read in chunks, in the order of its key.
//!
//! SQLite returns one row for each chunk, with a JSON array for each column. Otherwise it would pass each row from one
//! thread to another and copy each cell into its own memory, which takes about four times as long.

use std::{borrow::Cow, ops::Range};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use futures_util::future::try_join_all;
use sea_orm::{
    ConnectionTrait as _, DbBackend, DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait as _, Func, Order, Query, SelectStatement},
};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::{column::Interner, numbers::WholeNumbers};
use crate::{
    catalog::{
        predicate::column_of,
        scalar::{ColumnKind, Scalar},
        table::Table,
    },
    database::{Readers, in_time},
    error::Error,
};

/// The rows of a chunk. On each connection, they take kilobytes each until they become columns; a statement takes some
/// milliseconds.
const CHUNK: usize = 2_000;
/// The number of parts of a table that are read concurrently, and the keys below which there is one part.
const PARTS: i64 = 4;
const KEYS_OF_A_PART: i64 = 50_000;
/// The statements that run at once. This leaves connections for queries.
static TURNS: Semaphore = Semaphore::const_new(4);

/// A column while it is read.
pub(crate) enum Raw {
    Whole(WholeNumbers),
    /// NaN stands for a missing value.
    Real(Vec<f64>),
    Text(Interner),
}

/// A table while it is read: its keys, and the columns to store.
pub(crate) struct TableReading {
    pub(crate) table: &'static Table,
    pub(super) keys: WholeNumbers,
    pub(crate) columns: Vec<(usize, Raw)>,
}

/// Reads a table; the parts of a long one concurrently.
pub(crate) async fn read(readers: Readers, table: &'static Table) -> Result<TableReading, Error> {
    let mut select = Query::select();
    let key = || column_of(table.name, table.key);
    select.expr(key().min()).expr(key().max()).from(Alias::new(table.name));
    let row = one(&readers, &select).await?;
    let bounds = (row.try_get_by_index::<Option<i32>>(0)?, row.try_get_by_index::<Option<i32>>(1)?);
    let (Some(first), Some(last)) = bounds else { return Ok(TableReading::new(table)) };
    let (first, last) = (i64::from(first), i64::from(last));
    let size = Ord::max((last - first) / PARTS + 1, KEYS_OF_A_PART);
    let parts = (0..PARTS).map(|part| first + part * size).take_while(|first| *first <= last);
    let parts = parts.map(|first| {
        let part = tokio::spawn(read_part(readers.clone(), table, first..first + size));
        async { part.await.map_err(|_| Error::Internal)? }
    });
    let mut parts = try_join_all(parts).await?.into_iter();
    let mut reading = parts.next().ok_or(Error::Internal)?;
    parts.for_each(|part| reading.append(part));
    Ok(reading)
}

/// Reads the rows whose keys are in a range.
async fn read_part(
    readers: Readers,
    table: &'static Table,
    keys: Range<i64>,
) -> Result<TableReading, Error> {
    let mut reading = TableReading::new(table);
    let mut next = keys.start;
    loop {
        let before = reading.keys.len();
        let select = reading.select(next..keys.end);
        let _turn = TURNS.acquire().await.map_err(|_| Error::Internal)?;
        if readers.backend() == DbBackend::Sqlite {
            reading.unpack(&one(&readers, &reading.packed(select)).await?)?;
        } else {
            let rows = all(&readers, &select).await?;
            rows.iter().try_for_each(|row| reading.push(row))?;
        }
        if reading.keys.len() - before < CHUNK {
            return Ok(reading);
        }
        next = reading.keys.last().map_or(keys.end, |last| last + 1);
    }
}

/// The rows of a statement, as of the revision being read.
async fn all(readers: &Readers, select: &SelectStatement) -> Result<Vec<QueryResult>, Error> {
    let mut statement = readers.backend().build(select);
    readers.place(&mut statement);
    let spare = readers.spare();
    Ok(in_time(spare, spare.query_all_raw(statement)).await?)
}

async fn one(readers: &Readers, select: &SelectStatement) -> Result<QueryResult, Error> {
    all(readers, select).await?.into_iter().next().ok_or(Error::Internal)
}

/// Whether a client, a search or a relation can use a column.
fn is_wanted(table: &Table, index: usize) -> bool {
    let column = &table.columns[index];
    let refers = |relation: &crate::catalog::table::Relation| relation.from == column.name;
    column.name != table.key
        && (column.field.is_some() || column.name == "search" || table.relations.iter().any(refers))
}

impl TableReading {
    fn new(table: &'static Table) -> Self {
        let raw = |column: usize| match table.columns[column].kind.scalar {
            Scalar::Text | Scalar::TextList | Scalar::State | Scalar::Ori | Scalar::Enum => {
                Raw::Text(Interner::default())
            }
            Scalar::Float => Raw::Real(Vec::new()),
            _ => Raw::Whole(WholeNumbers::default()),
        };
        let wanted = (0..table.columns.len()).filter(|column| is_wanted(table, *column));
        Self {
            table,
            keys: WholeNumbers::default(),
            columns: wanted.map(|column| (column, raw(column))).collect(),
        }
    }

    /// Adds the next rows.
    fn append(&mut self, other: Self) {
        self.keys.append(other.keys);
        for ((_, raw), (_, other)) in self.columns.iter_mut().zip(other.columns) {
            match (raw, other) {
                (Raw::Whole(numbers), Raw::Whole(others)) => numbers.append(others),
                (Raw::Real(numbers), Raw::Real(others)) => numbers.extend(others),
                (Raw::Text(texts), Raw::Text(others)) => texts.append(others),
                _ => unreachable!("a column is read in the same way in every part"),
            }
        }
    }

    /// The statement for the next chunk of rows whose keys are in a range.
    fn select(&self, keys: Range<i64>) -> SelectStatement {
        let table = self.table;
        let key = || column_of(table.name, table.key);
        let mut select = Query::select();
        select.expr_as(key(), name(0));
        for (cell, (column, _)) in (1..).zip(&self.columns) {
            select.expr_as(column_of(table.name, table.columns[*column].name), name(cell));
        }
        select
            .from(Alias::new(table.name))
            .and_where(key().gte(keys.start))
            .and_where(key().lt(keys.end))
            .order_by((Alias::new(table.name), Alias::new(table.key)), Order::Asc)
            .limit(CHUNK as u64);
        select
    }

    /// The statement that packs these rows into one, with JSON arrays.
    fn packed(&self, select: SelectStatement) -> SelectStatement {
        let mut packed = Query::select();
        let mut pack = |cell: Expr| {
            packed.expr(Func::cust("json_group_array").arg(cell));
        };
        pack(Expr::col(name(0)));
        for (cell, (_, raw)) in (1..).zip(&self.columns) {
            let cell = Expr::col(name(cell));
            pack(match raw {
                Raw::Whole(_) | Raw::Text(_) => cell,
                // A JSON number would not have enough digits to distinguish every float.
                Raw::Real(_) => {
                    let digits = Func::cust("printf").arg("%!.17g").arg(cell.clone());
                    Expr::case(cell.is_not_null(), digits).into()
                }
            });
        }
        packed.from_subquery(select, Alias::new("chunk"));
        packed
    }

    /// Adds rows that were packed into JSON arrays.
    fn unpack(&mut self, packed: &QueryResult) -> Result<(), DbErr> {
        let array = |cell| packed.try_get_by_index::<String>(cell);
        take_in(&mut self.keys, cells(&array(0)?)?, |key| key);
        for (cell, (column, raw)) in (1..).zip(&mut self.columns) {
            let array = array(cell)?;
            match raw {
                Raw::Whole(numbers) => match self.table.columns[*column].kind.scalar {
                    Scalar::Date => take_in(numbers, cells(&array)?, in_days),
                    Scalar::DateTime => take_in(numbers, cells(&array)?, in_microseconds),
                    _ => take_in(numbers, cells(&array)?, |number| number),
                },
                Raw::Real(numbers) => {
                    for text in cells::<Cow<'_, str>>(&array)? {
                        let number = text.map(|text| text.parse()).transpose();
                        let number = number.map_err(|error: std::num::ParseFloatError| {
                            DbErr::Type(error.to_string())
                        });
                        numbers.push(real(number?));
                    }
                }
                Raw::Text(texts) => {
                    for text in cells::<Cow<'_, str>>(&array)? {
                        texts.push(text.as_deref());
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds a row.
    fn push(&mut self, row: &QueryResult) -> Result<(), DbErr> {
        self.keys.push(Some(row.try_get_by_index::<i32>(0)?.into()));
        for (cell, (column, raw)) in (1..).zip(&mut self.columns) {
            match raw {
                Raw::Whole(numbers) => {
                    numbers.push(whole(self.table.columns[*column].kind, row, cell)?);
                }
                Raw::Real(numbers) => {
                    numbers.push(real(row.try_get_by_index(cell)?));
                }
                Raw::Text(texts) => {
                    texts.push(row.try_get_by_index::<Option<String>>(cell)?.as_deref());
                }
            }
        }
        Ok(())
    }
}

/// A float as it is stored; -0.0 becomes 0.0.
fn real(number: Option<f64>) -> f64 {
    number.map_or(f64::NAN, |number| number + 0.0)
}

/// Reads a cell as a whole number.
fn whole(kind: ColumnKind, row: &QueryResult, index: usize) -> Result<Option<i64>, DbErr> {
    Ok(match kind.scalar {
        Scalar::Boolean => row.try_get_by_index::<Option<bool>>(index)?.map(i64::from),
        Scalar::Date => row.try_get_by_index::<Option<NaiveDate>>(index)?.map(in_days),
        Scalar::DateTime => {
            row.try_get_by_index::<Option<DateTime<Utc>>>(index)?.map(in_microseconds)
        }
        _ if kind.is_wide() => row.try_get_by_index::<Option<i64>>(index)?,
        _ => row.try_get_by_index::<Option<i32>>(index)?.map(i64::from),
    })
}

fn in_days(day: NaiveDate) -> i64 {
    day.num_days_from_ce().into()
}

fn in_microseconds(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_micros()
}

/// The name of a cell of a chunk.
fn name(cell: usize) -> Alias {
    Alias::new(format!("c{cell}"))
}

/// The cells of a JSON array.
fn cells<'a, T: Deserialize<'a>>(array: &'a str) -> Result<Vec<Option<T>>, DbErr> {
    serde_json::from_str(array).map_err(|error| DbErr::Json(error.to_string()))
}

fn take_in<T>(numbers: &mut WholeNumbers, cells: Vec<Option<T>>, number: impl Fn(T) -> i64) {
    for cell in cells {
        numbers.push(cell.map(&number));
    }
}
