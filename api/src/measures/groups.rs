//! Groups while they are worked on: ordinals instead of cells.
//!
//! An ordinal is the place of a cell among the cells of its key in order. They compare as the cells do.

use std::cmp::Ordering;

use super::{
    histogram::Bin,
    value::{Cell, Number},
};

/// The ordinal of the unknown.
pub(crate) const NULL: u32 = 0;
/// The ordinal of everything, in a subtotal.
pub(crate) const ALL: u32 = u32::MAX;

/// The cells of the keys: that of ordinal 0 is null, and the others are in order.
pub(crate) trait Cells {
    /// How many ordinals a key has.
    fn count(&self, key: usize) -> u32;
    /// The cell of an ordinal.
    fn cell(&self, key: usize, ordinal: u32) -> Cell;
}

/// Groups, with their ordinals and figures one after the other.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// How many keys each is of.
    pub(crate) levels: Vec<u8>,
    /// An ordinal for each key of each.
    pub(crate) ordinals: Vec<u32>,
    /// A number for each figure of each.
    pub(crate) figures: Vec<Number>,
    /// The bins of each, of each histogram.
    pub(crate) histograms: Vec<Vec<Vec<Bin>>>,
}

/// Twice the ordinal of a cell; one less than that of the next where there is no such cell.
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
