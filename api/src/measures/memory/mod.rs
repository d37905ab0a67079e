//! The in-memory executor: a read-only copy of the tables, stored as columns.
//!
//! - [`mod@column`]: a code for each row, and the sorted values of the codes.
//! - [`build`]: converts the rows of the database ([`read`]) to columns. Foreign keys become positions in the other
//!   table, so a path through relations is a chain of array lookups.
//! - [`mask`]: a bit for each row. [`filter`]: evaluates a filter as a mask, from the codes that are [`mod@accepted`].
//!   [`alternatives`]: many conditions tested in one pass. [`masks`]: the masks of a request, by its numbered
//!   [`conditions`].
//! - [`keys`]: a key as the ordinals of its cells. [`group`]: assigns rows to slots by keys, which [`group_ids`]
//!   numbers.
//! - [`order`]: the keys of the first rows of an order. [`ranks`]: numbers that order rows.
//! - [`event`](super::event): the rows before and after an event.
//! - [`measure`]: the value of a measure for each row. [`mod@days`]: the days between two dates. [`tally`]: the
//!   aggregate of a measure in each slot.
//! - [`correlation`]: the pairs of values of two measures.
//! - [`clusters`]: sums by cluster.
//! - [`overlap`]: how many values of one key have two values of another in common.
//! - [`panel`]: the values of subjects by year, for differences in differences.
//! - [`quality`]: the quality of columns.
//! - [`work`]: the work of each step. [`estimate`]: the work of an answer, estimated from a [`sample`] of the rows.
//! - [`parallel`]: runs all of that on all cores if there are many rows.

mod accepted;
mod alternatives;
mod build;
mod clusters;
pub(crate) mod column;
mod conditions;
mod correlation;
mod days;
pub(crate) mod estimate;
mod filter;
mod group;
mod group_ids;
pub(crate) mod keys;
pub(crate) mod mask;
pub(crate) mod masks;
mod measure;
mod numbers;
pub(crate) mod order;
mod overlap;
mod panel;
mod parallel;
mod quality;
pub(crate) mod ranks;
mod read;
mod rows;
pub(crate) mod sample;
mod tally;
mod work;

use std::{cell::RefCell, collections::BTreeSet};

use entity::price_index;
use rustc_hash::FxHashSet;
use sea_orm::{EntityName as _, IdenStatic as _};

use self::{
    column::StoredColumn,
    group::{Slots, assign},
    keys::{AllCells, Ordinals},
    mask::Mask,
    masks::Masks,
    measure::WorkedNumbers,
    parallel::Workers,
    rows::RowSet,
    work::{many, work_of_groups, work_of_part},
};
use super::{
    group_page::{divide, finish, nothing},
    groups::{ALL, Cells as _, Groups, NULL, search},
    histogram::Bin,
    histogram::Edges,
    others::{self, OtherRows},
    prices::Prices,
    request::{Figure, GroupsAnswer, Request},
    statistic::{Needs, Tally, compute},
    stop::Stop,
    value::{Cell, Number},
};
use crate::{
    catalog::table::Table,
    database::token::DataStamp,
    error::Error,
    limits::{usage::TakenMemory, work::Work},
};

/// An in-memory copy of one revision of the dataset.
#[derive(Debug)]
pub struct Replica {
    /// In the order of the catalog.
    pub(crate) tables: Vec<Stored>,
    pub(crate) stamp: DataStamp,
    pub(crate) workers: Workers,
}

/// A table of the copy, with its rows in the order of their keys.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) table: &'static Table,
    /// Its position in the catalog.
    pub(crate) index: usize,
    pub(crate) rows: usize,
    /// In the order of the catalog; `None` for columns that no request can use.
    pub(crate) columns: Vec<Option<StoredColumn>>,
}

impl Stored {
    pub(crate) fn column(&self, index: usize) -> Result<&StoredColumn, Error> {
        self.columns[index].as_ref().ok_or_else(|| {
            tracing::error!(
                table = self.table.name,
                index,
                "a column is not in the in-memory copy"
            );
            Error::Internal
        })
    }

