//! Correlations of two numbers: Pearson's, and Spearman's, which is Pearson's correlation of the ranks.
//!
//! Whole numbers, and ranks are whole, are added up exactly, so the result does not depend on the order of the pairs.
//! Numbers are ranked by sorting them next to their places, which reads memory in order.

use std::cmp::Ordering;

use super::value::Number;
use crate::error::Error;

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

/// The correlation of pairs of whole numbers. Missing if there are fewer than two pairs or if either number is constant.
///
/// # Errors
/// Says that the products of the numbers do not fit.
pub(crate) fn correlation_of_whole(
    kind: Correlation,
    pairs: &[(i64, i64)],
) -> Result<Number, Error> {
    match kind {
        Correlation::Count => Ok(Number::Whole(pairs.len() as i128)),
        Correlation::Pearson => {
            pearson(pairs.iter().map(|(a, b)| (i128::from(*a), i128::from(*b))))
        }
        Correlation::Spearman => {
            let a = ranks(pairs.iter().map(|pair| pair.0), i64::cmp);
            let b = ranks(pairs.iter().map(|pair| pair.1), i64::cmp);
            pearson(a.into_iter().map(i128::from).zip(b.into_iter().map(i128::from)))
        }
    }
}

/// The correlation of pairs of numbers, over those that have both.
///
/// # Errors
/// Says that the products of the numbers do not fit.
pub(crate) fn correlation(
    kind: Correlation,
    pairs: impl Iterator<Item = (Number, Number)>,
) -> Result<Number, Error> {
    let both = pairs.filter(|(a, b)| *a != Number::Missing && *b != Number::Missing);
    let pairs: Vec<(Number, Number)> = both.collect();
    match kind {
        Correlation::Count => Ok(Number::Whole(pairs.len() as i128)),
        Correlation::Pearson => {
            let whole = pairs.iter().map(|pair| match pair {
                (Number::Whole(a), Number::Whole(b)) => Some((*a, *b)),
                _ => None,
            });
            match whole.collect::<Option<Vec<(i128, i128)>>>() {
                Some(whole) => pearson(whole.into_iter()),
                None => Ok(of_real_pairs(&pairs)),
            }
        }
        Correlation::Spearman => {
            let compare = |a: &Number, b: &Number| a.compare(*b).unwrap_or(Ordering::Equal);
            let a = ranks(pairs.iter().map(|pair| pair.0), compare);
            let b = ranks(pairs.iter().map(|pair| pair.1), compare);
            pearson(a.into_iter().map(i128::from).zip(b.into_iter().map(i128::from)))
        }
    }
}

/// Pearson's correlation of whole numbers.
fn pearson(mut pairs: impl Iterator<Item = (i128, i128)>) -> Result<Number, Error> {
    // Relative to the first pair, so that numbers close together have small products.
    let Some((first_a, first_b)) = pairs.next() else { return Ok(Number::Missing) };
    let too_large = || {
        let text = "correlation: the products of these numbers do not fit into 128 bits; narrow the filter";
        Error::BadArgument(text.to_owned())
    };
    let (mut count, mut sums) = (1_i128, [0_i128; 5]);
    for (a, b) in pairs {
        // The square of a difference beyond 64 bits, times the number of pairs, does not fit into 128 bits.
        let (Ok(a), Ok(b)) = (i64::try_from(a - first_a), i64::try_from(b - first_b)) else {
            return Err(too_large());
        };
        let (a, b) = (i128::from(a), i128::from(b));
        for (sum, number) in sums.iter_mut().zip([a, b, a * a, b * b, a * b]) {
            *sum = sum.checked_add(number).ok_or_else(too_large)?;
        }
        count += 1;
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

/// Twice the rank of each number, which is whole because ties get the mean of their ranks.
fn ranks<T: Copy>(
    numbers: impl Iterator<Item = T>,
    compare: impl Fn(&T, &T) -> Ordering,
) -> Vec<u64> {
    let mut sorted: Vec<(T, u32)> = numbers.zip(0..).collect();
    sorted.sort_unstable_by(|(a, _), (b, _)| compare(a, b));
    let mut ranks = vec![0; sorted.len()];
    let mut first = 0;
    for same in sorted.chunk_by(|(a, _), (b, _)| compare(a, b).is_eq()) {
        for (_, place) in same {
            ranks[*place as usize] = (2 * first + same.len() + 1) as u64;
        }
        first += same.len();
    }
    ranks
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

    #[test]
    fn ranks_that_tie_have_their_mean() {
        let numbers: [(i64, i64); 4] = [(1, 1), (2, 5), (2, 2), (9, 90)];
        let pairs = || {
            let pairs = numbers.map(|(a, b)| (Number::Whole(a.into()), Number::Whole(b.into())));
            let pairs = pairs.into_iter();
            pairs.chain([(Number::Missing, Number::Whole(7))])
        };
        let of = |kind| correlation(kind, pairs()).expect("they are small");
        assert_eq!(of(Correlation::Count), Number::Whole(4));
        // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5 / sqrt(4.5 * 5).
        let Number::Real(spearman) = of(Correlation::Spearman) else { panic!("it is a number") };
        assert!((spearman - 4.5 / 22.5_f64.sqrt()).abs() < 1e-15, "{spearman}");
        let Number::Real(pearson) = of(Correlation::Pearson) else { panic!("it is a number") };
        assert!((pearson - 0.994_524_986_3).abs() < 1e-9, "{pearson}");
        for kind in [Correlation::Count, Correlation::Pearson, Correlation::Spearman] {
            let whole = correlation_of_whole(kind, &numbers);
            assert_eq!(whole.expect("they are small"), of(kind));
        }
        let same = [(Number::Whole(1), Number::Whole(2)), (Number::Whole(1), Number::Whole(3))];
        let same = correlation(Correlation::Pearson, same.into_iter());
        assert_eq!(same.ok(), Some(Number::Missing));
    }

    #[test]
    fn large_numbers_are_exact_or_refused() {
        let pearson = |pairs: &[(i64, i64)]| correlation_of_whole(Correlation::Pearson, pairs);
        let large = 1_i64 << 61;
        let Ok(Number::Real(found)) = pearson(&[(-large, 3), (0, 2), (0, 2)]) else {
            panic!("the products fit")
        };
        assert!((found + 1.0).abs() < 1e-15, "{found}");
        assert!(pearson(&[(i64::MIN, 3), (i64::MAX, 1)]).is_err());
    }
}
