//! The statistics. Each is computed in one place from exact integers, for both executors.
//!
//! A [`Tally`] is updated value by value. Statistics that depend on the distribution are computed from the values of a
//! group. Floats appear once, at the end, and their operations follow IEEE 754, so two executors with the same integers
//! get the same bits:
//! - `avg` is the exact sum, divided once by the count times the scale of the unit.
//! - `percentile` is continuous: at position `p * (n - 1)` of the sorted values, interpolated linearly between two of
//!   them.
//! - `variance` is the sample variance. Its numerator `n * sum(x * x) - sum(x)^2` is an integer, so values that lie
//!   close together lose nothing to rounding. `stddev` is its square root.

use super::value::Number;
use crate::error::Error;

/// A statistic of the values of a measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The number of known values; for rows or distinct rows, their number.
    Count,
    /// The number of unknown values.
    Missing,
    /// The number of different known values.
    Distinct,
    /// The most frequent value; of ties, the least.
    Mode,
    /// The sum. Missing if no value is known, like the statistics below.
    Sum,
    /// The sum, which is 0 if there are no rows.
    Total,
    /// The mean, in units with this many decimals, which avoids a second division.
    Average(u32),
    /// The least value.
    Minimum,
    /// The greatest value.
    Maximum,
    /// The percentile of a part from 0 to 1, linear between two values, in units with this many decimals.
    Percentile(f64, u32),
    /// The greatest whole number that is not above the percentile.
    Floor(f64),
    /// The least whole number that is not below the percentile.
    Ceiling(f64),
    /// The sample standard deviation, in such units. Missing if fewer than two values are known.
    Deviation(u32),
    /// The sample variance, in squares of such units. Missing if fewer than two values are known.
    Variance(u32),
}

impl Statistic {
    /// The median of whole numbers: the 50th percentile.
    pub const MEDIAN: Self = Self::Percentile(0.5, 0);

    /// The inputs that it needs.
    pub(crate) fn needs(self) -> Needs {
        match self {
            Self::Count | Self::Missing | Self::Sum | Self::Total | Self::Average(_) => Needs::Sum,
            Self::Minimum | Self::Maximum => Needs::Tally,
            Self::Distinct
            | Self::Mode
            | Self::Percentile(..)
            | Self::Floor(_)
            | Self::Ceiling(_)
            | Self::Deviation(_)
            | Self::Variance(_) => Needs::Values,
        }
    }

    /// Whether it looks at more of a [`Tally`] than its counts.
    pub(crate) fn adds_up(self) -> bool {
        match self {
            Self::Sum
            | Self::Total
            | Self::Average(_)
            | Self::Minimum
            | Self::Maximum
            | Self::Deviation(_)
            | Self::Variance(_) => true,
            Self::Count
            | Self::Missing
            | Self::Distinct
            | Self::Mode
            | Self::Percentile(..)
            | Self::Floor(_)
            | Self::Ceiling(_) => false,
        }
    }
}

/// The inputs of statistics. Each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Needs {
    /// The sum and the counts.
    Sum,
    /// All of a [`Tally`].
    Tally,
    /// The values themselves.
    Values,
}

/// A running total of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) known: u64,
    pub(crate) missing: u64,
    pub(crate) sum: i128,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { known: 0, missing: 0, sum: 0, min: i64::MAX, max: i64::MIN }
    }
}

impl Tally {
    /// Adds one value.
    #[inline]
    pub(crate) fn add(&mut self, value: Option<i64>) {
        match value {
            Some(value) => {
                self.known += 1;
                self.sum += i128::from(value);
                self.min = self.min.min(value);
                self.max = self.max.max(value);
            }
            None => self.missing += 1,
        }
    }

    /// Adds up values that are already counted.
    pub(crate) fn add_up(&mut self, values: impl Iterator<Item = i64>) {
        for value in values {
            self.sum += i128::from(value);
            self.min = self.min.min(value);
            self.max = self.max.max(value);
        }
    }

