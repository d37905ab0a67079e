//! Assigns rows to groups: one slot for each combination of keys.
//!
//! Slots are numbered as they are found ([`super::group_ids`]). Any row of a slot has its keys, so one example row is
//! kept and nothing is decoded. Each thread numbers its own slots in a range of the rows. These numbers are then mapped
//! to those of the first thread by numbering the example rows again.

use std::ops::Range;

use super::{
    group_ids::{Numbering, blocks},
    keys::Ordinals,
    mask::Mask,
    parallel::Workers,
    rows::{RowSet, position},
};

/// A slot: the number of its rows, and one of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slot {
    pub(crate) rows: u32,
    pub(crate) example: u32,
}

/// The slots of rows. Each has at least one row, except the slot of a request without keys and the slots of a part.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    /// The slot of each row that was kept.
    pub(crate) of_row: Vec<u32>,
    pub(crate) slots: Vec<Slot>,
}

impl Slots {
    /// The same slots with only the rows of a part, and these rows.
    pub(crate) fn narrowed(&self, rows: RowSet<'_>, part: &Mask) -> (Self, Vec<u32>) {
        let (of_row, kept) = match rows {
            // Only the rows of the part are visited, which are often few of all rows.
            RowSet::All(_) => {
                let kept = part.rows();
                let of_row = match self.slots.len() {
                    1 => vec![0; kept.len()],
                    _ => kept.iter().map(|row| self.of_row[*row as usize]).collect(),
                };
                (of_row, kept)
            }
            RowSet::Some(rows) => {
                // Every row is written, and the next overwrites it unless it is kept: no branch to predict.
                let (mut of_row, mut kept) = (vec![0; rows.len()], vec![0; rows.len()]);
                let mut count = 0;
                for (row, slot) in rows.iter().zip(&self.of_row) {
                    (of_row[count], kept[count]) = (*slot, *row);
                    count += usize::from(part.get(*row as usize));
                }
                of_row.truncate(count);
                kept.truncate(count);
                (of_row, kept)
            }
        };
        let slots = count(&of_row, self.slots.len()).into_iter();
        let slots = slots.map(|rows| Slot { rows, example: 0 }).collect();
        (Self { of_row, slots }, kept)
    }
}

/// Assigns rows to slots by keys; `None` if there would be more than `most`.
pub(crate) fn assign(
    keys: &[Ordinals<'_>],
    rows: RowSet<'_>,
    most: usize,
    workers: Workers,
) -> Option<Slots> {
    let mut of_row = vec![0; rows.len()];
    if keys.is_empty() {
        // There is one slot, so no row needs to be read.
        let example = if rows.len() > 0 { rows.get(0) } else { 0 };
        let slot = Slot { rows: position(rows.len()), example: position(example) };
        return Some(Slots { of_row, slots: vec![slot] });
    }
    // Each thread would number many slots, and they would be numbered again when merged.
    let combinations =
        keys.iter().fold(1, |all: usize, key| all.saturating_mul(key.count as usize));
    let workers = workers.where_few(combinations, rows.len());
    let parts = workers.fill(&mut of_row, |start, of_row| {
        Some((start, Numbered::of(keys, rows, start, of_row, most)?))
    });
    let mut parts = parts.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
    let (_, mut first) = parts.next()?;
    let numbers: Vec<_> = parts.map(|(start, part)| (start, first.take_in(&part))).collect();
    if first.counts.len() > most {
        return None;
    }
    workers.fill(&mut of_row, |start, of_row| {
        // There are no numbers for the first range.
        if let Some((_, numbers)) = numbers.iter().find(|(of, _)| *of == start) {
            for slot in of_row {
                *slot = numbers[*slot as usize];
            }
        }
    });
    Some(Slots { of_row, slots: first.slots() })
}

/// The slots found in a range of rows.
struct Numbered<'a> {
    numbering: Numbering<'a>,
    /// The number of rows of each.
    counts: Vec<u32>,
}

