//! From the keys of rows to numbers, which count up as new combinations are met.
//!
//! Rows are gone through in blocks that fit into the nearest cache. In a block, the ordinals of the keys
//! are combined into one number for each row, one key after the other; then each combination is looked
//! up: in a table with a place for each that could be, where these are not many more than the rows, and
//! else in a hash map.

use rustc_hash::FxHashMap;

use super::{
    column::Codes,
    group::{Rows, position},
    keys::Ordinals,
};

/// The rows that are worked on at a time.
const BLOCK: usize = 1024;
/// The combinations for which there is a table, and not a hash map: so many at least; so many for each
/// row; and never more than so many, which take 64 MB.
const FEW: u64 = 1 << 14;
const OF_A_ROW: u64 = 16;
const MANY: u64 = 1 << 24;

/// Cuts what belongs to rows from a start on into blocks.
pub(super) fn blocks(
    start: usize,
    of_row: &mut [u32],
) -> impl Iterator<Item = (usize, &mut [u32])> {
    (start..).step_by(BLOCK).zip(of_row.chunks_mut(BLOCK))
}

/// Numbers combinations of keys as they are met.
///
/// Where the combinations of all keys do not fit into 64 bits, there is more than one step: the numbers
/// of the first keys' combinations, which are no more than rows, are combined with the keys that follow.
pub(super) struct Numbering<'a> {
    steps: Vec<(&'a [Ordinals<'a>], Numbers)>,
}

/// The numbers of the combinations that were met.
struct Numbers {
    places: Places,
    /// A row of each.
    examples: Vec<u32>,
}

/// Where the number of a combination is found.
enum Places {
    /// At the place of the combination the number and one, or zero.
    Table(Vec<u32>),
    Map(FxHashMap<u64, u32>),
}

impl<'a> Numbering<'a> {
    pub(super) fn new(keys: &'a [Ordinals<'a>], rows: usize) -> Self {
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
                Ok(places) if combinations <= table => Places::Table(vec![0; places]),
                _ => Places::Map(FxHashMap::default()),
            };
            steps.push((keys, Numbers { places, examples: Vec::new() }));
            rest = others;
        }
        Self { steps }
    }

    /// A row of each combination of all keys that was met.
    pub(super) fn examples(&self) -> &[u32] {
        self.steps.last().map_or(&[], |(_, numbers)| &numbers.examples)
    }

    /// The numbers of the combinations of a block of rows.
    #[expect(clippy::cast_possible_truncation, reason = "they are numbers of slots by then")]
    pub(super) fn number(&mut self, rows: Rows<'_>, start: usize, of_row: &mut [u32]) {
        let mut combined = [0; BLOCK];
        let combined = &mut combined[..of_row.len()];
        for (keys, numbers) in &mut self.steps {
            for key in *keys {
                combine(key, rows, start, combined);
            }
            numbers.number(rows, start, combined);
        }
        for (slot, number) in of_row.iter_mut().zip(combined) {
            *slot = *number as u32;
        }
    }
}

impl Numbers {
    /// Puts its number in the place of each combination of rows from a start on.
    #[expect(clippy::cast_possible_truncation, reason = "a table has a place for each combination")]
    fn number(&mut self, rows: Rows<'_>, start: usize, combined: &mut [u64]) {
        let examples = &mut self.examples;
        let mut next = |index| {
            let number = position(examples.len());
            examples.push(position(rows.get(index)));
            number
        };
        match &mut self.places {
            Places::Table(table) => {
                for (index, combination) in (start..).zip(combined) {
                    let number = &mut table[*combination as usize];
                    if *number == 0 {
                        *number = next(index) + 1;
                    }
                    *combination = u64::from(*number - 1);
                }
            }
            Places::Map(found) => {
                for (index, combination) in (start..).zip(combined) {
                    let number = found.entry(*combination).or_insert_with(|| next(index));
                    *combination = u64::from(*number);
                }
            }
        }
    }
}

/// Multiplies the combinations of rows, from a first one on, with the number of ordinals of a key, and
/// adds theirs. Every kind of codes has a loop of its own.
fn combine(key: &Ordinals<'_>, rows: Rows<'_>, start: usize, combined: &mut [u64]) {
    match key.codes {
        Codes::Position(_) => translated(key, |row| key.codes.get(row), rows, start, combined),
        Codes::Byte(codes) => translated(key, |row| codes[row].into(), rows, start, combined),
        Codes::Short(codes) => translated(key, |row| codes[row].into(), rows, start, combined),
        Codes::Long(codes) => translated(key, |row| codes[row], rows, start, combined),
    }
}

fn translated(
    key: &Ordinals<'_>,
    code: impl Fn(usize) -> u32,
    rows: Rows<'_>,
    start: usize,
    combined: &mut [u64],
) {
    let count = u64::from(key.count);
    match &key.translation {
        None => each(rows, start, combined, |row, all| all * count + u64::from(code(row))),
        Some(ordinals) => each(rows, start, combined, |row, all| {
            all * count + u64::from(ordinals[code(row) as usize])
        }),
    }
}

fn each(rows: Rows<'_>, start: usize, combined: &mut [u64], next: impl Fn(usize, u64) -> u64) {
    match rows {
        Rows::All(_) => {
            for (row, combined) in (start..).zip(combined) {
                *combined = next(row, *combined);
            }
        }
        Rows::Some(rows) => {
            for (row, combined) in rows[start..].iter().zip(combined) {
                *combined = next(*row as usize, *combined);
            }
        }
    }
}
