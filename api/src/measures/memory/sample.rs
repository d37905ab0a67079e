//! Estimates how many rows a filter keeps, from a sample of the rows.
//!
//! The estimate predicts the work of the steps after a filter, so it may cost a few microseconds at most. If many rows
//! refer to those of the sample, they are not looked up: a sample of them gives the probability that one passes.

use std::{
    cell::{Cell as Counter, RefCell},
    collections::HashMap,
};

use super::{
    Replica, Stored,
    accepted::{difference_passes, passes},
    column::{ColumnValues, StoredColumn},
};
use crate::{catalog::predicate::Predicate, error::Error};

/// The rows of a sample.
const SAMPLE: usize = 128;
/// The rows of a sample of child rows. A small error in their share becomes a large one in the share of parents.
const SAMPLE_OF_CHILDREN: usize = 1_024;
/// The most tests for all samples of a request. Beyond that, a filter is assumed to keep everything.
const TESTS: usize = 50_000;

/// Samples of the rows of one request.
pub(crate) struct Samples<'a> {
    replica: &'a Replica,
    left: Counter<usize>,
    /// The probability that a row has a child row that passes, by the address of the condition.
    children: RefCell<HashMap<usize, f64>>,
}

impl<'a> Samples<'a> {
    pub(crate) fn of(replica: &'a Replica) -> Self {
        Self { replica, left: Counter::new(TESTS), children: RefCell::default() }
    }

    /// No sample: every filter is assumed to keep everything.
    pub(crate) fn none(replica: &'a Replica) -> Self {
        Self { replica, left: Counter::new(0), children: RefCell::default() }
    }

    /// The share of a table's rows that a filter keeps, from none (0) to all (1).
    pub(crate) fn share(&self, table: &Stored, keeps: &Predicate) -> Result<f64, Error> {
        self.share_of(SAMPLE, table, keeps)
    }

    /// The share, from a sample of this many rows.
    fn share_of(&self, most: usize, table: &Stored, keeps: &Predicate) -> Result<f64, Error> {
        let each = keeps.weight().max(1);
        if keeps.is_all() {
            return Ok(1.0);
        }
        let count = most.min(table.rows).min(self.left.get() / each);
        if count == 0 {
            return Ok(if table.rows == 0 { 0.0 } else { 1.0 });
        }
        self.left.set(self.left.get() - count * each);
        let mut kept = 0.0;
        for index in 0..count {
            kept += self.odds(table, index * table.rows / count, keeps)?;
        }
        // Rows outside the sample may pass even if none in it does.
        let may_be = count < table.rows && (kept > 0.0 || !self.is_never(keeps)?);
        let least = if may_be { 0.5 } else { 0.0 };
        Ok(f64::max(kept, least) / as_float(count))
    }

    /// Whether no row can pass, because each would have to refer to one of a few rows that do not.
    fn is_never(&self, keeps: &Predicate) -> Result<bool, Error> {
        match keeps {
            Predicate::All(parts) => {
                for part in parts {
                    if self.is_never(part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Predicate::Through { table: other, to, keeps, .. } => {
                let other = self.replica.table_named(other.name)?;
                if *to != other.table.key || other.rows > SAMPLE {
                    return Ok(false);
                }
                for row in 0..other.rows {
                    if self.odds(other, row, keeps)? > 0.0 {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The probability that a row passes.
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
            Predicate::Difference { column, less, test, .. } => {
                let columns = [column, less].map(|name| table.column_named(name));
                let [column, less] = columns;
                certain(difference_passes(column?, less?, row, test)?)
            }
            Predicate::Near { latitude, longitude, circle } => {
                let [latitude, longitude] =
                    [table.column_named(latitude)?, table.column_named(longitude)?];
                let degrees = latitude.real_at(row).zip(longitude.real_at(row));
                certain(degrees.is_some_and(|(north, east)| circle.has(north, east)))
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
    /// The probability that a child row of a row passes. If there are few child rows, they are tested.
    fn odds_of_children(
        &self,
        table: &Stored,
        to: &str,
        parent: usize,
        keeps: &Predicate,
    ) -> Result<f64, Error> {
        let to = table.column_named(to)?;
        if table.rows > SAMPLE {
            // It is the same for all parents, so it is computed once for each condition.
            let condition = std::ptr::from_ref(keeps).addr();
            if let Some(known) = self.children.borrow().get(&condition) {
                return Ok(*known);
            }
            let share = self.share_of(SAMPLE_OF_CHILDREN, table, keeps)?;
            let children = i32::try_from(to.spread().median).unwrap_or(i32::MAX);
            // Child rows of one parent are similar: the trainees of a session all finish on the same day. So the
            // probability lies between that of identical child rows and that of independent ones, nearer to the former.
            let apart = 1.0 - (1.0 - share).powi(children.max(1));
            let odds = (share * share * apart).cbrt();
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
