//! Statistics over groups: of one figure of all groups, not only the page.
//!
//! They cover the groups with all keys that `having` keeps; subtotals are not included. Exact figures are computed with
//! as whole numbers, like the values of rows ([`super::statistic`]). Real figures are added up in sorted order, so both
//! executors get the same bits.
//!
//! Shares of a sum, including the Gini coefficient, make no sense if a figure is negative or the sum is zero; they are
//! then missing.

use super::{
    correlation::{Correlation, correlation},
    statistic::{Statistic, Tally, Values, compute, fraction, quotient},
    value::Number,
};
use crate::error::Error;

/// A statistic of one figure of all groups.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    /// The figure, by its position.
    pub(crate) figure: usize,
    pub(crate) statistic: GroupStatistic,
}

/// A statistic over the figures of groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum GroupStatistic {
    /// A statistic that also applies to values of rows.
    Of(Statistic),
    /// The Gini coefficient: 0 if all groups are equal, near 1 if one group has everything.
    Gini,
    /// The share of the sum held by the greatest groups: this fraction of the groups, rounded up.
    TopShare(f64),
    /// The correlation with another figure, over the groups that have both.
    Correlation(Correlation, usize),
}

/// Computes a statistic of the figures of groups.
pub(crate) fn summarize(
    statistic: GroupStatistic,
    figures: &[Number],
    others: impl Fn(usize) -> Vec<Number>,
) -> Result<Number, Error> {
    if let GroupStatistic::Correlation(kind, other) = statistic {
        let pairs = figures.iter().copied().zip(others(other));
        return correlation(kind, pairs);
    }
    let known = figures.iter().filter(|number| **number != Number::Missing);
    let mut whole = Vec::new();
    let mut real = Vec::new();
    for number in known {
        match number {
            Number::Whole(number) => {
                whole.push(i64::try_from(*number).map_err(|_| beyond())?);
            }
            number => real.push(number.as_real()),
        }
    }
    let missing = figures.len() - whole.len() - real.len();
    if !real.is_empty() {
        real.extend(whole.iter().map(|number| Number::Whole((*number).into()).as_real()));
        real.sort_by(f64::total_cmp);
        return Ok(of_reals(statistic, &real, missing));
    }
    let mut tally = Tally { missing: missing as u64, ..Tally::default() };
    for number in &whole {
        tally.add(Some(*number));
    }
    match statistic {
        GroupStatistic::Of(statistic) => {
            compute(statistic, &tally, &mut Values::Listed(&mut whole))
        }
        _ if tally.known == 0 || tally.min < 0 || tally.sum == 0 => Ok(Number::Missing),
        GroupStatistic::Gini => {
            whole.sort_unstable();
            let count = whole.len() as i128;
            let ranked: i128 =
                (1..).zip(&whole).map(|(place, number)| place * i128::from(*number)).sum();
            Ok(Number::Real(quotient(2 * ranked - (count + 1) * tally.sum, count * tally.sum)))
        }
        GroupStatistic::TopShare(part) => {
            whole.sort_unstable_by(|a, b| b.cmp(a));
            let most = whole.iter().take(greatest(part, whole.len()));
            let sum: i128 = most.map(|number| i128::from(*number)).sum();
            Ok(Number::Real(quotient(sum, tally.sum)))
        }
        GroupStatistic::Correlation(..) => Err(Error::Internal),
    }
}

fn beyond() -> Error {
    Error::BadArgument(
        "a figure of a group does not fit into 64 bits; narrow the filter".to_owned(),
    )
}

/// The number of items in a fraction of this many, rounded up.
fn greatest(part: f64, count: usize) -> usize {
    let (up, down) = fraction(part);
    let whole = up * count as i128;
    usize::try_from((whole + down - 1) / down).unwrap_or(count)
}

