//! A filter as a mask: a bit for each row of a table.
//!
//! A test of a column is evaluated once for each value of the column, and the mask is looked up by the codes of the
//! rows. A filter through a relation is the mask of the other table, mapped over the foreign keys.

use super::{
    Replica, Stored,
    accepted::{Accepted, accepted, difference_passes, texts},
    column::{Codes, StoredColumn},
};
use crate::{catalog::predicate::Predicate, error::Error};

/// A bit for each row.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    words: Vec<u64>,
    rows: usize,
}

impl Mask {
    fn from_fn(rows: usize, mut keeps: impl FnMut(usize) -> bool) -> Self {
        let word = |first: usize| {
            (first..rows.min(first + 64))
                .fold(0, |word, row| word | (u64::from(keeps(row)) << (row - first)))
        };
        Self { words: (0..rows).step_by(64).map(word).collect(), rows }
    }

    /// The mask of rows by their codes.
    fn from_codes<C: Copy>(codes: &[C], passes: impl Fn(C) -> bool + Copy) -> Self {
        let words = codes.chunks(64).map(|codes| word(codes, passes)).collect();
        Self { words, rows: codes.len() }
    }

    fn filled(rows: usize, value: bool) -> Self {
        let mut mask =
            Self { words: vec![if value { u64::MAX } else { 0 }; rows.div_ceil(64)], rows };
        mask.trim();
        mask
    }

    /// Clears the bits beyond the last row.
    fn trim(&mut self) {
        if let Some(last) = self.words.last_mut().filter(|_| !self.rows.is_multiple_of(64)) {
            *last &= (1 << (self.rows % 64)) - 1;
        }
    }

    fn not(mut self) -> Self {
        for word in &mut self.words {
            *word = !*word;
        }
        self.trim();
        self
    }

    /// Clears the bits of the rows that do not pass.
    pub(crate) fn retain(&mut self, mut passes: impl FnMut(usize) -> bool) {
        for (first, word) in (0..).step_by(64).zip(&mut self.words) {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                if !passes(first + bit as usize) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    pub(crate) fn size_in_bytes(&self) -> usize {
        size_of_val(self.words.as_slice())
    }

    /// The number of set bits.
    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn combine(mut self, other: &Self, operation: impl Fn(u64, u64) -> u64) -> Self {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word = operation(*word, *other);
        }
        self
    }

    /// Whether the bit of a row is set.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> bool {
        self.words[row / 64] >> (row % 64) & 1 == 1
    }

