//! The contribution of each subject to a mean of differences, and the standard error of the mean.

use rustc_hash::FxHashSet;
use statrs::distribution::{ContinuousCDF as _, FisherSnedecor};

use super::{Effect, FirstYear, PreTrend, grid::Grid};
use crate::{error::Error, measures::estimate::quantile};

/// What rounding leaves of a number that is a linear combination of others.
const ROUNDING: f64 = 1e-9;

/// One side of a cell: how the values of some subjects changed from one year to another.
pub(super) struct ComparedSide {
    changes: Vec<(usize, f64)>,
    mean: f64,
}

impl ComparedSide {
    /// `None` if no subject has both values.
    pub(super) fn of(
        subjects: impl Iterator<Item = usize>,
        [from, to]: [&[f64]; 2],
    ) -> Option<Self> {
        let change = |subject: usize| (subject, to[subject] - from[subject]);
        let changes: Vec<_> = subjects.map(change).filter(|(_, change)| !change.is_nan()).collect();
        let sum: f64 = changes.iter().map(|(_, change)| change).sum();
        (!changes.is_empty()).then(|| Self { mean: sum / real(changes.len()), changes })
    }

    fn count(&self) -> usize {
        self.changes.len()
    }

    /// The squared standard error of the mean.
    fn variance(&self) -> f64 {
        let squares = self.changes.iter().map(|(_, change)| (change - self.mean).powi(2));
        squares.sum::<f64>() / real(self.count()).powi(2)
    }
}

/// Treated subjects and their controls in one year.
pub(super) struct ComparedPair {
    pub(super) treated: ComparedSide,
    pub(super) controls: ComparedSide,
}

/// The result of one cell.
pub(super) struct CellSummary {
    value: f64,
    /// The squared error, before the correction for a sample of clusters.
    variance: f64,
    treated: usize,
    controls: usize,
}

impl ComparedPair {
    pub(super) fn summary(&self) -> CellSummary {
        let Self { treated, controls } = self;
        CellSummary {
            value: treated.mean - controls.mean,
            variance: treated.variance() + controls.variance(),
            treated: treated.count(),
            controls: controls.count(),
        }
    }
}

/// The role of a subject in a mean.
const TREATED: u8 = 1;
const CONTROL: u8 = 2;
const ALONE: u8 = 4;

/// Combined cells, each weighted by its number of treated subjects.
#[derive(Clone)]
pub(super) struct EffectSums {
    sum: f64,
    count: f64,
    /// The contribution of each subject to the sum, beyond its share.
    residuals: Vec<f64>,
    roles: Vec<u8>,
}

impl EffectSums {
    pub(super) fn of(subjects: usize) -> Self {
        Self { sum: 0.0, count: 0.0, residuals: vec![0.0; subjects], roles: vec![0; subjects] }
    }

    /// Adds a cell.
    pub(super) fn add(&mut self, sides: &ComparedPair) {
        let ComparedPair { treated, controls } = sides;
        let (count, alone) = (real(treated.count()), u8::from(treated.count() == 1) * ALONE);
        self.count += count;
        self.sum += count * (treated.mean - controls.mean);
        for (subject, change) in &treated.changes {
            self.residuals[*subject] += change - treated.mean;
            self.roles[*subject] |= TREATED | alone;
        }
        let each = count / real(controls.count());
        for (subject, change) in &controls.changes {
            self.residuals[*subject] -= (change - controls.mean) * each;
            self.roles[*subject] |= CONTROL;
        }
    }

    /// Adds combined cells.
    pub(super) fn include(&mut self, others: &Self) {
        self.sum += others.sum;
        self.count += others.count;
        for (residual, other) in self.residuals.iter_mut().zip(&others.residuals) {
            *residual += other;
        }
        for (role, other) in self.roles.iter_mut().zip(&others.roles) {
            *role |= other;
        }
    }

    /// The number of subjects that contribute.
    pub(super) fn subjects(&self) -> usize {
        self.roles.iter().filter(|roles| **roles != 0).count()
    }

    fn with(&self, role: u8) -> impl Iterator<Item = usize> {
        let roles = self.roles.iter().enumerate();
        roles.filter(move |(_, roles)| **roles & role != 0).map(|(subject, _)| subject)
    }
}

/// Converts squared residuals to errors and confidence intervals.
pub(super) struct Sureness {
    clusters: usize,
    /// The correction for a sample of clusters.
    factor: f64,
    /// The quantile of Student's t; `None` if there is only one cluster.
    quantile: Option<f64>,
}

