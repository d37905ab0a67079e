//! From the database to columns.
//!
//! Tables are read at once, and long ones in parts at once, each in chunks in the order of its key. If a
//! load was committed meanwhile, what was read may be of two revisions, and is read again.

use std::ops::Range;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use futures_util::future::try_join_all;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait as _, Order, Query},
};

use tokio::sync::Semaphore;

use super::{
    Replica, Stored,
    column::{Column, Interner, MISSING},
    parallel::Workers,
};
use crate::{
    error::Error,
    query::{
        catalog::{Cardinality, Catalog, Table},
        predicate::column_of,
        scalar::{Kind, Scalar},
    },
};

/// The rows that are read at a time. They take kilobytes each until they are columns, on every
/// connection; a statement takes less than a millisecond.
const CHUNK: u64 = 2_000;
/// The parts of a table that are read at once, and the keys below which there is one part.
const PARTS: i64 = 4;
const KEYS_OF_A_PART: i64 = 50_000;
/// The statements that read at once: what is asked meanwhile finds a connection, too.
static TURNS: Semaphore = Semaphore::const_new(4);
/// How often it is tried to read all tables between two loads.
const ATTEMPTS: usize = 3;

/// A column while it is read.
enum Raw {
    Whole(Vec<i64>),
    Real(Vec<f64>),
    Text(Interner),
}

/// A table while it is read: its keys, and the columns that are kept.
struct Reading {
    table: &'static Table,
    keys: Vec<i64>,
    columns: Vec<(usize, Raw)>,
}

impl Replica {
    /// Copies the dataset from a database.
    ///
    /// # Errors
    /// Whatever the database says, or that loads follow each other too fast.
    pub async fn build(database: &DatabaseConnection) -> Result<Self, Error> {
        for _ in 0..ATTEMPTS {
            let before = revision(database).await?;
            let tables = Catalog::get().tables.iter();
            let read = tables.map(|table| {
                let reading = tokio::spawn(read(database.clone(), table));
                async { reading.await.map_err(|_| Error::Internal)? }
            });
            let read = try_join_all(read).await?;
            if revision(database).await? == before {
                let assemble = tokio::task::spawn_blocking(move || assemble(read, before));
                return assemble.await.map_err(|_| Error::Internal);
            }
        }
        tracing::error!("the dataset changed each time that it was copied");
        Err(Error::Unavailable)
    }
}

/// The newest revision; 0 where there is none.
async fn revision(database: &DatabaseConnection) -> Result<i32, Error> {
    let mut select = Query::select();
    select.expr(Expr::col(Alias::new("id")).max()).from(Alias::new("revisions"));
    let row = database.query_one(&select).await?;
    let revision = row.map(|row| row.try_get_by_index::<Option<i32>>(0)).transpose()?;
    Ok(revision.flatten().unwrap_or_default())
}

/// Reads a table, the parts of a long one at once.
async fn read(database: DatabaseConnection, table: &'static Table) -> Result<Reading, Error> {
    let mut select = Query::select();
    let key = || column_of(table.name, table.key);
    select.expr(key().min()).expr(key().max()).from(Alias::new(table.name));
    let row = database.query_one(&select).await?.ok_or(Error::Internal)?;
    let bounds = (row.try_get_by_index::<Option<i32>>(0)?, row.try_get_by_index::<Option<i32>>(1)?);
    let (Some(first), Some(last)) = bounds else { return Ok(Reading::new(table)) };
    let (first, last) = (i64::from(first), i64::from(last));
    let size = Ord::max((last - first) / PARTS + 1, KEYS_OF_A_PART);
    let parts = (0..PARTS).map(|part| first + part * size).take_while(|first| *first <= last);
    let parts = parts.map(|first| {
        let part = tokio::spawn(read_part(database.clone(), table, first..first + size));
        async { part.await.map_err(|_| Error::Internal)? }
    });
    let mut parts = try_join_all(parts).await?.into_iter();
    let mut reading = parts.next().ok_or(Error::Internal)?;
    parts.for_each(|part| reading.append(part));
    Ok(reading)
}

/// Reads the rows whose keys are in a range.
async fn read_part(
    database: DatabaseConnection,
    table: &'static Table,
    keys: Range<i64>,
) -> Result<Reading, Error> {
    let mut reading = Reading::new(table);
    let key = || column_of(table.name, table.key);
    let mut next = keys.start;
    loop {
        let columns = reading.columns.iter();
        let mut select = Query::select();
        select
            .expr(key())
            .exprs(columns.map(|(column, _)| column_of(table.name, table.columns[*column].name)))
            .from(Alias::new(table.name))
            .and_where(key().gte(next))
            .and_where(key().lt(keys.end))
            .order_by((Alias::new(table.name), Alias::new(table.key)), Order::Asc)
            .limit(CHUNK);
        let _turn = TURNS.acquire().await.map_err(|_| Error::Internal)?;
        let rows = database.query_all(&select).await?;
        for row in &rows {
            reading.push(row)?;
        }
        if (rows.len() as u64) < CHUNK {
            return Ok(reading);
        }
        next = reading.keys.last().map_or(keys.end, |last| last + 1);
    }
}

