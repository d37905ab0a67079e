//! The days between two dates of each row.
//!
//! The dates of a dataset span a few thousand days, and so do the days between them. So the days get codes of their
//! own, computed from the codes of the dates, and are counted instead of sorted.

use std::rc::Rc;

use super::{
    column::{Codes, ColumnValues, MISSING, StoredColumn},
    tally::{Numbers, RecodedNumbers},
};

/// The days from one date to another, for each row.
pub(super) fn days(rows: usize, from: &StoredColumn, to: &StoredColumn) -> Numbers<'static> {
    coded(rows, from, to).unwrap_or_else(|| {
        let (first, last) = (from.numbers(), to.numbers());
        let day = |numbers: &[i64], column: &StoredColumn, row| {
            Some(numbers[column.codes.get(row) as usize]).filter(|day| *day != MISSING)
        };
        let days = |row| match (day(&first, from, row), day(&last, to, row)) {
            (Some(from), Some(to)) => to - from,
            _ => MISSING,
        };
        Numbers::by_row((0..rows).map(days).collect())
    })
}

/// The days as codes; `None` if the dates are not ranges, or are so far apart that the codes would be wide.
fn coded(rows: usize, from: &StoredColumn, to: &StoredColumn) -> Option<Numbers<'static>> {
    let ColumnValues::Range(first, before) = &*from.values else { return None };
    let ColumnValues::Range(last, after) = &*to.values else { return None };
    // The code of the first date may be the greatest, and that of the last the least.
    u16::try_from(before + after).ok()?;
    let before = u16::try_from(*before).ok()?;
    let mut codes = match (&from.codes, &to.codes) {
        (Codes::Short(from), Codes::Short(to)) => {
            let codes = from.iter().zip(to).map(|(from, to)| apart(*from, *to, before));
            codes.collect::<Box<[u16]>>()
        }
        (from, to) => {
            let code = |codes: &Codes, row| u16::try_from(codes.get(row)).unwrap_or_default();
            (0..rows).map(|row| apart(code(from, row), code(to, row), before)).collect()
        }
    };
    let least = codes.iter().map(|code| if *code == 0 { u16::MAX } else { *code });
    let least = least.min().filter(|least| *least < u16::MAX).unwrap_or(1);
    let greatest = codes.iter().copied().max().unwrap_or_default().max(least);
    for code in &mut codes {
        *code = (*code).saturating_sub(least - 1);
    }
    let days = |code: u16| i64::from(code) - i64::from(before) + last - first;
    let values = std::iter::once(MISSING).chain((least..=greatest).map(days)).collect();
    Some(Numbers::Recoded(Rc::new(RecodedNumbers { codes: Codes::Short(codes), values })))
}

/// The code of the days between two codes of dates.
#[inline]
fn apart(from: u16, to: u16, before: u16) -> u16 {
    if from == 0 || to == 0 { 0 } else { to + (before - from) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::memory::tally::RowWork;

    struct All(usize);

    impl RowWork for All {
        type Output = Vec<i64>;
        fn run(self, number: impl Fn(usize) -> i64 + Sync) -> Vec<i64> {
            (0..self.0).map(number).collect()
        }
    }

    #[test]
    fn days_are_the_same_with_and_without_codes() {
        const NONE: i64 = MISSING;
        let far = 1 << 20;
        for (from, to, expected, is_coded) in [
            ([5, 9, NONE, 700], [9, 5, 8, NONE], [4, -4, NONE, NONE], true),
            ([5, 905, 6, 700], [905, 5, 406, 700], [900, -900, 400, 0], true),
            ([5, 5, 5, 5], [5, 5, NONE, 5], [0, 0, NONE, 0], true),
            ([NONE; 4], [1, 2, 3, 4], [NONE; 4], true),
            ([1, far, 3, 4], [far, 1, 3, 5], [far - 1, 1 - far, 0, 1], false),
            ([0, 40_000, 3, 4], [40_000, 0, 3, 5], [40_000, -40_000, 0, 1], false),
        ] {
            let [from, to] = [from, to].map(|days| StoredColumn::whole(days.iter().copied()));
            assert_eq!(coded(4, &from, &to).is_some(), is_coded);
            assert_eq!(days(4, &from, &to).work(All(4)), expected);
        }
    }
}