    /// Adds one value this many times, at least once.
    pub(crate) fn add_often(&mut self, value: Option<i64>, times: u64) {
        match value {
            Some(value) => self.merge(&Self {
                known: times,
                missing: 0,
                sum: i128::from(value) * i128::from(times),
                min: value,
                max: value,
            }),
            None => self.missing += times,
        }
    }

    /// Adds another tally.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.known += other.known;
        self.missing += other.missing;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
}

/// The values of a group.
#[derive(Debug)]
pub(crate) enum Values<'a> {
    /// Each value. Computing may reorder them.
    Listed(&'a mut [i64]),
    /// The code of each value, and the values of the codes in order. Computing may reorder the codes.
    Coded(&'a mut [u32], &'a [i64]),
    /// Distinct values in order, and how often each occurs.
    Counted(&'a [i64], &'a [u32]),
}

impl Values<'_> {
    /// The value at a sorted position, and the next one if there is one.
    fn at(&mut self, place: usize) -> (i64, Option<i64>) {
        match self {
            Self::Listed(values) => {
                let (_, value, above) = values.select_nth_unstable(place);
                (*value, above.iter().min().copied())
            }
            Self::Coded(codes, values) => {
                let value = |code: u32| values[code as usize];
                let (_, code, above) = codes.select_nth_unstable(place);
                (value(*code), above.iter().min().map(|code| value(*code)))
            }
            Self::Counted(values, counts) => {
                let mut end = 0;
                let ends = counts.iter().map(|count| {
                    end += *count as usize;
                    end
                });
                let mut after = values.iter().zip(ends).skip_while(|(_, end)| *end <= place);
                // A value with no occurrences ends where the one before it ends.
                let (value, end) = after.next().map_or((0, 0), |(value, end)| (*value, end));
                let next = if place + 1 < end {
                    Some(value)
                } else {
                    after.find(|(_, next)| *next > end).map(|(value, _)| *value)
                };
                (value, next)
            }
        }
    }

    /// Calls `visit` for each distinct value in order, with its number of occurrences.
    pub(crate) fn each(&mut self, mut visit: impl FnMut(i64, u64)) {
        match self {
            Self::Listed(values) => {
                values.sort_unstable();
                for same in values.chunk_by(|a, b| a == b) {
                    visit(same[0], same.len() as u64);
                }
            }
            Self::Coded(codes, values) => {
                codes.sort_unstable();
                for same in codes.chunk_by(|a, b| a == b) {
                    visit(values[same[0] as usize], same.len() as u64);
                }
            }
            Self::Counted(values, counts) => {
                for (value, count) in values.iter().zip(*counts).filter(|(_, count)| **count > 0) {
                    visit(*value, (*count).into());
                }
            }
        }
    }

    /// The sum of the squares, if it fits.
    fn squares(&self) -> Option<i128> {
        let square = |value: i64| i128::from(value) * i128::from(value);
        match self {
            Self::Listed(values) => {
                values.iter().try_fold(0_i128, |sum, value| sum.checked_add(square(*value)))
            }
            Self::Coded(codes, values) => codes
                .iter()
                .try_fold(0_i128, |sum, code| sum.checked_add(square(values[*code as usize]))),
            Self::Counted(values, counts) => {
                values.iter().zip(*counts).try_fold(0_i128, |sum, (value, count)| {
                    sum.checked_add(square(*value).checked_mul((*count).into())?)
                })
            }
        }
    }
}

