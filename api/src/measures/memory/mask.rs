//! A bit for each row of a table.

/// A bit for each row.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    words: Vec<u64>,
    rows: usize,
}

impl Mask {
    pub(super) fn from_fn(rows: usize, mut keeps: impl FnMut(usize) -> bool) -> Self {
        let word = |first: usize| {
            (first..rows.min(first + 64))
                .fold(0, |word, row| word | (u64::from(keeps(row)) << (row - first)))
        };
        Self { words: (0..rows).step_by(64).map(word).collect(), rows }
    }

    /// The mask of rows by their codes. Tests of 64 codes are made in the same way and then packed into a word, so that
    /// a compiler can vectorize them. The test holds its operands itself: it would read them again for each code
    /// through a reference.
    pub(super) fn from_codes<C: Copy, P: Fn(C) -> bool + Copy>(codes: &[C], passes: P) -> Self {
        let (whole, rest) = codes.as_chunks();
        let mut words = Vec::with_capacity(codes.len().div_ceil(64));
        for codes in whole {
            words.push(word_of(codes, passes));
        }
        if !rest.is_empty() {
            let bit = |word, code: &C| (word << 1) | u64::from(passes(*code));
            words.push(rest.iter().rev().fold(0, bit));
        }
        Self { words, rows: codes.len() }
    }

    pub(super) fn filled(rows: usize, value: bool) -> Self {
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

    pub(super) fn not(mut self) -> Self {
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

    pub(super) fn combine(mut self, other: &Self, operation: impl Fn(u64, u64) -> u64) -> Self {
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
    pub(crate) fn each(&self, mut visit: impl FnMut(usize)) {
        for (first, word) in (0..).step_by(64).zip(&self.words) {
            let mut word = *word;
            while word != 0 {
                visit(first + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
    }

    /// The rows whose bits are set, in order.
    pub(crate) fn rows(&self) -> Vec<u32> {
        let mut rows = Vec::with_capacity(self.count());
        for (first, word) in (0_u32..).step_by(64).zip(&self.words) {
            let mut word = *word;
            while word != 0 {
                rows.push(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
        rows
    }
}

/// A bit for each of 64 codes.
#[inline]
fn word_of<C: Copy, P: Fn(C) -> bool + Copy>(codes: &[C; 64], passes: P) -> u64 {
    let mut bytes = [0; 64];
    for (byte, code) in bytes.iter_mut().zip(codes) {
        *byte = u8::from(passes(*code));
    }
    // The lowest bits of eight bytes, next to each other: the product has them in its highest byte.
    let bits =
        |bytes: &[u8; 8]| u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let (eights, _) = bytes.as_chunks();
    eights.iter().rev().fold(0, |word, bytes| (word << 8) | bits(bytes))
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
}
