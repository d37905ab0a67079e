//! The values of keys, as read from statements.

use chrono::NaiveDate;
use sea_orm::QueryResult;

use crate::{
    catalog::{
        key::{End, Key, Part},
        scalar::Scalar,
        table::Table,
    },
    error::Error,
    measures::value::Cell,
};

/// The type of the value of a key; `None` if it is a row.
pub(super) fn scalar(table: &'static Table, key: &Key) -> Option<Scalar> {
    match key.path.end {
        End::Column(column) => Some(key.path.table(table).columns[column].kind.scalar),
        End::Row
        | End::Days { .. }
        | End::Children { .. }
        | End::Grandchildren { .. }
        | End::Beside { .. } => None,
    }
}

/// Whether the value of a key is read as text.
pub(super) fn is_text(table: &'static Table, key: &Key) -> bool {
    key.part == Part::Itself
        && matches!(
            scalar(table, key),
            Some(Scalar::Text | Scalar::State | Scalar::Ori | Scalar::Enum | Scalar::Date)
        )
}

/// Reads the cell of a key.
pub(crate) fn read_cell(
    table: &'static Table,
    key: &Key,
    row: &QueryResult,
    index: usize,
) -> Result<Cell, Error> {
    if is_text(table, key) {
        let Some(text) = row.try_get_by_index::<Option<String>>(index)? else {
            return Ok(Cell::Null);
        };
        return match scalar(table, key) {
            Some(Scalar::Date) => text.parse().map(Cell::Date).map_err(|_| Error::Internal),
            _ => Ok(Cell::Text(text)),
        };
    }
    let Some(number) = row.try_get_by_index::<Option<i64>>(index)? else { return Ok(Cell::Null) };
    let first_day = |year: i64, month: i64| {
        let (year, month) = (i32::try_from(year).ok()?, u32::try_from(month).ok()?);
        NaiveDate::from_ymd_opt(year, month + 1, 1).map(Cell::Date)
    };
    match key.part {
        Part::Quarter => {
            first_day(number.div_euclid(4), number.rem_euclid(4) * 3).ok_or(Error::Internal)
        }
        Part::Month => {
            first_day(number.div_euclid(12), number.rem_euclid(12)).ok_or(Error::Internal)
        }
        Part::Ever => Ok(Cell::Boolean(number != 0)),
        _ if scalar(table, key) == Some(Scalar::Boolean) => Ok(Cell::Boolean(number != 0)),
        _ => Ok(Cell::Whole(number)),
    }
}