    /// Visits the rows whose bits are set, in order.
    #[inline]
    pub(crate) fn each(&self, mut visit: impl FnMut(u32)) {
        for (first, word) in (0_u32..).step_by(64).zip(&self.words) {
            let mut word = *word;
            while word != 0 {
                visit(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
    }

    /// The rows whose bits are set, in order.
    pub(crate) fn rows(&self) -> Vec<u32> {
        let mut rows = Vec::with_capacity(self.count());
        self.each(|row| rows.push(row));
        rows
    }
}

/// A bit for each of at most 64 codes. They are tested in the same way and then packed, so that a compiler can vectorize
/// the tests. It cannot if a test reads what it compares with from memory, so the test is passed by value.
#[inline]
fn word<C: Copy>(codes: &[C], passes: impl Fn(C) -> bool) -> u64 {
    let mut bytes = [0; 64];
    for (byte, code) in bytes.iter_mut().zip(codes) {
        *byte = u8::from(passes(*code));
    }
    // The lowest bits of eight bytes, next to each other: the product has them in its highest byte.
    let bits =
        |bytes: &[u8; 8]| u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let (eights, _) = bytes.as_chunks();
    let mut word = 0;
    for (shift, bytes) in (0..).step_by(8).zip(eights) {
        word |= bits(bytes) << shift;
    }
    word
}

impl Replica {
    /// The rows of a table that a filter keeps, given the masks of its parts.
    pub(crate) fn evaluate(
        &self,
        table: &Stored,
        keeps: &Predicate,
        inner: &mut dyn FnMut(&Stored, &Predicate) -> Result<Mask, Error>,
    ) -> Result<Mask, Error> {
        let mut parts = |parts: &[Predicate], neutral, operation: fn(u64, u64) -> u64| {
            parts.iter().try_fold(Mask::filled(table.rows, neutral), |mask, part| {
                Ok(mask.combine(&inner(table, part)?, operation))
            })
        };
        match keeps {
            Predicate::All(all) => parts(all, true, |a, b| a & b),
            Predicate::Any(any) => parts(any, false, |a, b| a | b),
            Predicate::Not(part) => Ok(inner(table, part)?.not()),
            Predicate::Is { column, test } => {
                let column = table.column_named(column)?;
                Ok(by_code(table.rows, column, &accepted(column, test)?))
            }
            Predicate::Difference { column, less, test, .. } => {
                let (column, less) = (table.column_named(column)?, table.column_named(less)?);
                let mut found = Ok(());
                let mask = Mask::from_fn(table.rows, |row| {
                    difference_passes(column, less, row, test).unwrap_or_else(|error| {
                        found = Err(error);
                        false
                    })
                });
                found.map(|()| mask)
            }
            Predicate::Near { latitude, longitude, circle } => {
                let [latitude, longitude] =
                    [table.column_named(latitude)?, table.column_named(longitude)?];
                Ok(Mask::from_fn(table.rows, |row| {
                    let degrees = latitude.real_at(row).zip(longitude.real_at(row));
                    degrees.is_some_and(|(north, east)| circle.has(north, east))
                }))
            }
            Predicate::Words { words, .. } => {
                let column = table.column_named("search")?;
                let keeps = |text: &str| {
                    words.iter().all(|word| text.split(' ').any(|found| found.starts_with(word)))
                };
                Ok(by_code(table.rows, column, &Accepted::of(texts(column, false, keeps))))
            }
            Predicate::Through { column, table: other, to, keeps } => {
                let other = self.table_named(other.name)?;
                let (from, to) = (table.column_named(column)?, other.column_named(to)?);
                let mask = inner(other, keeps)?;
                let mut accepts = vec![false; from.codes()];
                if from.refers_to == Some(other.index) && matches!(to.codes, Codes::Position(_)) {
                    for (row, accepts) in accepts[1..].iter_mut().enumerate() {
                        *accepts = mask.get(row);
                    }
                } else if to.refers_to == Some(table.index)
                    && matches!(from.codes, Codes::Position(_))
                {
                    for row in (0..other.rows).filter(|row| mask.get(*row)) {
                        accepts[to.codes.get(row) as usize] = true;
                    }
                    accepts[0] = false;
                } else {
                    tracing::error!(%column, "a filter uses a column that is not a relation");
                    return Err(Error::Internal);
                }
                Ok(by_code(table.rows, from, &Accepted::of(accepts)))
            }
        }
    }
}

/// The rows whose code is accepted.
fn by_code(rows: usize, column: &StoredColumn, accepted: &Accepted) -> Mask {
    match accepted {
        Accepted::Range(range) => {
            let Some(most) = range.len().checked_sub(1) else {
                return Mask::filled(rows, false);
            };
            // How far a code may be from the first one. Narrow codes are compared as they are: more at once.
            let (first, most) = (range.start, u32::try_from(most).unwrap_or(u32::MAX));
            match &column.codes {
                Codes::Position(rows) => {
                    Mask::from_fn(*rows, |row| column.codes.get(row).wrapping_sub(first) <= most)
                }
                Codes::Byte(codes) => {
                    let [first, most] =
                        [first, most].map(|code| u8::try_from(code).unwrap_or(u8::MAX));
                    Mask::from_codes(codes, move |code| code.wrapping_sub(first) <= most)
                }
                Codes::Short(codes) => {
                    let [first, most] =
                        [first, most].map(|code| u16::try_from(code).unwrap_or(u16::MAX));
                    Mask::from_codes(codes, move |code| code.wrapping_sub(first) <= most)
                }
                Codes::Long(codes) => {
                    Mask::from_codes(codes, move |code| code.wrapping_sub(first) <= most)
                }
            }
        }
        Accepted::Listed(accepts) => {
            let accepts = accepts.as_slice();
            match &column.codes {
                Codes::Position(_) => Mask::from_fn(rows, |row| accepts[row + 1]),
                Codes::Byte(codes) => {
                    Mask::from_codes(codes, move |code| accepts[usize::from(code)])
                }
                Codes::Short(codes) => {
                    Mask::from_codes(codes, move |code| accepts[usize::from(code)])
                }
                Codes::Long(codes) => Mask::from_codes(codes, move |code| accepts[code as usize]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_stands_for_the_test_of_its_row() {
        for rows in [0, 1, 63, 64, 65, 200] {
            let codes: Vec<u16> = (0..rows).map(|row| row * 7 % 11).collect();
            let mask = Mask::from_codes(&codes, |code| code < 4);
            assert!(codes.iter().enumerate().all(|(row, code)| mask.get(row) == (*code < 4)));
            assert_eq!(mask.count(), codes.iter().filter(|code| **code < 4).count());
        }
    }

    #[test]
    fn a_range_of_codes_keeps_the_same_rows_as_a_list_of_them() {
        for values in [3_u32, 250, 300, 70_000] {
            let numbers: Vec<i64> =
                (0..200_000).map(|row| row * 7919 % i64::from(values)).collect();
            let column = StoredColumn::whole(&numbers);
            for range in [0..1, 0..values + 1, 1..values + 1, 2..3, values..values + 1, 2..2] {
                let listed = (0..=values).map(|code| range.contains(&code)).collect();
                let [found, expected] = [Accepted::Range(range), Accepted::Listed(listed)]
                    .map(|accepted| by_code(numbers.len(), &column, &accepted).rows());
                assert_eq!(found, expected);
            }
        }
    }
}