/// The same for real figures, in sorted order.
#[expect(clippy::cast_precision_loss, reason = "these are floats")]
fn of_reals(statistic: GroupStatistic, figures: &[f64], missing: usize) -> Number {
    let count = figures.len() as f64;
    let sum: f64 = figures.iter().sum();
    let mean = sum / count;
    let variance = || {
        let squares: f64 = figures.iter().map(|number| (number - mean).powi(2)).sum();
        if figures.len() < 2 { None } else { Some(squares / (count - 1.0)) }
    };
    let percentile = |part: f64| {
        let (up, down) = fraction(part);
        let place = up * (figures.len() as i128 - 1);
        let lower = usize::try_from(place / down).unwrap_or_default();
        let rest = (place % down) as f64 / down as f64;
        match figures.get(lower + 1) {
            Some(upper) if rest > 0.0 => figures[lower] + (upper - figures[lower]) * rest,
            _ => figures[lower],
        }
    };
    let shares = figures[0] >= 0.0 && sum > 0.0;
    Number::Real(match statistic {
        GroupStatistic::Of(Statistic::Count) => return Number::Whole(figures.len() as i128),
        GroupStatistic::Of(Statistic::Missing) => return Number::Whole(missing as i128),
        GroupStatistic::Of(Statistic::Minimum) => figures[0],
        GroupStatistic::Of(Statistic::Maximum) => figures[figures.len() - 1],
        GroupStatistic::Of(Statistic::Average(_)) => mean,
        GroupStatistic::Of(Statistic::Percentile(part, _)) => percentile(part),
        GroupStatistic::Of(Statistic::Variance(_)) => match variance() {
            Some(variance) => variance,
            None => return Number::Missing,
        },
        GroupStatistic::Of(Statistic::Deviation(_)) => match variance() {
            Some(variance) => variance.sqrt(),
            None => return Number::Missing,
        },
        GroupStatistic::Gini if shares => {
            let ranked: f64 =
                (1_u32..).zip(figures).map(|(place, number)| f64::from(place) * number).sum();
            (2.0 * ranked / sum - (count + 1.0)) / count
        }
        GroupStatistic::TopShare(part) if shares => {
            let most = figures.iter().rev().take(greatest(part, figures.len()));
            most.sum::<f64>() / sum
        }
        _ => return Number::Missing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statistic: GroupStatistic, figures: &[i128]) -> Number {
        let figures: Vec<Number> = figures.iter().copied().map(Number::Whole).collect();
        summarize(statistic, &figures, |_| Vec::new()).expect("they are small")
    }

    #[test]
    fn shares_are_of_what_the_groups_have_together() {
        assert_eq!(of(GroupStatistic::Gini, &[1, 1, 1, 1]), Number::Real(0.0));
        assert_eq!(of(GroupStatistic::Gini, &[0, 0, 0, 8]), Number::Real(0.75));
        assert_eq!(of(GroupStatistic::Gini, &[1, 2, 3, 4]), Number::Real(0.25));
        for without in [&[][..], &[0, 0], &[-1, 5]] {
            assert_eq!(of(GroupStatistic::Gini, without), Number::Missing);
            assert_eq!(of(GroupStatistic::TopShare(0.5), without), Number::Missing);
        }
        // One percent of four groups rounds up to one group, and half of them is two.
        assert_eq!(of(GroupStatistic::TopShare(0.01), &[1, 2, 3, 4]), Number::Real(0.4));
        assert_eq!(of(GroupStatistic::TopShare(0.5), &[1, 2, 3, 4]), Number::Real(0.7));
        assert_eq!(of(GroupStatistic::TopShare(1.0), &[1, 2, 3, 4]), Number::Real(1.0));
        let real = [Number::Real(0.5), Number::Missing, Number::Real(1.5)];
        let summary = |of| summarize(of, &real, |_| Vec::new()).expect("they are real");
        assert_eq!(summary(GroupStatistic::Gini), Number::Real(0.25));
        assert_eq!(summary(GroupStatistic::TopShare(0.1)), Number::Real(0.75));
        assert_eq!(summary(GroupStatistic::Of(Statistic::Missing)), Number::Whole(1));
        assert_eq!(summary(GroupStatistic::Of(Statistic::MEDIAN)), Number::Real(1.0));
    }
}
