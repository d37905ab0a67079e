//! Whole numbers of a column while it is read, in few bytes.
//!
//! All tables are read before any column is encoded, because foreign keys are encoded by the positions of the primary
//! keys that they refer to. The numbers of consecutive rows are mostly near each other, so a chunk of rows keeps the
//! distance of each from the least: one or two bytes, not eight. Nothing is moved as the column grows.

use super::column::{Codes, MISSING};

/// The rows of a chunk.
const CHUNK: usize = 2_048;

/// The numbers of the rows of a column, in order.
#[derive(Debug, Default)]
pub(super) struct WholeNumbers {
    full: Vec<Chunk>,
    /// The last numbers, with [`MISSING`] for a missing one.
    open: Vec<i64>,
    len: usize,
}

#[derive(Debug)]
enum Chunk {
    /// The least number, and the distance of each from it plus one; 0 for a missing one.
    Near(i64, Codes),
    /// Numbers that are too far apart for that.
    Far(Box<[i64]>),
}

impl WholeNumbers {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The number of the last row.
    pub(super) fn last(&self) -> Option<i64> {
        self.open.last().copied().filter(|number| *number != MISSING)
    }

    /// Adds the number of the next row.
    pub(super) fn push(&mut self, number: Option<i64>) {
        if self.open.len() == CHUNK {
            self.close();
        }
        self.open.push(number.unwrap_or(MISSING));
        self.len += 1;
    }

    /// Adds the numbers of the next rows.
    pub(super) fn append(&mut self, other: Self) {
        if !self.open.is_empty() {
            self.close();
        }
        self.full.extend(other.full);
        self.open = other.open;
        self.len += other.len;
    }

    /// The numbers in the order of the rows, with [`MISSING`] for a missing one.
    pub(super) fn iter(&self) -> impl Iterator<Item = i64> + Clone {
        self.full.iter().flat_map(Chunk::numbers).chain(self.open.iter().copied())
    }

    fn close(&mut self) {
        self.full.push(Chunk::of(&self.open));
        self.open.clear();
    }
}

impl Chunk {
    fn of(numbers: &[i64]) -> Self {
        let known = || numbers.iter().copied().filter(|number| *number != MISSING);
        let (least, greatest) = (known().min().unwrap_or(0), known().max().unwrap_or(0));
        let code = |number: i64| u32::try_from(number.checked_sub(least)?).ok()?.checked_add(1);
        match code(greatest) {
            Some(greatest) => {
                let codes: Vec<u32> =
                    numbers.iter().map(|number| code(*number).unwrap_or(0)).collect();
                Self::Near(least, Codes::new(&codes, greatest as usize))
            }
            None => Self::Far(numbers.into()),
        }
    }

    fn numbers(&self) -> Vec<i64> {
        match self {
            Self::Near(least, codes) => {
                let mut distances = vec![0; codes.len()];
                codes.read(0, &mut distances);
                let number = |distance: u32| match distance.checked_sub(1) {
                    Some(distance) => least + i64::from(distance),
                    None => MISSING,
                };
                distances.into_iter().map(number).collect()
            }
            Self::Far(numbers) => numbers.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[i64]) -> WholeNumbers {
        let mut made = WholeNumbers::default();
        for number in numbers {
            made.push((*number != MISSING).then_some(*number));
        }
        made
    }

    #[test]
    fn numbers_come_back_in_order() {
        let far = [i64::MAX, i64::MIN + 1, MISSING, 0];
        let near = [7, MISSING, -300, 70_000];
        let edge = [0, u32::MAX.into(), i64::from(u32::MAX) - 1];
        for pattern in [&far[..], &near, &edge, &[MISSING], &[]] {
            let many: Vec<i64> =
                pattern.iter().copied().cycle().take(pattern.len() * 1_500).collect();
            let mut numbers = of(&many);
            assert_eq!(numbers.iter().collect::<Vec<_>>(), many);
            assert_eq!(numbers.last(), many.last().copied().filter(|it| *it != MISSING));
            numbers.append(of(&near));
            numbers.append(of(&[]));
            numbers.push(Some(1));
            let more = [&many[..], &near, &[1]].concat();
            assert_eq!(numbers.iter().collect::<Vec<_>>(), more);
            assert_eq!(numbers.len(), more.len());
        }
    }

    #[test]
    fn near_numbers_take_a_byte() {
        let numbers: Vec<i64> = (0..5_000).map(|row| 1_000_000 + row / 10).collect();
        for chunk in of(&numbers).full {
            assert!(matches!(chunk, Chunk::Near(_, Codes::Byte(_))), "{chunk:?}");
        }
    }
}
