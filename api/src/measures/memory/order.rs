//! The keys of rows in an order: finds a page of a list without sorting the table.
//!
//! Codes have the order of their values, so each term of an order gives each row a number, its rank. Rows are compared
//! by their ranks: first in the first term, then in the next, and finally by key. The rows are scanned once. A row that
//! comes after a full page is dropped as soon as that is known, so few rows are ever sorted. A place holds values, not
//! codes: a value that no row has lies between two ranks.

use std::{cmp::Ordering, ops::Range, sync::Arc};

use sea_orm::sea_query::Value;

use super::{
    Replica, Stored,
    accepted::place_of,
    column::StoredColumn,
    keys::Ordinals,
    mask::Mask,
    masks::Masks,
    ranks::RankedNumbers,
    rows::{RowSet, position},
    work::many,
};
use crate::{
    catalog::{
        key::{End, Part, Path},
        place::{Location, Point},
        predicate::Predicate,
        table::Table,
    },
    error::Error,
    limits::work::Work,
    measures::{stop::Stop, value::Number},
};

/// The number of rows between two checks whether anybody waits.
const ROWS_AT_ONCE: usize = 1 << 16;
/// The least number of rows to gather before dropping those that are too far behind.
const LEAST_GATHERED: usize = 1 << 10;

/// A request for the first rows of an order: those that a filter keeps, between two places.
#[derive(Clone, Debug)]
pub(crate) struct FirstRows {
    pub(crate) table: &'static Table,
    pub(crate) keeps: Predicate,
    /// The last term is the primary key, so no two rows tie.
    pub(crate) order: Vec<RowTerm>,
    /// The values of the terms after which the rows begin.
    pub(crate) behind: Option<Vec<Value>>,
    /// The values of the terms before which the rows end.
    pub(crate) before: Option<Vec<Value>>,
    /// The most rows to find.
    pub(crate) most: usize,
}

/// A term of an order.
#[derive(Clone, Debug)]
pub(crate) struct RowTerm {
    /// The position of the to-one relation that leads to the column; `None` for a column of the table itself.
    pub(crate) through: Option<usize>,
    /// The position of the column in its table.
    pub(crate) column: usize,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
    /// The numbers to compare, instead of a column.
    pub(crate) ranked: Option<Arc<RankedNumbers>>,
    /// The place to measure distance from, instead of a column.
    pub(crate) from: Option<(Point, Location)>,
}

impl RowTerm {
    /// The rank of a code; the least comes first.
    #[inline]
    fn rank(&self, code: u32) -> u32 {
        match (code, self.nulls_first) {
            (0, true) => 0,
            (0, false) => u32::MAX,
            _ if self.descending => u32::MAX - code,
            _ => code,
        }
    }

    /// Twice the rank of a value; an odd number lies between two ranks.
    fn place(&self, column: &StoredColumn, value: &Value) -> Result<u64, Error> {
        let twice = |code| 2 * u64::from(self.rank(code));
        if is_missing(value) {
            return Ok(twice(0));
        }
        let (less, greater) = match (&self.ranked, value) {
            (None, value) => place_of(&column.values, value)?,
            (Some(ranked), Value::String(Some(text))) => {
                ranked.place(Number::parse(text).ok_or(Error::Internal)?)
            }
            _ => return Err(Error::Internal),
        };
        Ok(match (less < greater, self.descending) {
            (true, _) => twice(less),
            // The value comes before the first code that is not less.
            (false, false) => twice(less) - 1,
            (false, true) => twice(less) + 1,
        })
    }
}

/// Whether a place has no value for a term.
fn is_missing(value: &Value) -> bool {
    matches!(value, Value::String(None))
}

/// A term, with the codes of the rows.
struct Ranks<'a> {
    term: RowTerm,
    codes: Ordinals<'a>,
    column: &'a StoredColumn,
}

impl Ranks<'_> {
    #[inline]
    fn get(&self, row: u32) -> u32 {
        self.term.rank(self.codes.get(row as usize))
    }
}

/// A row, with its rank in the first term.
type Ranked = (u32, u32);

/// An order, with the data to compare rows.
struct RowOrder<'a> {
    first: Ranks<'a>,
    others: Vec<Ranks<'a>>,
    behind: Option<Vec<u64>>,
    before: Option<Vec<u64>>,
    most: usize,
}

