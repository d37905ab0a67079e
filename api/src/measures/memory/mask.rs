//! A filter as a mask: a bit for each row of a table.
//!
//! A test of a column is evaluated once for each value of the column, and the mask is looked up by the codes of the
//! rows. A filter through a relation is the mask of the other table, mapped over the foreign keys.

use std::{cmp::Ordering, ops::Range};

use chrono::Datelike as _;
use sea_orm::sea_query::Value;

use super::{
    Replica, Stored,
    column::{Codes, ColumnValues, StoredColumn},
};
use crate::{
    catalog::predicate::{Comparison, Predicate, Test},
    error::Error,
};

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

    /// The mask of rows by their codes. Tests of 64 codes are made in the same way and then packed into a word, so that
    /// a compiler can vectorize them. It cannot if the test reads what it compares with from memory, so each word has a
    /// copy of the test.
    fn from_codes<C: Copy>(codes: &[C], passes: impl Fn(C) -> bool + Copy) -> Self {
        let word = |codes: &[C]| {
            let passes = passes;
            let mut bytes = [0; 64];
            for (byte, code) in bytes.iter_mut().zip(codes) {
                *byte = u8::from(passes(*code));
            }
            // The lowest bits of eight bytes, next to each other: the product has them in its highest byte.
            let bits = |bytes: &[u8; 8]| {
                u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56
            };
            let (eights, _) = bytes.as_chunks();
            let mut word = 0;
            for (shift, bytes) in (0..).step_by(8).zip(eights) {
                word |= bits(bytes) << shift;
            }
            word
        };
        Self { words: codes.chunks(64).map(word).collect(), rows: codes.len() }
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
                Ok(by_code(table, column, &accepted(column, test)?))
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
                Ok(by_code(table, column, &Accepted::of(texts(column, false, keeps))))
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
                Ok(by_code(table, from, &Accepted::of(accepts)))
            }
        }
    }
}

/// The codes that pass a test.
enum Accepted {
    /// A range, from a code up to but not including another. Codes compare as their values do.
    Range(Range<u32>),
    /// Whether each code passes.
    Listed(Vec<bool>),
}

impl Accepted {
    /// The codes that pass, as a range if they follow each other: comparing a code takes less time than looking it up.
    fn of(listed: Vec<bool>) -> Self {
        let first = listed.iter().position(|passes| *passes).unwrap_or(listed.len());
        let count = listed[first..].iter().position(|passes| !passes);
        let end = count.map_or(listed.len(), |count| first + count);
        match (u32::try_from(first), u32::try_from(end)) {
            (Ok(first), Ok(end)) if !listed[end as usize..].contains(&true) => {
                Self::Range(first..end)
            }
            _ => Self::Listed(listed),
        }
    }
}

