//! What is known of a column: how many rows have a value, how many different ones, and the ends of them.

use crate::catalog::table::Table;

/// What is known of one column of some rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnQuality {
    /// The column, by its position.
    pub(crate) column: usize,
    pub(crate) known: u64,
    pub(crate) missing: u64,
    pub(crate) distinct: u64,
    /// The least value and the greatest; none where none is known.
    pub(crate) ends: Option<[ColumnEnd; 2]>,
}

/// A value at an end of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnEnd {
    /// A text, or a day.
    Text(String),
    /// A whole number in the smallest unit; of a moment, its microseconds.
    Whole(i64),
    Real(f64),
}

/// The columns that clients see.
pub(crate) fn columns(table: &Table) -> Vec<usize> {
    let visible = table.columns.iter().enumerate().filter(|(_, column)| column.field.is_some());
    visible.map(|(index, _)| index).collect()
}