impl<'a> RowOrder<'a> {
    fn new(
        replica: &'a Replica,
        table: &'a Stored,
        asked: &FirstRows,
        distances: &'a [Option<StoredColumn>],
    ) -> Result<Self, Error> {
        let ranks = asked.order.iter().zip(distances).map(|(term, distances)| {
            if let Some(ranked) = &term.ranked {
                let column = table.column_named(table.table.key)?;
                let code = |code: u32| {
                    let key = column.values.whole(code).and_then(|key| i32::try_from(key).ok());
                    key.map_or(0, |key| ranked.code(key))
                };
                let translation = Some((0..=position(table.rows)).map(code).collect());
                let count = position(ranked.len() + 1);
                let codes = Ordinals { codes: &column.codes, translation, count };
                return Ok(Ranks { term: term.clone(), codes, column });
            }
            if let Some(column) = distances {
                let count = u32::try_from(column.codes()).map_err(|_| Error::Internal)?;
                let codes = Ordinals { codes: &column.codes, translation: None, count };
                return Ok(Ranks { term: term.clone(), codes, column });
            }
            let path = Path {
                relations: term.through.into_iter().collect(),
                end: End::Column(term.column),
            };
            let (codes, cells) = replica.key(table, &path, Part::Itself)?;
            Ok::<_, Error>(Ranks { term: term.clone(), codes, column: cells.column })
        });
        let mut others = ranks.collect::<Result<Vec<_>, _>>()?;
        let place = |values: &Option<Vec<Value>>| {
            let terms = |values: &Vec<Value>| {
                let terms = others.iter().zip(values);
                terms.map(|(ranks, value)| ranks.term.place(ranks.column, value)).collect()
            };
            values.as_ref().map(terms).transpose()
        };
        let (behind, before) = (place(&asked.behind)?, place(&asked.before)?);
        if others.is_empty() {
            return Err(Error::Internal);
        }
        Ok(Self { first: others.remove(0), others, behind, before, most: asked.most })
    }

    fn compare(&self, a: Ranked, b: Ranked) -> Ordering {
        let others = || {
            let mut orderings = self.others.iter().map(|ranks| ranks.get(a.1).cmp(&ranks.get(b.1)));
            orderings.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
        };
        a.0.cmp(&b.0).then_with(others)
    }

    /// Compares a row with a place.
    fn compare_with(&self, row: Ranked, place: &[u64]) -> Ordering {
        let twice = |rank: u32| 2 * u64::from(rank);
        let first = twice(row.0).cmp(&place[0]);
        first.then_with(|| {
            let others = self.others.iter().zip(&place[1..]);
            let mut orderings = others.map(|(ranks, place)| twice(ranks.get(row.1)).cmp(place));
            orderings.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
        })
    }

    fn is_between(&self, row: Ranked) -> bool {
        let is = |place: &Option<Vec<u64>>, holds: fn(Ordering) -> bool| {
            place.as_ref().is_none_or(|place| holds(self.compare_with(row, place)))
        };
        is(&self.behind, Ordering::is_gt) && is(&self.before, Ordering::is_lt)
    }

    /// The first rows of a range, at most the limit, in any order.
    fn gather(
        &self,
        rows: RowSet<'_>,
        range: Range<usize>,
        stop: &Stop,
    ) -> Result<Vec<Ranked>, Error> {
        let full = self.most.saturating_mul(2).max(LEAST_GATHERED);
        let mut found: Vec<Ranked> = Vec::new();
        // After this row, there are already enough before it.
        let mut last: Option<Ranked> = None;
        for start in range.clone().step_by(ROWS_AT_ONCE) {
            stop.check()?;
            for index in start..range.end.min(start + ROWS_AT_ONCE) {
                let row = position(rows.get(index));
                let row = (self.first.get(row), row);
                if last.is_some_and(|last| self.compare(row, last).is_gt()) || !self.is_between(row)
                {
                    continue;
                }
                found.push(row);
                if found.len() == full {
                    self.cut(&mut found);
                    last = found.last().copied();
                }
            }
        }
        Ok(found)
    }

    /// Drops the rows beyond the limit. The last that remains is the last in order.
    fn cut(&self, rows: &mut Vec<Ranked>) {
        if let Some(last) = self.most.checked_sub(1).filter(|last| *last < rows.len()) {
            rows.select_nth_unstable_by(last, |a, b| self.compare(*a, *b));
        }
        rows.truncate(self.most);
    }
}

impl Replica {
    /// The keys of the first rows of an order, in that order. Stops when nobody waits.
    pub(crate) fn first_keys(&self, asked: &FirstRows, stop: &Stop) -> Result<Vec<i32>, Error> {
        let table = self.table_named(asked.table.name)?;
        let mask = Masks::of_filter(self, &asked.keeps, stop).of(table, &asked.keeps)?;
        let _rows =
            stop.take(mask.count() + asked.most.min(table.rows), 2 * size_of::<Ranked>())?;
        let kept = (mask.count() < table.rows).then(|| mask.rows());
        let rows = kept.as_deref().map_or(RowSet::All(table.rows), RowSet::Some);
        stop.spend(work_of_order(many(rows.len()), many(asked.most)))?;
        let distances = distances(table, asked, &mask)?;
        let order = RowOrder::new(self, table, asked, &distances)?;
        let parts = self.workers.map(rows.len(), |range| order.gather(rows, range, stop));
        let mut first = parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
        order.cut(&mut first);
        stop.check()?;
        first.sort_unstable_by(|a, b| order.compare(*a, *b));
        stop.check()?;
        table.keys_of(first.into_iter().map(|(_, row)| row))
    }

