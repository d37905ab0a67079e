//! Differences in differences: how values changed after an event where it happened, less how they changed elsewhere.
//!
//! # The estimator
//! Agencies are funded in different years, and what follows need not be the same for each. A regression on the agency, the
//! year and whether the agency was funded by then (two-way fixed effects) also compares agencies that were funded lately
//! with agencies that were funded long before, whose values may still be changing because of it; some comparisons even get
//! negative weights (Goodman-Bacon 2021, de Chaisemartin and D'Haultfoeuille 2020). So that is not what is computed. It is
//! the group-time average of Callaway and Sant'Anna (2021) without covariates. With `Y` the value, `g` the year of the event,
//! which makes a cohort of all that have it, and `g - 1` the base year:
//!
//! ```text
//! effect(g, t) = mean of Y(t) - Y(g - 1) over the cohort - mean of Y(t) - Y(g - 1) over the controls
//! ```
//!
//! Controls never had the event ([`ControlGroup::Never`]), or had it neither by `t` nor by `g` ([`ControlGroup::NotYet`], which
//! has the former among them). The base year is the same for all `t`, so what comes before the event is measured alike, and a
//! trend there shows as one. Both sides of a cell (`g`, `t`) are those subjects that have a value in both years: no value is
//! made up for a gap. Where all have values in all years, `effect(g, t)` with controls of the first kind is the coefficient
//! of the interaction-weighted regression of Sun and Abraham (2021).
//!
//! Cells are put together by the years since the event, `t - g`, and over all `t >= g` to one number: means of `effect(g, t)`
//! weighted by how many treated subjects the cell has, so each treated subject counts once for each year.
//!
//! # How sure it is
//! Each number is a mean of values of subjects, so its error is the root of the sum of what each subject adds to it, squared:
//! the cluster-robust one (CR1, `G / (G - 1)`), subjects being the clusters, of the regression that is saturated in
//! cohorts and years. Weights are taken as given. Intervals have the quantiles of Student's t with `G - 1` degrees of freedom,
//! `G` being all subjects that are compared with others. `statsmodels` gives the same (`OLS` of the stacked cells), and
//! so does `event_study(estimator="saturated")` of `pyfixest` where all have values in all years, but that it also
//! corrects for the number of coefficients: `tests/queries/research/26_crime_after_the_first_award.py` asks both. The
//! errors of the R package `did` also count that the shares of cohorts are those of a sample.
//!
//! A cohort of one subject has no spread, so it adds nothing to the error. How many there are stands beside each number.
//!
//! # Before the event
//! The effects of two years before and earlier are 0 where both sides moved alike. The test is that of Wald that all of
//! them are whose error is known, as an F test with as many degrees of freedom as there are such years, and `G - 1`.
//!
//! All of that is computed of rows in one order, whoever gathers them, so both executors give the same bits.

mod compare;
mod grid;
mod sums;

pub(crate) use self::compare::compare;
use super::{estimate::Clustered, request::Request};
use crate::{error::Error, limits::work::Work};

/// Which differences of which rows.
#[derive(Clone, Debug)]
pub(crate) struct DifferenceRequest {
    /// The rows and the event. What it computes is nothing.
    pub(crate) request: Request,
    /// The value of each row: a number, or a rate.
    pub(crate) of: Clustered,
    /// The first and the last of the years since that are compared; all where not said.
    pub(crate) window: Option<(i32, i32)>,
    /// Whether only those subjects count as treated that have a value in each year of the window.
    pub(crate) is_balanced: bool,
    pub(crate) control: ControlGroup,
}

/// With whom those are compared to whom something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ControlGroup {
    /// Those to whom it had not happened then.
    NotYet,
    /// Those to whom it never happens.
    Never,
}

/// When something first happened to a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstYear {
    Never,
    /// It happened, and nobody knows when.
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

/// The values that are known, and how many rows have none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panel {
    pub(crate) rows: Vec<PanelRow>,
    pub(crate) missing: u64,
}

/// A mean of differences, and how sure it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Effect {
    pub(crate) value: Option<f64>,
    pub(crate) error: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// How many subjects were treated, and how many they are compared with.
    pub(crate) treated: u64,
    pub(crate) controls: u64,
    /// How many cohorts the treated are of, and how many of the treated are the only one of theirs.
    pub(crate) cohorts: u64,
    pub(crate) alone: u64,
}

/// The effect of one number of years since.
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

/// Whether both sides moved alike before the event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PreTrend {
    pub(crate) statistic: f64,
    /// How many years are tested, and the degrees of freedom below.
    pub(crate) years: u64,
    pub(crate) freedom: u64,
    pub(crate) p: f64,
}

/// All that is told of the differences.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Differences {
    pub(crate) overall: Effect,
    pub(crate) by_year: Vec<EffectOfYear>,
    pub(crate) by_cohort: Vec<EffectOfCohort>,
    pub(crate) pre_trend: Option<PreTrend>,
    /// How many subjects are compared with others.
    pub(crate) clusters: u64,
    /// How many have values and are compared with none.
    pub(crate) left_out: u64,
    /// How many rows have no value, no year or no subject.
    pub(crate) missing: u64,
}

impl DifferenceRequest {
    /// Says what makes no sense, before any work is done.
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

/// What the comparison of so many rows may take.
pub(crate) fn work(rows: u64) -> Work {
    // Rows are sorted, and each is looked at twice for each cohort, of which there are about as many as years.
    Work::ranked(rows) + Work::passed(rows.saturating_mul(60))
}
