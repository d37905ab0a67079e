//! A column in memory: a narrow code for each row, and what the codes stand for.
//!
//! Code 0 is the missing value. The others number the values of the column in order, so codes compare
//! as their values do, whatever their type: a test is evaluated once for each value, a key is its codes,
//! and only what is shown or added up is ever decoded.

use std::{
    borrow::Cow,
    iter::once,
    sync::{Arc, OnceLock},
};

use rustc_hash::FxHashMap;

/// The codes of the rows, as narrow as they fit.
#[derive(Debug)]
pub(crate) enum Codes {
    /// The code of a row is its position and one: a column of distinct values in order.
    Position(usize),
    Byte(Box<[u8]>),
    Short(Box<[u16]>),
    Long(Box<[u32]>),
}

impl Codes {
    /// The codes of rows, of which the greatest is known.
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

    pub(crate) fn size_in_bytes(&self) -> usize {
        match self {
            Self::Position(_) => 0,
            Self::Byte(codes) => codes.len(),
            Self::Short(codes) => codes.len() * 2,
            Self::Long(codes) => codes.len() * 4,
        }
    }
}

/// Texts, one after the other in one piece of memory.
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

/// What the codes of a column stand for: the value of code 1 is the first.
#[derive(Debug)]
pub(crate) enum ColumnValues {
    /// So many whole numbers, each one more than the last.
    Range(i64, usize),
    /// Behind [`MISSING`], which stands at the code of the missing value, whole numbers in order. Days count
    /// from the year 1, moments in microseconds.
    Whole(Box<[i64]>),
    /// Floats in order.
    Real(Box<[f64]>),
    /// Texts in order.
    Text(Texts),
}

impl ColumnValues {
    /// Whole numbers that are in order.
    fn listed(numbers: &[i64]) -> Self {
        Self::Whole(once(MISSING).chain(numbers.iter().copied()).collect())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(_, count) => *count,
            Self::Whole(numbers) => numbers.len() - 1,
            Self::Real(values) => values.len(),
            Self::Text(texts) => texts.len(),
        }
    }

    /// The whole number of a code; that of a missing value is none.
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
            // No column holds what stands at code 0.
            Self::Whole(numbers) => numbers.binary_search(&value).ok().filter(|code| *code > 0),
            Self::Real(_) | Self::Text(_) => None,
        };
        u32::try_from(code?).ok()
    }

    /// Where a whole number stands among them: the first code that is not less, and the first that is greater.
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

/// How the rows of a column are spread over its values, of those that any row has.
#[derive(Debug)]
pub(crate) struct Spread {
    /// How many rows the middle one of its values has.
    pub(crate) median: u64,
    /// How many rows the one, two, three and so on values with the most rows have together.
    most: Vec<u64>,
}

impl Spread {
    /// How many rows so many of its values have together, at most.
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
    /// The table, by its position in the catalog, whose rows it refers to: a code is then the position
    /// of the row there, and one.
    pub(crate) refers_to: Option<usize>,
    /// How its rows are spread over its values, once somebody has asked.
    spread: OnceLock<Spread>,
}

impl StoredColumn {
    fn new(codes: &[u32], values: ColumnValues) -> Self {
        let codes = Codes::new(codes, values.len());
        Self { codes, values: Arc::new(values), refers_to: None, spread: OnceLock::new() }
    }

    /// The column of whole numbers that are distinct and in order.
    pub(crate) fn key(numbers: &[i64]) -> Self {
        let values = range(numbers.iter().copied(), numbers.len());
        let values = values.unwrap_or_else(|| ColumnValues::listed(numbers));
        let codes = Codes::Position(numbers.len());
        Self { codes, values: Arc::new(values), refers_to: None, spread: OnceLock::new() }
    }

    /// The column of whole numbers, [`MISSING`] standing for a missing one.
    pub(crate) fn whole(numbers: &[i64]) -> Self {
        let known = || numbers.iter().copied().filter(|number| *number != MISSING);
        let values = range(known(), MOST_OF_RANGE).unwrap_or_else(|| {
            let mut values: Vec<i64> = known().collect();
            values.sort_unstable();
            values.dedup();
            ColumnValues::listed(&values)
        });
        let code = |number: &i64| values.find(*number).unwrap_or_default();
        Self::new(&numbers.iter().map(code).collect::<Vec<_>>(), values)
    }

    /// The column of keys of another table; a key that is not there is as good as missing.
    pub(crate) fn reference(numbers: &[i64], table: usize, keys: &Self) -> Self {
        let code = |number: &i64| keys.values.find(*number).unwrap_or_default();
        let codes: Vec<u32> = numbers.iter().map(code).collect();
        Self {
            codes: Codes::new(&codes, keys.values.len()),
            values: Arc::clone(&keys.values),
            refers_to: Some(table),
            spread: OnceLock::new(),
        }
    }

    /// The column of floats, one that is not a number standing for a missing one.
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

    /// The whole number of each code, [`MISSING`] for that of the missing value. They are in order.
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
            let rows = match &self.codes {
                Codes::Position(rows) => *rows,
                Codes::Byte(codes) => codes.len(),
                Codes::Short(codes) => codes.len(),
                Codes::Long(codes) => codes.len(),
            };
            let mut counts = vec![0_u64; self.codes()];
            for row in 0..rows {
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

    /// The number of codes, that of the missing value among them.
    pub(crate) fn codes(&self) -> usize {
        self.values.len() + 1
    }
}

/// The span up to which whole numbers are numbered by their distance from the least, whether they are all
/// there or not: what is made for each code, such as what it stands for, stays small.
const MOST_OF_RANGE: usize = 1 << 16;

/// Stands for a missing whole number while a column is read: no column of the dataset holds it.
pub(crate) const MISSING: i64 = i64::MIN;

/// Whole numbers as a range, if it is no longer than so many.
fn range(numbers: impl Iterator<Item = i64>, most: usize) -> Option<ColumnValues> {
    let bounds = numbers.fold(None, |bounds: Option<(i64, i64)>, number| {
        Some(bounds.map_or((number, number), |(min, max)| (min.min(number), max.max(number))))
    });
    let Some((min, max)) = bounds else { return Some(ColumnValues::Range(0, 0)) };
    let count = usize::try_from(max.checked_sub(min)?).ok()?.checked_add(1)?;
    (count <= most).then_some(ColumnValues::Range(min, count))
}

/// Texts while a column is read: each is kept once.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    found: FxHashMap<Box<str>, u32>,
    codes: Vec<u32>,
}

impl Interner {
    /// Takes the text of the next row in.
    pub(crate) fn push(&mut self, text: Option<&str>) {
        let next = self.next();
        let Some(text) = text else { return self.codes.push(0) };
        if let Some(code) = self.found.get(text) {
            return self.codes.push(*code);
        }
        self.found.insert(text.into(), next);
        self.codes.push(next);
    }

    /// Takes in the texts of the rows that follow.
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

    /// The column of the texts, coded in their order.
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
