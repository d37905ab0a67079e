//! Aggregates the numbers of rows in each slot.
//!
//! If a column has few codes, they are counted in each slot. Every statistic follows from the counts, so nothing is
//! decoded before. Otherwise each number is added to the tally of its slot and, if the values themselves are needed,
//! stored with the others of the slot.

use std::{borrow::Cow, marker::PhantomData, ops::Range, rc::Rc};

use super::{
    column::{Codes, MISSING},
    group::{Slots, fold},
    parallel::Workers,
    rows::RowSet,
};
use crate::measures::statistic::{Needs, Tally, Values};

/// The numbers of the rows of a table, with [`MISSING`] for a missing one.
pub(crate) enum Numbers<'a> {
    /// Codes, and their values in order.
    Coded(&'a Codes, Cow<'a, [i64]>),
    /// One for each row: sums over children, or amounts at other prices.
    ByRow(Rc<Vec<i64>>),
}

/// Work on the numbers of rows. It is compiled for each kind of codes, because it runs for each row.
pub(crate) trait RowWork {
    type Output;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Self::Output;
}

impl Numbers<'_> {
    /// Whether the sum of any `count` of them fits into 64 bits.
    fn fit(&self, count: usize) -> bool {
        let ends;
        let numbers = match self {
            Self::Coded(_, numbers) => {
                // The first entry is the missing value.
                ends = [numbers.get(1), numbers.last()].map(|end| end.copied().unwrap_or(MISSING));
                &ends[..]
            }
            Self::ByRow(numbers) => numbers.as_slice(),
        };
        let known = numbers.iter().filter(|number| **number != MISSING);
        let greatest = known.map(|number| number.unsigned_abs()).max().unwrap_or_default();
        i64::try_from(u128::from(greatest) * count as u128).is_ok()
    }

    pub(crate) fn work<W: RowWork>(&self, work: W) -> W::Output {
        match self {
            Self::ByRow(numbers) => {
                let numbers = numbers.as_slice();
                work.run(|row| numbers[row])
            }
            Self::Coded(codes, numbers) => {
                let numbers = &**numbers;
                match codes {
                    Codes::Position(_) => work.run(|row| numbers[row + 1]),
                    Codes::Byte(codes) => work.run(|row| numbers[usize::from(codes[row])]),
                    Codes::Short(codes) => work.run(|row| numbers[usize::from(codes[row])]),
                    Codes::Long(codes) => work.run(|row| numbers[codes[row] as usize]),
                }
            }
        }
    }
}

/// The rows that a measure counts, with their slots: each kept row, or each distinct row that they refer to.
pub(crate) enum CountedRows<'a> {
    Each(&'a Slots, RowSet<'a>),
    Distinct(Vec<(u32, u32)>),
}

impl CountedRows<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Each(_, rows) => rows.len(),
            Self::Distinct(pairs) => pairs.len(),
        }
    }

    /// Visits the slot and the row of each in a range.
    #[inline]
    pub(crate) fn each(&self, range: Range<usize>, mut visit: impl FnMut(usize, usize)) {
        match self {
            Self::Each(slots, RowSet::All(_)) => {
                for (row, slot) in range.clone().zip(&slots.of_row[range]) {
                    visit(*slot as usize, row);
                }
            }
            Self::Each(slots, RowSet::Some(rows)) => {
                for (row, slot) in rows[range.clone()].iter().zip(&slots.of_row[range]) {
                    visit(*slot as usize, *row as usize);
                }
            }
            Self::Distinct(pairs) => {
                for (slot, row) in &pairs[range] {
                    visit(*slot as usize, *row as usize);
                }
            }
        }
    }
}

/// The aggregate of a measure: a tally for each slot and, if needed, the values of each.
#[derive(Debug)]
pub(crate) struct Gathered<'a> {
    pub(crate) tallies: Vec<Tally>,
    kept: KeptNumbers<'a>,
}

#[derive(Debug)]
enum KeptNumbers<'a> {
    Nothing,
    /// The values of all slots, and where those of each begin.
    Listed(Vec<i64>, Vec<usize>),
    /// The numbers of the codes, and how often each occurs in each slot.
    Counts(Cow<'a, [i64]>, Vec<u32>),
}

impl Gathered<'_> {
    /// Tallies that need no values.
    pub(crate) fn of(tallies: Vec<Tally>) -> Self {
        Self { tallies, kept: KeptNumbers::Nothing }
    }

    /// The tally of a slot, and its values.
    pub(crate) fn slot(&mut self, slot: usize) -> (&Tally, Values<'_>) {
        let tally = &self.tallies[slot];
        let values = match &mut self.kept {
            KeptNumbers::Nothing => Values::Listed(&mut []),
            KeptNumbers::Listed(values, starts) => {
                Values::Listed(&mut values[starts[slot]..][..as_index(tally.known)])
            }
            KeptNumbers::Counts(numbers, counts) => {
                let counts = &counts[slot * numbers.len()..][..numbers.len()];
                // The first entry is the missing value.
                Values::Counted(&numbers[1..], &counts[1..])
            }
        };
        (tally, values)
    }
}

/// The rows and slots to aggregate over.
#[derive(Clone, Copy)]
pub(crate) struct Over<'a> {
    pub(crate) counted: &'a CountedRows<'a>,
    pub(crate) slots: usize,
    pub(crate) workers: Workers,
}

