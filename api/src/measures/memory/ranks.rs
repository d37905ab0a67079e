//! Numbers that order rows, by their keys.

use rustc_hash::FxHashMap;

use crate::measures::value::Number;

/// A number for each row, and its position among all numbers.
#[derive(Clone, Debug)]
pub(crate) struct RankedNumbers {
    by_key: FxHashMap<i32, Number>,
    /// The number of all other rows.
    nothing: Number,
    /// The different numbers, in order.
    sorted: Vec<Number>,
}

impl RankedNumbers {
    /// The numbers of rows by their keys, and the number of all others.
    pub(crate) fn new(numbers: impl IntoIterator<Item = (i32, Number)>, nothing: Number) -> Self {
        let by_key: FxHashMap<i32, Number> = numbers.into_iter().collect();
        let all = by_key.values().copied().chain([nothing]);
        let mut sorted: Vec<Number> = all.filter(|number| *number != Number::Missing).collect();
        let compare = |a: &Number, b: &Number| a.compare(*b).unwrap_or(std::cmp::Ordering::Equal);
        sorted.sort_by(compare);
        sorted.dedup_by(|a, b| compare(a, b).is_eq());
        Self { by_key, nothing, sorted }
    }

    /// The number of a row.
    pub(crate) fn of(&self, key: i32) -> Number {
        self.by_key.get(&key).copied().unwrap_or(self.nothing)
    }

    /// The number of different numbers.
    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The code of a row: 0 if its number is missing, otherwise the position of the number in order, from 1 on.
    pub(crate) fn code(&self, key: i32) -> u32 {
        match self.of(key) {
            Number::Missing => 0,
            number => self.place(number).0,
        }
    }

    /// The first code whose number is not less than this one, and the first whose number is greater.
    pub(crate) fn place(&self, number: Number) -> (u32, u32) {
        let first = |holds: fn(std::cmp::Ordering) -> bool| {
            let place =
                self.sorted.partition_point(|other| other.compare(number).is_some_and(holds));
            u32::try_from(place + 1).unwrap_or(u32::MAX)
        };
        (first(std::cmp::Ordering::is_lt), first(std::cmp::Ordering::is_le))
    }
}
