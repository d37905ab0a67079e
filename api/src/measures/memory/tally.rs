//! Aggregates the numbers of rows in each slot.
//!
//! If a column has few codes, they are counted in each slot. Every statistic follows from the counts, so nothing is
//! decoded before. If only sums are needed, each number is added to the tally of its slot. If the values themselves are
//! needed, they are stored slot by slot, and what must be added up is added up from there. Codes are stored instead of
//! values where there are codes: they compare as their values do, so a percentile decodes two of them.

use std::{borrow::Cow, cell::OnceCell, marker::PhantomData, ops::Range, rc::Rc};

use super::{
    column::{Codes, MISSING},
    group::{Slots, fold},
    parallel::Workers,
    rows::{RowSet, position},
};
use crate::measures::statistic::{Needs, Tally, Values};

/// The numbers of the rows of a table, with [`MISSING`] for a missing one.
pub(crate) enum Numbers<'a> {
    /// Codes, and their values in order.
    Coded(&'a Codes, Cow<'a, [i64]>),
    /// One for each row: sums over children, or amounts at other prices.
    ByRow(Rc<NumbersByRow>),
    /// Codes and their values in order, computed for an answer.
    Recoded(Rc<RecodedNumbers>),
}

/// A number for each row.
pub(crate) struct NumbersByRow {
    numbers: Vec<i64>,
    /// The size of the greatest, computed on first use.
    greatest: OnceCell<u64>,
}

/// A code for each row, and the values of the codes in order, after [`MISSING`].
pub(crate) struct RecodedNumbers {
    pub(crate) codes: Codes,
    pub(crate) values: Vec<i64>,
}

/// Work on the numbers of rows. It is compiled for each kind of codes, because it runs for each row.
pub(crate) trait RowWork {
    type Output;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Self::Output;
}

impl<'a> Numbers<'a> {
    /// One for each row.
    pub(crate) fn by_row(numbers: Vec<i64>) -> Self {
        Self::ByRow(Rc::new(NumbersByRow { numbers, greatest: OnceCell::new() }))
    }

    /// The same numbers, if an answer computed them, and their size in bytes.
    pub(crate) fn computed(&self) -> Option<(Numbers<'static>, usize)> {
        match self {
            Self::Coded(..) => None,
            Self::ByRow(of) => {
                Some((Numbers::ByRow(Rc::clone(of)), size_of_val(of.numbers.as_slice())))
            }
            Self::Recoded(of) => {
                let bytes = of.codes.size_in_bytes() + size_of_val(of.values.as_slice());
                Some((Numbers::Recoded(Rc::clone(of)), bytes))
            }
        }
    }

    /// The codes and their values, if there are codes.
    fn codes(&self) -> Option<(&Codes, &[i64])> {
        match self {
            Self::Coded(codes, values) => Some((codes, values)),
            Self::Recoded(of) => Some((&of.codes, &of.values)),
            Self::ByRow(_) => None,
        }
    }

