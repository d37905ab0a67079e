//! Reproducible random numbers, and division of a whole into parts that add up to it.
//!
//! The random numbers determine the dataset, so they come from a generator with a specified stream (`ChaCha8`), and the
//! arithmetic on them is written out here: no library update may change it. Floats use only the four basic operations
//! and square roots, which every machine rounds alike; `ln` and `cos` are not rounded alike.

use chrono::{Days, NaiveDate};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

/// A stream of random numbers.
#[derive(Debug)]
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of one part of the dataset. Each part has its own stream, so an extra draw in one does not change the
    /// others.
    pub(super) fn new(seed: u64, part: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(part);
        Self(rng)
    }

    /// A number from 0 up to, but not including, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a float holds")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with this probability.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below a bound greater than zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // The high half of the product; a bias of one in 2^64 / bound is negligible.
        let product = u128::from(self.0.next_u64()) * bound as u128;
        usize::try_from(product >> 64).expect("less than the bound")
    }

    /// A whole number in a range, both ends included.
    pub(super) fn within(&mut self, low: i32, high: i32) -> i32 {
        let span = usize::try_from(high - low).expect("the range ends after it begins") + 1;
        low + i32::try_from(self.below(span)).expect("less than the span")
    }

    /// An element of a nonempty list.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A value of a weighted list.
    pub(super) fn weighted<T: Copy>(&mut self, of: &[(T, f64)]) -> T {
        let mut at = self.unit() * of.iter().map(|(_, weight)| weight).sum::<f64>();
        for (value, weight) in of {
            at -= weight;
            if at < 0.0 {
                return *value;
            }
        }
        of.last().expect("the list is not empty").0
    }

    /// A nearly normal number with mean 0 and standard deviation 1: the sum of twelve uniform ones.
    pub(super) fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// A number around 1, skewed like the sizes of towns: `e` to the power of a normal number with this spread.
    pub(super) fn skewed(&mut self, spread: f64) -> f64 {
        exp(self.bell() * spread)
    }

    /// A day in a range, both ends included.
    pub(super) fn day(&mut self, from: NaiveDate, to: NaiveDate) -> NaiveDate {
        let days = usize::try_from((to - from).num_days()).expect("the range ends after it begins");
        from + Days::new(self.below(days + 1) as u64)
    }

    /// Shuffles a list.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// `e` to the power of `x`, by its series: library versions differ in the last bits between systems.
fn exp(x: f64) -> f64 {
    let x = x / 256.0;
    let mut power = 1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0)));
    for _ in 0..8 {
        power *= power;
    }
    power
}

/// Divides a whole into parts that add up to it, each at least `least`, the rest by weight.
///
/// The rounding remainder goes one by one to the first parts with a weight.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below 2^53")]
pub(super) fn share(whole: i64, least: i64, weights: &[f64]) -> Vec<i64> {
    let count = i64::try_from(weights.len()).expect("a list of weights is short");
    let rest = (whole - least * count).max(0);
    let sum: f64 = weights.iter().sum();
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| least + if sum > 0.0 { (rest as f64 * weight / sum) as i64 } else { 0 })
        .collect();
    let mut left = whole - parts.iter().sum::<i64>();
    while left > 0 {
        for (part, weight) in parts.iter_mut().zip(weights) {
            if left > 0 && (*weight > 0.0 || sum <= 0.0) {
                *part += 1;
                left -= 1;
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_none_is_too_small() {
        let mut chance = Chance::new(7, 0);
        for _ in 0..200 {
            let weights: Vec<f64> = (0..=chance.below(40)).map(|_| chance.skewed(2.0)).collect();
            let whole = 40 + i64::from(chance.within(0, 1_000_000));
            let parts = share(whole, 1, &weights);
            assert_eq!(parts.iter().sum::<i64>(), whole);
            assert!(parts.iter().all(|part| *part >= 1));
        }
        assert_eq!(share(5, 0, &[0.0, 0.0]), [3, 2]);
    }

    #[test]
    fn chance_is_spread_as_it_says() {
        let mut chance = Chance::new(1, 2);
        let mut counts = [0; 10];
        for _ in 0..10_000 {
            counts[chance.below(10)] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        let mean: f64 = (0..10_000).map(|_| chance.bell()).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05, "{mean}");
        assert!((exp(1.0) - std::f64::consts::E).abs() < 1e-6);
        assert!((exp(-7.0) - (-7.0_f64).exp()).abs() < 1e-6);
    }
}