/// A statistic, from a tally and the values in it. The values may be absent if [`Statistic::needs`] does not include
/// them.
pub(crate) fn compute(
    statistic: Statistic,
    tally: &Tally,
    values: &mut Values<'_>,
) -> Result<Number, Error> {
    let none = tally.known == 0;
    Ok(match statistic {
        Statistic::Count => Number::Whole(tally.known.into()),
        Statistic::Missing => Number::Whole(tally.missing.into()),
        Statistic::Distinct => {
            let mut distinct = 0;
            values.each(|_, _| distinct += 1);
            Number::Whole(distinct)
        }
        Statistic::Total if none && tally.missing == 0 => Number::Whole(0),
        _ if none => Number::Missing,
        Statistic::Mode => {
            let mut most = (0, 0);
            values.each(|value, count| {
                if count > most.1 {
                    most = (value, count);
                }
            });
            Number::Whole(most.0.into())
        }
        Statistic::Sum | Statistic::Total => Number::Whole(tally.sum),
        Statistic::Average(digits) => {
            Number::Real(quotient(tally.sum, i128::from(tally.known) * power(digits)))
        }
        Statistic::Minimum => Number::Whole(tally.min.into()),
        Statistic::Maximum => Number::Whole(tally.max.into()),
        Statistic::Percentile(part, digits) => {
            Number::Real(percentile(values, tally.known, part, digits))
        }
        Statistic::Floor(part) => {
            let (above, below) = place(values, tally.known, part);
            Number::Whole(above.div_euclid(below))
        }
        Statistic::Ceiling(part) => {
            let (above, below) = place(values, tally.known, part);
            Number::Whole(-(-above).div_euclid(below))
        }
        Statistic::Variance(digits) => {
            variance(values, tally, digits)?.map_or(Number::Missing, Number::Real)
        }
        Statistic::Deviation(digits) => variance(values, tally, digits)?
            .map_or(Number::Missing, |square| Number::Real(square.sqrt())),
    })
}

/// The quotient of two numbers, each times its factor. Missing if either is missing or the divisor is zero. A real
/// number is already in its unit, so only the other factor applies.
#[expect(clippy::cast_precision_loss, reason = "the answer is a float")]
pub(crate) fn ratio(above: Number, below: Number, (up, down): (i64, i64)) -> Number {
    let quotient_of_reals = |above: f64, below: f64| match above / below {
        quotient if below != 0.0 && quotient.is_finite() => Number::Real(quotient),
        _ => Number::Missing,
    };
    match (above, below) {
        (Number::Whole(above), Number::Whole(below)) if below != 0 => {
            Number::Real(quotient(above * i128::from(up), below * i128::from(down)))
        }
        (Number::Real(above), Number::Real(below)) => quotient_of_reals(above, below),
        (Number::Real(above), Number::Whole(below)) => {
            quotient_of_reals(above * up as f64, below as f64)
        }
        (Number::Whole(above), Number::Real(below)) => {
            quotient_of_reals(above as f64, below * down as f64)
        }
        _ => Number::Missing,
    }
}

/// The number of smallest units in one unit.
fn power(digits: u32) -> i128 {
    10_i128.pow(digits)
}

/// The float nearest to a quotient.
#[expect(clippy::cast_precision_loss, reason = "the answer is a float")]
pub(super) fn quotient(above: i128, below: i128) -> f64 {
    /// Whole numbers up to this are exact as floats, and the float quotient of two is the nearest one.
    const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
    /// The precision of a float plus one binary digit, and another one that says whether a remainder is left.
    const DIGITS: u32 = f64::MANTISSA_DIGITS + 2;
    if let (Ok(above), Ok(below)) = (i64::try_from(above), i64::try_from(below))
        && u128::from(above.unsigned_abs().max(below.unsigned_abs())) <= EXACT
    {
        return above as f64 / below as f64;
    }
    let (up, down) = (above.unsigned_abs(), below.unsigned_abs());
    // With the dividend shifted to the left end, the whole quotient has enough digits.
    let shift = up.leading_zeros();
    if up == 0 || down.leading_zeros() < DIGITS {
        return above as f64 / below as f64;
    }
    let (up, rest) = ((up << shift) / down, (up << shift) % down);
    // The last digit, which is beyond the precision, says whether a remainder is left.
    let size = (up | u128::from(rest > 0)) as f64 / 2_f64.powi(shift.cast_signed());
    if (above < 0) == (below < 0) { size } else { -size }
}

