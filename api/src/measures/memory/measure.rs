//! The value of a measure for each row, and the rows that count.

use std::{cell::RefCell, collections::BTreeMap};

use super::{
    MemoryRequest, Replica, Stored,
    column::{Codes, MISSING, StoredColumn},
    days::days,
    group::Slots,
    keys::{AllCells, Ordinals},
    mask::Mask,
    parallel::Workers,
    rows::RowSet,
    tally::{CountedRows, Gathered, Numbers, Over, RowWork},
};
use crate::{
    catalog::{
        key::{End, Key, Measure, Path, Way},
        table::{Childless, Relation},
    },
    error::Error,
    limits::usage::TakenMemory,
    measures::{
        groups::Cells as _,
        prices::{Prices, Rate},
        request::Known,
        statistic::{Needs, Tally},
        stop::Stop,
        value::Cell,
    },
};

/// The most bits to use for finding distinct rows with one bit for each slot and row: 16 MB.
const MOST_BITS: usize = 1 << 27;

/// The numbers of rows that an answer has computed so far: sums over children, days, and amounts at other prices.
/// Several parts of the rows and several statistics share them.
pub(crate) struct WorkedNumbers<'a> {
    stop: &'a Stop,
    all: RefCell<Vec<WorkedOut>>,
}

/// A number for each row of a table.
struct WorkedOut {
    table: usize,
    end: End,
    year: Option<i32>,
    numbers: Numbers<'static>,
    _taken: TakenMemory,
}

impl<'a> WorkedNumbers<'a> {
    /// No numbers yet.
    pub(crate) fn new(stop: &'a Stop) -> Self {
        Self { stop, all: RefCell::default() }
    }
}

