//! What a group comes to among the others: running sums, shares, changes and ranks.
//!
//! A [`Window`] looks at one figure of all groups of a level (of those alike in some keys, where it names them), in the
//! order of the list and pages aside. What a group is compared with is what the list shows, so groups that `having`
//! leaves out have no place in it; but a share is one of all of them, shown or not: a part of a sum is never taken for the
//! whole.
//!
//! A figure that is missing stays missing: it adds nothing to a running sum, and has no share, change or rank.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::{statistic::ratio, value::Number};

/// Something that a group comes to among others.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    /// What is looked at, by the position of the figure.
    pub(crate) figure: usize,
    /// The keys in which groups must be alike, by their positions.
    pub(crate) within: Vec<usize>,
    pub(crate) kind: WindowKind,
}

/// What it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowKind {
    /// The sum of this group's and of those before it.
    Cumulative,
    /// Its part of the sum of all.
    Share,
    /// How much more it is than that of the group before.
    Change,
    /// The change as a part of what the group before has.
    Growth,
    /// How many groups have more, and one.
    Rank,
}

impl WindowKind {
    /// Whether figures are added up across groups.
    pub(crate) fn adds_up(self) -> bool {
        matches!(self, Self::Cumulative | Self::Share)
    }
}

/// The sum of two numbers, of which a missing one adds nothing.
pub(super) fn sum(a: Number, b: Number) -> Number {
    match (a, b) {
        (Number::Missing, other) | (other, Number::Missing) => other,
        (Number::Whole(a), Number::Whole(b)) => Number::Whole(a + b),
        (a, b) => Number::Real(a.as_real() + b.as_real()),
    }
}

/// How much more one is than another.
fn change(after: Number, before: Number) -> Number {
    match (after, before) {
        (Number::Missing, _) | (_, Number::Missing) => Number::Missing,
        (Number::Whole(after), Number::Whole(before)) => Number::Whole(after - before),
        (after, before) => Number::Real(after.as_real() - before.as_real()),
    }
}

/// Groups, of which the alike stand in one place.
pub(super) struct Partition {
    /// The sum over all groups, kept or not.
    pub(super) sum: Number,
    /// The groups that are kept, in their order.
    pub(super) kept: Vec<usize>,
}

/// What a window comes to for each group of a partition, in order.
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

/// The ranks of groups: those that tie share one.
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

/// The partitions of groups by what tells them apart.
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
        // The last is left out by `having`, and counts in the whole.
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
