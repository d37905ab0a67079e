//! Overlaps: how many values of one key have two values of another in common.

use rustc_hash::FxHashMap;

use super::{request::GroupsAnswer, value::Cell};
use crate::error::Error;

/// The most values to compare with each other.
pub(crate) const MOST_OVERLAPPING: usize = 200;

/// The overlaps of each two values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlaps {
    /// The values in order, with the unknown last.
    pub(crate) values: Vec<Cell>,
    /// The counts, by the positions of both values.
    pub(crate) counts: Vec<u64>,
}

impl Overlaps {
    /// The overlaps, computed from all groups of both keys.
    ///
    /// # Errors
    /// Says that there are too many values.
    pub(crate) fn of_groups(answer: &GroupsAnswer) -> Result<Self, Error> {
        let mut values: Vec<&Cell> = answer.groups.iter().map(|group| &group.key[1]).collect();
        values.sort_unstable();
        values.dedup();
        values.sort_by_key(|cell| **cell == Cell::Null);
        if values.len() > MOST_OVERLAPPING {
            return Err(Self::too_many(values.len()));
        }
        let place: FxHashMap<&Cell, usize> = values.iter().copied().zip(0..).collect();
        let mut of_each: FxHashMap<&Cell, Vec<usize>> = FxHashMap::default();
        for group in answer.groups.iter().filter(|group| group.key[0] != Cell::Null) {
            of_each.entry(&group.key[0]).or_default().push(place[&group.key[1]]);
        }
        let mut counts = vec![0_u64; values.len() * values.len()];
        for found in of_each.values() {
            for first in found {
                for second in found {
                    counts[first * values.len() + second] += 1;
                }
            }
        }
        Ok(Self { values: values.into_iter().cloned().collect(), counts })
    }

    pub(super) fn too_many(values: usize) -> Error {
        Error::BadArgument(format!(
            "by: {values} values exceed the limit of {MOST_OVERLAPPING} for an overlap; narrow the filter"
        ))
    }
}