impl Replica {
    /// Computes a measure over the slots of rows.
    pub(crate) fn gather<'a>(
        &'a self,
        asked: &MemoryRequest<'a>,
        measure: &Measure,
        slots: &Slots,
        rows: RowSet<'_>,
        needs: Needs,
    ) -> Result<Gathered<'a>, Error> {
        let way = match measure {
            Measure::Rows => {
                let tally = |rows: u32| Tally { known: rows.into(), ..Tally::default() };
                let tallies = slots.slots.iter().map(|slot| tally(slot.rows)).collect();
                return Ok(Gathered::of(tallies));
            }
            Measure::Distinct(Way(path)) | Measure::Numbers(Way(path), _) => path,
        };
        let (ordinals, end) = self.rows_at(asked.table, way)?;
        let counted = match way.relations.is_empty() {
            true => CountedRows::Each(slots, rows),
            false => CountedRows::Distinct(distinct(slots, rows, &ordinals)),
        };
        if matches!(measure, Measure::Distinct(_)) {
            let mut tallies = vec![Tally::default(); slots.slots.len()];
            counted.each(0..counted.len(), |slot, _| tallies[slot].known += 1);
            return Ok(Gathered::of(tallies));
        }
        let numbers = self.numbers_of((asked.table, end), measure, &asked.prices, &asked.worked)?;
        let over = Over { counted: &counted, slots: slots.slots.len(), workers: self.workers };
        Ok(over.gather(numbers, needs))
    }

    /// Clears the bits of the rows that have no value for a measure.
    pub(crate) fn keep_known(
        &self,
        table: &Stored,
        known: &Known,
        (prices, worked): (&Prices, &WorkedNumbers<'_>),
        mask: &mut Mask,
    ) -> Result<(), Error> {
        let Measure::Numbers(Way(path), _) = &known.measure else { return Err(Error::Internal) };
        let (ordinals, end) = self.rows_at(table, path)?;
        let numbers = self.numbers_of((table, end), &known.measure, prices, worked)?;
        let is_known = |number: i64| number != MISSING && (!known.is_positive || number > 0);
        if end.rows >= mask.count() {
            numbers.work(Retain { mask, ordinals: &ordinals, is_known });
            return Ok(());
        }
        let of_row = numbers.work(Each { rows: end.rows, is_known });
        mask.retain(|row| {
            (ordinals.get(row) as usize).checked_sub(1).is_some_and(|row| of_row[row])
        });
        Ok(())
    }

    /// The numbers of a measure for the rows at the end of its path, computed once for an answer.
    pub(super) fn numbers_of<'a>(
        &'a self,
        (table, end): (&Stored, &'a Stored),
        measure: &Measure,
        prices: &Prices,
        worked: &WorkedNumbers<'_>,
    ) -> Result<Numbers<'a>, Error> {
        let Measure::Numbers(Way(path), year) = measure else { return Err(Error::Internal) };
        let is_same = |of: &WorkedOut| (of.table, of.end, of.year) == (end.index, path.end, *year);
        let known = |of: &WorkedOut| Some(of.numbers.computed()?.0);
        if let Some(known) = worked.all.borrow().iter().find(|of| is_same(of)).and_then(known) {
            return Ok(known);
        }
        worked.stop.spend(self.work_of_numbers(table, measure)?)?;
        let rates = year.map(|year| prices.rates(year)).transpose()?;
        let numbers = self.numbers(end, path, rates.as_ref())?;
        if let Some((numbers, bytes)) = numbers.computed() {
            let (table, end, year) = (end.index, path.end, *year);
            let taken = worked.stop.take(bytes, 1)?;
            worked.all.borrow_mut().push(WorkedOut { table, end, year, numbers, _taken: taken });
        }
        Ok(numbers)
    }

    /// The numbers at the end of a path, converted to other prices if necessary.
    fn numbers<'a>(
        &'a self,
        end: &'a Stored,
        path: &Path,
        rates: Option<&BTreeMap<i64, Rate>>,
    ) -> Result<Numbers<'a>, Error> {
        match path.end {
            End::Row => Err(Error::Internal),
            End::Column(column) => self.amounts(end, column, rates),
            End::Days { from, to } => Ok(days(end.rows, end.column(from)?, end.column(to)?)),
            End::Children { relation, column } => self.sums(end, relation, column, rates),
            End::Grandchildren { relation, then, column } => {
                let relation = &end.table.relations[relation];
                let children = self.table_named(relation.table)?;
                let childless = column.map_or(Childless::Zero, |_| relation.childless);
                let numbers = self.sums(children, then, column, rates)?;
                self.add_up(end, relation, &numbers, Takes::All(childless))
            }
            End::Beside { relation, column, other } => {
                let relation = &end.table.relations[relation];
                let children = self.table_named(relation.table)?;
                let numbers = self.amounts(children, column, rates)?;
                let other = children.column(other)?;
                let beside = Takes::Beside(&other.codes, &other.numbers());
                self.add_up(end, relation, &numbers, beside)
            }
        }
    }

    /// The sum of a column over the children of each row, or their number if there is no column.
    fn sums<'a>(
        &'a self,
        of: &'a Stored,
        relation: usize,
        column: Option<usize>,
        rates: Option<&BTreeMap<i64, Rate>>,
    ) -> Result<Numbers<'a>, Error> {
        let relation = &of.table.relations[relation];
        let children = self.table_named(relation.table)?;
        if let Some(column) = column {
            let numbers = self.amounts(children, column, rates)?;
            return self.add_up(of, relation, &numbers, Takes::All(relation.childless));
        }
        let parents = &children.column_named(relation.to)?.codes;
        let mut counts = vec![0; of.rows];
        for row in 0..children.rows {
            if let Some(parent) = (parents.get(row) as usize).checked_sub(1) {
                counts[parent] += 1;
            }
        }
        Ok(Numbers::by_row(counts))
    }

    /// The numbers of a column, converted to other prices if necessary.
    fn amounts<'a>(
        &'a self,
        of: &'a Stored,
        column: usize,
        rates: Option<&BTreeMap<i64, Rate>>,
    ) -> Result<Numbers<'a>, Error> {
        let column = of.column(column)?;
        Ok(match rates {
            None => Numbers::Coded(&column.codes, column.numbers()),
            Some(rates) => Numbers::by_row(self.priced(of, column, rates)?),
        })
    }

    /// Adds up the numbers of children for each parent row.
    fn add_up<'a>(
        &'a self,
        of: &'a Stored,
        relation: &Relation,
        numbers: &Numbers<'_>,
        takes: Takes<'_>,
    ) -> Result<Numbers<'a>, Error> {
        let children = self.table_named(relation.table)?;
        let to = &children.column_named(relation.to)?.codes;
        numbers.work(SumUp { rows: children.rows, to, parents: of.rows, takes })
    }

    /// The amounts of each row of a table, converted to other prices.
    fn priced(
        &self,
        table: &Stored,
        column: &StoredColumn,
        rates: &BTreeMap<i64, Rate>,
    ) -> Result<Vec<i64>, Error> {
        let key = Key::parse(table.table, table.table.priced_by.ok_or(Error::Internal)?)?;
        let (years, cells) = self.key(table, &key.path, key.part)?;
        let cells = AllCells(vec![cells]);
        let rate = |ordinal| match cells.cell(0, ordinal) {
            Cell::Whole(year) => rates.get(&year).copied(),
            _ => None,
        };
        let rates: Vec<Option<Rate>> = (0..years.count).map(rate).collect();
        let amounts = Numbers::Coded(&column.codes, column.numbers());
        let (rows, workers) = (table.rows, self.workers);
        amounts.work(PriceRows { rows, years: &years, rates: &rates, workers })
    }
}

/// The number of rows whose numbers are read at a time. A loop that does nothing but read keeps more reads of scattered
/// values in flight than one that also computes.
const BLOCK: usize = 1024;

/// Reads the numbers of consecutive rows.
#[inline]
fn fill(start: usize, numbers: &mut [i64], number: &impl Fn(usize) -> i64) {
    for (place, row) in numbers.iter_mut().zip(start..) {
        *place = number(row);
    }
}

