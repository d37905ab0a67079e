//! Correlations of two measures of the same rows, for each slot.

use super::{
    MemoryRequest, Replica, column::MISSING, group::Slots, rows::RowSet, tally::RowWork, work::many,
};
use crate::{
    catalog::key::{Measure, Way},
    error::Error,
    limits::work::Work,
    measures::{
        correlation::{Correlation, correlation_of_whole},
        request::Figure,
        statistic::Needs,
        value::Number,
    },
};

/// Reads a number for each of some rows.
struct NumbersOfRows<'a, F> {
    rows: RowSet<'a>,
    /// The position, plus one, of the row that holds the number.
    at: F,
}

impl<F: Fn(usize) -> u32> RowWork for NumbersOfRows<'_, F> {
    type Output = Vec<i64>;
    fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Vec<i64> {
        let at = |index| match (self.at)(self.rows.get(index)) {
            0 => MISSING,
            position => number(position as usize - 1),
        };
        (0..self.rows.len()).map(at).collect()
    }
}

/// The most memory for each row: its slot and position in a part, two numbers, their pair, a number next to its
/// position, and two ranks.
const BYTES: usize = 8 + 2 * 8 + 16 + 16 + 2 * 8;

/// The pairs of known numbers, slot after slot, and where those of each slot end.
fn pairs_by_slot(slots: &Slots, [a, b]: &[Vec<i64>; 2]) -> (Vec<(i64, i64)>, Vec<usize>) {
    let pairs = a.iter().copied().zip(b.iter().copied()).zip(&slots.of_row);
    let pairs = pairs.filter(|((a, b), _)| *a != MISSING && *b != MISSING);
    let mut next = vec![0; slots.slots.len()];
    for (_, slot) in pairs.clone() {
        next[*slot as usize] += 1;
    }
    let mut all = 0;
    for next in &mut next {
        all += std::mem::replace(next, all);
    }
    let mut by_slot = vec![(0, 0); all];
    for (pair, slot) in pairs {
        let place = &mut next[*slot as usize];
        by_slot[*place] = pair;
        *place += 1;
    }
    (by_slot, next)
}

impl Replica {
    /// Computes the correlations of the slots. Each pair of measures of a part is read once.
    pub(super) fn correlations(
        &self,
        asked: &MemoryRequest<'_>,
        rows: RowSet<'_>,
        slots: &Slots,
        figures: &mut [Number],
    ) -> Result<(), Error> {
        let all = &asked.request.figures;
        let mut done = vec![false; all.len()];
        for position in 0..all.len() {
            let Figure::Correlation { measures, part, .. } = &all[position] else { continue };
            if done[position] {
                continue;
            }
            let wanted = all.iter().enumerate().filter_map(|(place, figure)| match figure {
                Figure::Correlation { measures: other, part: of, kind } => {
                    (other == measures && of == part).then_some((place, *kind))
                }
                _ => None,
            });
            let wanted: Vec<(usize, Correlation)> = wanted.collect();
            let _taken = asked.stop.take(rows.len(), BYTES)?;
            let narrowed = part.map(|part| slots.narrowed(rows, &asked.parts[part]));
            let (slots, rows) = match &narrowed {
                None => (slots, rows),
                Some((slots, rows)) => (slots, RowSet::Some(rows)),
            };
            let numbers = [
                self.number_of_each(asked, &measures[0], rows)?,
                self.number_of_each(asked, &measures[1], rows)?,
            ];
            let count = many(rows.len());
            asked.stop.spend(Work::ranked(count) + Work::ranked(count) + Work::passed(count))?;
            let (pairs, ends) = pairs_by_slot(slots, &numbers);
            let mut start = 0;
            for (slot, end) in ends.into_iter().enumerate() {
                for (place, kind) in &wanted {
                    let pairs = &pairs[start..end];
                    figures[slot * all.len() + place] = correlation_of_whole(*kind, pairs)?;
                    done[*place] = true;
                }
                start = end;
            }
        }
        Ok(())
    }

    /// The number of a measure for each of some rows.
    pub(super) fn number_of_each(
        &self,
        asked: &MemoryRequest<'_>,
        measure: &Measure,
        rows: RowSet<'_>,
    ) -> Result<Vec<i64>, Error> {
        let Measure::Numbers(Way(path), _) = measure else { return Err(Error::Internal) };
        asked.stop.spend(Self::work_of_measure(measure, Needs::Sum, many(rows.len())))?;
        let (ordinals, end) = self.rows_at(asked.table, path)?;
        let numbers = self.numbers_of((asked.table, end), measure, &asked.prices, &asked.worked)?;
        Ok(numbers.work(NumbersOfRows { rows, at: |row| ordinals.get(row) }))
    }
}
