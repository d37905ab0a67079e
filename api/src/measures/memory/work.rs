//! The work of each step of an answer, in the same units before it runs (from estimated sizes) and while it runs.

use super::{Replica, Stored, alternatives::Alternatives, column::ColumnValues};
use crate::{
    catalog::{
        key::{End, Measure, Way},
        predicate::{Comparison, Predicate, Test},
    },
    error::Error,
    limits::work::Work,
    measures::{request::Request, statistic::Needs},
};

/// A number of rows, or of values.
pub(super) fn many(count: usize) -> u64 {
    count as u64
}

impl Replica {
    /// The work of a condition, given the masks of its parts.
    pub(super) fn work_of_condition(
        &self,
        table: &Stored,
        keeps: &Predicate,
    ) -> Result<Work, Error> {
        let rows = many(table.rows);
        if let Some(alternatives) = Alternatives::of(self, table, keeps)? {
            return alternatives.work(self);
        }
        Ok(match keeps {
            // One word for each 64 rows.
            Predicate::All(parts) | Predicate::Any(parts) => {
                Work::codes(rows / 64 * many(parts.len()))
            }
            Predicate::Not(_) => Work::codes(rows / 64),
            Predicate::Is { column, test } => {
                let column = table.column_named(column)?;
                work_of_test(&column.values, test) + Work::codes(rows)
            }
            Predicate::Difference { .. } => Work::passed(rows),
            Predicate::Near { .. } => Work::passed(rows.saturating_mul(4)),
            Predicate::Words { words, .. } => {
                let column = table.column_named("search")?;
                let texts = many(column.values.len() * words.len());
                Work::texts(texts) + Work::codes(rows)
            }
            Predicate::Through { column, table: other, .. } => {
                let other = self.table_named(other.name)?;
                let codes = table.column_named(column)?.codes();
                Work::values(many(codes + other.rows)) + Work::codes(rows)
            }
        })
    }

    /// The work of a measure over rows in groups, given its numbers.
    pub(super) fn work_of_measure(measure: &Measure, needs: Needs, rows: u64) -> Work {
        let path = match measure {
            Measure::Rows => return Work::default(),
            Measure::Distinct(Way(path)) | Measure::Numbers(Way(path), _) => path,
        };
        // A related row counts once in a group.
        let passes = if path.relations.is_empty() { 1 } else { 3 };
        let ranked = if needs == Needs::Values { Work::ranked(rows) } else { Work::default() };
        Work::passed(rows.saturating_mul(passes)) + ranked
    }

    /// The work of computing the numbers of a measure.
    pub(super) fn work_of_numbers(&self, table: &Stored, measure: &Measure) -> Result<Work, Error> {
        let Measure::Numbers(Way(path), year) = measure else { return Ok(Work::default()) };
        let end = self.table_named(path.table(table.table).name)?;
        let children = |of: &Stored, relation: usize| -> Result<&Stored, Error> {
            self.table_named(of.table.relations[relation].table)
        };
        let amounts = |of: &Stored, column: Option<usize>| -> Result<Work, Error> {
            let priced =
                if year.is_some() { Work::passed(many(of.rows) * 3) } else { Work::default() };
            // The values of a range are listed; others are already.
            let listed = match column.map(|it| of.column(it)).transpose()?.map(|it| &*it.values) {
                Some(ColumnValues::Range(_, count)) => many(*count),
                _ => 0,
            };
            Ok(priced + Work::values(listed))
        };
        let summed = |of: &Stored, children: &Stored| Work::passed(many(of.rows + children.rows));
        Ok(match path.end {
            End::Row => Work::default(),
            End::Column(column) => amounts(end, Some(column))?,
            End::Days { .. } => Work::passed(many(end.rows) * 2),
            End::Children { relation, column } => {
                let children = children(end, relation)?;
                amounts(children, column)? + summed(end, children)
            }
            End::Grandchildren { relation, then, column } => {
                let between = children(end, relation)?;
                let last = children(between, then)?;
                amounts(last, column)? + summed(between, last) + summed(end, between)
            }
            End::Beside { relation, column, other } => {
                let children = children(end, relation)?;
                amounts(children, Some(column))?
                    + amounts(children, Some(other))?
                    + summed(end, children)
            }
        })
    }
}

/// The work of grouping rows by a prefix of the keys.
pub(super) fn work_of_groups(
    table: &Stored,
    request: &Request,
    level: usize,
    rows: u64,
    groups: u64,
) -> Result<Work, Error> {
    let keys = &request.keys[..level];
    let translated = keys.iter().map(|key| {
        let Some(first) = key.path.relations.first() else { return Ok(0) };
        Ok(many(table.column_named(table.table.relations[*first].from)?.codes()))
    });
    let translated: u64 = translated.sum::<Result<u64, Error>>()?;
    let looked_at = match level {
        0 => Work::codes(rows),
        level => Work::grouped(rows.saturating_mul(many(level)), groups) + Work::made(groups),
    };
    Ok(looked_at + Work::values(translated))
}

/// The work of finding the rows of a part, given how many rows it has. A bit for each row of the table says whether it
/// is in the part. Where all rows are kept, only those of the part are looked at.
pub(super) fn work_of_part(kept: u64, of_part: u64, keeps_all: bool) -> Work {
    match keeps_all {
        true => Work::codes(kept) + Work::passed(of_part.saturating_mul(2)),
        false => Work::passed(kept),
    }
}

/// The work of testing the values of a column.
fn work_of_test(values: &ColumnValues, test: &Test) -> Work {
    let count = many(values.len());
    let is_real = matches!(values, ColumnValues::Real(_));
    let is_text = is_real || matches!(values, ColumnValues::Text(_));
    match test {
        Test::Contains(_) | Test::StartsWith(_) | Test::EndsWith(_) => Work::texts(count),
        // A binary search in sorted values.
        Test::Null(_) => Work::default(),
        Test::Compare(comparison, _) if !is_real && *comparison != Comparison::NotEqual => {
            Work::default()
        }
        Test::Compare(..) => Work::values(count.saturating_mul(2)),
        Test::In(operands) | Test::NotIn(operands) if is_text => {
            Work::values(count.saturating_mul(2).saturating_mul(many(operands.len())))
        }
        Test::In(operands) | Test::NotIn(operands) => {
            Work::values(count / 4 + many(operands.len()))
        }
        Test::Keys(keys) => Work::values(count / 4 + many(keys.len())),
    }
}
