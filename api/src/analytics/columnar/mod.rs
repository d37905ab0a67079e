//! The executor that serves: a read-only copy of the tables in memory, column by column.
//!
//! - [`mod@column`]: a code for each row, and the values in order that the codes stand for.
//! - [`build`]: from the database to columns. Keys that refer to another table become positions there,
//!   so a path through relations is a chain of array look-ups.
//! - [`mask`]: a filter as a bit for each row.
//! - [`keys`]: a key as the ordinals of its cells. [`group`]: rows into slots by them.
//! - [`measure`]: what a measure comes to in each slot.
//! - [`parallel`]: all of it on all cores where the rows are many.

mod build;
mod column;
mod group;
mod keys;
mod mask;
mod measure;
mod parallel;

use self::{
    column::Column,
    group::{Rows, Slots, assign},
    keys::{AllCells, Ordinals},
    measure::{as_index, starts},
};
use super::{
    finish::{ALL, Groups, finish},
    request::{Answer, Request},
    statistic::compute,
    value::Number,
};
use crate::{
    error::Error,
    query::{catalog::Table, predicate::Predicate},
};

/// A copy of the dataset in memory, of one revision.
#[derive(Debug)]
pub struct Replica {
    /// In the order of the catalog.
    tables: Vec<Stored>,
    revision: i32,
}

/// A table of the copy: its rows in the order of their keys.
#[derive(Debug)]
struct Stored {
    table: &'static Table,
    /// Its position in the catalog.
    index: usize,
    rows: usize,
    /// In the order of the catalog; those that nothing can ask for are left out.
    columns: Vec<Option<Column>>,
}

impl Stored {
    fn column(&self, index: usize) -> Result<&Column, Error> {
        self.columns[index].as_ref().ok_or_else(|| {
            tracing::error!(table = self.table.name, index, "a column is not in the copy");
            Error::Internal
        })
    }

    fn column_named(&self, name: &str) -> Result<&Column, Error> {
        self.column(self.table.column_index(name))
    }
}

impl Replica {
    /// The revision of the dataset that this is a copy of.
    #[must_use]
    pub fn revision(&self) -> i32 {
        self.revision
    }

    /// The rows of all tables.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// The memory that the columns take.
    #[must_use]
    pub fn size_in_bytes(&self) -> usize {
        let columns = self.tables.iter().flat_map(|table| table.columns.iter().flatten());
        let size = |column: &Column| {
            // The values of a key that refers are those of the table it refers to.
            let values = match column.refers_to {
                Some(_) => 0,
                None => column.values.size_in_bytes(),
            };
            column.codes.size_in_bytes() + values
        };
        columns.map(size).sum()
    }

    fn table_named(&self, name: &str) -> Result<&Stored, Error> {
        self.tables.iter().find(|table| table.table.name == name).ok_or(Error::Internal)
    }

    /// Answers a request.
    ///
    /// # Errors
    /// Says what makes no sense about it, or that it makes too many groups.
    pub fn answer(&self, request: &Request) -> Result<Answer, Error> {
        request.check()?;
        let table = self.table_named(request.table.name)?;
        let keep = |keeps: &Predicate| Ok::<_, Error>(self.mask(table, keeps)?.rows());
        let kept = (!request.keeps.is_all()).then(|| keep(&request.keeps)).transpose()?;
        let rows = kept.as_deref().map_or(Rows::All(table.rows), Rows::Some);
        let keys = request.by.iter().map(|key| self.key(table, &key.path, key.part));
        let (keys, cells): (Vec<_>, Vec<_>) =
            keys.collect::<Result<Vec<_>, Error>>()?.into_iter().unzip();
        let mut groups = Groups::default();
        for level in request.levels() {
            self.level(request, table, rows, &keys[..level], &mut groups)?;
        }
        Ok(finish(request, &groups, &AllCells(cells)))
    }

    /// Adds the groups of some first keys.
    fn level(
        &self,
        request: &Request,
        table: &Stored,
        rows: Rows<'_>,
        keys: &[Ordinals<'_>],
        groups: &mut Groups,
    ) -> Result<(), Error> {
        let (first, width) = (groups.levels.len(), request.figures.len());
        let slots = assign(keys, rows, request.most_groups().saturating_sub(first));
        let slots = slots.ok_or_else(|| request.too_many_groups())?;
        let all = first + slots.slots.len();
        groups.levels.resize(all, u8::try_from(keys.len()).map_err(|_| Error::Internal)?);
        for slot in &slots.slots {
            groups.ordinals.extend(keys.iter().map(|key| key.get(slot.example as usize)));
            groups.ordinals.extend(std::iter::repeat_n(ALL, request.by.len() - keys.len()));
        }
        groups.figures.resize(all * width, Number::Missing);
        self.figures(request, table, rows, &slots, &mut groups.figures[first * width..])
    }

    /// Computes the figures of the slots, each measure once for all its statistics.
    fn figures(
        &self,
        request: &Request,
        table: &Stored,
        rows: Rows<'_>,
        slots: &Slots,
        figures: &mut [Number],
    ) -> Result<(), Error> {
        let width = request.figures.len();
        for (first, (measure, _)) in request.figures.iter().enumerate() {
            let same = |(other, _): &&(usize, &(_, _))| request.figures[*other].0 == *measure;
            let wanted: Vec<_> =
                request.figures.iter().enumerate().filter(|it| same(&it)).collect();
            if wanted.first().is_none_or(|(index, _)| *index != first) {
                continue;
            }
            let with_values = wanted.iter().any(|(_, (_, statistic))| statistic.needs_values());
            let mut gathered = self.gather(table, measure, slots, rows, with_values)?;
            let starts: Vec<usize> = starts(&gathered.tallies).collect();
            for (slot, tally) in gathered.tallies.iter().enumerate() {
                let values = match with_values {
                    true => &mut gathered.values[starts[slot]..][..as_index(tally.known)],
                    false => &mut [],
                };
                for (figure, (_, statistic)) in &wanted {
                    figures[slot * width + figure] = compute(*statistic, tally, values)?;
                }
            }
        }
        Ok(())
    }
}
