//! The codes of a column that pass a test.
//!
//! A test is evaluated once for each value of the column. Codes are in the order of their values, so most comparisons
//! accept a range of codes, which a binary search finds.

use std::{cmp::Ordering, ops::Range};

use chrono::Datelike as _;
use sea_orm::sea_query::Value;

use super::{
    column::{ColumnValues, StoredColumn},
    rows::position,
};
use crate::{
    catalog::predicate::{Comparison, Test},
    error::Error,
};

/// The codes that pass a test.
pub(super) enum Accepted {
    /// A range, from a code up to but not including another. Codes compare as their values do.
    Range(Range<u32>),
    /// Whether each code passes.
    Listed(Vec<bool>),
}

impl Accepted {
    /// The codes that pass, as a range if they follow each other: comparing a code takes less time than looking it up.
    pub(super) fn of(listed: Vec<bool>) -> Self {
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

/// The first code whose value is not less, and the first code whose value is greater.
pub(super) fn place_of(values: &ColumnValues, value: &Value) -> Result<(u32, u32), Error> {
    let place = |compare: &dyn Fn(usize) -> Ordering| {
        let less = first_where(values.len(), |index| compare(index).is_ge());
        let greater = first_where(values.len(), |index| compare(index).is_gt());
        (position(less + 1), position(greater + 1))
    };
    match (values, value) {
        (ColumnValues::Text(texts), Value::String(Some(text))) => {
            Ok(place(&|index| texts.get(index).cmp(text.as_str())))
        }
        (ColumnValues::Real(reals), Value::Double(Some(real))) => {
            // Makes -0.0 the same as 0.0, as in columns.
            let real = real + 0.0;
            Ok(place(&|index| reals[index].total_cmp(&real)))
        }
        (ColumnValues::Range(..) | ColumnValues::Whole(_), value) => {
            let number = whole(value).ok_or(Error::Internal)?;
            Ok(values.place(number))
        }
        _ => Err(Error::Internal),
    }
}

/// The first index for which a condition holds that also holds for all later ones.
fn first_where(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let Range { mut start, mut end } = 0..count;
    while start < end {
        let middle = start.midpoint(end);
        if holds(middle) {
            end = middle;
        } else {
            start = middle + 1;
        }
    }
    start
}

/// The codes of a column that pass a test.
pub(super) fn accepted(column: &StoredColumn, test: &Test) -> Result<Accepted, Error> {
    match range_of(column, test)? {
        Some(range) => Ok(Accepted::Range(range)),
        None => listed(column, test).map(Accepted::of),
    }
}

/// The codes of a column that pass a test, found without looking at each; `None` if they may not be a range.
pub(super) fn range_of(column: &StoredColumn, test: &Test) -> Result<Option<Range<u32>>, Error> {
    let all = u32::try_from(column.codes()).map_err(|_| Error::Internal)?;
    let (comparison, operand) = match test {
        Test::Null(null) => return Ok(Some(if *null { 0..1 } else { 1..all })),
        Test::Compare(Comparison::NotEqual, _) => return Ok(None),
        Test::Compare(comparison, operand) => (*comparison, operand),
        _ => return Ok(None),
    };
    let (less, equal) = match (&*column.values, operand) {
        (ColumnValues::Range(..) | ColumnValues::Whole(_), operand) => {
            column.values.place(whole(operand).ok_or_else(|| unfit(operand))?)
        }
        (ColumnValues::Text(_), Value::String(Some(_))) => place_of(&column.values, operand)?,
        _ => return Ok(None),
    };
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
    Ok(Some(first..end))
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
pub(super) fn texts(
    column: &StoredColumn,
    lower: bool,
    passes: impl Fn(&str) -> bool,
) -> Vec<bool> {
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
    fn codes_that_follow_each_other_are_a_range() {
        for (listed, expected) in [
            (vec![], Some(0..0)),
            (vec![false, false], Some(2..2)),
            (vec![true, true], Some(0..2)),
            (vec![false, true, true, false], Some(1..3)),
            (vec![false, true, false, true], None),
        ] {
            match (Accepted::of(listed), expected) {
                (Accepted::Range(found), Some(expected)) => assert_eq!(found, expected),
                (Accepted::Listed(found), None) => assert_eq!(found, [false, true, false, true]),
                (_, expected) => panic!("it is not {expected:?}"),
            }
        }
    }
}
