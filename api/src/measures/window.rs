//! Windows over groups: running sums, shares, changes and ranks.
//!
//! A [`Window`] covers one figure of all groups of a level (or of those with equal values in some keys), in the order
//! of the list and across pages. A group is compared with the groups that the list shows, so groups that `having`
//! excludes take no part. A share is the exception: it is a share of all groups, shown or not, so that a part of the
//! sum is never taken for the whole.
//!
//! A missing figure stays missing: it adds nothing to a running sum, and has no share, change or rank.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::{statistic::ratio, value::Number};

/// A window over groups.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    /// The position of the figure.
    pub(crate) figure: usize,
    /// The positions of the keys in which groups must be equal.
    pub(crate) within: Vec<usize>,
    pub(crate) kind: WindowKind,
}

/// The kind of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowKind {
    /// The running sum up to this group.
    Cumulative,
    /// Its share of the sum of all groups.
    Share,
    /// The difference from the previous group.
    Change,
    /// The relative change from the previous group.
    Growth,
    /// 1 plus the number of groups with a greater value.
    Rank,
}

impl WindowKind {
    /// Whether figures are added up across groups.
    pub(crate) fn adds_up(self) -> bool {
        matches!(self, Self::Cumulative | Self::Share)
    }
}

/// The sum of two numbers; a missing one adds nothing.
pub(super) fn sum(a: Number, b: Number) -> Number {
    match (a, b) {
        (Number::Missing, other) | (other, Number::Missing) => other,
        (Number::Whole(a), Number::Whole(b)) => Number::Whole(a + b),
        (a, b) => Number::Real(a.as_real() + b.as_real()),
    }
}

/// The difference of two numbers.
fn change(after: Number, before: Number) -> Number {
    match (after, before) {
        (Number::Missing, _) | (_, Number::Missing) => Number::Missing,
        (Number::Whole(after), Number::Whole(before)) => Number::Whole(after - before),
        (after, before) => Number::Real(after.as_real() - before.as_real()),
    }
}

/// Groups with equal values in some keys.
pub(super) struct Partition {
    /// The sum over all groups, kept or not.
    pub(super) sum: Number,
    /// The groups that `having` keeps, in their order.
    pub(super) kept: Vec<usize>,
}

/// The values of a window for each group of a partition, in order.
pub(super) fn of_partition(
    kind: WindowKind,
    partition: &Partition,
    figure: impl Fn(usize) -> Number,
    mut set: impl FnMut(usize, Number),
) {
    match kind {
        WindowKind::Cumulative => {
            let mut running = Number::Missing;
            for group in &partition.kept {
                running = sum(running, figure(*group));
                set(*group, running);
            }
        }
        WindowKind::Share => {
            for group in &partition.kept {
                set(*group, ratio(figure(*group), partition.sum, (1, 1)));
            }
        }
        WindowKind::Change | WindowKind::Growth => {
            let mut before = Number::Missing;
            for group in &partition.kept {
                let now = figure(*group);
                let change = change(now, before);
                set(
                    *group,
                    match kind {
                        WindowKind::Growth => ratio(change, before, (1, 1)),
                        _ => change,
                    },
                );
                before = now;
            }
        }
        WindowKind::Rank => ranks(partition, figure, set),
    }
}

/// The ranks of groups; ties share a rank.
fn ranks(
    partition: &Partition,
    figure: impl Fn(usize) -> Number,
    mut set: impl FnMut(usize, Number),
) {
    let mut ranked: Vec<(Number, usize)> = partition
        .kept
        .iter()
        .map(|group| (figure(*group), *group))
        .filter(|(number, _)| *number != Number::Missing)
        .collect();
    let compare = |a: &Number, b: &Number| b.compare(*a).unwrap_or(Ordering::Equal);
    ranked.sort_by(|(a, _), (b, _)| compare(a, b));
    let mut rank = 0;
    for (place, (number, group)) in ranked.iter().enumerate() {
        let ties = place > 0 && compare(&ranked[place - 1].0, number).is_eq();
        if !ties {
            rank = place as i128 + 1;
        }
        set(*group, Number::Whole(rank));
    }
}

/// Divides groups into partitions by equal values.
pub(super) fn partitions(
    figure: impl Fn(usize) -> Number,
    alike: impl Fn(usize) -> Vec<u32>,
    all: &[usize],
    kept: &[usize],
) -> Vec<Partition> {
    let mut places: FxHashMap<Vec<u32>, usize> = FxHashMap::default();
    let mut partitions: Vec<Partition> = Vec::new();
    for group in all {
        let next = partitions.len();
        let place = *places.entry(alike(*group)).or_insert(next);
        if place == next {
            partitions.push(Partition { sum: Number::Missing, kept: Vec::new() });
        }
        partitions[place].sum = sum(partitions[place].sum, figure(*group));
    }
    for group in kept {
        if let Some(place) = places.get(&alike(*group)) {
            partitions[*place].kept.push(*group);
        }
    }
    partitions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_stands_among_the_others() {
        let (missing, whole) = (Number::Missing, Number::Whole);
        let figures = [whole(10), missing, whole(30), whole(10), whole(50)];
        // `having` excludes the last one, which still counts in the whole.
        let partitions = partitions(|it| figures[it], |_| vec![], &[0, 1, 2, 3, 4], &[0, 1, 2, 3]);
        let of = |kind| {
            let mut found = [missing; 4];
            of_partition(kind, &partitions[0], |it| figures[it], |it, number| found[it] = number);
            found
        };
        let real = Number::Real;
        assert_eq!(of(WindowKind::Cumulative), [whole(10), whole(10), whole(40), whole(50)]);
        assert_eq!(of(WindowKind::Share), [real(0.1), missing, real(0.3), real(0.1)]);
        assert_eq!(of(WindowKind::Change), [missing, missing, missing, whole(-20)]);
        assert_eq!(of(WindowKind::Growth), [missing, missing, missing, real(-20.0 / 30.0)]);
        assert_eq!(of(WindowKind::Rank), [whole(2), missing, whole(1), whole(2)]);
    }
}
