//! The cells of rows that a statement reads.

use super::order::OrderKey;
use crate::catalog::{
    scalar::ColumnKind,
    table::{Column, Table},
};

/// The cells of a row that a plan reads: columns of the table, and columns of related rows by which a list is ordered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Picks(Vec<Pick>);

/// One cell: a column of the table itself, or of the row that a to-one relation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) through: Option<usize>,
    pub(crate) column: usize,
    /// Whether the cell is part of an order and not shown; it is then read in the format of the database.
    pub(crate) is_key: bool,
}

impl Pick {
    pub(crate) fn kind(self, table: &Table) -> ColumnKind {
        let kind = OrderKey::plain(self.through, self.column).column(table).kind;
        if self.is_key { kind.as_kept() } else { kind }
    }
}

impl Picks {
    /// The position of the cell, which is added if necessary.
    pub(crate) fn place(&mut self, through: Option<usize>, column: usize) -> usize {
        self.place_of(Pick { through, column, is_key: false })
    }

    pub(crate) fn place_of(&mut self, pick: Pick) -> usize {
        self.0.iter().position(|other| *other == pick).unwrap_or_else(|| {
            self.0.push(pick);
            self.0.len() - 1
        })
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Pick> {
        self.0.iter().copied()
    }

    /// The column of the table itself that a cell holds.
    pub(crate) fn column(&self, cell: usize, table: &'static Table) -> &'static Column {
        &table.columns[self.0[cell].column]
    }
}
