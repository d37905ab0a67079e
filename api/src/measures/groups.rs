//! Groups while they are computed, as ordinals instead of cells.
//!
//! An ordinal is the position of a cell among the sorted cells of its key. Ordinals compare as the cells do.

use std::cmp::Ordering;

use super::{
    histogram::Bin,
    value::{Cell, Number},
};

/// The ordinal of an unknown value.
pub(crate) const NULL: u32 = 0;
/// The ordinal of all values, in a subtotal.
pub(crate) const ALL: u32 = u32::MAX;

/// The cells of the keys. Ordinal 0 is null; the others are in order.
pub(crate) trait Cells {
    /// The number of ordinals of a key.
    fn count(&self, key: usize) -> u32;
    /// The cell of an ordinal.
    fn cell(&self, key: usize, ordinal: u32) -> Cell;
}

/// Groups, with their ordinals and figures in flat vectors.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// The number of keys of each group.
    pub(crate) levels: Vec<u8>,
    /// An ordinal for each key of each group.
    pub(crate) ordinals: Vec<u32>,
    /// A number for each figure of each group.
    pub(crate) figures: Vec<Number>,
    /// The bins of each histogram of each group.
    pub(crate) histograms: Vec<Vec<Vec<Bin>>>,
}

/// Twice the ordinal of a cell, or one less than twice that of the next cell if there is no such cell.
pub(super) fn search(cells: &dyn Cells, key: usize, cell: &Cell) -> u64 {
    let (mut low, mut high) = (1, cells.count(key));
    while low < high {
        let middle = low.midpoint(high);
        match cells.cell(key, middle).cmp(cell) {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return u64::from(middle) * 2,
            Ordering::Greater => high = middle,
        }
    }
    u64::from(low) * 2 - 1
}
