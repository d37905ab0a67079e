//! Amounts in the dollars of one year.
//!
//! An amount of year `a` is worth `amount * index(b) / index(a)` in the dollars of year `b`, by the consumer price
//! index in the table `price_index`. Each amount is rounded to the cent, half a cent away from zero, before amounts are
//! added up. So sums stay exact integers, and both executors agree on them. An amount whose year is unknown or has no
//! index is a missing value, and is counted as one.

use std::collections::BTreeMap;

use crate::error::Error;

/// The consumer price index by year, in its smallest unit.
#[derive(Debug, Default)]
pub(crate) struct Prices(BTreeMap<i64, i64>);

/// The conversion from the prices of one year to those of another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Rate {
    /// Converts an amount. In SQL, the same expression ([`super::sql`]) has 64 bits: enough for amounts of a hundred
    /// billion dollars.
    #[inline]
    pub(crate) fn apply(self, amount: i64) -> Result<i64, Error> {
        self.apply_narrow(amount).map_or_else(|| self.apply_wide(amount), Ok)
    }

    /// Converts an amount in 64 bits, which take a fraction of the time; `None` if they are too few.
    #[inline]
    fn apply_narrow(self, amount: i64) -> Option<i64> {
        let half = if amount < 0 { -self.from } else { self.from };
        let doubled = amount.checked_mul(self.to.checked_mul(2)?)?.checked_add(half)?;
        Some(doubled / self.from.checked_mul(2)?)
    }

    fn apply_wide(self, amount: i64) -> Result<i64, Error> {
        let (from, to) = (i128::from(self.from), i128::from(self.to));
        let half = if amount < 0 { -from } else { from };
        i64::try_from((i128::from(amount) * 2 * to + half) / (2 * from)).map_err(|_| {
            Error::BadArgument(
                "inDollarsOf: an amount in these dollars does not fit into 64 bits".to_owned(),
            )
        })
    }
}

impl Prices {
    /// The index of each year.
    pub(crate) fn new(by_year: impl IntoIterator<Item = (i64, i64)>) -> Self {
        Self(by_year.into_iter().filter(|(_, index)| *index > 0).collect())
    }

    /// The conversions to the prices of a year, by the year of the amount.
    ///
    /// # Errors
    /// Names the years with a price index, if this is not one of them.
    pub(crate) fn rates(&self, year: i32) -> Result<BTreeMap<i64, Rate>, Error> {
        let Some(to) = self.0.get(&i64::from(year)).copied() else {
            let known = match (self.0.first_key_value(), self.0.last_key_value()) {
                (Some((first, _)), Some((last, _))) => format!("{first} to {last}"),
                _ => "none".to_owned(),
            };
            return Err(Error::BadArgument(format!(
                "inDollarsOf: this database has no price index for {year}; years with one: {known}"
            )));
        };
        Ok(self.0.iter().map(|(year, from)| (*year, Rate { from: *from, to })).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_rounded_to_the_cent_half_away_from_zero() {
        let rate = Rate { from: 2, to: 3 };
        for (amount, expected) in [(0, 0), (1, 2), (-1, -2), (2, 3), (3, 5), (-3, -5), (100, 150)] {
            assert_eq!(rate.apply(amount).unwrap(), expected, "{amount}");
            assert_eq!(rate.apply_wide(amount).unwrap(), expected, "{amount}");
        }
        // Twice the first amount still fits into 64 bits after multiplication, and twice the second does not.
        for amount in [i64::MAX / 7, i64::MAX / 2] {
            assert_eq!(rate.apply(amount).unwrap(), rate.apply_wide(amount).unwrap(), "{amount}");
        }
        assert!(rate.apply(i64::MAX).is_err());
    }
}