/// Whether anything can ask for a column: a client, a search or a relation.
fn is_wanted(table: &Table, index: usize) -> bool {
    let column = &table.columns[index];
    let refers = |relation: &crate::query::catalog::Relation| relation.from == column.name;
    column.name != table.key
        && (column.field.is_some() || column.name == "search" || table.relations.iter().any(refers))
}

impl Reading {
    fn new(table: &'static Table) -> Self {
        let raw = |column: usize| match table.columns[column].kind.scalar {
            Scalar::Text | Scalar::TextList | Scalar::State | Scalar::Ori | Scalar::Enum => {
                Raw::Text(Interner::default())
            }
            Scalar::Float => Raw::Real(Vec::new()),
            _ => Raw::Whole(Vec::new()),
        };
        let wanted = (0..table.columns.len()).filter(|column| is_wanted(table, *column));
        Self {
            table,
            keys: Vec::new(),
            columns: wanted.map(|column| (column, raw(column))).collect(),
        }
    }

    /// Takes in the rows that follow.
    fn append(&mut self, other: Self) {
        self.keys.extend(other.keys);
        for ((_, raw), (_, other)) in self.columns.iter_mut().zip(other.columns) {
            match (raw, other) {
                (Raw::Whole(numbers), Raw::Whole(others)) => numbers.extend(others),
                (Raw::Real(numbers), Raw::Real(others)) => numbers.extend(others),
                (Raw::Text(texts), Raw::Text(others)) => texts.append(others),
                _ => unreachable!("a column is read alike in every part"),
            }
        }
    }

    fn push(&mut self, row: &QueryResult) -> Result<(), DbErr> {
        self.keys.push(row.try_get_by_index::<i32>(0)?.into());
        for (cell, (column, raw)) in (1..).zip(&mut self.columns) {
            match raw {
                Raw::Whole(numbers) => {
                    let number = whole(self.table.columns[*column].kind, row, cell)?;
                    numbers.push(number.unwrap_or(MISSING));
                }
                Raw::Real(numbers) => {
                    // There is one zero.
                    let number = row.try_get_by_index::<Option<f64>>(cell)?;
                    numbers.push(number.map_or(f64::NAN, |number| number + 0.0));
                }
                Raw::Text(texts) => texts.push(row.try_get_by_index(cell)?),
            }
        }
        Ok(())
    }
}

/// Reads a cell as a whole number.
fn whole(kind: Kind, row: &QueryResult, index: usize) -> Result<Option<i64>, DbErr> {
    Ok(match kind.scalar {
        Scalar::Boolean => row.try_get_by_index::<Option<bool>>(index)?.map(i64::from),
        Scalar::Date => row
            .try_get_by_index::<Option<NaiveDate>>(index)?
            .map(|day| day.num_days_from_ce().into()),
        Scalar::DateTime => row
            .try_get_by_index::<Option<DateTime<Utc>>>(index)?
            .map(|moment| moment.timestamp_micros()),
        _ if kind.is_wide() => row.try_get_by_index::<Option<i64>>(index)?,
        _ => row.try_get_by_index::<Option<i32>>(index)?.map(i64::from),
    })
}

/// Codes the columns, those that refer to a table after its keys.
fn assemble(read: Vec<Reading>, revision: i32) -> Replica {
    let keys: Vec<Column> = read.iter().map(|reading| Column::key(&reading.keys)).collect();
    let tables = std::thread::scope(|scope| {
        let keys = &keys;
        let code = |(index, reading): (usize, Reading)| {
            scope.spawn(move || {
                let table = reading.table;
                let mut columns: Vec<Option<Column>> =
                    (0..table.columns.len()).map(|_| None).collect();
                for (column, raw) in reading.columns {
                    columns[column] = Some(match raw {
                        Raw::Text(texts) => texts.finish(),
                        Raw::Real(numbers) => Column::real(&numbers),
                        Raw::Whole(numbers) => match refers_to(table, column) {
                            Some(to) => Column::reference(&numbers, to, &keys[to]),
                            None => Column::whole(&numbers),
                        },
                    });
                }
                Stored { table, index, rows: reading.keys.len(), columns }
            })
        };
        let handles: Vec<_> = read.into_iter().enumerate().map(code).collect();
        let join = |handle: std::thread::ScopedJoinHandle<'_, Stored>| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        handles.into_iter().map(join).collect::<Vec<_>>()
    });
    let mut replica = Replica { tables, revision, workers: Workers::default() };
    for (stored, key) in replica.tables.iter_mut().zip(keys) {
        let column = stored.table.column_index(stored.table.key);
        stored.columns[column] = Some(key);
    }
    replica
}

/// The table, by its position in the catalog, whose keys a column holds.
fn refers_to(table: &Table, column: usize) -> Option<usize> {
    let name = table.columns[column].name;
    let mut ones = table.relations.iter().filter(|it| it.cardinality == Cardinality::One);
    let relation = ones.find(|relation| relation.from == name)?;
    Catalog::get().tables.iter().position(|table| table.name == relation.table)
}
