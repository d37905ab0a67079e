//! Which group each row belongs to: a slot for each combination of keys.
//!
//! Where the keys have few combinations, the combination itself is the number of the slot, and nothing
//! is looked up. Otherwise slots are numbered as combinations are met. What a slot's keys are is told by
//! any row of it, so nothing needs to be taken apart again.

use std::ops::{Add, Mul, Range};

use rustc_hash::FxHashMap;

use super::{column::Codes, keys::Ordinals, mask::Mask, parallel};

/// The combinations up to which slots are not looked up, however few rows there are, and however many.
const FEW: u64 = 1 << 16;
const MANY: u64 = 1 << 22;

/// The rows that a filter keeps.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rows<'a> {
    /// So many from the first on.
    All(usize),
    /// These.
    Some(&'a [u32]),
}

impl Rows<'_> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::All(count) => count,
            Self::Some(rows) => rows.len(),
        }
    }

    #[inline]
    pub(super) fn get(self, index: usize) -> usize {
        match self {
            Self::All(_) => index,
            Self::Some(rows) => rows[index] as usize,
        }
    }
}

/// What is known of a slot: how many rows it has, and one of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    pub(super) rows: u32,
    pub(super) example: u32,
}

/// The slots of rows. Each has a row, but for the one of a request without keys, and those of a part.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    /// The slot of each row that was kept.
    pub(super) of_row: Vec<u32>,
    pub(super) slots: Vec<Slot>,
}

impl Slots {
    /// The same slots with the rows of a part only, and these rows.
    pub(super) fn narrowed(&self, rows: Rows<'_>, part: &Mask) -> (Self, Vec<u32>) {
        let mut slots = vec![Slot::default(); self.slots.len()];
        let (mut of_row, mut kept) = (Vec::new(), Vec::new());
        for (index, slot) in self.of_row.iter().enumerate() {
            let row = rows.get(index);
            if part.get(row) {
                slots[*slot as usize].rows += 1;
                of_row.push(*slot);
                kept.push(u32::try_from(row).unwrap_or_default());
            }
        }
        (Self { of_row, slots }, kept)
    }
}

