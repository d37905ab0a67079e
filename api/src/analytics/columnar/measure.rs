//! What a measure comes to in each slot.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Asked, Replica, Stored,
    column::{Codes, Column, MISSING},
    group::{Rows, Slots, fold},
    keys::{AllCells, Ordinals},
};
use crate::{
    analytics::{
        finish::Cells as _,
        key::{End, Key, Measure, Path, Way},
        prices::Rate,
        statistic::Tally,
        value::Cell,
    },
    error::Error,
};

/// The bits up to which rows are told apart by a bit for each slot and row: 16 MB.
const MOST_BITS: usize = 1 << 27;

/// What a measure comes to: a tally for each slot and, where they are needed, the values that it was
/// made of, slot by slot.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) tallies: Vec<Tally>,
    pub(super) values: Vec<i64>,
}

/// The numbers of the rows of a table, [`MISSING`] where there is none.
enum Numbers<'a> {
    /// Codes, and what they stand for.
    Coded(&'a Codes, Vec<i64>),
    /// One for each row: sums of children, or amounts at other prices.
    ByRow(Vec<i64>),
}

/// Work on the numbers of rows, to be compiled for each kind of codes: it is done for each row.
trait Work {
    type Output;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Self::Output;
}

impl Numbers<'_> {
    fn work<W: Work>(&self, work: W) -> W::Output {
        match self {
            Self::ByRow(numbers) => work.run(|row| numbers[row]),
            Self::Coded(codes, numbers) => match codes {
                Codes::Position(_) => work.run(|row| numbers[row + 1]),
                Codes::Byte(codes) => work.run(|row| numbers[usize::from(codes[row])]),
                Codes::Short(codes) => work.run(|row| numbers[usize::from(codes[row])]),
                Codes::Long(codes) => work.run(|row| numbers[codes[row] as usize]),
            },
        }
    }
}

/// Makes the tally of each slot.
struct TallyUp<'a>(&'a Counted<'a>, usize);

impl Work for TallyUp<'_> {
    type Output = Vec<Tally>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Vec<Tally> {
        let Self(counted, slots) = self;
        let tally = |range: Range<usize>| {
            let mut tallies = vec![Tally::default(); slots];
            counted.each(range, |slot, row| {
                tallies[slot].add(Some(number(row)).filter(|number| *number != MISSING));
            });
            tallies
        };
        fold(counted.len(), slots, tally, |tallies, others| {
            for (tally, other) in tallies.iter_mut().zip(&others) {
                tally.merge(other);
            }
        })
    }
}

/// Puts the numbers slot by slot.
struct Collect<'a>(&'a Counted<'a>, &'a [Tally]);

impl Work for Collect<'_> {
    type Output = Vec<i64>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Vec<i64> {
        let Self(counted, tallies) = self;
        let mut values = vec![0; tallies.iter().map(|tally| as_index(tally.known)).sum()];
        let mut next: Vec<usize> = starts(tallies).collect();
        counted.each(0..counted.len(), |slot, row| {
            let number = number(row);
            if number != MISSING {
                values[next[slot]] = number;
                next[slot] += 1;
            }
        });
        values
    }
}

/// Which rows a measure counts, in which slot: each row kept, or each distinct row that they lead to.
enum Counted<'a> {
    Each(&'a Slots, Rows<'a>),
    Distinct(Vec<(u32, u32)>),
}