impl<'a> Numbered<'a> {
    /// Numbers the slots of a range of rows, from `start` on; `None` if there are more than `most`.
    fn of(
        keys: &'a [Ordinals<'a>],
        rows: RowSet<'_>,
        start: usize,
        of_row: &mut [u32],
        most: usize,
    ) -> Option<Self> {
        let mut numbering = Numbering::new(keys, rows.len());
        for (start, of_row) in blocks(start, of_row) {
            numbering.number(rows, start, of_row);
            if numbering.examples().len() > most {
                return None;
            }
        }
        let counts = count(of_row, numbering.examples().len());
        Some(Self { numbering, counts })
    }

    /// Adds the slots of another range, and returns the number of each here.
    fn take_in(&mut self, other: &Self) -> Vec<u32> {
        let mut numbers = vec![0; other.counts.len()];
        for (start, numbers) in blocks(0, &mut numbers) {
            self.numbering.number(RowSet::Some(other.numbering.examples()), start, numbers);
        }
        self.counts.resize(self.numbering.examples().len(), 0);
        for (number, count) in numbers.iter().zip(&other.counts) {
            self.counts[*number as usize] += count;
        }
        numbers
    }

    fn slots(&self) -> Vec<Slot> {
        let slots = self.counts.iter().zip(self.numbering.examples());
        slots.map(|(rows, example)| Slot { rows: *rows, example: *example }).collect()
    }
}

/// The number of rows of each slot.
fn count(of_row: &[u32], slots: usize) -> Vec<u32> {
    if slots == 1 {
        return vec![position(of_row.len())];
    }
    // A processor stalls when it adds to a counter that it has just written, which happens all the time with few slots.
    // So four consecutive rows use four separate counters.
    let mut counts = vec![[0; 4]; slots];
    let fours = of_row.chunks_exact(4);
    for slot in fours.remainder() {
        counts[*slot as usize][0] += 1;
    }
    for four in fours {
        for (place, slot) in four.iter().enumerate() {
            counts[*slot as usize][place] += 1;
        }
    }
    counts.iter().map(|counts| counts.iter().sum()).collect()
}

/// Works on ranges of rows, each with its own memory for every slot, and merges the results.
pub(crate) fn fold<T: Send>(
    rows: usize,
    slots: usize,
    workers: Workers,
    work: impl Fn(Range<usize>) -> T + Sync,
    mut merge: impl FnMut(&mut T, T),
) -> T {
    let mut parts = workers.where_few(slots, rows).map(rows, work).into_iter();
    let mut first = parts.next().expect("there is at least one range");
    parts.for_each(|part| merge(&mut first, part));
    first
}

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashMap;

    use super::*;
    use crate::measures::memory::column::Codes;

    /// Many rows for each combination, so several threads share the work.
    const ROWS: usize = 250_000;

    #[test]
    fn slots_are_numbered_as_their_combinations_are_met_however_many_work() {
        let codes = |count: usize, factor: usize| {
            let codes = (0..ROWS).map(|row| position(row * factor % count));
            Codes::new(&codes.collect::<Vec<_>>(), count)
        };
        let (few, many) = (codes(5, 3), codes(701, 7));
        let key = |codes, count| Ordinals { codes, translation: None, count };
        let kept: Vec<u32> = (0..position(ROWS)).step_by(2).collect();
        for rows in [RowSet::All(ROWS), RowSet::Some(&kept)] {
            let mut met = FxHashMap::default();
            let slot = |index| {
                let (row, next) = (rows.get(index), position(met.len()));
                *met.entry((few.get(row), many.get(row))).or_insert(next)
            };
            let expected: Vec<u32> = (0..rows.len()).map(slot).collect();
            let mut counted = vec![0; met.len()];
            for slot in &expected {
                counted[*slot as usize] += 1;
            }
            // Combinations that fit a table, need a hash map, or exceed 64 bits.
            for counts in [[6, 702], [600_000, 702], [u32::MAX, u32::MAX]] {
                for workers in [Workers::new(1, 1), Workers::new(3, 1_000)] {
                    let [few, many] = [key(&few, counts[0]), key(&many, counts[1])];
                    let last = key(few.codes, counts[0]);
                    let keys = [few, many, last];
                    assert!(assign(&keys, rows, met.len() - 1, workers).is_none());
                    let found = assign(&keys, rows, met.len(), workers).expect("they fit");
                    assert_eq!(found.of_row, expected);
                    assert!(found.slots.iter().map(|slot| slot.rows).eq(counted.iter().copied()));
                    for (slot, found) in (0..).zip(&found.slots) {
                        let example = found.example as usize;
                        assert_eq!(met[&(keys[0].codes.get(example), keys[1].get(example))], slot);
                    }
                }
            }
        }
    }
}
