//! The work of a query in points. A point is about 20 microseconds of one core.
//!
//! The price of a query is estimated before it runs, from what its plan will look at; its cost is known afterwards,
//! from what it did look at. Both use the same units, each with its time on a typical core. `tests/load/units.mjs`
//! checks these against real measurements.

use std::{
    iter::Sum,
    ops::{Add, AddAssign},
};

/// A point, in picoseconds.
const POINT: u64 = 20_000_000;

/// An amount of work, in picoseconds of one core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Work(pub(super) u64);

impl Work {
    /// A number of units that take `each` picoseconds.
    const fn of(count: u64, each: u64) -> Self {
        Self(count.saturating_mul(each))
    }

    /// The fixed work of a request: parsing, planning and answering.
    pub(crate) const REQUEST: Self = Self::of(1, 120_000_000);

    /// Values in an introspection answer.
    pub(crate) const fn introspected(values: u64) -> Self {
        Self::of(values, 400_000)
    }

    /// The fixed work of groups or totals, without the rows they look at.
    pub(crate) const ANSWER: Self = Self::of(1, 60_000_000);

    /// The fixed work of statements, without the rows they look at.
    pub(crate) const fn statements(count: u64) -> Self {
        Self::of(count, 150_000_000)
    }

    /// Rows returned by a statement, with a number of cells each.
    pub(crate) const fn rows(rows: u64, cells: u64) -> Self {
        Self::of(rows, 900_000 + 250_000 * cells)
    }

    /// Bytes of an answer that are written and hashed.
    pub(crate) const fn written(bytes: u64) -> Self {
        Self::of(bytes, 8_000)
    }

    /// Rows that a statement scans for a condition or sorts.
    pub(crate) const fn scanned(rows: u64) -> Self {
        Self::of(rows, 60_000)
    }

    /// Rows that a statement numbers to find the first ones of each parent row.
    pub(crate) const fn numbered(rows: u64) -> Self {
        Self::of(rows, 600_000)
    }

    /// Rows that come from a cache.
    pub(crate) const fn remembered(rows: u64) -> Self {
        Self::of(rows, 300_000)
    }

    /// Texts that are searched.
    pub(crate) const fn texts(count: u64) -> Self {
        Self::of(count, 30_000)
    }

    /// Values that are compared.
    pub(crate) const fn values(count: u64) -> Self {
        Self::of(count, 2_000)
    }

    /// Rows whose codes are compared in batches.
    pub(crate) const fn codes(rows: u64) -> Self {
        Self::of(rows, 400)
    }

    /// Rows that are copied or added up one by one.
    pub(crate) const fn passed(rows: u64) -> Self {
        Self::of(rows, 1_500)
    }

    /// Numbers that a median or percentile is selected from.
    pub(crate) const fn ranked(rows: u64) -> Self {
        Self::of(rows, 12_000)
    }

    /// Rows that are assigned to groups by a key, or added up in their groups. Many groups do not fit into the
    /// second-level cache, and very many not into any. Measured with rows in random order; where rows of a group are
    /// next to each other, it is less.
    pub(crate) const fn grouped(rows: u64, groups: u64) -> Self {
        let each = match groups {
            0..=20_000 => 1_500,
            20_001..=500_000 => 15_000,
            _ => 60_000,
        };
        Self::of(rows, each)
    }

    /// Groups that are created.
    pub(crate) const fn made(groups: u64) -> Self {
        Self::of(groups, 150_000)
    }

    /// Figures of groups.
    pub(crate) const fn figures(count: u64) -> Self {
        Self::of(count, 60_000)
    }

    /// Groups or rows that are sorted.
    pub(crate) const fn placed(count: u64) -> Self {
        Self::of(count, 40_000)
    }

    /// Groups in an answer, with a number of cells each.
    pub(crate) const fn groups(groups: u64, cells: u64) -> Self {
        Self::of(groups, 500_000 + 150_000 * cells)
    }

    /// The work in points, rounded up.
    pub(crate) const fn points(self) -> u64 {
        self.0.div_ceil(POINT)
    }

    /// Multiplies the work.
    pub(crate) const fn times(self, count: u64) -> Self {
        Self::of(self.0, count)
    }
}

impl Add for Work {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Work {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}
