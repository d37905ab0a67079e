//! Estimates the work of a query, for either executor: the in-memory copy knows its rows, and a database its table
//! sizes.
//!
//! An estimate assumes a typical case. It sets the price of a query, and decides whether its work gets a thread of its
//! own. The deadline and the memory limit bound the query while it runs.

use std::sync::Arc;

use super::{
    aggregates::Aggregates,
    difference::{self, DifferenceRequest},
    event::declared,
    memory::{
        Replica,
        estimate::{Estimate, Parents, part_of},
        order::FirstRows,
        sample::Samples,
    },
    quality,
    request::{Figure, Request},
    table_sizes::TableSizes,
};
use crate::{
    catalog::{predicate::Predicate, table::Table},
    error::Error,
    limits::work::Work,
};

/// The assumed share of rows that a filter keeps in a database, where it is unknown.
const KEPT: f64 = 0.3;

/// The estimates of one request.
pub(crate) enum Estimates<'a> {
    Memory(&'a Replica, Samples<'a>),
    Database(Arc<TableSizes>),
}

impl<'a> Estimates<'a> {
    /// Estimates for an executor.
    pub(crate) fn of(aggregates: &'a Aggregates) -> Self {
        match aggregates {
            Aggregates::Memory(replica) => Self::Memory(replica, Samples::of(replica)),
            Aggregates::Database(sizes) => Self::Database(Arc::clone(sizes)),
        }
    }

    /// Whether there is an in-memory copy.
    pub(crate) fn is_copied(&self) -> bool {
        matches!(self, Self::Memory(..))
    }

    /// The number of rows of a table.
    pub(crate) fn rows(&self, table: &Table) -> Result<u64, Error> {
        match self {
            Self::Memory(replica, _) => replica.rows_in(table),
            Self::Database(sizes) => Ok(sizes.rows(table)),
        }
    }

    /// The number of rows that a filter keeps.
    pub(crate) fn kept(&self, table: &Table, keeps: &Predicate) -> Result<u64, Error> {
        let share = match self {
            Self::Memory(replica, samples) => {
                samples.share(replica.table_named(table.name)?, keeps)?
            }
            Self::Database(_) if keeps.is_all() => 1.0,
            Self::Database(_) => KEPT,
        };
        Ok(part_of(self.rows(table)?, share))
    }

    /// The number of rows that refer to these parents by a column.
    pub(crate) fn children(&self, table: &Table, parents: Parents<'_>) -> Result<u64, Error> {
        match self {
            Self::Memory(replica, _) => replica.children(replica.table_named(table.name)?, parents),
            Self::Database(sizes) => {
                let rows = sizes.rows(table);
                let relation =
                    table.relations.iter().find(|relation| relation.from == parents.column);
                let others = relation.map_or(rows, |relation| sizes.rows(relation.other()));
                Ok(rows.saturating_mul(parents.count).div_ceil(others.max(1)).min(rows))
            }
        }
    }

    /// The work of a filter.
    pub(crate) fn filter(&self, table: &Table, keeps: &Predicate) -> Result<Work, Error> {
        match self {
            Self::Memory(replica, _) => replica.work_of_filter(table.name, keeps),
            Self::Database(sizes) => Ok(scanned(sizes, table, keeps)),
        }
    }

    /// The work of reading all columns of the rows that a filter keeps.
    pub(crate) fn quality(&self, table: &Table, keeps: &Predicate) -> Result<Work, Error> {
        match self {
            Self::Memory(replica, _) => replica.work_of_quality(table, keeps),
            Self::Database(sizes) => {
                let columns = 1 + quality::columns(table).len() as u64;
                let each = Work::scanned(sizes.rows(table)).times(columns);
                Ok(Work::statements(1) + scanned(sizes, table, keeps) + each)
            }
        }
    }

    /// The work of counting overlaps: in the in-memory copy for a root list, otherwise from groups.
    pub(crate) fn overlaps(
        &self,
        request: &Request,
        parents: Option<Parents<'_>>,
    ) -> Result<Estimate, Error> {
        let groups = self.answer(request, parents)?;
        if let (Self::Memory(replica, _), None) = (self, parents) {
            let work = replica.work_of_overlaps(request)?;
            return Ok(Estimate { work, bytes: groups.bytes.min(32 << 20), ..groups });
        }
        // A typical value of the first key has a few of the second.
        let pairs = Work::passed(groups.groups.saturating_mul(8));
        Ok(Estimate { work: groups.work + pairs, ..groups })
    }

