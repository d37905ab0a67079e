//! A column in memory: a compact code for each row, and the value of each code.
//!
//! Code 0 is the missing value. The other codes number the values of the column in order, so codes of any type compare
//! as their values do. A test is evaluated once for each value, a key consists of codes, and only values that are shown
//! or added up are ever decoded.

use std::{
    borrow::Cow,
    iter::once,
    sync::{Arc, OnceLock},
};

use rustc_hash::FxHashMap;

/// The codes of the rows, in the narrowest type that fits.
#[derive(Debug)]
pub(crate) enum Codes {
    /// The code of a row is its position plus one: a column of distinct values in order.
    Position(usize),
    Byte(Box<[u8]>),
    Short(Box<[u16]>),
    Long(Box<[u32]>),
}

impl Codes {
    /// The codes of rows, given the greatest.
    pub(crate) fn new(codes: &[u32], greatest: usize) -> Self {
        if u8::try_from(greatest).is_ok() {
            Self::Byte(codes.iter().map(|code| u8::try_from(*code).unwrap_or_default()).collect())
        } else if u16::try_from(greatest).is_ok() {
            Self::Short(codes.iter().map(|code| u16::try_from(*code).unwrap_or_default()).collect())
        } else {
            Self::Long(codes.into())
        }
    }

    /// The code of a row.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 rows")]
    pub(crate) fn get(&self, row: usize) -> u32 {
        match self {
            Self::Position(_) => row as u32 + 1,
            Self::Byte(codes) => codes[row].into(),
            Self::Short(codes) => codes[row].into(),
            Self::Long(codes) => codes[row],
        }
    }

    /// Reads the codes of consecutive rows: the kind of codes is matched once for all of them.
    #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 rows")]
    pub(crate) fn read(&self, start: usize, places: &mut [u32]) {
        fn widen<C: Copy + Into<u32>>(codes: &[C], places: &mut [u32]) {
            for (place, code) in places.iter_mut().zip(codes) {
                *place = (*code).into();
            }
        }
        match self {
            Self::Position(_) => {
                for (place, row) in places.iter_mut().zip(start..) {
                    *place = row as u32 + 1;
                }
            }
            Self::Byte(codes) => widen(&codes[start..], places),
            Self::Short(codes) => widen(&codes[start..], places),
            Self::Long(codes) => widen(&codes[start..], places),
        }
    }

    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Position(rows) => *rows,
            Self::Byte(codes) => codes.len(),
            Self::Short(codes) => codes.len(),
            Self::Long(codes) => codes.len(),
        }
    }

    pub(crate) fn size_in_bytes(&self) -> usize {
        match self {
            Self::Position(_) => 0,
            Self::Byte(codes) => codes.len(),
            Self::Short(codes) => codes.len() * 2,
            Self::Long(codes) => codes.len() * 4,
        }
    }
}

/// Texts, one after the other in one allocation.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[index] as usize]
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends
            .push(u32::try_from(self.text.len()).expect("a column has less than 4 GB of text"));
    }
}

/// The values of the codes of a column. Code 1 has the first value.
#[derive(Debug)]
pub(crate) enum ColumnValues {
    /// This many consecutive whole numbers, from the first on.
    Range(i64, usize),
    /// Whole numbers in order, after [`MISSING`] at the code of the missing value. Dates count days from year 1, and
    /// timestamps count microseconds.
    Whole(Box<[i64]>),
    /// Floats in order.
    Real(Box<[f64]>),
    /// Texts in order.
    Text(Texts),
}

impl ColumnValues {
    /// Whole numbers that are already in order.
    fn listed(numbers: impl Iterator<Item = i64>) -> Self {
        Self::Whole(once(MISSING).chain(numbers).collect())
    }