    /// The keys of the first rows of each of some parents, by the column with the parent's key. Stops when nobody
    /// waits.
    pub(crate) fn first_keys_of_each(
        &self,
        asked: &FirstRows,
        (column, parents): (&str, &[i32]),
        stop: &Stop,
    ) -> Result<Vec<Vec<i32>>, Error> {
        let table = self.table_named(asked.table.name)?;
        let mask = Masks::of_filter(self, &asked.keeps, stop).of(table, &asked.keeps)?;
        stop.spend(Work::codes(many(table.rows)))?;
        let column = table.column_named(column)?;
        // Where to gather the rows of a parent, by its code.
        let mut places = vec![None; column.codes()];
        for (place, parent) in parents.iter().enumerate() {
            if let Some(code) = column.values.find(i64::from(*parent)) {
                places[code as usize] = Some(place);
            }
        }
        let distances = distances(table, asked, &mask)?;
        let order = RowOrder::new(self, table, asked, &distances)?;
        let mut found: Vec<Vec<Ranked>> = vec![Vec::new(); parents.len()];
        let full = asked.most.saturating_mul(2).max(LEAST_GATHERED);
        let mut count = 0;
        for row in 0..table.rows {
            if row % ROWS_AT_ONCE == 0 {
                stop.check()?;
            }
            let Some(place) = places[column.codes.get(row) as usize] else { continue };
            let row = position(row);
            let ranked = (order.first.get(row), row);
            if !mask.get(row as usize) || !order.is_between(ranked) {
                continue;
            }
            count += 1;
            let found = &mut found[place];
            found.push(ranked);
            if found.len() == full {
                order.cut(found);
            }
        }
        stop.spend(work_of_order(count, many(asked.most.saturating_mul(parents.len()))))?;
        let keys = found.into_iter().map(|mut rows| {
            order.cut(&mut rows);
            rows.sort_unstable_by(|a, b| order.compare(*a, *b));
            table.keys_of(rows.into_iter().map(|(_, row)| row))
        });
        keys.collect()
    }

    /// The work of finding them, when the parents have this many rows together.
    pub(crate) fn work_of_first_of_each(
        &self,
        asked: &FirstRows,
        parents: u64,
        children: u64,
    ) -> Result<Work, Error> {
        let rows = many(self.table_named(asked.table.name)?.rows);
        let most = parents.saturating_mul(many(asked.most));
        let order = work_of_order(children, most);
        Ok(self.work_of_first(asked, 0)? + Work::codes(rows) + order)
    }

    /// The work of finding them, when a filter keeps this many rows.
    pub(crate) fn work_of_first(&self, asked: &FirstRows, kept: u64) -> Result<Work, Error> {
        let mut work = self.work_of_filter(asked.table.name, &asked.keeps)?;
        let ranked = asked.order.iter().filter(|term| term.ranked.is_some()).count();
        let rows = many(self.table_named(asked.table.name)?.rows);
        work += Work::values(rows.saturating_mul(8)).times(many(ranked));
        for _ in asked.order.iter().filter(|term| term.from.is_some()) {
            let rows = many(self.table_named(asked.table.name)?.rows);
            work += Work::passed(rows.saturating_mul(4)) + Work::ranked(kept);
        }
        for index in asked.order.iter().filter_map(|term| term.through) {
            let other = self.table_named(asked.table.relations[index].table)?;
            work += Work::values(many(other.rows));
        }
        Ok(work + work_of_order(kept, many(asked.most)))
    }
}

/// For each term that orders by distance, a column of the distances of the rows that a mask keeps.
fn distances(
    table: &Stored,
    asked: &FirstRows,
    mask: &Mask,
) -> Result<Vec<Option<StoredColumn>>, Error> {
    let column = |term: &RowTerm| {
        let Some((from, at)) = term.from else { return Ok(None) };
        let name = |column: usize| asked.table.columns[column].name;
        let (latitude, longitude) =
            (table.column_named(name(at.latitude))?, table.column_named(name(at.longitude))?);
        let distance = |row: usize| {
            let degrees = latitude.real_at(row).zip(longitude.real_at(row));
            let degrees = degrees.filter(|_| mask.get(row));
            degrees.map_or(f64::NAN, |(north, east)| from.haversine(north, east))
        };
        let distances: Vec<f64> = (0..table.rows).map(distance).collect();
        Ok(Some(StoredColumn::real(&distances)))
    };
    asked.order.iter().map(column).collect()
}

/// The work of finding and sorting the first of these rows.
fn work_of_order(rows: u64, most: u64) -> Work {
    Work::passed(rows.saturating_mul(2)) + Work::placed(rows.min(most).saturating_mul(2))
}
