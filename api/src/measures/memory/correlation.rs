//! Correlations of two measures of the same rows, for each slot.

use super::{
    MemoryRequest, Replica, column::MISSING, group::Slots, rows::RowSet, tally::RowWork, work::many,
};
use crate::{
    catalog::key::{Measure, Way},
    error::Error,
    limits::work::Work,
    measures::{
        request::Figure,
        statistic::Needs,
        summary::{Correlation, correlation},
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
            let _taken = asked.stop.take(rows.len(), 5 * size_of::<Number>())?;
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
            let mut pairs: Vec<Vec<(Number, Number)>> = vec![Vec::new(); slots.slots.len()];
            for (index, slot) in slots.of_row.iter().enumerate() {
                let [a, b] = [numbers[0][index], numbers[1][index]];
                if a != MISSING && b != MISSING {
                    let pair = (Number::Whole(a.into()), Number::Whole(b.into()));
                    pairs[*slot as usize].push(pair);
                }
            }
            for (slot, pairs) in pairs.iter().enumerate() {
                for (place, kind) in &wanted {
                    figures[slot * all.len() + place] = correlation(*kind, pairs.iter().copied())?;
                    done[*place] = true;
                }
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
