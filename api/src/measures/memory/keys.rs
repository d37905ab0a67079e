//! A key as codes: one lookup for each row, whatever the length of its path.
//!
//! A table has many rows, and the end of a path has few. So the path is walked once for each code of its first step,
//! not for each row. The result is a table of ordinals: the positions of the cells of the key in order.

use chrono::{Datelike as _, NaiveDate};

use super::{
    Replica, Stored,
    column::{Codes, ColumnValues, StoredColumn},
};
use crate::{
    catalog::{
        key::{BANDS, End, Part, Path},
        scalar::Scalar,
    },
    error::Error,
    measures::{
        groups::{Cells, NULL},
        value::Cell,
    },
};

/// The ordinals of rows.
#[derive(Debug)]
pub(crate) struct Ordinals<'a> {
    pub(crate) codes: &'a Codes,
    /// The ordinal of each code; if absent, the code is the ordinal.
    pub(crate) translation: Option<Vec<u32>>,
    /// The number of ordinals.
    pub(crate) count: u32,
}

impl Ordinals<'_> {
    /// The ordinal of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> u32 {
        let code = self.codes.get(row);
        self.translation.as_ref().map_or(code, |translation| translation[code as usize])
    }
}

/// The cells of the ordinals of a key.
#[derive(Debug)]
pub(crate) struct KeyCells<'a> {
    pub(crate) column: &'a StoredColumn,
    pub(crate) scalar: Scalar,
    /// The cells from ordinal 1 on, if the key is a part of its value.
    pub(crate) parts: Option<Vec<Cell>>,
}

/// The cells of all keys of a request.
pub(crate) struct AllCells<'a>(pub(crate) Vec<KeyCells<'a>>);

impl Cells for AllCells<'_> {
    fn count(&self, key: usize) -> u32 {
        let cells = &self.0[key];
        let count = cells.parts.as_ref().map_or(cells.column.values.len(), Vec::len);
        u32::try_from(count + 1).unwrap_or(u32::MAX)
    }

    fn cell(&self, key: usize, ordinal: u32) -> Cell {
        let cells = &self.0[key];
        match (&cells.parts, ordinal) {
            (_, NULL) => Cell::Null,
            (Some(parts), ordinal) => parts[ordinal as usize - 1].clone(),
            (None, ordinal) => cell(&cells.column.values, cells.scalar, ordinal),
        }
    }
}

/// The value of a code, as a cell.
fn cell(values: &ColumnValues, scalar: Scalar, code: u32) -> Cell {
    if let ColumnValues::Text(texts) = values {
        return Cell::Text(texts.get(code as usize - 1).to_owned());
    }
    let Some(number) = values.whole(code) else { return Cell::Null };
    match scalar {
        Scalar::Boolean => Cell::Boolean(number != 0),
        Scalar::Date => day(number).map_or(Cell::Null, Cell::Date),
        _ => Cell::Whole(number),
    }
}

fn day(number: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(number).ok()?)
}

/// A part of a population or of a date.
fn part(take: Part, is_day: bool, number: i64) -> Option<Cell> {
    if take == Part::Band {
        return BANDS.iter().rev().find(|band| **band <= number).map(|band| Cell::Whole(*band));
    }
    if take == Part::Decade && !is_day {
        return Some(Cell::Whole(number - number.rem_euclid(10)));
    }
    let day = day(number)?;
    let month = match take {
        Part::Quarter => day.month0() / 3 * 3,
        _ => day.month0(),
    };
    Some(match take {
        Part::Decade => {
            let year = i64::from(day.year());
            Cell::Whole(year - year.rem_euclid(10))
        }
        Part::Year => Cell::Whole(day.year().into()),
        Part::FiscalYear => Cell::Whole(i64::from(day.year()) + i64::from(day.month() >= 10)),
        _ => Cell::Date(NaiveDate::from_ymd_opt(day.year(), month + 1, 1)?),
    })
}

impl Replica {
    /// The ordinals of the rows at the end of a path: their positions, plus one.
    pub(crate) fn rows_at<'a>(
        &'a self,
        table: &'a Stored,
        path: &Path,
    ) -> Result<(Ordinals<'a>, &'a Stored), Error> {
        let mut at = table;
        let mut steps = Vec::with_capacity(path.relations.len());
        for relation in &path.relations {
            let relation = &at.table.relations[*relation];
            steps.push(at.column_named(relation.from)?);
            at = self.table_named(relation.table)?;
        }
        let count = u32::try_from(at.rows + 1).map_err(|_| Error::Internal)?;
        let Some((first, others)) = steps.split_first() else {
            let codes = &table.column_named(table.table.key)?.codes;
            return Ok((Ordinals { codes, translation: None, count }, at));
        };
        let translation = (!others.is_empty()).then(|| {
            let follow = |code: u32| {
                others.iter().fold(code, |code, step| match code {
                    NULL => NULL,
                    code => step.codes.get(code as usize - 1),
                })
            };
            (0..first.codes()).map(|code| follow(u32::try_from(code).unwrap_or(NULL))).collect()
        });
        Ok((Ordinals { codes: &first.codes, translation, count }, at))
    }

    /// The ordinals of a key, and its cells.
    pub(crate) fn key<'a>(
        &'a self,
        table: &'a Stored,
        path: &Path,
        take: Part,
    ) -> Result<(Ordinals<'a>, KeyCells<'a>), Error> {
        let (rows, end) = self.rows_at(table, path)?;
        let End::Column(index) = path.end else {
            let column = end.column_named(end.table.key)?;
            return Ok((rows, KeyCells { column, scalar: Scalar::Int, parts: None }));
        };
        let column = end.column(index)?;
        let scalar = end.table.columns[index].kind.scalar;
        let (by_code, parts) = match take {
            Part::Itself => (None, None),
            take => {
                let (by_code, parts) = parts(&column.values, take, scalar == Scalar::Date);
                (Some(by_code), Some(parts))
            }
        };
        let count = parts.as_ref().map_or(column.values.len(), Vec::len) + 1;
        let count = u32::try_from(count).map_err(|_| Error::Internal)?;
        let ordinal = |code: u32| by_code.as_ref().map_or(code, |by_code| by_code[code as usize]);
        let ordinals = if path.relations.is_empty() {
            Ordinals { codes: &column.codes, translation: by_code, count }
        } else {
            let codes = u32::try_from(rows.translation.as_ref().map_or(end.rows + 1, Vec::len))
                .map_err(|_| Error::Internal)?;
            let follow = |code: u32| {
                let row = rows.translation.as_ref().map_or(code, |rows| rows[code as usize]);
                if row == NULL { NULL } else { ordinal(column.codes.get(row as usize - 1)) }
            };
            let translation = Some((0..codes).map(follow).collect());
            Ordinals { codes: rows.codes, translation, count }
        };
        Ok((ordinals, KeyCells { column, scalar, parts }))
    }
}

/// The ordinal of each code, and the cells of the ordinals. Parts of sorted values are sorted, too.
fn parts(values: &ColumnValues, take: Part, is_day: bool) -> (Vec<u32>, Vec<Cell>) {
    let mut ordinals = vec![NULL];
    let mut cells: Vec<Cell> = Vec::new();
    for code in (1..).take(values.len()) {
        match values.whole(code).and_then(|number| part(take, is_day, number)) {
            None => ordinals.push(NULL),
            Some(cell) => {
                if cells.last() != Some(&cell) {
                    cells.push(cell);
                }
                ordinals.push(u32::try_from(cells.len()).unwrap_or(NULL));
            }
        }
    }
    (ordinals, cells)
}
