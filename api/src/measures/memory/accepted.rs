//! The codes of a column that pass a test. A test is evaluated once for each value of the column, not for each row.

use std::{cmp::Ordering, ops::Range};

use chrono::Datelike as _;
use sea_orm::sea_query::Value;

use super::column::{ColumnValues, StoredColumn};
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

/// The codes of a column that pass a test.
pub(super) fn accepted(column: &StoredColumn, test: &Test) -> Result<Accepted, Error> {
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
