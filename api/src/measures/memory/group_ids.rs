//! Numbers the combinations of keys of rows, in the order in which they are found.
//!
//! Rows are processed in blocks that fit into the first-level cache. In a block, the ordinals of the keys are combined
//! into one number for each row, one key after the other. Then each combination is looked up: in a table with an entry
//! for each possible combination if there are not many more than rows, otherwise in a hash map.

use std::ops::{AddAssign, Mul};

use rustc_hash::FxHashMap;

use super::{
    column::Codes,
    keys::Ordinals,
    rows::{RowSet, position},
};

/// The number of rows processed at a time.
const BLOCK: usize = 1024;
/// The limits of the combinations for which a table replaces the hash map: at least this many, this many for each row,
/// and never more than this many, which take 64 MB.
const FEW: u64 = 1 << 14;
const OF_A_ROW: u64 = 16;
const MANY: u64 = 1 << 24;

/// Divides the values of rows from `start` on into blocks.
pub(crate) fn blocks(
    start: usize,
    of_row: &mut [u32],
) -> impl Iterator<Item = (usize, &mut [u32])> {
    (start..).step_by(BLOCK).zip(of_row.chunks_mut(BLOCK))
}

/// Numbers combinations of keys as they are found.
///
/// If the combinations of all keys do not fit into 64 bits, there are several steps: each combines the numbers from the
/// step before, which are at most as many as the rows, with the next keys.
pub(crate) struct Numbering<'a>(Vec<Step<'a>>);

/// Numbers the combinations of some keys and of a number from the step before.
struct Step<'a> {
    places: Places<'a>,
    /// An example row of each combination, by its number.
    examples: Vec<u32>,
}

/// Where to find the number of a combination.
enum Places<'a> {
    /// At the position of the combination, its number plus one, or zero.
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

    /// An example row of each combination of all keys.
    pub(crate) fn examples(&self) -> &[u32] {
        self.0.last().map_or(&[], |step| &step.examples)
    }

    /// Replaces zeros by the numbers of the combinations of a block of rows.
    pub(crate) fn number(&mut self, rows: RowSet<'_>, start: usize, of_row: &mut [u32]) {
        for step in &mut self.0 {
            step.number(rows, start, of_row);
        }
    }
}

impl Step<'_> {
    /// Replaces the numbers of the step before by those of the combinations of a block of rows.
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

/// Records a row of a new combination; returns its number plus one.
#[cold]
fn meet(examples: &mut Vec<u32>, row: usize) -> u32 {
    examples.push(position(row));
    position(examples.len())
}

/// Keys, with what each ordinal adds to a combination.
struct Combining<'a, N> {
    keys: Vec<(&'a Codes, Worth<N>)>,
    /// The factor of the number from the step before; `None` if there is no such step.
    before: Option<N>,
}

/// What a code of a key adds to a combination.
enum Worth<N> {
    /// The code times this factor.
    Times(N),
    /// The entry of this list for the code.
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

    /// The combinations of a block of rows, each with a number from the step before.
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
            // Each kind of codes has its own loop.
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
