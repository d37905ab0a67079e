//! What a query takes, in points: about twenty microseconds of one core each.
//!
//! The price of a query is said before it runs, of what its plan will look at, and what it did cost after it, of what
//! was looked at. Both are made of the same units, each with the time that it takes on a usual core;
//! `tests/load/units.mjs` holds them against the clock.

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
    /// So many units, of so many picoseconds each.
    const fn of(count: u64, each: u64) -> Self {
        Self(count.saturating_mul(each))
    }

    /// A request: to read it, to plan it, and to answer.
    pub(crate) const REQUEST: Self = Self::of(1, 120_000_000);

    /// Values that are told of the schema.
    pub(crate) const fn introspected(values: u64) -> Self {
        Self::of(values, 400_000)
    }

    /// An answer for groups or totals, beside what it looks at.
    pub(crate) const ANSWER: Self = Self::of(1, 60_000_000);

    /// Statements, beside what they look at.
    pub(crate) const fn statements(count: u64) -> Self {
        Self::of(count, 150_000_000)
    }

    /// Rows of so many cells that a statement answers.
    pub(crate) const fn rows(rows: u64, cells: u64) -> Self {
        Self::of(rows, 900_000 + 250_000 * cells)
    }

    /// Bytes of an answer that are written, and hashed.
    pub(crate) const fn written(bytes: u64) -> Self {
        Self::of(bytes, 8_000)
    }

    /// Rows that a statement looks at, each for a condition or a place in an order.
    pub(crate) const fn scanned(rows: u64) -> Self {
        Self::of(rows, 60_000)
    }

    /// Rows that a statement numbers, to find the first of each parent.
    pub(crate) const fn numbered(rows: u64) -> Self {
        Self::of(rows, 600_000)
    }

    /// Rows that come from what was read before.
    pub(crate) const fn remembered(rows: u64) -> Self {
        Self::of(rows, 300_000)
    }

    /// Texts that are looked through.
    pub(crate) const fn texts(count: u64) -> Self {
        Self::of(count, 30_000)
    }

    /// Values that are compared.
    pub(crate) const fn values(count: u64) -> Self {
        Self::of(count, 2_000)
    }

    /// Rows whose code is compared, many at a time.
    pub(crate) const fn codes(rows: u64) -> Self {
        Self::of(rows, 400)
    }

    /// Rows that are put somewhere or added to something, one by one.
    pub(crate) const fn passed(rows: u64) -> Self {
        Self::of(rows, 1_500)
    }

    /// Numbers of which the middle ones are found.
    pub(crate) const fn ranked(rows: u64) -> Self {
        Self::of(rows, 12_000)
    }

    /// Rows that are put into so many groups by a key, which memory at hand does not hold where they are many.
    pub(crate) const fn grouped(rows: u64, groups: u64) -> Self {
        Self::of(rows, if groups > 20_000 { 60_000 } else { 1_500 })
    }

    /// Groups that are made.
    pub(crate) const fn made(groups: u64) -> Self {
        Self::of(groups, 150_000)
    }

    /// Figures of groups.
    pub(crate) const fn figures(count: u64) -> Self {
        Self::of(count, 60_000)
    }

    /// Groups or rows that are compared with others for a place in an order.
    pub(crate) const fn placed(count: u64) -> Self {
        Self::of(count, 40_000)
    }

    /// Groups of so many cells that are shown.
    pub(crate) const fn groups(groups: u64, cells: u64) -> Self {
        Self::of(groups, 500_000 + 150_000 * cells)
    }

    /// In points, of which a part counts as one.
    pub(crate) const fn points(self) -> u64 {
        self.0.div_ceil(POINT)
    }

    /// So many times.
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