/// Puts rows into slots by keys; none where they would be more than so many.
pub(super) fn assign(keys: &[Ordinals<'_>], rows: Rows<'_>, most: usize) -> Option<Slots> {
    if keys.is_empty() {
        // One slot, and no need to look at any row.
        let example = if rows.len() > 0 { u32::try_from(rows.get(0)).ok()? } else { 0 };
        let slot = Slot { rows: u32::try_from(rows.len()).ok()?, example };
        return Some(Slots { of_row: vec![0; rows.len()], slots: vec![slot] });
    }
    let product = keys.iter().try_fold(1_u64, |product, key| product.checked_mul(key.count.into()));
    let dense = FEW.max(2 * rows.len() as u64).min(MANY);
    let (mut of_row, count) = match product {
        Some(product) if product <= dense => {
            let mut slots = vec![0_u32; rows.len()];
            parallel::fill(&mut slots, |start, slots| {
                for key in keys {
                    combine(key, rows, start, slots);
                }
            });
            (slots, usize::try_from(product).unwrap_or(usize::MAX))
        }
        _ => sparse(keys, rows, most)?,
    };
    let count_up = |range: Range<usize>| {
        let mut slots = vec![Slot::default(); count];
        for index in range {
            let slot = &mut slots[of_row[index] as usize];
            slot.rows += 1;
            slot.example = u32::try_from(index).unwrap_or_default();
        }
        slots
    };
    let mut counted = fold(of_row.len(), count, count_up, |slots, others| {
        for (slot, other) in slots.iter_mut().zip(others).filter(|(_, other)| other.rows > 0) {
            slot.rows += other.rows;
            slot.example = other.example;
        }
    });
    for slot in counted.iter_mut().filter(|slot| slot.rows > 0) {
        slot.example = u32::try_from(rows.get(slot.example as usize)).unwrap_or_default();
    }
    close_up(&mut of_row, &mut counted);
    (counted.len() <= most).then_some(Slots { of_row, slots: counted })
}

/// Leaves out the slots that have no row.
fn close_up(of_row: &mut [u32], slots: &mut Vec<Slot>) {
    if slots.iter().all(|slot| slot.rows > 0) {
        return;
    }
    let mut next = 0;
    let number = |slot: &Slot| {
        let number = next;
        next += u32::from(slot.rows > 0);
        number
    };
    let numbers: Vec<u32> = slots.iter().map(number).collect();
    parallel::fill(of_row, |_, slots| {
        for slot in slots {
            *slot = numbers[*slot as usize];
        }
    });
    slots.retain(|slot| slot.rows > 0);
}

/// Works on ranges of rows, each with memory of its own for every slot, and merges what comes out: on
/// all cores if there are many rows to a slot.
pub(super) fn fold<T: Send>(
    rows: usize,
    slots: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
    mut merge: impl FnMut(&mut T, T),
) -> T {
    if slots > rows / 8 {
        return work(0..rows);
    }
    let mut parts = parallel::map(rows, work).into_iter();
    let mut first = parts.next().expect("there is at least one range");
    parts.for_each(|part| merge(&mut first, part));
    first
}

fn sparse(keys: &[Ordinals<'_>], rows: Rows<'_>, most: usize) -> Option<(Vec<u32>, usize)> {
    let mut combined = vec![0_u64; rows.len()];
    let mut product = 1_u64;
    for key in keys {
        product = if let Some(product) = product.checked_mul(key.count.into()) {
            product
        } else {
            let (slots, count) = number(&combined, most)?;
            combined = slots.into_iter().map(u64::from).collect();
            count as u64 * u64::from(key.count)
        };
        parallel::fill(&mut combined, |start, combined| combine(key, rows, start, combined));
    }
    number(&combined, most)
}

/// Numbers distinct values as they are met; none where they are more than so many.
fn number(combined: &[u64], most: usize) -> Option<(Vec<u32>, usize)> {
    let mut found: FxHashMap<u64, u32> = FxHashMap::default();
    let mut slots = Vec::with_capacity(combined.len());
    for value in combined {
        let next = u32::try_from(found.len()).ok()?;
        slots.push(*found.entry(*value).or_insert(next));
        if found.len() > most {
            return None;
        }
    }
    Some((slots, found.len()))
}

/// Multiplies the slots of rows, from a first one on, with the number of ordinals of a key, and adds
/// theirs. Every kind of codes has a loop of its own.
fn combine<T>(key: &Ordinals<'_>, rows: Rows<'_>, start: usize, slots: &mut [T])
where
    T: Copy + From<u32> + Add<Output = T> + Mul<Output = T>,
{
    match key.codes {
        Codes::Position(_) => translated(key, |row| key.codes.get(row), rows, start, slots),
        Codes::Byte(codes) => translated(key, |row| codes[row].into(), rows, start, slots),
        Codes::Short(codes) => translated(key, |row| codes[row].into(), rows, start, slots),
        Codes::Long(codes) => translated(key, |row| codes[row], rows, start, slots),
    }
}

fn translated<T>(
    key: &Ordinals<'_>,
    code: impl Fn(usize) -> u32,
    rows: Rows<'_>,
    start: usize,
    slots: &mut [T],
) where
    T: Copy + From<u32> + Add<Output = T> + Mul<Output = T>,
{
    let count = T::from(key.count);
    match &key.translation {
        None => each(rows, start, slots, |row, slot| slot * count + T::from(code(row))),
        Some(ordinals) => each(rows, start, slots, |row, slot| {
            slot * count + T::from(ordinals[code(row) as usize])
        }),
    }
}

fn each<T: Copy>(rows: Rows<'_>, start: usize, slots: &mut [T], next: impl Fn(usize, T) -> T) {
    match rows {
        Rows::All(_) => {
            for (row, slot) in (start..).zip(slots) {
                *slot = next(row, *slot);
            }
        }
        Rows::Some(rows) => {
            for (row, slot) in rows[start..].iter().zip(slots) {
                *slot = next(*row as usize, *slot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many that they are worked on by several threads.
    const ROWS: usize = 1_100_000;

    #[test]
    fn rows_of_the_same_keys_share_a_slot_however_many_there_are() {
        let codes = |count: usize, factor: usize| {
            let code = |row: usize| u32::try_from(row * factor % count).unwrap_or_default();
            Codes::new(&(0..ROWS).map(code).collect::<Vec<_>>(), count)
        };
        let (few, many) = (codes(5, 3), codes(9_000, 7));
        let key = |codes, count| Ordinals { codes, translation: None, count };
        let kept: Vec<u32> = (0..u32::try_from(ROWS).unwrap_or_default()).step_by(2).collect();
        for rows in [Rows::All(ROWS), Rows::Some(&kept)] {
            // Combinations that are few, and more than are kept apart without looking them up.
            for factor in [1, 1_000] {
                let keys = [key(&few, 6 * factor), key(&many, 9_001)];
                let found = assign(&keys, rows, ROWS).expect("they are not too many");
                assert_eq!(
                    found.slots.iter().map(|slot| slot.rows as usize).sum::<usize>(),
                    rows.len()
                );
                for (index, slot) in found.of_row.iter().enumerate() {
                    let example = found.slots[*slot as usize].example as usize;
                    let row = rows.get(index);
                    assert!(keys.iter().all(|key| key.get(row) == key.get(example)));
                }
                // 9,000 is a multiple of 5, and the codes repeat with it.
                assert_eq!(
                    found.slots.len(),
                    if matches!(rows, Rows::All(_)) { 9_000 } else { 4_500 }
                );
            }
        }
        assert!(assign(&[key(&many, 9_001)], Rows::All(ROWS), 8_999).is_none());
    }
}