/// The percentile of at least one value, with one division of whole numbers.
fn percentile(values: &mut Values<'_>, count: u64, part: f64, digits: u32) -> f64 {
    let (above, below) = place(values, count, part);
    quotient(above, below * power(digits))
}

/// The percentile in the smallest unit, as a fraction.
fn place(values: &mut Values<'_>, count: u64, part: f64) -> (i128, i128) {
    let (up, down) = fraction(part);
    let last = i128::from(count - 1);
    let (place, rest) = (up * last / down, up * last % down);
    let place = usize::try_from(place.min(last)).unwrap_or_default();
    match values.at(place) {
        (lower, Some(upper)) if rest > 0 => {
            let (lower, upper) = (i128::from(lower), i128::from(upper));
            (lower * down + (upper - lower) * rest, down)
        }
        (lower, _) => (lower.into(), 1),
    }
}

/// A part of a whole, from 0 to 1, as the decimal fraction that was written: 0.9 is 9 / 10, not the nearest float.
/// Digits beyond the decimals below are dropped.
pub(super) fn fraction(part: f64) -> (i128, i128) {
    const DECIMALS: usize = 17;
    let text = format!("{part:.DECIMALS$}");
    let text = if part.to_string().len() < text.len() { part.to_string() } else { text };
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let down = decimals.bytes().fold(1, |down, _| down * 10);
    let up = format!("{whole}{decimals}").parse().unwrap_or_default();
    (up, down)
}

