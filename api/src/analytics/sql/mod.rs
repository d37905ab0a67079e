//! The executor that asks the database, through sea-query: the oracle of the other, and what serves
//! where the rows outgrow memory.
//!
//! Each level and measure is one statement (`statement`): an inner `SELECT` of the keys and of the
//! value of each row that the filter keeps, or of each distinct related row, and around it the `GROUP
//! BY`. Nothing is joined to rows that many others hold, so nothing fans out.
//! - A sum is read as two: that of the upper and that of the lower 32 bits of the values. Neither can
//!   overflow 64 bits, and SQLite has no wider integers.
//! - Percentiles and variances are computed from the values read, by the code that the other executor
//!   uses: SQLite has neither, and PostgreSQL rounds elsewhere.

mod statement;

use rustc_hash::FxHashMap;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, QueryResult};

use self::statement::{Statements, read_cell};
use super::{
    finish::{ALL, Cells, Groups, NULL, finish},
    key::Measure,
    request::{Answer, Request},
    statistic::{Tally, compute},
    value::{Cell, Number},
};
use crate::error::Error;

/// What was found of a measure in one group.
#[derive(Clone, Debug, Default)]
struct Found {
    tally: Tally,
    values: Vec<i64>,
}

/// The cells of each key in order, without that of the unknown.
struct Sorted(Vec<Vec<Cell>>);

impl Cells for Sorted {
    fn count(&self, key: usize) -> u32 {
        u32::try_from(self.0[key].len() + 1).unwrap_or(u32::MAX)
    }

    fn cell(&self, key: usize, ordinal: u32) -> Cell {
        match (ordinal as usize).checked_sub(1) {
            None => Cell::Null,
            Some(index) => self.0[key][index].clone(),
        }
    }
}

/// Answers a request from a database.
///
/// # Errors
/// Says what makes no sense about it, or that it makes too many groups; or whatever the database says.
pub async fn answer(database: &DatabaseConnection, request: &Request) -> Result<Answer, Error> {
    request.check()?;
    let mut keys: Vec<Vec<Cell>> = Vec::new();
    let mut levels: Vec<u8> = Vec::new();
    let mut figures: Vec<Number> = Vec::new();
    for level in request.levels() {
        let found = groups(database, request, level, keys.len()).await?;
        let first = keys.len();
        levels.resize(first + found.len(), u8::try_from(level).map_err(|_| Error::Internal)?);
        figures.resize((first + found.len()) * request.figures.len(), Number::Missing);
        let index: FxHashMap<Vec<Cell>, usize> = found.iter().cloned().zip(first..).collect();
        keys.extend(found);
        for (position, (measure, _)) in request.figures.iter().enumerate() {
            if request.figures[..position].iter().any(|(other, _)| other == measure) {
                continue;
            }
            measure_into(database, request, level, measure, &index, &mut figures).await?;
        }
    }
    let sorted = Sorted((0..request.by.len()).map(|key| sorted(&keys, key)).collect());
    let ordinals = keys.iter().flat_map(|cells| {
        cells.iter().zip(&sorted.0).map(|(cell, sorted)| match cell {
            Cell::Null => NULL,
            Cell::All => ALL,
            cell => sorted.binary_search(cell).map_or(NULL, ordinal),
        })
    });
    let ordinals = ordinals.collect();
    Ok(finish(request, &Groups { levels, ordinals, figures }, &sorted))
}

fn ordinal(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(ALL)
}

/// The distinct cells of a key in order, without the unknown and the subtotals.
fn sorted(keys: &[Vec<Cell>], key: usize) -> Vec<Cell> {
    let known = |cell: &&Cell| !matches!(cell, Cell::Null | Cell::All);
    let mut cells: Vec<Cell> =
        keys.iter().map(|cells| &cells[key]).filter(known).cloned().collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// The keys of the groups of a level, after so many groups of others.
async fn groups(
    database: &DatabaseConnection,
    request: &Request,
    level: usize,
    others: usize,
) -> Result<Vec<Vec<Cell>>, Error> {
    let mut statements = Statements::new(request, level, database.get_database_backend());
    let rows = database.query_all(&statements.tallies(&Measure::Rows)).await?;
    if others + rows.len() > request.most_groups() {
        return Err(request.too_many_groups());
    }
    rows.iter().map(|row| read_key(request, level, row)).collect()
}

fn read_key(request: &Request, level: usize, row: &QueryResult) -> Result<Vec<Cell>, Error> {
    let cells = request.by.iter().enumerate().map(|(index, key)| match index < level {
        true => read_cell(request.table, key, row, index),
        false => Ok(Cell::All),
    });
    cells.collect()
}

/// Computes all statistics of one measure for the groups of a level.
async fn measure_into(
    database: &DatabaseConnection,
    request: &Request,
    level: usize,
    measure: &Measure,
    index: &FxHashMap<Vec<Cell>, usize>,
    figures: &mut [Number],
) -> Result<(), Error> {
    let wanted = request.figures.iter().enumerate().filter(|(_, (other, _))| other == measure);
    let wanted: Vec<_> = wanted.map(|(position, (_, statistic))| (position, *statistic)).collect();
    let mut statements = Statements::new(request, level, database.get_database_backend());
    let mut found: FxHashMap<Vec<Cell>, Found> = FxHashMap::default();
    for row in database.query_all(&statements.tallies(measure)).await? {
        let key = read_key(request, level, &row)?;
        found.entry(key).or_default().tally = read_tally(measure, level, &row)?;
    }
    if wanted.iter().any(|(_, statistic)| statistic.needs_values()) {
        let mut statements = Statements::new(request, level, database.get_database_backend());
        for row in database.query_all(&statements.values(measure)).await? {
            let key = read_key(request, level, &row)?;
            found.entry(key).or_default().values.push(row.try_get_by_index(level)?);
        }
    }
    for (key, group) in index {
        let mut of_group = found.remove(key).unwrap_or_default();
        for (position, statistic) in &wanted {
            figures[group * request.figures.len() + position] =
                compute(*statistic, &of_group.tally, &mut of_group.values)?;
        }
    }
    Ok(())
}

/// Reads the aggregates that follow the keys.
fn read_tally(measure: &Measure, level: usize, row: &QueryResult) -> Result<Tally, Error> {
    let rows = count(row, level)?;
    if !matches!(measure, Measure::Numbers(_)) {
        return Ok(Tally { known: rows, ..Tally::default() });
    }
    let known = count(row, level + 1)?;
    let whole = |index: usize| row.try_get_by_index::<Option<i64>>(level + index);
    let (upper, lower) = (whole(2)?.unwrap_or_default(), whole(3)?.unwrap_or_default());
    Ok(Tally {
        known,
        missing: rows - known,
        sum: (i128::from(upper) << 32) + i128::from(lower),
        min: whole(4)?.unwrap_or(i64::MAX),
        max: whole(5)?.unwrap_or(i64::MIN),
    })
}

fn count(row: &QueryResult, index: usize) -> Result<u64, Error> {
    u64::try_from(row.try_get_by_index::<i64>(index)?).map_err(|_| Error::Internal)
}