impl Counted<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Each(_, rows) => rows.len(),
            Self::Distinct(pairs) => pairs.len(),
        }
    }

    /// The slot and the row of each in a range.
    #[inline]
    fn each(&self, range: Range<usize>, mut visit: impl FnMut(usize, usize)) {
        match self {
            Self::Each(slots, Rows::All(_)) => {
                for (row, slot) in range.clone().zip(&slots.of_row[range]) {
                    visit(*slot as usize, row);
                }
            }
            Self::Each(slots, Rows::Some(rows)) => {
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

impl Replica {
    /// What a measure comes to in the slots of rows.
    pub(super) fn gather(
        &self,
        asked: &Asked<'_>,
        measure: &Measure,
        slots: &Slots,
        rows: Rows<'_>,
        with_values: bool,
    ) -> Result<Gathered, Error> {
        let (way, year) = match measure {
            Measure::Rows => {
                let tally = |rows: u32| Tally { known: rows.into(), ..Tally::default() };
                let tallies = slots.slots.iter().map(|slot| tally(slot.rows)).collect();
                return Ok(Gathered { tallies, values: Vec::new() });
            }
            Measure::Distinct(Way(path)) => (path, None),
            Measure::Numbers(Way(path), year) => (path, *year),
        };
        let (ordinals, end) = self.rows_at(asked.table, way)?;
        let counted = match way.relations.is_empty() {
            true => Counted::Each(slots, rows),
            false => Counted::Distinct(distinct(slots, rows, &ordinals)),
        };
        if matches!(measure, Measure::Distinct(_)) {
            let mut tallies = vec![Tally::default(); slots.slots.len()];
            counted.each(0..counted.len(), |slot, _| tallies[slot].known += 1);
            return Ok(Gathered { tallies, values: Vec::new() });
        }
        let rates = year.map(|year| asked.prices.rates(year)).transpose()?;
        let numbers = self.numbers(end, way, rates.as_ref())?;
        let tallies = numbers.work(TallyUp(&counted, slots.slots.len()));
        let values = match with_values {
            true => numbers.work(Collect(&counted, &tallies)),
            false => Vec::new(),
        };
        Ok(Gathered { tallies, values })
    }

    /// The numbers that a path ends in, at other prices if so.
    fn numbers<'a>(
        &'a self,
        end: &'a Stored,
        path: &Path,
        rates: Option<&BTreeMap<i64, Rate>>,
    ) -> Result<Numbers<'a>, Error> {
        match path.end {
            End::Row => Err(Error::Internal),
            End::Column(column) => {
                let column = end.column(column)?;
                match rates {
                    None => Ok(Numbers::Coded(&column.codes, column.numbers())),
                    Some(rates) => Ok(Numbers::ByRow(self.priced(end, column, rates)?)),
                }
            }
            End::Children { relation, column } => {
                let relation = &end.table.relations[relation];
                let children = self.table_named(relation.table)?;
                let parents = &children.column_named(relation.to)?.codes;
                let parent = |row| (parents.get(row) as usize).checked_sub(1);
                let Some(column) = column else {
                    let mut counts = vec![0; end.rows];
                    for parent in (0..children.rows).filter_map(parent) {
                        counts[parent] += 1;
                    }
                    return Ok(Numbers::ByRow(counts));
                };
                let column = children.column(column)?;
                let numbers = match rates {
                    None => Numbers::Coded(&column.codes, column.numbers()),
                    Some(rates) => Numbers::ByRow(self.priced(children, column, rates)?),
                };
                numbers.work(SumUp { rows: 0..children.rows, parents: end.rows, parent })
            }
        }
    }

    /// The amounts of each row of a table at other prices.
    fn priced(
        &self,
        table: &Stored,
        column: &Column,
        rates: &BTreeMap<i64, Rate>,
    ) -> Result<Vec<i64>, Error> {
        let key = Key::of(table.table, table.table.priced_by.ok_or(Error::Internal)?)?;
        let (years, cells) = self.key(table, &key.path, key.part)?;
        let cells = AllCells(vec![cells]);
        let rate = |ordinal| match cells.cell(0, ordinal) {
            Cell::Whole(year) => rates.get(&year).copied(),
            _ => None,
        };
        let rates: Vec<Option<Rate>> = (0..years.count).map(rate).collect();
        let numbers = column.numbers();
        let priced = |row| match (numbers[column.codes.get(row) as usize], years.get(row)) {
            (MISSING, _) => Ok(MISSING),
            (amount, year) => rates[year as usize].map_or(Ok(MISSING), |rate| rate.apply(amount)),
        };
        (0..table.rows).map(priced).collect()
    }
}

/// Adds up the numbers of children for each parent.
struct SumUp<P> {
    rows: Range<usize>,
    parents: usize,
    parent: P,
}

impl<P: Fn(usize) -> Option<usize>> Work for SumUp<P> {
    type Output = Result<Numbers<'static>, Error>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Self::Output {
        let mut sums = vec![MISSING; self.parents];
        for row in self.rows {
            let number = number(row);
            let Some(parent) = (self.parent)(row).filter(|_| number != MISSING) else { continue };
            let sum = if sums[parent] == MISSING { 0 } else { sums[parent] };
            sums[parent] = sum.checked_add(number).ok_or_else(|| {
                Error::BadArgument("the sum of one row's parts is beyond 64 bits".to_owned())
            })?;
        }
        Ok(Numbers::ByRow(sums))
    }
}

/// Where the values of each slot begin.
pub(super) fn starts(tallies: &[Tally]) -> impl Iterator<Item = usize> {
    tallies.iter().scan(0, |next, tally| {
        let start = *next;
        *next += as_index(tally.known);
        Some(start)
    })
}

pub(super) fn as_index(count: u64) -> usize {
    usize::try_from(count).expect("what is counted is in memory")
}

/// The distinct rows that the rows of each slot lead to.
fn distinct(slots: &Slots, rows: Rows<'_>, to: &Ordinals<'_>) -> Vec<(u32, u32)> {
    let pairs = (0..rows.len()).filter_map(|index| {
        let row = to.get(rows.get(index)).checked_sub(1)?;
        Some((slots.of_row[index], row))
    });
    let width = to.count as usize;
    let bits = slots.slots.len().saturating_mul(width);
    if bits <= MOST_BITS {
        let mut seen = vec![0_u64; bits.div_ceil(64)];
        let is_new = |(slot, row): &(u32, u32)| {
            let bit = *slot as usize * width + *row as usize;
            let (word, bit) = (&mut seen[bit / 64], 1 << (bit % 64));
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        };
        return pairs.filter(is_new).collect();
    }
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