    /// The work and the bytes of a difference in differences.
    pub(crate) fn difference(&self, asked: &DifferenceRequest) -> Result<(Work, u64), Error> {
        let (table, keeps) = (asked.request.table, &asked.request.keeps);
        let kept = self.kept(table, keeps)?;
        let work = match self {
            Self::Memory(replica, _) => replica.work_of_difference(asked, kept)?,
            Self::Database(sizes) => {
                let event = asked.request.event().unwrap_or_default();
                let happens = declared(table)?.happens(table).other();
                let joined = Work::scanned(sizes.rows(happens).saturating_add(kept));
                Work::statements(1)
                    + scanned(sizes, table, keeps)
                    + scanned(sizes, happens, &event.counts)
                    + joined
                    + Work::rows(kept, 6)
                    + difference::work(kept)
            }
        };
        // The rows, the values by year, and the contribution of each subject in each year.
        Ok((work, kept.saturating_mul(100)))
    }

    /// The work of finding a page of a list in the in-memory copy, when a filter keeps this many rows.
    pub(crate) fn first(&self, asked: &FirstRows, kept: u64) -> Result<Work, Error> {
        match self {
            Self::Memory(replica, _) => replica.work_of_first(asked, kept),
            Self::Database(_) => Err(Error::Internal),
        }
    }

    /// The work of finding the pages of this many parents in the in-memory copy, when they have this many child rows
    /// together.
    pub(crate) fn first_of_each(
        &self,
        asked: &FirstRows,
        parents: u64,
        children: u64,
    ) -> Result<Work, Error> {
        match self {
            Self::Memory(replica, _) => replica.work_of_first_of_each(asked, parents, children),
            Self::Database(_) => Err(Error::Internal),
        }
    }

    /// The work of an answer; for each parent, if a column identifies parents.
    pub(crate) fn answer(
        &self,
        request: &Request,
        parents: Option<Parents<'_>>,
    ) -> Result<Estimate, Error> {
        match self {
            Self::Memory(replica, samples) => replica.estimate(request, parents, samples),
            Self::Database(sizes) => self.in_sql(sizes, request, parents),
        }
    }

    /// One statement for the groups of each level, and one for each measure of them.
    fn in_sql(
        &self,
        sizes: &TableSizes,
        request: &Request,
        parents: Option<Parents<'_>>,
    ) -> Result<Estimate, Error> {
        let mut rows = self.kept(request.table, &request.keeps)?;
        if let Some(parents) = parents {
            rows = rows.min(self.children(request.table, parents)?);
        }
        let mut each = Work::statements(1) + scanned(sizes, request.table, &request.keeps);
        each += Work::scanned(rows.saturating_mul(4));
        let mut measures = Vec::new();
        for figure in &request.figures {
            if let Figure::Of { measure, part, .. } = figure
                && !measures.contains(&(measure, part))
            {
                measures.push((measure, part));
            }
        }
        let parts = request.parts.iter().map(|part| scanned(sizes, request.table, &part.keeps));
        let parts: Work = parts.sum();
        let statements = 1 + (measures.len() + request.histograms.len()) as u64;
        let levels = request.levels().count() as u64;
        let groups = if request.keys.is_empty() { 1 } else { rows / 4 + 1 };
        let work = (each.times(statements) + parts).times(levels) + Work::rows(groups, statements);
        let work = if request.adds.others { work.times(2) } else { work };
        // The memory of the database is not counted.
        let bytes = groups.saturating_mul(64 + 32 * statements);
        Ok(Estimate { work, groups, bytes })
    }
}

/// The rows that a database scans for a filter.
fn scanned(sizes: &TableSizes, table: &Table, keeps: &Predicate) -> Work {
    let each = |parts: &[Predicate]| parts.iter().map(|part| scanned(sizes, table, part)).sum();
    match keeps {
        Predicate::All(parts) | Predicate::Any(parts) => each(parts),
        Predicate::Not(part) => scanned(sizes, table, part),
        Predicate::Is { .. }
        | Predicate::Difference { .. }
        | Predicate::Near { .. }
        | Predicate::Words { .. } => Work::scanned(sizes.rows(table)),
        Predicate::Through { table: other, keeps, .. } => {
            let rows = sizes.rows(table).saturating_add(sizes.rows(other));
            scanned(sizes, other, keeps) + Work::scanned(rows)
        }
    }
}
