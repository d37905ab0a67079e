//! The quality of a column: how many rows have a value, how many different values there are, and the least and
//! greatest.

use crate::catalog::table::Table;

/// The quality of one column over some rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnQuality {
    /// The column, by its position.
    pub(crate) column: usize,
    pub(crate) known: u64,
    pub(crate) missing: u64,
    pub(crate) distinct: u64,
    /// The least and the greatest value; `None` if no value is known.
    pub(crate) ends: Option<[ColumnEnd; 2]>,
}

/// The least or greatest value of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnEnd {
    /// A text or a date.
    Text(String),
    /// A whole number in the smallest unit; for a timestamp, microseconds.
    Whole(i64),
    Real(f64),
}

/// The public columns.
pub(crate) fn columns(table: &Table) -> Vec<usize> {
    let visible = table.columns.iter().enumerate().filter(|(_, column)| column.field.is_some());
    visible.map(|(index, _)| index).collect()
}
