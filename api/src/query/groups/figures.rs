//! The figures of a request. Each is computed once, however often it is named.

use std::{borrow::Cow, collections::BTreeSet};

use super::apart::{self, Common};
use crate::catalog::measure_catalog::{ComputedMeasure, Unit, What};
use crate::query::show::Show;
use crate::{
    catalog::{
        key::{End, Key, Measure, Way},
        predicate::Predicate,
        table::Table,
    },
    error::Error,
    measures::{
        Bins, Clustered, Correlation, Estimated, Figure, Histogram, Known, Request, Statistic,
        Subset,
    },
};

/// A warning: a code that a client can act on, and what to do.
pub(crate) type Misreading = (&'static str, Cow<'static, str>);

/// The figures of a request while it is planned.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub(crate) request: Request,
    /// What its groups have in common beyond its filter.
    pub(crate) common: Common,
    /// The number of conditions of its parts (in orders, conditions and the like) that test rows referring to others.
    pub(crate) related: usize,
    /// The codes of the warnings given so far.
    pub(crate) told: BTreeSet<&'static str>,
    /// The warnings to give about its orders and conditions.
    pub(crate) noted: Vec<Misreading>,
}

/// The names of the statistics fields.
pub(crate) const STATISTICS: [&str; 12] = [
    "known",
    "missing",
    "sum",
    "avg",
    "min",
    "max",
    "median",
    "percentile",
    "stddev",
    "variance",
    "distinct",
    "mode",
];

/// The statistic of a field, and how to show it; `p` belongs to `percentile`.
pub(crate) fn statistic(
    name: &str,
    unit: Unit,
    p: Option<f64>,
) -> Result<(Statistic, Show), Error> {
    let digits = unit.digits();
    Ok(match name {
        "known" => (Statistic::Count, Show::Exact(0)),
        "missing" => (Statistic::Missing, Show::Exact(0)),
        "sum" => (Statistic::Sum, Show::Exact(digits)),
        "avg" => (Statistic::Average(digits), Show::Real),
        "min" => (Statistic::Minimum, Show::Exact(digits)),
        "max" => (Statistic::Maximum, Show::Exact(digits)),
        "distinct" => (Statistic::Distinct, Show::Exact(0)),
        "mode" => (Statistic::Mode, Show::Exact(digits)),
        "median" => (Statistic::Percentile(0.5, digits), Show::Real),
        "stddev" => (Statistic::Deviation(digits), Show::Real),
        "variance" => (Statistic::Variance(digits), Show::Real),
        "percentile" => match p {
            Some(p) if (0.0..=1.0).contains(&p) => (Statistic::Percentile(p, digits), Show::Real),
            Some(p) => {
                return Err(Error::BadArgument(format!(
                    "p: {p} is not between 0 and 1; the 90th percentile is 0.9"
                )));
            }
            None => {
                return Err(Error::BadArgument(
                    "p: a percentile requires it, between 0 and 1".to_owned(),
                ));
            }
        },
        _ => return Err(Error::BadArgument(format!("{name} is not a statistic"))),
    })
}

impl Figures {
    /// No figures yet, over the rows that a filter keeps.
    pub(crate) fn of(table: &'static Table, keeps: Predicate, common: Common) -> Self {
        Self {
            request: Request::of(table, keeps),
            common,
            related: 0,
            told: BTreeSet::new(),
            noted: Vec::new(),
        }
    }

    /// Adds a figure unless it is already there; returns its position.
    pub(super) fn place(&mut self, figure: Figure) -> usize {
        let figures = &mut self.request.figures;
        figures.iter().position(|other| *other == figure).unwrap_or_else(|| {
            figures.push(figure);
            figures.len() - 1
        })
    }

    /// The position of a part of the rows; `None` stands for all rows.
    fn part(&mut self, subset: Subset) -> Option<usize> {
        if subset.is_all() {
            return None;
        }
        let parts = &mut self.request.parts;
        Some(parts.iter().position(|other| *other == subset).unwrap_or_else(|| {
            parts.push(subset);
            parts.len() - 1
        }))
    }

    /// The statistic at a position; `None` for a quotient.
    pub(crate) fn statistic_at(&self, figure: usize) -> Option<Statistic> {
        match &self.request.figures[figure] {
            Figure::Of { statistic, .. } => Some(*statistic),
            Figure::Correlation { .. } | Figure::Estimate(..) | Figure::Ratio { .. } => None,
        }
    }

    /// Adds a statistic of a measure over the rows that a filter keeps.
    pub(crate) fn statistic(
        &mut self,
        measure: &Measure,
        statistic: Statistic,
        keeps: &Predicate,
    ) -> Result<usize, Error> {
        self.statistic_of(measure, statistic, Subset::of(keeps.clone()))
    }

    /// Adds a statistic over a part of the rows.
    pub(super) fn statistic_of(
        &mut self,
        measure: &Measure,
        statistic: Statistic,
        of: Subset,
    ) -> Result<usize, Error> {
        if !matches!(statistic, Statistic::Count | Statistic::Missing) {
            let filters = [&self.request.keeps, &of.keeps];
            apart::check(self.request.table, measure, &self.common, filters)?;
        }
        let part = self.part(of);
        Ok(self.place(Figure::Of { measure: measure.clone(), statistic, part }))
    }

