//! Adds empty groups for years, quarters and months without rows, so that a series has no gaps.
//!
//! Keys whose values follow each other (see [`Key::follows`](crate::catalog::key::Key::follows)) are filled from the
//! first value of any row to the last. They are filled for each combination of the other keys that any row has, or that
//! was filled before, in the order of the keys. In an empty group, counts and sums are 0; quotients and order
//! statistics are missing.

use chrono::{Datelike as _, Months, NaiveDate};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    correlation::Correlation,
    estimate::ClusterSums,
    groups::{ALL, Cells, Groups, NULL},
    histogram::Bin,
    request::{Figure, Request},
    statistic::{Statistic, Tally, Values, compute},
    value::{Cell, Number},
};
use crate::{catalog::key::Part, error::Error};

/// The most cells that may be added.
const MOST_FILLED: usize = 1_000_000;

/// The cells of keys, some of which are filled.
pub(super) struct FilledCells<'a> {
    cells: &'a dyn Cells,
    /// The cells from ordinal 1 on, for filled keys.
    filled: Vec<Option<Vec<Cell>>>,
}

impl Cells for FilledCells<'_> {
    fn count(&self, key: usize) -> u32 {
        match &self.filled[key] {
            Some(cells) => u32::try_from(cells.len() + 1).unwrap_or(u32::MAX),
            None => self.cells.count(key),
        }
    }

    fn cell(&self, key: usize, ordinal: u32) -> Cell {
        match (&self.filled[key], ordinal) {
            (Some(cells), ordinal) if ordinal != NULL => cells[ordinal as usize - 1].clone(),
            _ => self.cells.cell(key, ordinal),
        }
    }
}

/// Adds the missing groups.
///
/// # Errors
/// Says that there would be too many.
pub(super) fn fill<'a>(
    request: &Request,
    groups: &mut Groups,
    cells: &'a dyn Cells,
) -> Result<FilledCells<'a>, Error> {
    let width = request.keys.len();
    let mut filled = FilledCells { cells, filled: vec![None; width] };
    for (key, asked) in request.keys.iter().enumerate() {
        if !asked.follows(request.table) {
            continue;
        }
        let is_known = |ordinal: &&mut u32| !matches!(**ordinal, NULL | ALL);
        let ordinals = || groups.ordinals.iter().skip(key).step_by(width.max(1)).copied();
        let known = || ordinals().filter(|ordinal| !matches!(*ordinal, NULL | ALL));
        let (Some(first), Some(last)) = (known().min(), known().max()) else { continue };
        let sequence = sequence(asked.part, &cells.cell(key, first), &cells.cell(key, last));
        let place = |ordinal: u32| {
            let found = sequence.binary_search(&cells.cell(key, ordinal));
            found.map(|place| u32::try_from(place + 1).unwrap_or(ALL)).map_err(|_| Error::Internal)
        };
        for ordinal in groups.ordinals.iter_mut().skip(key).step_by(width.max(1)).filter(is_known) {
            *ordinal = place(*ordinal)?;
        }
        filled.filled[key] = Some(sequence);
    }
    let empty = request.figures_of_nothing(true)?;
    for level in request.levels() {
        add_level(request, groups, &filled, level, &empty)?;
    }
    Ok(filled)
}

impl Request {
    /// The figures of a group without rows. A sum is 0 if absent rows mean zero, and otherwise missing.
    pub(crate) fn figures_of_nothing(&self, sums_to_zero: bool) -> Result<Vec<Number>, Error> {
        let figure = |figure: &Figure| match figure {
            Figure::Of { statistic, .. } => {
                let statistic = match statistic {
                    Statistic::Sum | Statistic::Total if sums_to_zero => Statistic::Total,
                    Statistic::Total => Statistic::Sum,
                    statistic => *statistic,
                };
                compute(statistic, &Tally::default(), &mut Values::Listed(&mut []))
            }
            Figure::Correlation { kind: Correlation::Count, .. } => Ok(Number::Whole(0)),
            Figure::Estimate(clustered, what) => {
                ClusterSums::default().compute(*what, clustered.factor)
            }
            Figure::Correlation { .. } | Figure::Ratio { .. } => Ok(Number::Missing),
        };
        self.figures.iter().map(figure).collect()
    }
}

