//! Differences in differences: how values changed after an event, minus how they changed where it had not happened.
//!
//! # The estimator
//! Agencies are funded in different years, and the effect may differ between them. A regression on agency, year, and
//! whether the agency was funded by then (two-way fixed effects) also compares newly funded agencies with agencies
//! funded long before, whose values may still be changing as a result. Some comparisons even get negative weights
//! (Goodman-Bacon 2021, de Chaisemartin and D'Haultfoeuille 2020). This module therefore computes the group-time
//! average of Callaway and Sant'Anna (2021), without covariates. `Y` is the value, and `g` is the year of the event.
//! The subjects with the event in that year are a cohort, and `g - 1` is its base year:
//!
//! ```text
//! effect(g, t) = mean of Y(t) - Y(g - 1) over the cohort - mean of Y(t) - Y(g - 1) over the controls
//! ```
//!
//! Controls never had the event ([`ControlGroup::Never`]), or had it neither by `t` nor by `g`
//! ([`ControlGroup::NotYet`], which includes the former). The base year is the same for all `t`, so effects before the
//! event are measured in the same way, and a trend there shows up as one. Both sides of a cell (`g`, `t`) consist of
//! the subjects with a value in both years: gaps are not imputed. If all subjects have values in all years, `effect(g,
//! t)` with controls that never had the event is the coefficient of the interaction-weighted regression of Sun and
//! Abraham (2021).
//!
//! Cells are combined by the years since the event, `t - g`, and over all `t >= g` into one number. These are means of
//! `effect(g, t)` weighted by the number of treated subjects of the cell, so each treated subject counts once for each
//! year.
//!
//! # Standard errors
//! Each number is a mean of values of subjects, so its error is the square root of the sum of the squared contributions
//! of the subjects. That is the cluster-robust error (CR1, `G / (G - 1)`), clustered by subject, of the regression that
//! is saturated in cohorts and years. Weights are taken as given. Confidence intervals use the quantiles of Student's t
//! with `G - 1` degrees of freedom, where `G` is the number of subjects compared. `statsmodels` gives the same (`OLS`
//! of the stacked cells). So does `event_study(estimator="saturated")` of `pyfixest` if all subjects have values in all
//! years, except that it also corrects for the number of coefficients.
//! `tests/queries/research/26_crime_after_the_first_award.py` compares with both. The errors of the R package `did`
//! also account for the shares of cohorts being sampled.
//!
//! A cohort of one subject has no spread, so it adds nothing to the error. Each number comes with the count of such
//! cohorts.
//!
//! # Before the event
//! If both sides moved in parallel, the effects two and more years before the event are 0. The pre-trend test is a Wald
//! test that all such effects with a known error are 0, as an F test with as many degrees of freedom as there are such
//! years, and `G - 1`.
//!
//! Everything is computed from rows in one order, so both executors give the same bits.

mod compare;
mod grid;
mod sums;

pub(crate) use self::compare::compare;
use super::{estimate::Clustered, request::Request};
use crate::{error::Error, limits::work::Work};

/// A request for differences in differences.
#[derive(Clone, Debug)]
pub(crate) struct DifferenceRequest {
    /// The rows and the event. It has no figures.
    pub(crate) request: Request,
    /// The value of each row: a number, or a rate.
    pub(crate) of: Clustered,
    /// The first and the last year since the event to compare; `None` stands for all.
    pub(crate) window: Option<(i32, i32)>,
    /// Whether only subjects with a value in each year of the window count as treated.
    pub(crate) is_balanced: bool,
    pub(crate) control: ControlGroup,
}

/// The subjects to compare the treated subjects with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ControlGroup {
    /// Subjects that have not had the event yet.
    NotYet,
    /// Subjects that never have the event.
    Never,
}

/// When a subject first had the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstYear {
    Never,
    /// The subject had the event, but the year is unknown.
    Unknown,
    In(i64),
}

/// The value of a subject in a year.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PanelRow {
    pub(crate) subject: u32,
    pub(crate) year: i64,
    pub(crate) first: FirstYear,
    pub(crate) value: f64,
}

/// The known values, and the number of rows without one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panel {
    pub(crate) rows: Vec<PanelRow>,
    pub(crate) missing: u64,
}

/// A mean of differences, with its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Effect {
    pub(crate) value: Option<f64>,
    pub(crate) error: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// The number of treated subjects, and of their controls.
    pub(crate) treated: u64,
    pub(crate) controls: u64,
    /// The number of cohorts of the treated subjects, and of treated subjects that are alone in their cohort.
    pub(crate) cohorts: u64,
    pub(crate) alone: u64,
}

/// The effect at one number of years since the event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct EffectOfYear {
    pub(crate) since: i64,
    pub(crate) effect: Effect,
}

/// The effect of one cohort in one year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct EffectOfCohort {
    pub(crate) cohort: i64,
    pub(crate) year: i64,
    pub(crate) effect: Effect,
}

/// The test of parallel trends before the event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PreTrend {
    pub(crate) statistic: f64,
    /// The number of years tested, and the degrees of freedom of the denominator.
    pub(crate) years: u64,
    pub(crate) freedom: u64,
    pub(crate) p: f64,
}

/// All results.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Differences {
    pub(crate) overall: Effect,
    pub(crate) by_year: Vec<EffectOfYear>,
    pub(crate) by_cohort: Vec<EffectOfCohort>,
    pub(crate) pre_trend: Option<PreTrend>,
    /// The number of subjects compared.
    pub(crate) clusters: u64,
    /// The number of subjects that have values but nothing to compare with.
    pub(crate) left_out: u64,
    /// The number of rows without a value, a year or a subject.
    pub(crate) missing: u64,
}

impl DifferenceRequest {
    /// Checks the request before any work is done.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.request.check()?;
        let event = self.request.event().unwrap_or_default();
        let event = match self.window {
            Some((from, to)) => event.within(from, to),
            None => event,
        };
        let event = if self.is_balanced { event.balanced() } else { event };
        event.check(self.request.table)
    }
}

/// The work of comparing this many rows.
pub(crate) fn work(rows: u64) -> Work {
    // Rows are sorted, and each is read twice for each cohort; there are about as many cohorts as years.
    Work::ranked(rows) + Work::passed(rows.saturating_mul(60))
}