    /// Adds a correlation of two measures over the rows that a filter keeps.
    pub(crate) fn correlation(
        &mut self,
        measures: &[Measure; 2],
        kind: Correlation,
        keeps: &Predicate,
    ) -> Result<usize, Error> {
        for measure in measures {
            let filters = [&self.request.keeps, keeps];
            apart::check(self.request.table, measure, &self.common, filters)?;
        }
        let part = self.part(Subset::of(keeps.clone()));
        Ok(self.place(Figure::Correlation { measures: measures.clone(), kind, part }))
    }

    /// Adds a mean or a rate over clusters of rows, or its standard error.
    pub(crate) fn estimate(
        &mut self,
        computed: &ComputedMeasure,
        year: Option<i32>,
        cluster: &Key,
        what: Estimated,
        keeps: &Predicate,
    ) -> Result<usize, Error> {
        let clustered = self.clustered(computed, year, cluster, keeps)?;
        Ok(self.place(Figure::Estimate(Box::new(clustered), what)))
    }

    /// A number or a rate of each row that a filter keeps, with the cluster of the row.
    pub(crate) fn clustered(
        &mut self,
        computed: &ComputedMeasure,
        year: Option<i32>,
        cluster: &Key,
        keeps: &Predicate,
    ) -> Result<Clustered, Error> {
        let (above, below, is_of_people, factor) = match &computed.what {
            What::Statistics(measure, unit) => {
                (self.priced(measure, year)?, None, false, (1, 10_i64.pow(unit.digits())))
            }
            What::Ratio { above, below, factor, is_of_people } => {
                (self.priced(above, year)?, Some(below.clone()), *is_of_people, *factor)
            }
            What::Count(_) => {
                let text = format!("of: {} counts rows and has no mean", computed.field);
                return Err(Error::BadArgument(text));
            }
        };
        for measure in [Some(&above), below.as_ref()].into_iter().flatten() {
            let is_own = matches!(measure, Measure::Numbers(Way(path), _)
                if path.relations.is_empty() && !matches!(path.end, End::Beside { .. }));
            if !is_own {
                return Err(Error::BadArgument(format!(
                    "of: {} is not a value of each row, so these rows are not a sample of it; query the list of rows that it belongs to",
                    computed.field
                )));
            }
            let filters = [&self.request.keeps, keeps];
            apart::check(self.request.table, measure, &self.common, filters)?;
        }
        let part = self.part(Subset::of(keeps.clone()));
        let cluster = cluster.clone();
        Ok(Clustered { above, below, is_of_people, factor, cluster, part })
    }

    /// Adds a histogram of a measure over the rows that a filter keeps; returns its position.
    pub(crate) fn histogram(
        &mut self,
        measure: &Measure,
        bins: Bins,
        keeps: &Predicate,
    ) -> Result<usize, Error> {
        let filters = [&self.request.keeps, keeps];
        apart::check(self.request.table, measure, &self.common, filters)?;
        let part = self.part(Subset::of(keeps.clone()));
        let histogram = Histogram { measure: measure.clone(), part, bins };
        let histograms = &mut self.request.histograms;
        Ok(histograms.iter().position(|other| *other == histogram).unwrap_or_else(|| {
            histograms.push(histogram);
            histograms.len() - 1
        }))
    }

    /// Adds a measure with a single value: a count or a ratio.
    pub(crate) fn single(
        &mut self,
        computed: &ComputedMeasure,
        year: Option<i32>,
        keeps: &Predicate,
    ) -> Result<(usize, Show), Error> {
        self.single_of(computed, year, Subset::of(keeps.clone()))
    }

    /// Adds a measure with a single value over a part of the rows.
    pub(super) fn single_of(
        &mut self,
        computed: &ComputedMeasure,
        year: Option<i32>,
        of: Subset,
    ) -> Result<(usize, Show), Error> {
        if let Some(reason) = computed.refused {
            return Err(Error::BadArgument(format!("{}: {reason}", computed.field)));
        }
        match &computed.what {
            What::Count(measure) => {
                Ok((self.statistic_of(measure, Statistic::Count, of)?, Show::Exact(0)))
            }
            What::Ratio { above, below, factor, is_of_people } => {
                let above = self.priced(above, year)?;
                // Both sides cover the same rows: those with both values.
                let known = |measure: &Measure, is_positive| Known {
                    measure: measure.clone(),
                    is_positive,
                };
                let known = [known(&above, false), known(below, *is_of_people)];
                let both = Subset { known: of.known.into_iter().chain(known).collect(), ..of };
                let above = self.statistic_of(&above, Statistic::Sum, both.clone())?;
                let below = self.statistic_of(below, Statistic::Sum, both)?;
                let ratio = Figure::Ratio { above, below, factor: *factor };
                Ok((self.place(ratio), Show::Real))
            }
            What::Statistics(..) => Err(Error::Internal),
        }
    }

    /// A measure, in the dollars of a year if one is given.
    pub(crate) fn priced(&self, measure: &Measure, year: Option<i32>) -> Result<Measure, Error> {
        match year {
            None => Ok(measure.clone()),
            Some(year) => measure.clone().in_dollars_of(self.request.table, year),
        }
    }
}