/// Adds the missing groups of a prefix of the keys.
fn add_level(
    request: &Request,
    groups: &mut Groups,
    filled: &FilledCells<'_>,
    level: usize,
    empty: &[Number],
) -> Result<(), Error> {
    let width = request.keys.len();
    let follow: Vec<usize> = (0..level).filter(|key| filled.filled[*key].is_some()).collect();
    if follow.is_empty() {
        return Ok(());
    }
    let of_level = groups.levels.iter().enumerate().filter(|(_, of)| usize::from(**of) == level);
    let there: FxHashSet<Vec<u32>> = of_level
        .map(|(group, _)| groups.ordinals[group * width..(group + 1) * width].to_vec())
        .collect();
    let mut all = there.clone();
    for key in follow {
        let ends = ends_of_parents(request, groups, key);
        let count = filled.filled[key].as_ref().map_or(0, Vec::len);
        let mut beside: Vec<Vec<u32>> = all.iter().cloned().collect();
        for combination in &mut beside {
            combination[key] = NULL;
        }
        beside.sort_unstable();
        beside.dedup();
        let cells = beside.len().saturating_mul(count).saturating_mul(1 + width + empty.len());
        if cells > MOST_FILLED {
            return Err(Error::BadArgument(
                "fill: this adds too many empty groups; narrow the filter, or group by fewer keys"
                    .to_owned(),
            ));
        }
        for combination in beside {
            // The range of one parent is not filled for another.
            let parent = if request.of_parents { combination[0] } else { ALL };
            let (first, last) = ends.get(&parent).copied().unwrap_or((1, 0));
            all.extend((first..=last).map(|ordinal| {
                let mut next = combination.clone();
                next[key] = ordinal;
                next
            }));
        }
    }
    let level = u8::try_from(level).map_err(|_| Error::Internal)?;
    for combination in all.into_iter().filter(|group| !there.contains(group)) {
        groups.levels.push(level);
        if !groups.histograms.is_empty() {
            add_bins(request, groups, combination[0]);
        }
        groups.ordinals.extend(combination);
        groups.figures.extend_from_slice(empty);
    }
    Ok(())
}

/// Adds the bins of an empty group: the edges of another group of its parent, with no values.
fn add_bins(request: &Request, groups: &mut Groups, parent: u32) {
    let parents = groups.ordinals.chunks(request.keys.len());
    let mut alike = parents.zip(0..).filter(|(key, _)| !request.of_parents || key[0] == parent);
    let like = alike.next().map(|(_, group)| group);
    for all in &mut groups.histograms {
        let bins = like.and_then(|like: usize| all.get(like)).cloned().unwrap_or_default();
        all.push(bins.into_iter().map(|bin| Bin { count: 0, sum: 0, ..bin }).collect());
    }
}

/// The first and the last ordinal of a key, for each parent.
fn ends_of_parents(request: &Request, groups: &Groups, key: usize) -> FxHashMap<u32, (u32, u32)> {
    let mut ends: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
    for ordinals in groups.ordinals.chunks(request.keys.len()) {
        let (parent, ordinal) = (if request.of_parents { ordinals[0] } else { ALL }, ordinals[key]);
        if !matches!(ordinal, NULL | ALL) {
            let ends = ends.entry(parent).or_insert((ordinal, ordinal));
            *ends = (ends.0.min(ordinal), ends.1.max(ordinal));
        }
    }
    ends
}

/// The cells from one to another.
fn sequence(part: Part, first: &Cell, last: &Cell) -> Vec<Cell> {
    match (first, last) {
        (Cell::Whole(first), Cell::Whole(last)) => {
            let step = if part == Part::Decade { 10 } else { 1 };
            (*first..=*last).step_by(step).map(Cell::Whole).collect()
        }
        (Cell::Date(first), Cell::Date(last)) => {
            let months = if part == Part::Quarter { 3 } else { 1 };
            let next = |day: &NaiveDate| day.checked_add_months(Months::new(months));
            let days = std::iter::successors(first.with_day(1), next);
            days.take_while(|day| day <= last).map(Cell::Date).collect()
        }
        _ => vec![first.clone()],
    }
}
