//! How many rows a filter keeps, before it is evaluated: of a sample of the rows.
//!
//! It says what the steps after a filter will take, so it is worth some microseconds and no more. Rows that refer to those
//! of the sample are not looked up where they are many: it is told from a sample of them how likely there is one.

use std::{
    cell::{Cell as Counter, RefCell},
    collections::HashMap,
};

use super::{
    Replica, Stored,
    column::{ColumnValues, StoredColumn},
    mask::passes,
};
use crate::{catalog::predicate::Predicate, error::Error};

/// The rows of a sample.
const SAMPLE: usize = 128;
/// Tests that may be made for all samples of a request. Beyond them, a filter counts as one that keeps everything.
const TESTS: usize = 50_000;

/// Samples of the rows of one request.
pub(crate) struct Samples<'a> {
    replica: &'a Replica,
    left: Counter<usize>,
    /// How likely a row has one that refers to it and is kept, by the address of the condition.
    children: RefCell<HashMap<usize, f64>>,
}

impl<'a> Samples<'a> {
    pub(crate) fn of(replica: &'a Replica) -> Self {
        Self { replica, left: Counter::new(TESTS), children: RefCell::default() }
    }

    /// No sample: every filter counts as one that keeps everything.
    pub(crate) fn none(replica: &'a Replica) -> Self {
        Self { replica, left: Counter::new(0), children: RefCell::default() }
    }

    /// The part of a table's rows that a filter keeps, from none (0) to all (1).
    pub(crate) fn share(&self, table: &Stored, keeps: &Predicate) -> Result<f64, Error> {
        let each = keeps.weight().max(1);
        if keeps.is_all() {
            return Ok(1.0);
        }
        let count = SAMPLE.min(table.rows).min(self.left.get() / each);
        if count == 0 {
            return Ok(if table.rows == 0 { 0.0 } else { 1.0 });
        }
        self.left.set(self.left.get() - count * each);
        let mut kept = 0.0;
        for index in 0..count {
            kept += self.odds(table, index * table.rows / count, keeps)?;
        }
        // Of those that are not in the sample, one in so many may be kept though none of it is.
        let least = if count < table.rows { 0.5 } else { 0.0 };
        Ok(f64::max(kept, least) / as_float(count))
    }

    /// How likely a row is kept.
    fn odds(&self, table: &Stored, row: usize, keeps: &Predicate) -> Result<f64, Error> {
        Ok(match keeps {
            Predicate::All(parts) => {
                let mut odds = 1.0;
                for part in parts {
                    odds *= self.odds(table, row, part)?;
                    if odds == 0.0 {
                        break;
                    }
                }
                odds
            }
            Predicate::Any(parts) => {
                let mut odds = 1.0;
                for part in parts {
                    odds *= 1.0 - self.odds(table, row, part)?;
                    if odds == 0.0 {
                        break;
                    }
                }
                1.0 - odds
            }
            Predicate::Not(part) => 1.0 - self.odds(table, row, part)?,
            Predicate::Is { column, test } => {
                let column = table.column_named(column)?;
                certain(passes(column, column.codes.get(row), test)?)
            }
            Predicate::Words { words, .. } => {
                let column = table.column_named("search")?;
                let is_found = |text: &str| {
                    words.iter().all(|word| text.split(' ').any(|found| found.starts_with(word)))
                };
                certain(text(column, row).is_some_and(is_found))
            }
            Predicate::Through { column, table: other, to, keeps } => {
                let (from, other) =
                    (table.column_named(column)?, self.replica.table_named(other.name)?);
                if *to != other.table.key {
                    return self.odds_of_children(other, to, row, keeps);
                }
                match (from.codes.get(row) as usize).checked_sub(1) {
                    Some(row) => self.odds(other, row, keeps)?,
                    None => 0.0,
                }
            }
        })
    }
}

impl Samples<'_> {
    /// How likely one of the rows that refer to a row is kept. Where they are few, they are looked at.
    fn odds_of_children(
        &self,
        table: &Stored,
        to: &str,
        parent: usize,
        keeps: &Predicate,
    ) -> Result<f64, Error> {
        let to = table.column_named(to)?;
        if table.rows > SAMPLE {
            // The same for all parents, so it is found once for each condition.
            let condition = std::ptr::from_ref(keeps).addr();
            if let Some(known) = self.children.borrow().get(&condition) {
                return Ok(*known);
            }
            let share = self.share(table, keeps)?;
            let children = i32::try_from(to.spread().median).unwrap_or(i32::MAX);
            let odds = 1.0 - (1.0 - share).powi(children.max(1));
            self.children.borrow_mut().insert(condition, odds);
            return Ok(odds);
        }
        let mut none = 1.0;
        for row in (0..table.rows).filter(|row| to.codes.get(*row) as usize == parent + 1) {
            none *= 1.0 - self.odds(table, row, keeps)?;
        }
        Ok(1.0 - none)
    }
}

fn certain(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// The text of a row.
fn text(column: &StoredColumn, row: usize) -> Option<&str> {
    let index = (column.codes.get(row) as usize).checked_sub(1)?;
    match &*column.values {
        ColumnValues::Text(texts) => Some(texts.get(index)),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a sample is small")]
fn as_float(count: usize) -> f64 {
    count as f64
}