impl Sureness {
    pub(super) fn new(clusters: usize) -> Result<Self, Error> {
        let freedom = real(clusters.saturating_sub(1));
        let quantile = (clusters > 1).then(|| quantile(freedom)).transpose()?;
        Ok(Self { clusters, factor: real(clusters) / freedom, quantile })
    }

    /// The effect of combined cells.
    pub(super) fn of(&self, sums: &EffectSums, grid: &Grid) -> Effect {
        let count = |role: u8| sums.with(role).count() as u64;
        let years = sums.with(TREATED).filter_map(|subject| match grid.first[subject] {
            FirstYear::In(year) => Some(year),
            FirstYear::Never | FirstYear::Unknown => None,
        });
        let counts = Effect {
            treated: count(TREATED),
            controls: count(CONTROL),
            cohorts: years.collect::<FxHashSet<i64>>().len() as u64,
            alone: count(ALONE),
            ..Effect::default()
        };
        if counts.treated == 0 {
            return counts;
        }
        let squares: f64 = sums.residuals.iter().map(|residual| residual * residual).sum();
        let is_spread = counts.treated > counts.alone && counts.controls > 1;
        let error = is_spread.then(|| (self.factor * squares).sqrt() / sums.count);
        self.effect(sums.sum / sums.count, error, counts)
    }

    /// The effect of one cell.
    pub(super) fn of_cell(&self, cell: &CellSummary) -> Effect {
        let counts = Effect {
            treated: cell.treated as u64,
            controls: cell.controls as u64,
            cohorts: 1,
            alone: u64::from(cell.treated == 1),
            ..Effect::default()
        };
        let is_spread = cell.treated > 1 && cell.controls > 1;
        let error = is_spread.then(|| (self.factor * cell.variance).sqrt());
        self.effect(cell.value, error, counts)
    }

    fn effect(&self, value: f64, error: Option<f64>, counts: Effect) -> Effect {
        let error = error.filter(|_| self.quantile.is_some());
        let half = error.zip(self.quantile).map(|(error, quantile)| error * quantile);
        let (low, high) = (half.map(|half| value - half), half.map(|half| value + half));
        Effect { value: Some(value), error, low, high, ..counts }
    }

    /// Tests whether all of some effects are 0; `None` if that cannot be tested.
    pub(super) fn pre_trend(&self, effects: &[&EffectSums]) -> Result<Option<PreTrend>, Error> {
        let years = effects.len();
        let freedom = self.clusters.saturating_sub(1);
        if years == 0 || freedom < years {
            return Ok(None);
        }
        let product = |a: &EffectSums, b: &EffectSums| -> f64 {
            let pairs = a.residuals.iter().zip(&b.residuals);
            pairs.map(|(a, b)| a * b).sum::<f64>() * self.factor
        };
        // In units of its error, each effect has a variance of 1.
        let errors: Vec<f64> = effects.iter().map(|it| product(it, it).sqrt()).collect();
        if errors.contains(&0.0) {
            return Ok(None);
        }
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(years);
        let mut statistic = 0.0;
        let mut solved: Vec<f64> = Vec::with_capacity(years);
        for (row, effect) in effects.iter().enumerate() {
            // A row of the Cholesky factor, and the matching element of the solution.
            let mut root: Vec<f64> = Vec::with_capacity(row + 1);
            for (column, other) in effects[..row].iter().enumerate() {
                let known: f64 = root.iter().zip(&rows[column]).map(|(a, b)| a * b).sum();
                let both = product(effect, other) / errors[row] / errors[column];
                root.push((both - known) / rows[column][column]);
            }
            let left = 1.0 - root.iter().map(|it| it * it).sum::<f64>();
            if left < ROUNDING {
                return Ok(None);
            }
            let known: f64 = root.iter().zip(&solved).map(|(a, b)| a * b).sum();
            let number = (effect.sum / errors[row] - known) / left.sqrt();
            statistic += number * number;
            solved.push(number);
            root.push(left.sqrt());
            rows.push(root);
        }
        let statistic = statistic / real(years);
        let distribution = FisherSnedecor::new(real(years), real(freedom));
        let p = distribution.map_err(|_| Error::Internal)?.sf(statistic);
        Ok(Some(PreTrend { statistic, years: years as u64, freedom: freedom as u64, p }))
    }
}

#[expect(clippy::cast_precision_loss, reason = "subjects are counted in less than 53 bits")]
fn real(count: usize) -> f64 {
    count as f64
}
