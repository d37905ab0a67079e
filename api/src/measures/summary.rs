//! Statistics over groups: of one figure of all groups, not only the page.
//!
//! They cover the groups with all keys that `having` keeps; subtotals are not included. Exact figures are computed with
//! as whole numbers, like the values of rows ([`super::statistic`]). Real figures are added up in sorted order, so both
//! executors get the same bits.
//!
//! Shares of a sum, including the Gini coefficient, make no sense if a figure is negative or the sum is zero; they are
//! then missing.

use super::{
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

/// A correlation of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correlation {
    /// The number of pairs.
    Count,
    /// Pearson's correlation, of the numbers.
    Pearson,
    /// Spearman's correlation, of their ranks; ties get the mean of their ranks.
    Spearman,
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

/// The correlation of pairs of numbers, over those that have both. Missing if there are fewer than two pairs or if
/// either number is constant.
///
/// # Errors
/// Says that the products of the numbers do not fit.
pub(crate) fn correlation(
    kind: Correlation,
    pairs: impl Iterator<Item = (Number, Number)>,
) -> Result<Number, Error> {
    let both = pairs.filter(|(a, b)| *a != Number::Missing && *b != Number::Missing);
    let mut pairs: Vec<(Number, Number)> = both.collect();
    let count = pairs.len() as i128;
    if kind == Correlation::Count {
        return Ok(Number::Whole(count));
    }
    if kind == Correlation::Spearman {
        pairs = ranked(&pairs);
    }
    let whole: Option<Vec<(i128, i128)>> = pairs
        .iter()
        .map(|pair| match pair {
            (Number::Whole(a), Number::Whole(b)) => Some((*a, *b)),
            _ => None,
        })
        .collect();
    let Some(whole) = whole else { return Ok(of_real_pairs(&pairs)) };
    // Relative to the first pair, so that numbers close together have small products.
    let Some((first_a, first_b)) = whole.first().copied() else { return Ok(Number::Missing) };
    let too_large = || {
        let text = "correlation: the products of these numbers do not fit into 128 bits; narrow the filter";
        Error::BadArgument(text.to_owned())
    };
    let mut sums = [0_i128; 5];
    for (a, b) in &whole {
        let (a, b) = (a - first_a, b - first_b);
        let products = [Some(a), Some(b), a.checked_mul(a), b.checked_mul(b), a.checked_mul(b)];
        for (sum, product) in sums.iter_mut().zip(products) {
            *sum = product.and_then(|product| sum.checked_add(product)).ok_or_else(too_large)?;
        }
    }
    let [a, b, aa, bb, ab] = sums;
    let moment = |of: i128, x: i128, y: i128| {
        let (all, both) = (count.checked_mul(of)?, x.checked_mul(y)?);
        all.checked_sub(both)
    };
    let moments = [moment(aa, a, a), moment(bb, b, b), moment(ab, a, b)];
    let [Some(aa), Some(bb), Some(ab)] = moments else { return Err(too_large()) };
    if aa == 0 || bb == 0 {
        return Ok(Number::Missing);
    }
    let real = |number: i128| Number::Whole(number).as_real();
    Ok(Number::Real((real(ab) / (real(aa) * real(bb)).sqrt()).clamp(-1.0, 1.0)))
}

/// Twice the ranks of both numbers of each pair, which are whole because ties get the mean of their ranks.
fn ranked(pairs: &[(Number, Number)]) -> Vec<(Number, Number)> {
    let ranks = |of: &dyn Fn(&(Number, Number)) -> Number| {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        let compare = |a: usize, b: usize| {
            of(&pairs[a]).compare(of(&pairs[b])).unwrap_or(std::cmp::Ordering::Equal)
        };
        order.sort_by(|a, b| compare(*a, *b));
        let mut ranks = vec![Number::Missing; pairs.len()];
        let mut first = 0;
        for same in order.chunk_by(|a, b| compare(*a, *b).is_eq()) {
            for pair in same {
                ranks[*pair] = Number::Whole((2 * first + same.len() + 1) as i128);
            }
            first += same.len();
        }
        ranks
    };
    ranks(&|pair| pair.0).into_iter().zip(ranks(&|pair| pair.1)).collect()
}

/// Pearson's correlation of real numbers, in sorted order.
#[expect(clippy::cast_precision_loss, reason = "these are floats")]
fn of_real_pairs(pairs: &[(Number, Number)]) -> Number {
    let mut pairs: Vec<(f64, f64)> =
        pairs.iter().map(|(a, b)| (a.as_real(), b.as_real())).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let count = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (a, b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let (aa, bb) = (sum(&|pair| (pair.0 - a).powi(2)), sum(&|pair| (pair.1 - b).powi(2)));
    let ab = sum(&|pair| (pair.0 - a) * (pair.1 - b));
    if pairs.len() < 2 || aa == 0.0 || bb == 0.0 {
        return Number::Missing;
    }
    Number::Real((ab / (aa * bb).sqrt()).clamp(-1.0, 1.0))
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

    #[test]
    fn ranks_that_tie_have_their_mean() {
        let numbers = [(1, 1), (2, 5), (2, 2), (9, 90)];
        let pairs = || {
            let pairs = numbers.iter().map(|(a, b)| (Number::Whole(*a), Number::Whole(*b)));
            pairs.chain([(Number::Missing, Number::Whole(7))])
        };
        let of = |kind| correlation(kind, pairs()).expect("they are small");
        assert_eq!(of(Correlation::Count), Number::Whole(4));
        // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5 / sqrt(4.5 * 5).
        let Number::Real(spearman) = of(Correlation::Spearman) else { panic!("it is a number") };
        assert!((spearman - 4.5 / 22.5_f64.sqrt()).abs() < 1e-15, "{spearman}");
        let Number::Real(pearson) = of(Correlation::Pearson) else { panic!("it is a number") };
        assert!((pearson - 0.994_524_986_3).abs() < 1e-9, "{pearson}");
        let same = [(Number::Whole(1), Number::Whole(2)), (Number::Whole(1), Number::Whole(3))];
        let same = correlation(Correlation::Pearson, same.into_iter());
        assert_eq!(same.ok(), Some(Number::Missing));
    }
}
