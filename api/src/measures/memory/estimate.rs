//! Estimates the work of an answer before it runs, step by step, from estimated numbers of rows and groups.

use super::{
    Replica, Stored,
    conditions::{Conditions, parts_of},
    sample::Samples,
    work::{many, work_of_groups, work_of_part},
};
use crate::{
    catalog::{
        key::{End, Key, Measure, Part},
        predicate::Predicate,
        table::Table,
    },
    error::Error,
    limits::work::Work,
    measures::{
        request::{Figure, Request},
        statistic::Needs,
    },
};

/// The approximate number of values of a part of a date or of a number.
const PARTS: u64 = 40;

/// The parent rows of nested lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parents<'a> {
    /// The column of the child rows that refers to the parent.
    pub(crate) column: &'a str,
    /// The number of parents.
    pub(crate) count: u64,
    /// Whether a filter or an order selected them: they may then be those with the most rows.
    pub(crate) are_picked: bool,
}

/// An estimate of an answer: its work, and the number of groups from which the page is selected.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Estimate {
    pub(crate) work: Work,
    pub(crate) groups: u64,
    /// The peak memory.
    pub(crate) bytes: u64,
}

impl Replica {
    /// The work of a filter.
    pub(crate) fn work_of_filter(&self, table: &str, keeps: &Predicate) -> Result<Work, Error> {
        self.filter(&mut Conditions::default(), self.table_named(table)?, keeps).map(|it| it.1)
    }

    /// The number of a filter, and its work, without conditions that are already counted.
    fn filter(
        &self,
        known: &mut Conditions,
        table: &Stored,
        keeps: &Predicate,
    ) -> Result<(u32, Work), Error> {
        let (of, parts) = parts_of(self, table, keeps)?;
        let mut work = Work::default();
        let mut numbers = Vec::with_capacity(parts.len());
        for part in parts {
            let (number, of_part) = self.filter(known, of, part)?;
            work += of_part;
            numbers.push(number);
        }
        let (number, is_new) = known.number(table, keeps, numbers)?;
        if is_new {
            work += self.work_of_condition(table, keeps)?;
        }
        Ok((number, work))
    }

    /// The work of finding the rows of an answer, once for all of its parents.
    fn filters(&self, table: &Stored, request: &Request) -> Result<Work, Error> {
        let mut known = Conditions::default();
        let mut work = Work::ANSWER + self.filter(&mut known, table, &request.keeps)?.1;
        for part in &request.parts {
            work += self.filter(&mut known, table, &part.keeps)?.1;
            work += Work::passed(many(table.rows)).times(many(part.known.len()));
        }
        if let (Some(event), Some(declared)) = (&request.event(), &request.table.event) {
            let happens = self.table_named(declared.happens(request.table).table)?;
            work += self.filter(&mut known, happens, &event.counts)?.1;
            work += Work::passed(many(happens.rows + 2 * table.rows));
        }
        Ok(work)
    }

    /// The work of computing the numbers of all measures, once each.
    fn numbers_to_work_out(&self, table: &Stored, request: &Request) -> Result<Work, Error> {
        let known = request.parts.iter().flat_map(|part| &part.known);
        let figures = request.figures.iter().flat_map(Figure::measures);
        let histograms = request.histograms.iter().map(|histogram| &histogram.measure);
        let mut measures: Vec<&Measure> = Vec::new();
        for measure in figures.chain(histograms).chain(known.map(|known| &known.measure)) {
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        }
        measures.into_iter().map(|measure| self.work_of_numbers(table, measure)).sum()
    }

