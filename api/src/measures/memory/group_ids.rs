//! From the keys of rows to numbers, which count up as new combinations are met.
//!
//! Rows are gone through in blocks that fit into the nearest cache. In a block, the ordinals of the keys
//! are combined into one number for each row, one key after the other; then each combination is looked
//! up: in a table with a place for each that could be, where these are not many more than the rows, and
//! else in a hash map.

use std::ops::{AddAssign, Mul};

use rustc_hash::FxHashMap;

use super::{
    column::Codes,
    keys::Ordinals,
    rows::{RowSet, position},
};

/// The rows that are worked on at a time.
const BLOCK: usize = 1024;
/// The combinations for which there is a table, and not a hash map: so many at least; so many for each
/// row; and never more than so many, which take 64 MB.
const FEW: u64 = 1 << 14;
const OF_A_ROW: u64 = 16;
const MANY: u64 = 1 << 24;

/// Cuts what belongs to rows from a start on into blocks.
pub(crate) fn blocks(
    start: usize,
    of_row: &mut [u32],
) -> impl Iterator<Item = (usize, &mut [u32])> {
    (start..).step_by(BLOCK).zip(of_row.chunks_mut(BLOCK))
}

/// Numbers combinations of keys as they are met.
///
/// Where the combinations of all keys do not fit into 64 bits, there is more than one step: the numbers
/// of the first keys' combinations, which are no more than rows, are combined with the keys that follow.
pub(crate) struct Numbering<'a>(Vec<Step<'a>>);

/// Numbers the combinations of some keys and of a number given before.
struct Step<'a> {
    places: Places<'a>,
    /// A row of each that was met, by its number.
    examples: Vec<u32>,
}

/// Where the number of a combination is found.
enum Places<'a> {
    /// At the place of the combination the number and one, or zero.
    Table(Combining<'a, u32>, Vec<u32>),
    Map(Combining<'a, u64>, FxHashMap<u64, u32>),
}

impl<'a> Numbering<'a> {
    pub(crate) fn new(keys: &'a [Ordinals<'a>], rows: usize) -> Self {
        let table = (rows as u64).saturating_mul(OF_A_ROW).clamp(FEW, MANY);
        let (mut steps, mut rest) = (Vec::new(), keys);
        while !rest.is_empty() {
            let mut combinations = if steps.is_empty() { 1_u64 } else { 1 << 32 };
            let fits = |key: &&Ordinals<'_>| {
                let product = combinations.checked_mul(key.count.into());
                combinations = product.unwrap_or(combinations);
                product.is_some()
            };
            // At least one key fits, because its count has 32 bits.
            let (keys, others) = rest.split_at(rest.iter().take_while(fits).count());
            let places = match usize::try_from(combinations) {
                Ok(places) if combinations <= table => {
                    Places::Table(Combining::new(keys, steps.is_empty()), vec![0; places])
                }
                _ => Places::Map(Combining::new(keys, steps.is_empty()), FxHashMap::default()),
            };
            steps.push(Step { places, examples: Vec::new() });
            rest = others;
        }
        Self(steps)
    }

    /// A row of each combination of all keys that was met.
    pub(crate) fn examples(&self) -> &[u32] {
        self.0.last().map_or(&[], |step| &step.examples)
    }

    /// Puts the numbers of the combinations of a block of rows in the place of zeros.
    pub(crate) fn number(&mut self, rows: RowSet<'_>, start: usize, of_row: &mut [u32]) {
        for step in &mut self.0 {
            step.number(rows, start, of_row);
        }
    }
}

impl Step<'_> {
    /// Puts the numbers of the combinations of a block of rows in the place of numbers given before.
    fn number(&mut self, rows: RowSet<'_>, start: usize, of_row: &mut [u32]) {
        let examples = &mut self.examples;
        match &mut self.places {
            Places::Table(keys, table) => {
                let mut combined = [0; BLOCK];
                let combined = keys.combine(rows, start, of_row, &mut combined);
                for (index, (combination, of_row)) in combined.iter().zip(of_row).enumerate() {
                    let number = &mut table[*combination as usize];
                    if *number == 0 {
                        *number = meet(examples, rows.get(start + index));
                    }
                    *of_row = *number - 1;
                }
            }
            Places::Map(keys, found) => {
                let mut combined = [0; BLOCK];
                let combined = keys.combine(rows, start, of_row, &mut combined);
                for (index, (combination, of_row)) in combined.iter().zip(of_row).enumerate() {
                    let number = found.entry(*combination).or_default();
                    if *number == 0 {
                        *number = meet(examples, rows.get(start + index));
                    }
                    *of_row = *number - 1;
                }
            }
        }
    }
}

