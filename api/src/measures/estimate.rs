//! A mean or a rate with its standard error, which allows for dependence between rows of one cluster, and a 95 %
//! confidence interval.
//!
//! An agency that reports more crime than others does so in many years, so its rows say less than as many rows of
//! different agencies would. The standard error is the cluster-robust one (CR1) of a regression on a constant: of the
//! mean of `y`, or of the rate `sum(y) / sum(x)`, which is the mean of `y / x` weighted by `x`. With the residual sums
//! `e` of `G` clusters, it is the square root of `G / (G - 1) * sum(e * e)`, divided by the number of rows or by
//! `sum(x)`. The interval uses the quantiles of Student's t with `G - 1` degrees of freedom. `statsmodels` in Python
//! gives the same with `cov_type="cluster"` and `use_t=True`: for the mean with `OLS` on a constant, for the rate with
//! `WLS` of `y / x` on a constant, weighted by `x`.
//!
//! The sums of clusters are exact. Their residuals are added up in a fixed order, so both executors get the same bits.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::{statistic::quotient, value::Number};
use crate::{
    catalog::key::{Key, Measure},
    error::Error,
};

/// A mean or a rate over clusters of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Clustered {
    pub(crate) above: Measure,
    /// The denominator; `None` stands for the number of rows.
    pub(crate) below: Option<Measure>,
    /// Whether a row counts only if its denominator is positive.
    pub(crate) is_of_people: bool,
    /// The factors that bring numerator and denominator to their units.
    pub(crate) factor: (i64, i64),
    /// The key that identifies the cluster of a row.
    pub(crate) cluster: Key,
    /// The part of the rows, by its position.
    pub(crate) part: Option<usize>,
}

/// A result of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimated {
    /// The mean or the rate.
    Value,
    /// Its standard error.
    Error,
    /// The lower end of the confidence interval.
    Low,
    /// The upper end of the confidence interval.
    High,
    /// The number of clusters.
    Clusters,
    /// The number of rows used.
    Rows,
    /// The number of rows left out, because one of their values or their cluster is unknown.
    Missing,
}

/// The sums of rows by cluster.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterSums {
    /// The sums of the numerator and of the denominator.
    pub(crate) sums: Vec<(i128, i128)>,
    pub(crate) rows: u64,
    pub(crate) missing: u64,
}

impl Clustered {
    /// The numerator and denominator of a row, if it has both.
    pub(crate) fn sides(&self, above: Option<i64>, below: Option<i64>) -> Option<(i64, i64)> {
        let below = below.filter(|below| !self.is_of_people || *below > 0);
        above.zip(below)
    }

    /// The quotient of a row, in its unit; `None` if the denominator is zero.
    pub(crate) fn value(&self, (above, below): (i64, i64)) -> Option<f64> {
        let (above, below) = (i128::from(above), i128::from(below));
        let factor = (i128::from(self.factor.0), i128::from(self.factor.1));
        (below != 0).then(|| quotient(above * factor.0, below * factor.1))
    }
}

impl ClusterSums {
    /// Computes a result.
    ///
    /// # Errors
    /// Says that the sums are too large.
    pub(crate) fn compute(&self, what: Estimated, factor: (i64, i64)) -> Result<Number, Error> {
        let clusters = self.sums.len();
        let counted = |count: u64| Number::Whole(count.into());
        let (above, below) = self.sums.iter().fold((0, 0), |all, of| (all.0 + of.0, all.1 + of.1));
        let value = || quotient(above * i128::from(factor.0), below * i128::from(factor.1));
        match what {
            Estimated::Clusters => return Ok(counted(clusters as u64)),
            Estimated::Rows => return Ok(counted(self.rows)),
            Estimated::Missing => return Ok(counted(self.missing)),
            _ if below == 0 => return Ok(Number::Missing),
            Estimated::Value => return Ok(Number::Real(value())),
            _ if clusters < 2 => return Ok(Number::Missing),
            _ => {}
        }
        let error = self.error(above, below)? * real(factor.0.into()) / real(factor.1.into());
        let half = quantile(real(clusters as i128 - 1))? * error;
        Ok(Number::Real(match what {
            Estimated::Low => value() - half,
            Estimated::High => value() + half,
            _ => error,
        }))
    }

    /// The standard error, before conversion to its unit.
    fn error(&self, above: i128, below: i128) -> Result<f64, Error> {
        let too_large = || {
            let text =
                "estimate: the products of these sums do not fit into 128 bits; narrow the filter";
            Error::BadArgument(text.to_owned())
        };
        // Each residual sum times the overall denominator is a whole number.
        let residual = |(of, by): &(i128, i128)| {
            let (own, all) = (of.checked_mul(below)?, above.checked_mul(*by)?);
            own.checked_sub(all).map(|residual| (real(residual) / real(below)).powi(2))
        };
        let squares: Option<Vec<f64>> = self.sums.iter().map(residual).collect();
        let mut squares = squares.ok_or_else(too_large)?;
        squares.sort_by(f64::total_cmp);
        let clusters = real(self.sums.len() as i128);
        let variance = squares.iter().sum::<f64>() * clusters / (clusters - 1.0);
        Ok(variance.sqrt() / real(below))
    }
}

/// The quantile of Student's t for a 95 % confidence interval.
///
/// # Errors
/// Says that there are no degrees of freedom.
pub(crate) fn quantile(freedom: f64) -> Result<f64, Error> {
    let distribution = StudentsT::new(0.0, 1.0, freedom).map_err(|_| Error::Internal)?;
    Ok(distribution.inverse_cdf(0.975))
}

fn real(number: i128) -> f64 {
    Number::Whole(number).as_real()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sums: &[(i128, i128)], what: Estimated) -> f64 {
        let sums = ClusterSums { sums: sums.to_vec(), rows: 9, missing: 1 };
        match sums.compute(what, (1, 1)).expect("they are small") {
            Number::Real(real) => real,
            other => panic!("{other:?} is not a real number"),
        }
    }

    #[test]
    fn an_interval_is_that_of_a_regression_on_a_constant() {
        // statsmodels 0.15.0: OLS of [1, 2, 3, 4, 8, 9] on a constant, clusters [0, 0, 1, 1, 2, 2], `use_t=True`.
        let sums = [(3, 2), (7, 2), (17, 2)];
        for (what, expected) in [
            (Estimated::Value, 4.5),
            (Estimated::Error, 2.081_665_999_466_133),
            (Estimated::Low, 4.5 - 4.302_652_729_749_463 * 2.081_665_999_466_133),
            (Estimated::High, 4.5 + 4.302_652_729_749_463 * 2.081_665_999_466_133),
        ] {
            let found = of(&sums, what);
            assert!((found - expected).abs() < 1e-9, "{what:?}: {found}, not {expected}");
        }
    }

    #[test]
    fn one_cluster_tells_nothing_of_the_error() {
        let one = ClusterSums { sums: vec![(3, 2)], rows: 2, missing: 0 };
        assert_eq!(one.compute(Estimated::Value, (1, 1)).ok(), Some(Number::Real(1.5)));
        assert_eq!(one.compute(Estimated::Error, (1, 1)).ok(), Some(Number::Missing));
        assert_eq!(one.compute(Estimated::Low, (1, 1)).ok(), Some(Number::Missing));
        let none = ClusterSums::default();
        assert_eq!(none.compute(Estimated::Value, (1, 1)).ok(), Some(Number::Missing));
        assert_eq!(none.compute(Estimated::Clusters, (1, 1)).ok(), Some(Number::Whole(0)));
    }
}