/// Converts the amount of each row to other prices.
struct PriceRows<'a> {
    rows: usize,
    years: &'a Ordinals<'a>,
    /// The rate of each ordinal of a year.
    rates: &'a [Option<Rate>],
    workers: Workers,
}

impl RowWork for PriceRows<'_> {
    type Output = Result<Vec<i64>, Error>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Self::Output {
        let mut priced = vec![0; self.rows];
        let price = |start: usize, amounts: &mut [i64]| {
            let mut years = [0; BLOCK];
            for (start, amounts) in (start..).step_by(BLOCK).zip(amounts.chunks_mut(BLOCK)) {
                let years = &mut years[..amounts.len()];
                self.years.codes.read(start, years);
                fill(start, amounts, &number);
                for (amount, year) in amounts.iter_mut().zip(years) {
                    let year = match &self.years.translation {
                        Some(ordinals) => ordinals[*year as usize],
                        None => *year,
                    };
                    *amount = match (*amount, self.rates[year as usize]) {
                        (MISSING, _) | (_, None) => MISSING,
                        (amount, Some(rate)) => rate.apply(amount)?,
                    };
                }
            }
            Ok(())
        };
        self.workers.fill(&mut priced, price).into_iter().collect::<Result<(), Error>>()?;
        Ok(priced)
    }
}

/// Clears the bits of the rows whose number is not acceptable.
struct Retain<'a, F> {
    mask: &'a mut Mask,
    /// The position, plus one, of the row that holds the number.
    ordinals: &'a Ordinals<'a>,
    is_known: F,
}

impl<F: Fn(i64) -> bool> RowWork for Retain<'_, F> {
    type Output = ();
    fn run(self, number: impl Fn(usize) -> i64 + Sync) {
        let Self { mask, ordinals, is_known } = self;
        mask.retain(|row| {
            let at = (ordinals.get(row) as usize).checked_sub(1);
            at.is_some_and(|row| is_known(number(row)))
        });
    }
}

/// Whether each row has an acceptable number.
struct Each<F> {
    rows: usize,
    is_known: F,
}

impl<F: Fn(i64) -> bool> RowWork for Each<F> {
    type Output = Vec<bool>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Self::Output {
        (0..self.rows).map(|row| (self.is_known)(number(row))).collect()
    }
}

/// The children that count.
#[derive(Clone, Copy)]
enum Takes<'a> {
    /// All children. One without a value makes the sum unknown. The relation defines the sum of none.
    All(Childless),
    /// Children that have a value in this other column, by its codes.
    Beside(&'a Codes, &'a [i64]),
}

/// Adds up the numbers of children for each parent.
struct SumUp<'a> {
    /// The number of children.
    rows: usize,
    /// The position, plus one, of the parent of each child.
    to: &'a Codes,
    /// The number of parents.
    parents: usize,
    takes: Takes<'a>,
}

impl RowWork for SumUp<'_> {
    type Output = Result<Numbers<'static>, Error>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Self::Output {
        let none = match self.takes {
            Takes::All(Childless::Zero) => 0,
            Takes::All(Childless::Unknown) | Takes::Beside(..) => MISSING,
        };
        let mut sums = vec![none; self.parents];
        let mut is_unknown = vec![false; self.parents];
        let (mut to, mut numbers) = ([0; BLOCK], [0; BLOCK]);
        for row in 0..self.rows {
            let place = row % BLOCK;
            if place == 0 {
                let count = BLOCK.min(self.rows - row);
                self.to.read(row, &mut to[..count]);
                fill(row, &mut numbers[..count], &number);
            }
            let Some(parent) = (to[place] as usize).checked_sub(1) else { continue };
            let number = numbers[place];
            match self.takes {
                Takes::All(_) if number == MISSING => {
                    is_unknown[parent] = true;
                    continue;
                }
                Takes::Beside(codes, others)
                    if number == MISSING || others[codes.get(row) as usize] == MISSING =>
                {
                    continue;
                }
                _ => {}
            }
            let sum = if sums[parent] == MISSING { 0 } else { sums[parent] };
            sums[parent] = sum.checked_add(number).ok_or_else(|| {
                Error::BadArgument(
                    "the sum over the child rows of one row does not fit into 64 bits".to_owned(),
                )
            })?;
        }
        for (sum, is_unknown) in sums.iter_mut().zip(is_unknown) {
            if is_unknown {
                *sum = MISSING;
            }
        }
        Ok(Numbers::by_row(sums))
    }
}

/// The distinct rows that the rows of each slot refer to.
fn distinct(slots: &Slots, rows: RowSet<'_>, to: &Ordinals<'_>) -> Vec<(u32, u32)> {
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
        let mut distinct = Vec::with_capacity(rows.len().min(bits));
        distinct.extend(pairs.filter(is_new));
        return distinct;
    }
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