impl Over<'_> {
    pub(crate) fn gather(self, numbers: Numbers<'_>, needs: Needs) -> Gathered<'_> {
        match numbers {
            Numbers::Coded(codes, numbers)
                if self.slots.saturating_mul(numbers.len()) <= self.counted.len() =>
            {
                let counts = self.count(codes, numbers.len());
                let tallies = counts.chunks_exact(numbers.len());
                let tallies = tallies.map(|counts| tally(&numbers, counts)).collect();
                Gathered { tallies, kept: KeptNumbers::Counts(numbers, counts) }
            }
            numbers if needs == Needs::Sum && numbers.fit(self.counted.len()) => {
                let sums = numbers.work(AddUp::<Sum>::new(self));
                Gathered::of(sums.into_iter().map(Tally::from).collect())
            }
            numbers => {
                let tallies = numbers.work(AddUp::<Tally>::new(self));
                let kept = match needs {
                    Needs::Values => numbers.work(Collect(self, &tallies)),
                    Needs::Sum | Needs::Tally => KeptNumbers::Nothing,
                };
                Gathered { tallies, kept }
            }
        }
    }

    /// How often each code occurs in each slot.
    fn count(self, codes: &Codes, width: usize) -> Vec<u32> {
        match codes {
            Codes::Position(_) => self.count_by(width, |row| row + 1),
            Codes::Byte(codes) => self.count_by(width, |row| codes[row].into()),
            Codes::Short(codes) => self.count_by(width, |row| codes[row].into()),
            Codes::Long(codes) => self.count_by(width, |row| codes[row] as usize),
        }
    }

    fn count_by(self, width: usize, code: impl Fn(usize) -> usize + Sync) -> Vec<u32> {
        let count = |range| {
            let mut counts = vec![0; self.slots * width];
            self.counted.each(range, |slot, row| counts[slot * width + code(row)] += 1);
            counts
        };
        fold(self.counted.len(), self.slots * width, self.workers, count, |counts, others| {
            for (count, other) in counts.iter_mut().zip(others) {
                *count += other;
            }
        })
    }
}

/// The tally of numbers with their numbers of occurrences.
fn tally(numbers: &[i64], counts: &[u32]) -> Tally {
    let mut tally = Tally::default();
    for (number, count) in numbers.iter().zip(counts).filter(|(_, count)| **count > 0) {
        tally.add_often(known(*number), (*count).into());
    }
    tally
}

fn known(number: i64) -> Option<i64> {
    Some(number).filter(|number| *number != MISSING)
}

/// Accumulates numbers.
trait Total: Clone + Default + Send {
    fn add(&mut self, number: i64);
    fn merge(&mut self, other: &Self);
}

impl Total for Tally {
    #[inline]
    fn add(&mut self, number: i64) {
        self.add(known(number));
    }

    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }
}

/// The part of a [`Tally`] that most statistics need, in a third of its memory, so that many slots stay in the
/// first-level cache.
#[derive(Clone, Copy, Default)]
struct Sum {
    of_known: i64,
    known: u32,
    missing: u32,
}

impl Total for Sum {
    #[inline]
    fn add(&mut self, number: i64) {
        if number == MISSING {
            self.missing += 1;
        } else {
            self.known += 1;
            self.of_known += number;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.of_known += other.of_known;
        self.known += other.known;
        self.missing += other.missing;
    }
}

impl From<Sum> for Tally {
    fn from(Sum { of_known, known, missing }: Sum) -> Self {
        let (known, missing, sum) = (known.into(), missing.into(), of_known.into());
        Self { known, missing, sum, ..Self::default() }
    }
}

/// Adds up the numbers of each slot.
struct AddUp<'a, T>(Over<'a>, PhantomData<T>);

impl<'a, T> AddUp<'a, T> {
    fn new(over: Over<'a>) -> Self {
        Self(over, PhantomData)
    }
}

impl<T: Total> RowWork for AddUp<'_, T> {
    type Output = Vec<T>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Vec<T> {
        let Over { counted, slots, workers } = self.0;
        let total = |range| {
            let mut totals = vec![T::default(); slots];
            counted.each(range, |slot, row| totals[slot].add(number(row)));
            totals
        };
        fold(counted.len(), slots, workers, total, |totals, others| {
            for (total, other) in totals.iter_mut().zip(&others) {
                total.merge(other);
            }
        })
    }
}

/// Sorts the numbers by slot.
struct Collect<'a>(Over<'a>, &'a [Tally]);

impl RowWork for Collect<'_> {
    type Output = KeptNumbers<'static>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> KeptNumbers<'static> {
        let Self(Over { counted, .. }, tallies) = self;
        let start = |next: &mut usize, tally: &Tally| {
            let start = *next;
            *next += as_index(tally.known);
            Some(start)
        };
        let starts: Vec<usize> = tallies.iter().scan(0, start).collect();
        let mut values = vec![0; tallies.iter().map(|tally| as_index(tally.known)).sum()];
        let mut next = starts.clone();
        counted.each(0..counted.len(), |slot, row| {
            if let Some(number) = known(number(row)) {
                values[next[slot]] = number;
                next[slot] += 1;
            }
        });
        KeptNumbers::Listed(values, starts)
    }
}

fn as_index(count: u64) -> usize {
    usize::try_from(count).expect("a count of values in memory")
}
