//! The statistics, each computed in one place from exact integers, whoever has gathered them.
//!
//! A [`Tally`] is made while values pass by; what depends on their distribution is computed from the
//! values of a group. Floats appear once, at the end, and their operations are those of IEEE 754, so
//! two executors that hand over the same integers get the same bits:
//! - `avg` is the exact sum as a float, divided by the count.
//! - `percentile` is the continuous one: at place `p * (n - 1)` of the values in order, and linear
//!   between two of them.
//! - `variance` is that of a sample. Its numerator `n * sum(x * x) - sum(x)^2` is computed as an integer,
//!   so values that lie close together lose nothing to rounding; `stddev` is its root.

use super::value::Number;
use crate::error::Error;

/// What to compute of the values of a measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The number of values known; of rows or of distinct rows, their number.
    Count,
    /// The number of values unknown.
    Missing,
    /// The sum. Missing where no value is known, as are those below.
    Sum,
    /// The mean.
    Average,
    /// The least value.
    Minimum,
    /// The greatest value.
    Maximum,
    /// The value at a part, from 0 to 1, of the values in order, linear between two values.
    Percentile(f64),
    /// The sample's standard deviation. Missing below two values.
    Deviation,
    /// The sample's variance. Missing below two values.
    Variance,
}

impl Statistic {
    /// The median, which is the percentile of one half.
    pub const MEDIAN: Self = Self::Percentile(0.5);

    /// Whether the values themselves are needed, not only what a [`Tally`] keeps of them.
    pub(super) fn needs_values(self) -> bool {
        matches!(self, Self::Percentile(_) | Self::Deviation | Self::Variance)
    }
}

/// What is kept of values that pass by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) known: u64,
    pub(super) missing: u64,
    pub(super) sum: i128,
    pub(super) min: i64,
    pub(super) max: i64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { known: 0, missing: 0, sum: 0, min: i64::MAX, max: i64::MIN }
    }
}

impl Tally {
    /// Takes one value in.
    #[inline]
    pub(super) fn add(&mut self, value: Option<i64>) {
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

    /// Takes in what another has taken in.
    pub(super) fn merge(&mut self, other: &Self) {
        self.known += other.known;
        self.missing += other.missing;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
}

/// A statistic, of a tally and of the values that it was made of. The values may be missing where
/// [`Statistic::needs_values`] says so; their order is changed.
pub(super) fn compute(
    statistic: Statistic,
    tally: &Tally,
    values: &mut [i64],
) -> Result<Number, Error> {
    let none = tally.known == 0;
    Ok(match statistic {
        Statistic::Count => Number::Whole(tally.known.into()),
        Statistic::Missing => Number::Whole(tally.missing.into()),
        _ if none => Number::Missing,
        Statistic::Sum => Number::Whole(tally.sum),
        Statistic::Average => Number::Real(quotient(tally.sum, i128::from(tally.known))),
        Statistic::Minimum => Number::Whole(tally.min.into()),
        Statistic::Maximum => Number::Whole(tally.max.into()),
        Statistic::Percentile(part) => Number::Real(percentile(values, part)),
        Statistic::Variance => variance(values, tally.sum)?.map_or(Number::Missing, Number::Real),
        Statistic::Deviation => variance(values, tally.sum)?
            .map_or(Number::Missing, |square| Number::Real(square.sqrt())),
    })
}

/// The quotient of two sums, each times its factor. Missing where one of them is, or the lower is zero.
pub(super) fn ratio(above: Number, below: Number, (up, down): (i64, i64)) -> Number {
    match (above, below) {
        (Number::Whole(above), Number::Whole(below)) if below != 0 => {
            Number::Real(quotient(above * i128::from(up), below * i128::from(down)))
        }
        _ => Number::Missing,
    }
}

#[expect(clippy::cast_precision_loss, reason = "the answer is a float")]
fn quotient(above: i128, below: i128) -> f64 {
    above as f64 / below as f64
}

/// The value at a part of at least one value in order. It selects, and does not sort.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place among values is far below 2^53, and the answer is a float"
)]
fn percentile(values: &mut [i64], part: f64) -> f64 {
    let last = values.len() - 1;
    let place = part * last as f64;
    let floor = (place.floor() as usize).min(last);
    let fraction = place - floor as f64;
    let (_, lower, above) = values.select_nth_unstable(floor);
    let lower = *lower;
    match above.iter().min() {
        Some(upper) if fraction > 0.0 => {
            lower as f64 + (i128::from(*upper) - i128::from(lower)) as f64 * fraction
        }
        _ => lower as f64,
    }
}

/// The sample's variance of values, given their sum.
///
/// With `sum = q * n + r`, the sum of squared distances is `squares - q * (sum + r) - r * r / n`, and
/// all but the last term is a whole number no greater than the sum of squares.
fn variance(values: &[i64], sum: i128) -> Result<Option<f64>, Error> {
    if values.len() < 2 {
        return Ok(None);
    }
    let squares = values.iter().try_fold(0_i128, |squares, value| {
        let value = i128::from(*value);
        squares.checked_add(value * value)
    });
    let n = i128::try_from(values.len()).unwrap_or(i128::MAX);
    let (q, r) = (sum.div_euclid(n), sum.rem_euclid(n));
    let whole = squares
        .and_then(|squares| squares.checked_sub(q.checked_mul(sum.checked_add(r)?)?))
        .ok_or_else(|| {
            Error::BadArgument(
                "variance, stddev: the squares of these values do not fit into 128 bits".to_owned(),
            )
        })?;
    Ok(Some(match whole.checked_mul(n).and_then(|whole| whole.checked_sub(r * r)) {
        Some(numerator) => quotient(numerator, n * (n - 1)),
        // The values lie so far apart that the fraction is beyond what a float holds.
        None => quotient(whole, n - 1),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statistic: Statistic, values: &[i64]) -> Number {
        let mut tally = Tally::default();
        for value in values {
            tally.add(Some(*value));
        }
        compute(statistic, &tally, &mut values.to_vec()).expect("the squares fit")
    }

    #[test]
    fn percentiles_are_linear_between_values() {
        let values = [40, 10, 30, 20];
        assert_eq!(of(Statistic::MEDIAN, &values), Number::Real(25.0));
        assert_eq!(of(Statistic::Percentile(0.0), &values), Number::Real(10.0));
        assert_eq!(of(Statistic::Percentile(1.0), &values), Number::Real(40.0));
        assert_eq!(of(Statistic::Percentile(0.9), &values), Number::Real(37.0));
        assert_eq!(of(Statistic::MEDIAN, &[i64::MAX, i64::MIN]), Number::Real(0.0));
        assert_eq!(of(Statistic::MEDIAN, &[]), Number::Missing);
    }

    #[test]
    fn the_variance_loses_nothing_to_rounding() {
        assert_eq!(of(Statistic::Variance, &[5]), Number::Missing);
        assert_eq!(of(Statistic::Variance, &[2, 4, 4, 4, 5, 5, 7, 9]), Number::Real(32.0 / 7.0));
        let far = 1_i64 << 53;
        assert_eq!(of(Statistic::Variance, &[far, far + 1, far + 2]), Number::Real(1.0));
        assert_eq!(of(Statistic::Variance, &[-far, 1 - far, 2 - far]), Number::Real(1.0));
        assert_eq!(of(Statistic::Deviation, &[-1, 1, -1, 1]), Number::Real((4.0_f64 / 3.0).sqrt()));
    }
}