/// The rows whose code is accepted.
fn by_code(table: &Stored, column: &StoredColumn, accepted: &Accepted) -> Mask {
    match accepted {
        Accepted::Range(range) => {
            let Some(most) = range.len().checked_sub(1) else {
                return Mask::filled(table.rows, false);
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
                Codes::Position(_) => Mask::from_fn(table.rows, |row| accepts[row + 1]),
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

/// The codes of a column that pass a test.
fn accepted(column: &StoredColumn, test: &Test) -> Result<Accepted, Error> {
    let all = u32::try_from(column.codes()).map_err(|_| Error::Internal)?;
    if let Test::Null(null) = test {
        return Ok(Accepted::Range(if *null { 0..1 } else { 1..all }));
    }
    if let Test::Compare(comparison, operand) = test
        && let ColumnValues::Range(..) | ColumnValues::Whole(_) = &*column.values
        && *comparison != Comparison::NotEqual
    {
        let operand = whole(operand).ok_or_else(|| unfit(operand))?;
        let (less, equal) = column.values.place(operand);
        let holds = |ordering| comparison.holds(ordering);
        let first = if holds(Ordering::Less) {
            1
        } else if holds(Ordering::Equal) {
            less
        } else {
            equal
        };
        let end = if holds(Ordering::Greater) {
            all
        } else if holds(Ordering::Equal) {
            equal
        } else {
            less
        };
        return Ok(Accepted::Range(first..end));
    }
    listed(column, test).map(Accepted::of)
}

/// Whether one code of a column passes a test.
pub(super) fn passes(column: &StoredColumn, code: u32, test: &Test) -> Result<bool, Error> {
    if let Test::Null(null) = test {
        return Ok((code == 0) == *null);
    }
    let Some(index) = (code as usize).checked_sub(1) else { return Ok(false) };
    let lower = || match &*column.values {
        ColumnValues::Text(texts) => texts.get(index).to_ascii_lowercase(),
        _ => String::new(),
    };
    let is = |comparison: Comparison, operand: &Value| -> Result<bool, Error> {
        Ok(match (&*column.values, operand) {
            (ColumnValues::Text(texts), Value::String(Some(text))) => {
                comparison.holds(texts.get(index).cmp(text.as_str()))
            }
            (ColumnValues::Real(reals), Value::Double(Some(operand))) => {
                reals[index].partial_cmp(operand).is_some_and(|it| comparison.holds(it))
            }
            (values, operand) => {
                let operand = whole(operand).ok_or_else(|| unfit(operand))?;
                values.whole(code).is_some_and(|it| comparison.holds(it.cmp(&operand)))
            }
        })
    };
    let one_of = |operands: &[Value]| -> Result<bool, Error> {
        for operand in operands {
            if is(Comparison::Equal, operand)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    Ok(match test {
        Test::Null(_) => false,
        Test::Contains(part) => lower().contains(&part.to_ascii_lowercase()),
        Test::StartsWith(part) => lower().starts_with(&part.to_ascii_lowercase()),
        Test::EndsWith(part) => lower().ends_with(&part.to_ascii_lowercase()),
        Test::Compare(comparison, operand) => is(*comparison, operand)?,
        Test::In(operands) => one_of(operands)?,
        Test::NotIn(operands) => !one_of(operands)?,
        Test::Keys(keys) => {
            column.values.whole(code).is_some_and(|key| keys.iter().any(|it| i64::from(*it) == key))
        }
    })
}

/// Whether the difference of two columns of a row passes a test.
pub(super) fn difference_passes(
    column: &StoredColumn,
    less: &StoredColumn,
    row: usize,
    test: &Test,
) -> Result<bool, Error> {
    let number = |column: &StoredColumn| column.values.whole(column.codes.get(row));
    let difference = match (number(column), number(less)) {
        (Some(number), Some(less)) => Some(number - less),
        _ => None,
    };
    if let Test::Null(null) = test {
        return Ok(difference.is_none() == *null);
    }
    let Some(difference) = difference else { return Ok(false) };
    let compares = |comparison: Comparison, operand: &Value| {
        let operand = whole(operand).ok_or_else(|| unfit(operand))?;
        Ok::<_, Error>(comparison.holds(difference.cmp(&operand)))
    };
    let one_of = |operands: &[Value]| -> Result<bool, Error> {
        for operand in operands {
            if compares(Comparison::Equal, operand)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    match test {
        Test::Compare(comparison, operand) => compares(*comparison, operand),
        Test::In(operands) => one_of(operands),
        Test::NotIn(operands) => Ok(!one_of(operands)?),
        // Numbers have no text parts, and differences are not keys.
        _ => Err(Error::Internal),
    }
}

/// Whether each code of a column passes a test.
fn listed(column: &StoredColumn, test: &Test) -> Result<Vec<bool>, Error> {
    // Comparisons of text are case-sensitive; `contains` and the like search in lower case.
    Ok(match test {
        Test::Contains(part) => {
            let part = part.to_ascii_lowercase();
            texts(column, true, |text| text.contains(&part))
        }
        Test::StartsWith(part) => {
            let part = part.to_ascii_lowercase();
            texts(column, true, |text| text.starts_with(&part))
        }
        Test::EndsWith(part) => {
            let part = part.to_ascii_lowercase();
            texts(column, true, |text| text.ends_with(&part))
        }
        Test::Compare(comparison, operand) => {
            compared(column, *comparison, std::slice::from_ref(operand))?
        }
        Test::In(operands) => compared(column, Comparison::Equal, operands)?,
        Test::NotIn(operands) => {
            let mut accepts = compared(column, Comparison::Equal, operands)?;
            for accepts in &mut accepts {
                *accepts = !*accepts;
            }
            accepts[0] = false;
            accepts
        }
        Test::Keys(keys) => {
            let mut accepts = vec![false; column.codes()];
            for code in keys.iter().filter_map(|key| column.values.find(i64::from(*key))) {
                accepts[code as usize] = true;
            }
            accepts
        }
        Test::Null(null) => {
            let mut accepts = vec![!null; column.codes()];
            accepts[0] = *null;
            accepts
        }
    })
}

/// Whether the value of each code compares in this way with one of the operands.
fn compared(
    column: &StoredColumn,
    comparison: Comparison,
    operands: &[Value],
) -> Result<Vec<bool>, Error> {
    let mut accepts = vec![false; column.codes()];
    for operand in operands {
        match (&*column.values, operand) {
            (ColumnValues::Text(texts), Value::String(Some(text))) => {
                for (index, accepts) in accepts[1..].iter_mut().enumerate() {
                    *accepts |= comparison.holds(texts.get(index).cmp(text.as_str()));
                }
            }
            (ColumnValues::Real(reals), Value::Double(Some(operand))) => {
                for (real, accepts) in reals.iter().zip(&mut accepts[1..]) {
                    *accepts |= real.partial_cmp(operand).is_some_and(|it| comparison.holds(it));
                }
            }
            (values @ (ColumnValues::Range(..) | ColumnValues::Whole(_)), operand) => {
                let operand = whole(operand).ok_or_else(|| unfit(operand))?;
                if comparison == Comparison::Equal {
                    if let Some(code) = values.find(operand) {
                        accepts[code as usize] = true;
                    }
                    continue;
                }
                for (code, accepts) in (1..).zip(&mut accepts[1..]) {
                    *accepts |=
                        values.whole(code).is_some_and(|it| comparison.holds(it.cmp(&operand)));
                }
            }
            (_, operand) => return Err(unfit(operand)),
        }
    }
    Ok(accepts)
}

/// Whether the text of each code passes, as it is or in lower case.
fn texts(column: &StoredColumn, lower: bool, passes: impl Fn(&str) -> bool) -> Vec<bool> {
    let mut accepts = vec![false; column.codes()];
    let mut buffer = String::new();
    if let ColumnValues::Text(texts) = &*column.values {
        for (index, accepts) in accepts[1..].iter_mut().enumerate() {
            let text = texts.get(index);
            buffer.clear();
            buffer.push_str(text);
            if lower {
                buffer.make_ascii_lowercase();
            }
            *accepts = passes(&buffer);
        }
    }
    accepts
}

/// An operand as a whole number, as columns store it.
pub(super) fn whole(operand: &Value) -> Option<i64> {
    match operand {
        Value::Int(number) => number.map(i64::from),
        Value::BigInt(number) => *number,
        Value::Bool(truth) => truth.map(i64::from),
        Value::ChronoDate(day) => day.map(|day| day.num_days_from_ce().into()),
        Value::ChronoDateTimeUtc(moment) => moment.map(|moment| moment.timestamp_micros()),
        _ => None,
    }
}

fn unfit(operand: &Value) -> Error {
    tracing::error!(?operand, "an operand does not have the type of its column");
    Error::Internal
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