    pub(crate) fn column_named(&self, name: &str) -> Result<&StoredColumn, Error> {
        self.column(self.table.column_index(name))
    }

    /// The primary keys of rows.
    fn keys_of(&self, rows: impl Iterator<Item = u32>) -> Result<Vec<i32>, Error> {
        let key = self.column_named(self.table.key)?;
        let key = |row: u32| {
            let whole = key.values.whole(key.codes.get(row as usize)).ok_or(Error::Internal)?;
            i32::try_from(whole).map_err(|_| Error::Internal)
        };
        rows.map(key).collect()
    }
}

impl Replica {
    /// The stamp of statements that read the same revision as this copy.
    #[must_use]
    pub fn stamp(&self) -> DataStamp {
        self.stamp
    }

    /// The number of rows of all tables.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// The memory of the columns.
    #[must_use]
    pub fn size_in_bytes(&self) -> usize {
        let columns = self.tables.iter().flat_map(|table| table.columns.iter().flatten());
        let size = |column: &StoredColumn| {
            // A foreign key shares the values of the key that it refers to.
            let values = match column.refers_to {
                Some(_) => 0,
                None => column.values.size_in_bytes(),
            };
            column.codes.size_in_bytes() + values
        };
        columns.map(size).sum()
    }

    /// The same copy, using at most this many threads, each with at least this many rows. The answers are the same.
    #[must_use]
    pub fn with_threads(mut self, most: usize, rows_of_each: usize) -> Self {
        self.workers = Workers::new(most, rows_of_each);
        self
    }

    pub(crate) fn table_named(&self, name: &str) -> Result<&Stored, Error> {
        self.tables.iter().find(|table| table.table.name == name).ok_or(Error::Internal)
    }

    /// Answers a request.
    ///
    /// # Errors
    /// Says that the request makes no sense, or makes too many groups.
    pub fn answer(&self, request: &Request) -> Result<GroupsAnswer, Error> {
        match self.answers(request, &Stop::default())?.pop() {
            Some((_, answer)) => Ok(answer),
            None => nothing(request),
        }
    }

    /// Answers a request for each parent that has rows, until nobody waits for it.
    pub(crate) fn answers(
        &self,
        request: &Request,
        stop: &Stop,
    ) -> Result<Vec<(Cell, GroupsAnswer)>, Error> {
        request.check()?;
        let table = self.table_named(request.table.name)?;
        stop.spend(Work::ANSWER)?;
        let prices = self.prices()?;
        let masks = Masks::new(self, request, stop);
        let mut kept = masks.of(table, &request.keeps)?;
        let placed = request.event();
        let placed = placed.map(|event| self.place(&masks, table, &event, &mut kept));
        let placed = placed.transpose()?;
        let count = kept.count();
        let _rows = stop.take(if count < table.rows { count } else { 0 }, size_of::<u32>())?;
        let kept = (count < table.rows).then(|| kept.rows());
        stop.spend(Work::passed(many(kept.as_ref().map_or(0, Vec::len))))?;
        let rows = kept.as_deref().map_or(RowSet::All(table.rows), RowSet::Some);
        let worked = WorkedNumbers::new(stop);
        let parts = request.parts.iter().map(|part| {
            let mut mask = masks.of(table, &part.keeps)?;
            for known in &part.known {
                let rows = Work::passed(many(mask.count()));
                stop.spend(rows)?;
                self.keep_known(table, known, (&prices, &worked), &mut mask)?;
            }
            Ok::<_, Error>(mask)
        });
        let parts = parts.collect::<Result<_, _>>()?;
        let edges = request.histograms.iter().map(|_| <_>::default()).collect();
        let asked = MemoryRequest { request, table, parts, prices, stop, worked, edges };
        let keys = request.keys.iter().map(|key| match &placed {
            Some(placed) if key.part.is_of_event() => placed.key(table, key.part),
            _ => self.key(table, &key.path, key.part),
        });
        let (keys, cells): (Vec<_>, Vec<_>) =
            keys.collect::<Result<Vec<_>, Error>>()?.into_iter().unzip();
        let _parts = stop.take(asked.parts.len(), table.rows / 8)?;
        let mut groups = Groups::default();
        let mut taken = Vec::new();
        for level in request.levels() {
            taken.push(self.level(&asked, rows, &keys[..level], &mut groups)?);
        }
        let among = 1 + request.windows.len() + request.summaries.len();
        stop.spend(Work::placed(many(groups.levels.len() * among)))?;
        let of_window = request.windows.len() * 2 * size_of::<Number>();
        let of_group = of_window + request.summaries.len() * size_of::<Number>();
        let _among = stop.take(groups.levels.len(), of_group)?;
        asked.trim(&mut groups);
        let cells = AllCells(cells);
        let mut answers = finish(request, groups, &cells)?;
        if request.adds.others {
            self.add_others(&asked, rows, (&keys, &cells), &mut answers)?;
        }
        Ok(answers)
    }

