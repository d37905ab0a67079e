//! Values by year and subject, for a comparison.

use super::{DifferenceRequest, FirstYear, PanelRow};
use crate::{error::Error, limits::usage::TakenMemory, measures::stop::Stop};

/// The most years from the first value to the last.
const MOST_YEARS: i64 = 200;

/// The values of subjects, by year. An unknown value is NaN.
pub(super) struct Grid {
    begins: i64,
    /// The values of all subjects for each year.
    years: Vec<Vec<f64>>,
    /// For each subject, when the event first happened.
    pub(super) first: Vec<FirstYear>,
    _taken: TakenMemory,
}

impl Grid {
    /// `None` if there are no values.
    pub(super) fn new(mut rows: Vec<PanelRow>, stop: &Stop) -> Result<Option<Self>, Error> {
        rows.sort_unstable_by_key(|row| (row.subject, row.year));
        let ends = rows.iter().map(|row| row.year).min().zip(rows.iter().map(|row| row.year).max());
        let Some((begins, ends)) = ends else { return Ok(None) };
        let bad =
            |text: String| Err(Error::BadArgument(format!("differenceInDifferences: {text}")));
        let span = ends.saturating_sub(begins).saturating_add(1);
        if span > MOST_YEARS {
            return bad(format!(
                "the values range from {begins} to {ends}, which exceeds the limit of {MOST_YEARS} years; narrow the filter"
            ));
        }
        let subjects = rows.chunk_by(|a, b| a.subject == b.subject);
        let count = subjects.clone().count();
        let span = usize::try_from(span).map_err(|_| Error::Internal)?;
        let taken = stop.take(count * (span + 1), size_of::<f64>())?;
        let mut years = vec![vec![f64::NAN; count]; span];
        let mut first = Vec::with_capacity(count);
        for (subject, rows) in subjects.enumerate() {
            first.push(rows[0].first);
            for row in rows {
                let year = usize::try_from(row.year - begins).map_err(|_| Error::Internal)?;
                let place = &mut years[year][subject];
                if !place.is_nan() {
                    return bad(format!(
                        "some subjects have several values for {}; filter for one value in each year",
                        row.year
                    ));
                }
                *place = row.value;
            }
        }
        Ok(Some(Self { begins, years, first, _taken: taken }))
    }

    /// The number of subjects.
    pub(super) fn subjects(&self) -> usize {
        self.first.len()
    }

    /// The years, from the first value to the last.
    pub(super) fn years(&self) -> std::ops::Range<i64> {
        // There are few, so the conversion cannot fail.
        self.begins..self.begins + i64::try_from(self.years.len()).unwrap_or_default()
    }

    /// The values of a year.
    pub(super) fn year(&self, year: i64) -> Option<&[f64]> {
        let place = usize::try_from(year.checked_sub(self.begins)?).ok()?;
        self.years.get(place).map(Vec::as_slice)
    }

    /// The distinct years of the event.
    pub(super) fn cohorts(&self) -> Vec<i64> {
        let year = |first: &FirstYear| match first {
            FirstYear::In(year) => Some(*year),
            FirstYear::Never | FirstYear::Unknown => None,
        };
        let mut cohorts: Vec<i64> = self.first.iter().filter_map(year).collect();
        cohorts.sort_unstable();
        cohorts.dedup();
        cohorts
    }

    /// The subjects that had the event in a year and may count as treated.
    pub(super) fn treated(&self, cohort: i64, asked: &DifferenceRequest) -> Vec<usize> {
        let window = asked.window.filter(|_| asked.is_balanced);
        let is_whole = |subject: usize| {
            window.is_none_or(|(from, to)| {
                let mut years = cohort + i64::from(from)..=cohort + i64::from(to);
                years.all(|year| self.year(year).is_some_and(|of| !of[subject].is_nan()))
            })
        };
        let is_of = |subject: &usize| self.first[*subject] == FirstYear::In(cohort);
        (0..self.subjects()).filter(is_of).filter(|subject| is_whole(*subject)).collect()
    }

    /// The possible controls: those that never had the event first, then by year of the event, latest first.
    pub(super) fn candidates(&self) -> Vec<(i64, usize)> {
        let until = |(subject, first): (usize, &FirstYear)| match first {
            FirstYear::Never => Some((i64::MAX, subject)),
            FirstYear::In(year) => Some((*year, subject)),
            FirstYear::Unknown => None,
        };
        let mut all: Vec<_> = self.first.iter().enumerate().filter_map(until).collect();
        all.sort_by_key(|(until, subject)| (std::cmp::Reverse(*until), *subject));
        all
    }
}