    /// The values of the codes.
    fn into_values(self) -> Cow<'a, [i64]> {
        match self {
            Self::Coded(_, values) => values,
            Self::Recoded(of) => Cow::Owned(of.values.clone()),
            Self::ByRow(_) => Cow::Borrowed(&[]),
        }
    }

    /// Whether the sum of any `count` of them fits into 64 bits.
    fn fit(&self, count: usize) -> bool {
        let greatest = |numbers: &[i64]| {
            let known = numbers.iter().filter(|number| **number != MISSING);
            known.map(|number| number.unsigned_abs()).max().unwrap_or_default()
        };
        let greatest = match self {
            Self::ByRow(of) => *of.greatest.get_or_init(|| greatest(&of.numbers)),
            numbers => {
                // The first entry is the missing value.
                let values = numbers.codes().map_or(&[][..], |(_, values)| values);
                let ends = [values.get(1), values.last()];
                greatest(&ends.map(|end| end.copied().unwrap_or(MISSING)))
            }
        };
        i64::try_from(u128::from(greatest) * count as u128).is_ok()
    }

    pub(crate) fn work<W: RowWork>(&self, work: W) -> W::Output {
        let (codes, numbers) = match self {
            Self::ByRow(of) => {
                let numbers = of.numbers.as_slice();
                return work.run(|row| numbers[row]);
            }
            Self::Coded(codes, values) => (*codes, &**values),
            Self::Recoded(of) => (&of.codes, of.values.as_slice()),
        };
        match codes {
            Codes::Position(_) => work.run(|row| numbers[row + 1]),
            Codes::Byte(codes) => work.run(|row| numbers[usize::from(codes[row])]),
            Codes::Short(codes) => work.run(|row| numbers[usize::from(codes[row])]),
            Codes::Long(codes) => work.run(|row| numbers[codes[row] as usize]),
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

    /// The number of rows of each of this many slots.
    fn of_slots(&self, count: usize) -> Vec<u32> {
        match self {
            Self::Each(slots, _) => slots.slots.iter().map(|slot| slot.rows).collect(),
            Self::Distinct(pairs) => {
                let mut rows = vec![0; count];
                for (slot, _) in pairs {
                    rows[*slot as usize] += 1;
                }
                rows
            }
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
    /// The values of each slot.
    Listed(BySlot<i64>),
    /// The codes of each slot, and the numbers of the codes.
    Codes(BySlot<u32>, Cow<'a, [i64]>),
    /// The numbers of the codes, and how often each occurs in each slot.
    Counts(Cow<'a, [i64]>, Vec<u32>),
}

/// The known values of each slot, one slot after the other.
#[derive(Debug)]
struct BySlot<V> {
    values: Vec<V>,
    /// Where those of each slot begin.
    starts: Vec<usize>,
}

impl<V> BySlot<V> {
    fn slot(&mut self, slot: usize, tally: &Tally) -> &mut [V] {
        &mut self.values[self.starts[slot]..][..as_index(tally.known)]
    }
}

impl Gathered<'_> {
    /// Tallies that need no values.
    pub(crate) fn of(tallies: Vec<Tally>) -> Self {
        Self { tallies, kept: KeptNumbers::Nothing }
    }

    /// The tally of a slot, and its values. `adds_up` says whether more than the counts of the tally will be looked at.
    pub(crate) fn slot(&mut self, slot: usize, adds_up: bool) -> (Tally, Values<'_>) {
        let mut tally = self.tallies[slot];
        let values = match &mut self.kept {
            KeptNumbers::Nothing => Values::Listed(&mut []),
            KeptNumbers::Listed(listed) => {
                let values = listed.slot(slot, &tally);
                if adds_up {
                    tally.add_up(values.iter().copied());
                }
                Values::Listed(values)
            }
            KeptNumbers::Codes(listed, numbers) => {
                let codes = listed.slot(slot, &tally);
                if adds_up {
                    tally.add_up(codes.iter().map(|code| numbers[*code as usize]));
                }
                Values::Coded(codes, numbers)
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
        if let Some((codes, values)) = numbers.codes() {
            if self.slots.saturating_mul(values.len()) <= self.counted.len() {
                let counts = self.count(codes, values.len());
                let tallies = counts.chunks_exact(values.len());
                let tallies = tallies.map(|counts| tally(values, counts)).collect();
                return Gathered {
                    tallies,
                    kept: KeptNumbers::Counts(numbers.into_values(), counts),
                };
            }
            if needs == Needs::Values {
                let (tallies, codes) = self.collect_codes(codes);
                return Gathered {
                    tallies,
                    kept: KeptNumbers::Codes(codes, numbers.into_values()),
                };
            }
        }
        match needs {
            Needs::Sum if numbers.fit(self.counted.len()) => {
                let sums = numbers.work(AddUp::<Sum>::new(self));
                Gathered::of(sums.into_iter().map(Tally::from).collect())
            }
            Needs::Sum | Needs::Tally => Gathered::of(numbers.work(AddUp::<Tally>::new(self))),
            Needs::Values => {
                let (tallies, values) = numbers.work(Collect(self));
                Gathered { tallies, kept: KeptNumbers::Listed(values) }
            }
        }
    }

    /// The codes of each slot, and how many there are.
    fn collect_codes(self, codes: &Codes) -> (Vec<Tally>, BySlot<u32>) {
        match codes {
            Codes::Position(_) => self.collect(0, |row| position(row) + 1),
            Codes::Byte(codes) => self.collect(0, |row| codes[row].into()),
            Codes::Short(codes) => self.collect(0, |row| codes[row].into()),
            Codes::Long(codes) => self.collect(0, |row| codes[row]),
        }
    }

    /// The known values of each slot, and how many there are.
    fn collect<V: Copy + PartialEq>(
        self,
        missing: V,
        value: impl Fn(usize) -> V,
    ) -> (Vec<Tally>, BySlot<V>) {
        let of_slots = self.counted.of_slots(self.slots);
        let start = |next: &mut usize, rows: &u32| {
            let start = *next;
            *next += *rows as usize;
            Some(start)
        };
        let starts: Vec<usize> = of_slots.iter().scan(0, start).collect();
        let mut values = vec![missing; self.counted.len()];
        let mut next = starts.clone();
        self.counted.each(0..self.counted.len(), |slot, row| {
            // The next value of the slot overwrites a missing one.
            let value = value(row);
            values[next[slot]] = value;
            next[slot] += usize::from(value != missing);
        });
        let tally = |slot: usize| {
            let known = (next[slot] - starts[slot]) as u64;
            Tally { known, missing: u64::from(of_slots[slot]) - known, ..Tally::default() }
        };
        ((0..self.slots).map(tally).collect(), BySlot { values, starts })
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
struct Collect<'a>(Over<'a>);

impl RowWork for Collect<'_> {
    type Output = (Vec<Tally>, BySlot<i64>);
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Self::Output {
        self.0.collect(MISSING, number)
    }
}

fn as_index(count: u64) -> usize {
    usize::try_from(count).expect("a count of values in memory")
}