    /// The work of an answer: for these parents, if there are any, and otherwise for all rows.
    pub(crate) fn estimate(
        &self,
        request: &Request,
        parents: Option<Parents<'_>>,
        samples: &Samples<'_>,
    ) -> Result<Estimate, Error> {
        let table = self.table_named(request.table.name)?;
        let mut work = self.filters(table, request)? + self.numbers_to_work_out(table, request)?;
        let mut kept = part_of(many(table.rows), samples.share(table, &request.keeps)?);
        let mut lists = 1;
        if let Some(parents) = parents {
            kept = kept.min(self.children(table, parents)?);
            work += Work::values(parents.count) + Work::codes(many(table.rows));
            lists = parents.count.max(1);
        }
        if parents.is_some() || !request.keeps.is_all() {
            work += Work::passed(kept);
        }
        let mut of_parts = Vec::with_capacity(request.parts.len());
        for part in &request.parts {
            of_parts.push(part_of(kept, samples.share(table, &part.keeps)?));
        }
        let mut measures: Vec<(&Measure, Option<usize>, Needs, u64)> = Vec::new();
        for figure in &request.figures {
            let Figure::Of { measure, statistic, part } = figure else { continue };
            match measures.iter_mut().find(|(known, of, ..)| *known == measure && of == part) {
                Some((_, _, needs, figures)) => {
                    *needs = statistic.needs().max(*needs);
                    *figures += 1;
                }
                None => measures.push((measure, *part, statistic.needs(), 1)),
            }
        }
        let mut groups = 0;
        for level in request.levels() {
            let slots = self.combinations(table, &request.keys[..level], lists, kept)?;
            groups += slots;
            work += work_of_groups(table, request, level, kept, slots)?;
            for (measure, part, needs, figures) in &measures {
                let rows = part.map_or(kept, |part| of_parts[part]);
                work += Self::work_of_measure(measure, *needs, rows);
                work += Work::grouped(rows, slots);
                work += Work::figures(slots.saturating_mul(*figures));
            }
            for figure in &request.figures {
                if matches!(figure, Figure::Of { .. } | Figure::Ratio { .. }) {
                    continue;
                }
                for measure in figure.measures() {
                    work += Self::work_of_measure(measure, Needs::Values, kept);
                }
                work += Work::grouped(kept, slots) + Work::figures(slots);
            }
            for histogram in &request.histograms {
                work += Self::work_of_measure(&histogram.measure, Needs::Values, kept);
                let bins = slots.saturating_mul(many(histogram.bins.most));
                work += Work::grouped(kept, slots) + Work::figures(bins);
            }
            let keeps_all = parents.is_none() && request.keeps.is_all();
            work += of_parts.iter().map(|rows| work_of_part(kept, *rows, keeps_all)).sum();
        }
        let of_group = 64 + 32 * many(request.figures.len()) + 4 * many(request.keys.len());
        let of_group =
            of_group + 64 * many(request.windows.len()) + 32 * many(request.summaries.len());
        let bins: usize = request.histograms.iter().map(|histogram| histogram.bins.most).sum();
        let of_group = of_group + 48 * many(bins);
        let bytes = kept.saturating_mul(16).saturating_add(groups.saturating_mul(of_group));
        if request.adds.others {
            // Once more, over the rows outside the groups of the page.
            work = work.times(2);
        }
        let among = 1 + many(request.windows.len() + request.summaries.len());
        Ok(Estimate { work: work + Work::placed(groups.saturating_mul(among)), groups, bytes })
    }

    /// The number of rows that refer to these parents by a column. A few parents have very many rows, so the estimate
    /// lies between the mean and the median. If the parents were selected, it lies between the mean and the maximum.
    pub(crate) fn children(&self, table: &Stored, parents: Parents<'_>) -> Result<u64, Error> {
        let column = table.column_named(parents.column)?;
        let rows = many(table.rows);
        let others = column.refers_to.map_or(table.rows, |other| self.tables[other].rows);
        let mean = rows.saturating_mul(parents.count).div_ceil(many(others.max(1)));
        let spread = column.spread();
        let other = match parents.are_picked {
            true => spread.most(parents.count),
            false => spread.median.saturating_mul(parents.count).max(mean / 16),
        };
        Ok(mean.saturating_mul(other).isqrt().min(rows))
    }

    /// The number of rows of a table.
    pub(crate) fn rows_in(&self, table: &Table) -> Result<u64, Error> {
        Ok(many(self.table_named(table.name)?.rows))
    }

    /// The number of combinations of the keys, in this many lists with this many rows. Keys of one related row have at
    /// most as many combinations as there are such rows. Where there could be as many as rows, there are usually far
    /// fewer: a county, for example, is in one state.
    fn combinations(
        &self,
        table: &Stored,
        keys: &[Key],
        lists: u64,
        kept: u64,
    ) -> Result<u64, Error> {
        let mut by_relation: Vec<(Option<usize>, u64)> = Vec::new();
        for key in keys {
            let through = key.path.relations.first().copied();
            let values = self.values_of(table, key)?;
            match by_relation.iter_mut().find(|(known, _)| *known == through) {
                Some((_, count)) => *count = count.saturating_mul(values),
                None => by_relation.push((through, values)),
            }
        }
        let (mut all, mut most_of_one) = (lists, lists);
        for (through, count) in by_relation {
            let rows = match through {
                Some(relation) => {
                    many(self.table_named(table.table.relations[relation].table)?.rows + 1)
                }
                None => u64::MAX,
            };
            all = all.saturating_mul(count.min(rows));
            most_of_one = most_of_one.max(count.min(rows));
        }
        let most = kept.max(1);
        Ok(match all > kept / 8 && keys.len() > 1 {
            true => {
                let all = all.min(most);
                let between = all.saturating_mul(most_of_one.min(most)).isqrt();
                all.saturating_mul(between).isqrt()
            }
            false => all.min(most),
        })
    }

    /// The number of values of a key. It has no more values than any table on its path has rows: the trainees of 60
    /// courses have at most 60 providers, however many organizations there are.
    pub(super) fn values_of(&self, table: &Stored, key: &Key) -> Result<u64, Error> {
        let end = self.table_named(key.path.table(table.table).name)?;
        let mut values = match key.path.end {
            End::Column(column) => many(end.column(column)?.values.len()),
            _ => many(end.rows),
        };
        for through in key.path.tables(table.table) {
            values = values.min(many(self.table_named(through.name)?.rows));
        }
        Ok(if key.part == Part::Itself { values + 1 } else { values.min(PARTS) })
    }
}

/// A fraction of a number of rows, from none (0) to all (1).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "an estimate of fewer rows than 2^52"
)]
pub(crate) fn part_of(rows: u64, share: f64) -> u64 {
    (rows as f64 * share).ceil() as u64
}