/// Notes a row of a combination that is met for the first time: its number, and one.
#[cold]
fn meet(examples: &mut Vec<u32>, row: usize) -> u32 {
    examples.push(position(row));
    position(examples.len())
}

/// Keys, and what an ordinal of each adds to a combination.
struct Combining<'a, N> {
    keys: Vec<(&'a Codes, Worth<N>)>,
    /// What a number given before is worth; none where there is no step before.
    before: Option<N>,
}

/// What a code of a key adds to a combination.
enum Worth<N> {
    /// So much times the code.
    Times(N),
    /// What is at the place of the code.
    Listed(Vec<N>),
}

impl<'a, N: Copy + From<u32> + AddAssign + Mul<Output = N>> Combining<'a, N> {
    fn new(keys: &'a [Ordinals<'a>], is_first: bool) -> Self {
        let mut times = N::from(1);
        let worth = |key: &'a Ordinals<'a>| {
            let worth = match &key.translation {
                None => Worth::Times(times),
                Some(ordinals) => Worth::Listed(
                    ordinals.iter().map(|ordinal| N::from(*ordinal) * times).collect(),
                ),
            };
            times = times * N::from(key.count);
            (key.codes, worth)
        };
        let keys = keys.iter().map(worth).collect();
        Self { keys, before: (!is_first).then_some(times) }
    }

    /// The combinations of a block of rows, each with a number given before.
    fn combine<'b>(
        &self,
        rows: RowSet<'_>,
        start: usize,
        before: &[u32],
        combined: &'b mut [N; BLOCK],
    ) -> &'b [N] {
        let combined = &mut combined[..before.len()];
        match self.before {
            None => combined.fill(N::from(0)),
            Some(worth) => {
                for (combined, before) in combined.iter_mut().zip(before) {
                    *combined = N::from(*before) * worth;
                }
            }
        }
        for (codes, worth) in &self.keys {
            // Every kind of codes has a loop of its own.
            match (codes, rows) {
                (Codes::Byte(codes), RowSet::All(_)) => {
                    worth.add(codes[start..].iter().map(|code| (*code).into()), combined);
                }
                (Codes::Short(codes), RowSet::All(_)) => {
                    worth.add(codes[start..].iter().map(|code| (*code).into()), combined);
                }
                (Codes::Long(codes), RowSet::All(_)) => {
                    worth.add(codes[start..].iter().copied(), combined);
                }
                (codes, RowSet::All(count)) => {
                    worth.add((start..count).map(|row| codes.get(row)), combined);
                }
                (Codes::Byte(codes), RowSet::Some(rows)) => {
                    let codes = rows[start..].iter().map(|row| codes[*row as usize].into());
                    worth.add(codes, combined);
                }
                (Codes::Short(codes), RowSet::Some(rows)) => {
                    let codes = rows[start..].iter().map(|row| codes[*row as usize].into());
                    worth.add(codes, combined);
                }
                (codes, RowSet::Some(rows)) => {
                    let codes = rows[start..].iter().map(|row| codes.get(*row as usize));
                    worth.add(codes, combined);
                }
            }
        }
        combined
    }
}

impl<N: Copy + From<u32> + AddAssign + Mul<Output = N>> Worth<N> {
    fn add(&self, codes: impl Iterator<Item = u32>, combined: &mut [N]) {
        let combined = combined.iter_mut().zip(codes);
        match self {
            Self::Times(times) => {
                combined.for_each(|(combined, code)| *combined += N::from(code) * *times);
            }
            Self::Listed(worth) => {
                combined.for_each(|(combined, code)| *combined += worth[code as usize]);
            }
        }
    }
}