/// The sample variance of values, from their tally.
///
/// With `sum = q * n + r`, the sum of squared distances is `squares - q * (sum + r) - r * r / n`, and all but the last
/// term is a whole number no greater than the sum of squares.
fn variance(values: &Values<'_>, tally: &Tally, digits: u32) -> Result<Option<f64>, Error> {
    if tally.known < 2 {
        return Ok(None);
    }
    let (n, sum, units) = (i128::from(tally.known), tally.sum, power(2 * digits));
    let (q, r) = (sum.div_euclid(n), sum.rem_euclid(n));
    let whole = values
        .squares()
        .and_then(|squares| squares.checked_sub(q.checked_mul(sum.checked_add(r)?)?))
        .ok_or_else(|| {
            Error::BadArgument(
                "variance, stddev: the sum of squares does not fit into 128 bits; narrow the filter".to_owned(),
            )
        })?;
    Ok(Some(match whole.checked_mul(n).and_then(|whole| whole.checked_sub(r * r)) {
        Some(numerator) => quotient(numerator, n * (n - 1) * units),
        // The values are so far apart that the fraction is below the precision of a float.
        None => quotient(whole, (n - 1) * units),
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The statistic of values, which is the same whether they are listed or counted.
    fn of(statistic: Statistic, values: &[i64]) -> Number {
        let mut tally = Tally::default();
        let mut counts = BTreeMap::from([(-7, 0_u32), (15, 0), (17, 0), (1 << 60, 0)]);
        for value in values {
            tally.add(Some(*value));
            *counts.entry(*value).or_default() += 1;
        }
        let mut often = Tally::default();
        for (value, count) in counts.iter().filter(|(_, count)| **count > 0) {
            often.add_often(Some(*value), (*count).into());
        }
        assert_eq!(often, tally);
        let (of, counts): (Vec<_>, Vec<_>) = counts.into_iter().unzip();
        let counted = compute(statistic, &tally, &mut Values::Counted(&of, &counts));
        let listed = compute(statistic, &tally, &mut Values::Listed(&mut values.to_vec()));
        let listed = listed.expect("the squares fit");
        assert_eq!(counted.expect("the squares fit"), listed);
        let code = |value: &i64| u32::try_from(of.partition_point(|other| other < value));
        let mut codes: Vec<u32> = values.iter().map(|value| code(value).unwrap()).collect();
        let coded = compute(statistic, &tally, &mut Values::Coded(&mut codes, &of));
        assert_eq!(coded.expect("the squares fit"), listed);
        listed
    }

    #[test]
    fn a_quotient_is_the_float_next_to_it() {
        for (above, below, expected) in [
            (1, 3, 1.0_f64 / 3.0),
            (-550_949_129, 3_400, -162_043.861_470_588_22),
            // Each of these floats is near the number but not equal to it, and so would the float quotient be.
            ((1 << 53) + 1, 1, 9_007_199_254_740_992.0),
            ((1 << 53) + 3, 1, 9_007_199_254_740_996.0),
            (((1 << 53) + 1) * 1_000 + 1, 1_000, 9_007_199_254_740_994.0),
            ((1 << 100) + 1, (1 << 60) + 1, 1_099_511_627_776.0),
            (-(10_i128.pow(30)) - 1, 10_i128.pow(15), -1e15),
            (10_i128.pow(30), -(10_i128.pow(12)), -1e18),
            (0, 10_i128.pow(20), 0.0),
            (i128::MAX, i128::MAX, 1.0),
        ] {
            assert_eq!(quotient(above, below).to_bits(), expected.to_bits(), "{above}/{below}");
        }
    }

    #[test]
    fn different_values_are_counted_and_the_least_of_the_most_frequent_is_the_mode() {
        for (values, distinct, mode) in [
            (&[][..], 0, Number::Missing),
            (&[17], 1, Number::Whole(17)),
            (&[17, 15, 17, 15, -7], 3, Number::Whole(15)),
            (&[-7, 17, 17], 2, Number::Whole(17)),
        ] {
            assert_eq!(of(Statistic::Distinct, values), Number::Whole(distinct));
            assert_eq!(of(Statistic::Mode, values), mode);
        }
    }

    #[test]
    fn percentiles_are_linear_between_values() {
        let values = [40, 10, 30, 20];
        assert_eq!(of(Statistic::MEDIAN, &values), Number::Real(25.0));
        assert_eq!(of(Statistic::Percentile(0.0, 0), &values), Number::Real(10.0));
        assert_eq!(of(Statistic::Percentile(1.0, 0), &values), Number::Real(40.0));
        assert_eq!(of(Statistic::Percentile(0.9, 0), &values), Number::Real(37.0));
        assert_eq!(of(Statistic::MEDIAN, &[i64::MAX, i64::MIN]), Number::Real(-0.5));
        // In floats, 0.9 * 89 is slightly more than 80.1.
        let values: Vec<i64> = (0..90).map(|value| value * 1_000_000_007).collect();
        assert_eq!(of(Statistic::Percentile(0.9, 0), &values), Number::Real(80_100_000_560.7));
        assert_eq!(fraction(0.9), (9, 10));
        assert_eq!(fraction(1.0), (1, 1));
        assert_eq!(fraction(f64::MIN_POSITIVE), (0, 10_i128.pow(17)));
        assert_eq!(of(Statistic::MEDIAN, &[10, 20, 20, 20]), Number::Real(20.0));
        assert_eq!(of(Statistic::MEDIAN, &[]), Number::Missing);
    }

    #[test]
    fn the_variance_loses_nothing_to_rounding() {
        assert_eq!(of(Statistic::Variance(0), &[5]), Number::Missing);
        assert_eq!(of(Statistic::Variance(0), &[2, 4, 4, 4, 5, 5, 7, 9]), Number::Real(32.0 / 7.0));
        let far = 1_i64 << 53;
        assert_eq!(of(Statistic::Variance(0), &[far, far + 1, far + 2]), Number::Real(1.0));
        assert_eq!(of(Statistic::Variance(0), &[-far, 1 - far, 2 - far]), Number::Real(1.0));
        assert_eq!(
            of(Statistic::Deviation(0), &[-1, 1, -1, 1]),
            Number::Real((4.0_f64 / 3.0).sqrt())
        );
    }
}