    /// The number of values.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(_, count) => *count,
            Self::Whole(numbers) => numbers.len() - 1,
            Self::Real(values) => values.len(),
            Self::Text(texts) => texts.len(),
        }
    }

    /// The whole number of a code; `None` for a missing value.
    #[inline]
    pub(crate) fn whole(&self, code: u32) -> Option<i64> {
        match self {
            _ if code == 0 => None,
            Self::Range(first, _) => Some(first + i64::from(code) - 1),
            Self::Whole(numbers) => Some(numbers[code as usize]),
            Self::Real(_) | Self::Text(_) => None,
        }
    }

    /// The code of a whole number.
    pub(crate) fn find(&self, value: i64) -> Option<u32> {
        let code = match self {
            Self::Range(first, count) => {
                let index = usize::try_from(value.checked_sub(*first)?).ok();
                index.filter(|index| index < count).map(|index| index + 1)
            }
            // No column holds the placeholder at code 0.
            Self::Whole(numbers) => numbers.binary_search(&value).ok().filter(|code| *code > 0),
            Self::Real(_) | Self::Text(_) => None,
        };
        u32::try_from(code?).ok()
    }

    /// The position of a whole number: the first code whose value is not less, and the first whose value is greater.
    pub(crate) fn place(&self, value: i64) -> (u32, u32) {
        let ends = match self {
            Self::Range(first, count) => {
                let less = value.saturating_sub(*first).max(0);
                let less = usize::try_from(less).unwrap_or(usize::MAX).min(*count);
                [less, less + usize::from(self.find(value).is_some())]
            }
            Self::Whole(numbers) => {
                let numbers = &numbers[1..];
                let less = numbers.partition_point(|number| *number < value);
                [less, less + usize::from(numbers.get(less) == Some(&value))]
            }
            Self::Real(_) | Self::Text(_) => [0, 0],
        };
        let [less, equal] = ends.map(|end| u32::try_from(end + 1).unwrap_or(u32::MAX));
        (less, equal)
    }

    pub(crate) fn size_in_bytes(&self) -> usize {
        match self {
            Self::Range(..) => 0,
            Self::Whole(numbers) => numbers.len() * 8,
            Self::Real(values) => values.len() * 8,
            Self::Text(texts) => texts.text.capacity() + texts.ends.capacity() * 4,
        }
    }
}

/// How the rows of a column are spread over the values that occur.
#[derive(Debug)]
pub(crate) struct Spread {
    /// The number of rows of the median value.
    pub(crate) median: u64,
    /// The number of rows of the one, two, three (and so on) most frequent values together.
    most: Vec<u64>,
}

impl Spread {
    /// The most rows that this many values can have together.
    pub(crate) fn most(&self, values: u64) -> u64 {
        let last = usize::try_from(values).unwrap_or(usize::MAX).min(self.most.len());
        last.checked_sub(1).map_or(0, |last| self.most[last])
    }
}

/// A column.
#[derive(Debug)]
pub(crate) struct StoredColumn {
    pub(crate) codes: Codes,
    pub(crate) values: Arc<ColumnValues>,
    /// The position in the catalog of the table that it refers to. A code is then the position of the row there, plus
    /// one.
    pub(crate) refers_to: Option<usize>,
    /// How its rows are spread over its values, computed on first use.
    spread: OnceLock<Spread>,
}

impl StoredColumn {
    fn new(codes: &[u32], values: ColumnValues) -> Self {
        let codes = Codes::new(codes, values.len());
        Self { codes, values: Arc::new(values), refers_to: None, spread: OnceLock::new() }
    }

    /// A column of distinct whole numbers in order.
    pub(crate) fn key(numbers: impl Iterator<Item = i64> + Clone) -> Self {
        let rows = numbers.clone().count();
        let values = range(numbers.clone(), rows);
        let values = values.unwrap_or_else(|| ColumnValues::listed(numbers));
        let codes = Codes::Position(rows);
        Self { codes, values: Arc::new(values), refers_to: None, spread: OnceLock::new() }
    }

    /// A column of whole numbers, with [`MISSING`] for a missing one.
    pub(crate) fn whole(numbers: impl Iterator<Item = i64> + Clone) -> Self {
        let known = || numbers.clone().filter(|number| *number != MISSING);
        let values = range(known(), MOST_OF_RANGE).unwrap_or_else(|| {
            let mut values: Vec<i64> = known().collect();
            values.sort_unstable();
            values.dedup();
            ColumnValues::listed(values.into_iter())
        });
        let code = |number| values.find(number).unwrap_or_default();
        Self::new(&numbers.map(code).collect::<Vec<_>>(), values)
    }

    /// A column of keys of another table; a key that does not exist there counts as missing.
    pub(crate) fn reference(numbers: impl Iterator<Item = i64>, table: usize, keys: &Self) -> Self {
        let code = |number| keys.values.find(number).unwrap_or_default();
        let codes: Vec<u32> = numbers.map(code).collect();
        Self {
            codes: Codes::new(&codes, keys.values.len()),
            values: Arc::clone(&keys.values),
            refers_to: Some(table),
            spread: OnceLock::new(),
        }
    }