    /// Adds the group of the rows outside the groups of the pages.
    fn add_others(
        &self,
        asked: &MemoryRequest<'_>,
        rows: RowSet<'_>,
        (keys, cells): (&[Ordinals<'_>], &AllCells<'_>),
        answers: &mut [(Cell, GroupsAnswer)],
    ) -> Result<(), Error> {
        let request = asked.request;
        let ordinal = |(key, cell): (usize, &Cell)| match cell {
            Cell::Null => Some(NULL),
            // A group without rows has a cell that no row has.
            cell => u32::try_from(search(cells, key, cell))
                .ok()
                .filter(|it| it % 2 == 0)
                .map(|it| it / 2),
        };
        let shown = others::shown(request, answers);
        let shown = shown.iter().filter_map(|key| key.iter().enumerate().map(ordinal).collect());
        let shown: FxHashSet<Vec<u32>> = shown.collect();
        asked.stop.spend(Work::grouped(many(rows.len() * keys.len()), many(shown.len())))?;
        let _rows = asked.stop.take(rows.len(), size_of::<u32>())?;
        let mut key = Vec::with_capacity(keys.len());
        let mut is_other = |row: &usize| {
            key.clear();
            key.extend(keys.iter().map(|of| of.get(*row)));
            !shown.contains(key.as_slice())
        };
        let found = (0..rows.len()).map(|index| rows.get(index)).filter(|row| is_other(row));
        let found: Vec<u32> = found.map(rows::position).collect();
        let mut groups = Groups::default();
        let parents = &keys[..request.skipped()];
        let _taken = self.level(asked, RowSet::Some(&found), parents, &mut groups)?;
        divide(request, &mut groups.figures);
        asked.trim(&mut groups);
        let width = request.figures.len();
        let found = (0..groups.levels.len()).map(|group| {
            let parent = match request.of_parents {
                true => cells.cell(0, groups.ordinals[group * request.keys.len()]),
                false => Cell::All,
            };
            let histograms = groups.histograms.iter().map(|all| all[group].clone()).collect();
            let figures = groups.figures[group * width..(group + 1) * width].to_vec();
            (parent, OtherRows { figures, histograms })
        });
        others::add(request, answers, found.collect());
        Ok(())
    }

    /// The consumer price index.
    fn prices(&self) -> Result<Prices, Error> {
        let table = self.table_named(price_index::Entity.table_name())?;
        let column = |column: price_index::Column| table.column_named(column.as_str());
        let (years, indices) =
            (column(price_index::Column::Year)?, column(price_index::Column::CpiU)?);
        Ok(Prices::new((0..table.rows).filter_map(|row| {
            let number = |column: &StoredColumn| column.values.whole(column.codes.get(row));
            Some((number(years)?, number(indices)?))
        })))
    }

    /// Adds the groups of a prefix of the keys.
    fn level(
        &self,
        asked: &MemoryRequest<'_>,
        rows: RowSet<'_>,
        keys: &[Ordinals<'_>],
        groups: &mut Groups,
    ) -> Result<TakenMemory, Error> {
        let request = asked.request;
        let (first, width) = (groups.levels.len(), request.figures.len());
        let most = request.most_groups().saturating_sub(first);
        // The number of groups is not known yet.
        let work = work_of_groups(asked.table, request, keys.len(), many(rows.len()), 0)?;
        asked.stop.spend(work)?;
        let _slots_of_rows = asked.stop.take(rows.len(), size_of::<u32>())?;
        let slots = assign(keys, rows, most, self.workers);
        let slots = slots.ok_or_else(|| request.too_many_groups())?;
        let made = many(slots.slots.len());
        if !keys.is_empty() {
            let scattered = Work::grouped(many(rows.len() * keys.len()), made);
            asked.stop.spend(scattered + Work::made(made))?;
        }
        let all = first + slots.slots.len();
        let of_group = width * size_of::<Number>() + request.keys.len() * size_of::<u32>();
        // Sorting needs an index for each, and the page is copied.
        let taken = asked.stop.take(slots.slots.len(), of_group + 2 * size_of::<usize>())?;
        groups.levels.resize(all, u8::try_from(keys.len()).map_err(|_| Error::Internal)?);
        for slot in &slots.slots {
            groups.ordinals.extend(keys.iter().map(|key| key.get(slot.example as usize)));
            groups.ordinals.extend(std::iter::repeat_n(ALL, request.keys.len() - keys.len()));
        }
        groups.figures.resize(all * width, Number::Missing);
        self.figures(asked, rows, &slots, &mut groups.figures[first * width..])?;
        self.histograms(asked, rows, &slots, keys, groups)?;
        Ok(taken)
    }

    /// Computes the figures of the slots. Each measure of a part is read once for all its statistics.
    fn figures(
        &self,
        asked: &MemoryRequest<'_>,
        rows: RowSet<'_>,
        slots: &Slots,
        figures: &mut [Number],
    ) -> Result<(), Error> {
        let all = &asked.request.figures;
        let of_part = |figure: &Figure| match figure {
            Figure::Of { part, .. } => Some(*part),
            Figure::Correlation { .. } | Figure::Estimate(..) | Figure::Ratio { .. } => None,
        };
        let parts: BTreeSet<Option<usize>> = all.iter().filter_map(of_part).collect();
        // One part after the other: each has an array of its rows and one of their slots.
        for part in parts {
            let narrowed = part.map(|part| asked.narrowed(slots, rows, part)).transpose()?;
            let (slots, rows) = match &narrowed {
                None => (slots, rows),
                Some((slots, rows, _)) => (slots, RowSet::Some(rows)),
            };
            self.figures_of_part(asked, part, rows, slots, figures)?;
        }
        self.correlations(asked, rows, slots, figures)?;
        self.estimates(asked, rows, slots, figures)
    }

    /// Puts the values of the slots into bins.
    fn histograms(
        &self,
        asked: &MemoryRequest<'_>,
        rows: RowSet<'_>,
        slots: &Slots,
        keys: &[Ordinals<'_>],
        groups: &mut Groups,
    ) -> Result<(), Error> {
        let request = asked.request;
        groups.histograms.resize_with(request.histograms.len(), Vec::new);
        let of_parent = keys.first().filter(|_| request.of_parents);
        let parent =
            |slot: &group::Slot| of_parent.map_or(ALL, |key| key.get(slot.example as usize));
        for (place, histogram) in request.histograms.iter().enumerate() {
            let rows_of = many(rows.len());
            asked.stop.spend(
                Self::work_of_measure(&histogram.measure, Needs::Values, rows_of)
                    + Work::grouped(rows_of, many(slots.slots.len()))
                    + Work::figures(many(slots.slots.len() * histogram.bins.most)),
            )?;
            let _values = asked.stop.take(rows.len(), 24)?;
            let of_bins = (histogram.bins.most + 2) * size_of::<Bin>();
            let _bins = asked.stop.take(slots.slots.len(), of_bins)?;
            let narrowed = histogram.part.map(|part| slots.narrowed(rows, &asked.parts[part]));
            let (counted, rows) = match &narrowed {
                None => (slots, rows),
                Some((slots, rows)) => (slots, RowSet::Some(rows)),
            };
            let mut gathered =
                self.gather(asked, &histogram.measure, counted, rows, Needs::Values)?;
            let parents: Vec<u32> = slots.slots.iter().map(parent).collect();
            let mut edges = asked.edges[place].borrow_mut();
            let bins = edges.fill(&histogram.bins, &parents, |slot, visit| {
                gathered.slot(slot, false).1.each(visit);
            });
            groups.histograms[place].extend(bins);
        }
        Ok(())
    }

    fn figures_of_part(
        &self,
        asked: &MemoryRequest<'_>,
        part: Option<usize>,
        rows: RowSet<'_>,
        slots: &Slots,
        figures: &mut [Number],
    ) -> Result<(), Error> {
        let all = &asked.request.figures;
        let mut done = vec![false; all.len()];
        for first in 0..all.len() {
            let Figure::Of { measure, part: of, .. } = &all[first] else { continue };
            if done[first] || *of != part {
                continue;
            }
            let wanted = all.iter().enumerate().filter_map(|(position, figure)| match figure {
                Figure::Of { measure: other, part: of, statistic } => {
                    (other == measure && *of == part).then_some((position, *statistic))
                }
                Figure::Correlation { .. } | Figure::Estimate(..) | Figure::Ratio { .. } => None,
            });
            let wanted: Vec<_> = wanted.collect();
            let needs = wanted.iter().map(|(_, statistic)| statistic.needs());
            let needs = needs.max().unwrap_or(Needs::Sum);
            let work = Self::work_of_measure(measure, needs, many(rows.len()));
            let figures_of = Work::figures(many(slots.slots.len() * wanted.len()));
            let scattered = Work::grouped(many(rows.len()), many(slots.slots.len()));
            asked.stop.spend(work + scattered + figures_of)?;
            let _numbers =
                asked.stop.take(rows.len(), if needs == Needs::Values { 16 } else { 8 })?;
            let _tallies = asked.stop.take(slots.slots.len(), 2 * size_of::<Tally>())?;
            let mut gathered = self.gather(asked, measure, slots, rows, needs)?;
            let adds_up = wanted.iter().any(|(_, statistic)| statistic.adds_up());
            for slot in 0..slots.slots.len() {
                let (tally, mut values) = gathered.slot(slot, adds_up);
                for (figure, statistic) in &wanted {
                    figures[slot * all.len() + figure] = compute(*statistic, &tally, &mut values)?;
                    done[*figure] = true;
                }
            }
        }
        Ok(())
    }
}

/// A request with everything that is looked up once for all of it.
pub(crate) struct MemoryRequest<'a> {
    request: &'a Request,
    pub(crate) table: &'a Stored,
    /// The rows of each part.
    parts: Vec<Mask>,
    prices: Prices,
    stop: &'a Stop,
    worked: WorkedNumbers<'a>,
    /// The edges of each histogram, by the ordinal of the parent.
    edges: Vec<RefCell<Edges<u32>>>,
}

impl MemoryRequest<'_> {
    /// The slots with only the rows of a part, and these rows.
    fn narrowed(
        &self,
        slots: &Slots,
        rows: RowSet<'_>,
        part: usize,
    ) -> Result<(Slots, Vec<u32>, TakenMemory), Error> {
        let mask = &self.parts[part];
        let (looked_at, of_part) = (many(rows.len()), many(mask.count()));
        self.stop.spend(work_of_part(looked_at, of_part, matches!(rows, RowSet::All(_))))?;
        let taken = self.stop.take(rows.len(), 2 * size_of::<u32>())?;
        let (slots, kept) = slots.narrowed(rows, mask);
        Ok((slots, kept, taken))
    }

    /// Removes empty open bins.
    fn trim(&self, groups: &mut Groups) {
        let (width, of_parents) = (self.request.keys.len(), self.request.of_parents);
        let parent = |group: usize| if of_parents { groups.ordinals[group * width] } else { ALL };
        let parents: Vec<u32> = match groups.histograms.is_empty() {
            true => Vec::new(),
            false => (0..groups.levels.len()).map(parent).collect(),
        };
        for (edges, all) in self.edges.iter().zip(&mut groups.histograms) {
            edges.borrow().trim(all, &parents);
        }
    }
}