    /// A column of floats, with NaN for a missing one.
    pub(crate) fn real(numbers: &[f64]) -> Self {
        let mut values: Vec<f64> = numbers.iter().copied().filter(|x| !x.is_nan()).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        let code = |number: &f64| {
            let found = values.binary_search_by(|value| value.total_cmp(number));
            found.map_or(0, |index| u32::try_from(index + 1).unwrap_or_default())
        };
        let codes: Vec<u32> = numbers.iter().map(code).collect();
        Self::new(&codes, ColumnValues::Real(values.into()))
    }

    /// The float of a row.
    #[inline]
    pub(crate) fn real_at(&self, row: usize) -> Option<f64> {
        let index = (self.codes.get(row) as usize).checked_sub(1)?;
        match &*self.values {
            ColumnValues::Real(reals) => reals.get(index).copied(),
            _ => None,
        }
    }

    /// The whole number of each code, in order, with [`MISSING`] for the missing value.
    pub(crate) fn numbers(&self) -> Cow<'_, [i64]> {
        match &*self.values {
            ColumnValues::Whole(numbers) => Cow::Borrowed(numbers),
            values => {
                let codes = 0..u32::try_from(self.codes()).unwrap_or(u32::MAX);
                codes.map(|code| values.whole(code).unwrap_or(MISSING)).collect()
            }
        }
    }

    /// How its rows are spread over its values.
    pub(crate) fn spread(&self) -> &Spread {
        self.spread.get_or_init(|| {
            let mut counts = vec![0_u64; self.codes()];
            for row in 0..self.codes.len() {
                counts[self.codes.get(row) as usize] += 1;
            }
            let mut counts: Vec<u64> = counts.into_iter().skip(1).filter(|it| *it > 0).collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let median = counts.get(counts.len() / 2).copied().unwrap_or_default();
            let mut sum = 0;
            let mut add = |count: u64| {
                sum += count;
                sum
            };
            Spread { median, most: counts.into_iter().map(&mut add).collect() }
        })
    }

    /// The number of codes, including that of the missing value.
    pub(crate) fn codes(&self) -> usize {
        self.values.len() + 1
    }
}

/// The widest range in which whole numbers are numbered by their distance from the least, whether all occur or not.
/// Tables with an entry for each code stay small.
const MOST_OF_RANGE: usize = 1 << 16;

/// The placeholder for a missing whole number while a column is read. No column of the dataset holds it.
pub(crate) const MISSING: i64 = i64::MIN;

/// Whole numbers as a range, if it is no longer than this.
fn range(numbers: impl Iterator<Item = i64>, most: usize) -> Option<ColumnValues> {
    let bounds = numbers.fold(None, |bounds: Option<(i64, i64)>, number| {
        Some(bounds.map_or((number, number), |(min, max)| (min.min(number), max.max(number))))
    });
    let Some((min, max)) = bounds else { return Some(ColumnValues::Range(0, 0)) };
    let count = usize::try_from(max.checked_sub(min)?).ok()?.checked_add(1)?;
    (count <= most).then_some(ColumnValues::Range(min, count))
}

/// Texts while a column is read. Each distinct text is stored once.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    found: FxHashMap<Box<str>, u32>,
    codes: Vec<u32>,
}

impl Interner {
    /// Adds the text of the next row.
    pub(crate) fn push(&mut self, text: Option<&str>) {
        let next = self.next();
        let Some(text) = text else { return self.codes.push(0) };
        if let Some(code) = self.found.get(text) {
            return self.codes.push(*code);
        }
        self.found.insert(text.into(), next);
        self.codes.push(next);
    }

    /// Adds the texts of the next rows.
    pub(crate) fn append(&mut self, other: Self) {
        let mut new_codes = vec![0; other.found.len() + 1];
        for (text, old) in other.found {
            let next = self.next();
            new_codes[old as usize] = *self.found.entry(text).or_insert(next);
        }
        self.codes.extend(other.codes.iter().map(|old| new_codes[*old as usize]));
    }

    fn next(&self) -> u32 {
        u32::try_from(self.found.len() + 1).expect("a column has fewer than 2^32 texts")
    }

    /// The column of the texts, with codes in their order.
    pub(crate) fn finish(self) -> StoredColumn {
        let mut found: Vec<(Box<str>, u32)> = self.found.into_iter().collect();
        found.sort_unstable();
        let mut new_codes = vec![0; found.len() + 1];
        let mut texts = Texts::default();
        for (new, (text, old)) in (1..).zip(&found) {
            texts.push(text);
            new_codes[*old as usize] = new;
        }
        texts.text.shrink_to_fit();
        texts.ends.shrink_to_fit();
        let codes: Vec<u32> = self.codes.iter().map(|old| new_codes[*old as usize]).collect();
        StoredColumn::new(&codes, ColumnValues::Text(texts))
    }
}
