//! Places rows before and after an event: one pass over the rows that can be the event, and one over the rows to place.

use super::{Event, declared};
use crate::measures::memory::{
    Replica, Stored,
    column::{Codes, MISSING},
    keys::{KeyCells, Ordinals},
    mask::Mask,
    masks::Masks,
};
use crate::{
    catalog::{key::Part, scalar::Scalar},
    error::Error,
    measures::{difference::FirstYear, groups::NULL, value::Cell},
};

/// The year of an event that never happened, and of one without a known year.
const NEVER: i64 = MISSING;
const UNDATED: i64 = MISSING + 1;

/// When an event first happened to each subject.
pub(crate) struct FirstYears(Vec<i64>);

impl FirstYears {
    /// When it first happened to a subject, by its ordinal.
    pub(crate) fn of(&self, subject: u32) -> FirstYear {
        match self.0[subject as usize] {
            NEVER => FirstYear::Never,
            UNDATED => FirstYear::Unknown,
            year => FirstYear::In(year),
        }
    }
}

/// Rows, placed by an event.
pub(crate) struct PlacedRows<'a> {
    /// The ordinals of the years since, for the rows in the window.
    since: Codes,
    /// The least of the years since, and their number.
    first: i64,
    count: u32,
    /// The subject of each row, and whether each subject ever had the event.
    subjects: &'a Codes,
    ever: Vec<u32>,
}

impl PlacedRows<'_> {
    /// The ordinals and the cells of a key part that depends on the event.
    pub(crate) fn key<'a>(
        &'a self,
        table: &'a Stored,
        part: Part,
    ) -> Result<(Ordinals<'a>, KeyCells<'a>), Error> {
        let (codes, translation, cells): (_, _, Vec<Cell>) = if part == Part::Ever {
            let cells = vec![Cell::Boolean(false), Cell::Boolean(true)];
            (self.subjects, Some(self.ever.clone()), cells)
        } else {
            let years = (self.first..).take(self.count as usize);
            (&self.since, None, years.map(Cell::Whole).collect())
        };
        let count = u32::try_from(cells.len() + 1).map_err(|_| Error::Internal)?;
        let column = table.column_named(table.table.key)?;
        let cells = KeyCells { column, scalar: Scalar::Int, parts: Some(cells) };
        Ok((Ordinals { codes, translation, count }, cells))
    }
}

impl Replica {
    /// Places the rows of a mask by an event, and removes the rows outside the window from the mask.
    pub(crate) fn place<'a>(
        &self,
        masks: &Masks<'_>,
        table: &'a Stored,
        event: &Event,
        kept: &mut Mask,
    ) -> Result<PlacedRows<'a>, Error> {
        let declared = declared(table.table)?;
        let subjects = &table.column_named(declared.subject(table.table).from)?.codes;
        let events = self.events(masks, table, event)?;
        let years = table.column_named(declared.years[0])?;
        let year_of_code = years.numbers();
        let (first, last) = bounds(&year_of_code, &events, event.window);
        let count = u32::try_from((last - first + 1).max(0)).map_err(|_| Error::Internal)?;
        // Rows beyond the window get an ordinal of their own until they are removed.
        let beyond = count + 1;
        let ordinal = |row: usize| {
            let year = year_of_code[years.codes.get(row) as usize];
            match events[subjects.get(row) as usize] {
                NEVER | UNDATED => NULL,
                _ if year == MISSING => NULL,
                event => {
                    let since = u32::try_from(year - event - first).ok();
                    since.filter(|since| *since < count).map_or(beyond, |since| since + 1)
                }
            }
        };
        let since = match u8::try_from(beyond) {
            Ok(_) => Codes::Byte(
                self.fill(table.rows, kept, |row| u8::try_from(ordinal(row)).unwrap_or_default()),
            ),
            Err(_) => Codes::Long(self.fill(table.rows, kept, ordinal)),
        };
        if event.window.is_some() {
            kept.retain(|row| since.get(row) != beyond);
        }
        if let (true, Some((from, to))) = (event.is_balanced, event.window) {
            let series = table.column_named(declared.series)?;
            let width = series.codes();
            let at =
                |row: usize| subjects.get(row) as usize * width + series.codes.get(row) as usize;
            let mut seen = vec![0_u64; events.len() * width];
            for row in kept.rows().into_iter().map(|row| row as usize) {
                if since.get(row) != NULL {
                    let year = first + i64::from(since.get(row)) - 1;
                    seen[at(row)] |= 1 << (year - i64::from(from));
                }
            }
            let years = u32::try_from(to - from + 1).map_err(|_| Error::Internal)?;
            kept.retain(|row| since.get(row) == NULL || seen[at(row)].count_ones() == years);
        }
        let had = |event: &i64| if *event == NEVER { 1 } else { 2 };
        let mut ever: Vec<u32> = events.iter().map(had).collect();
        ever[NULL as usize] = NULL;
        Ok(PlacedRows { since, first, count, subjects, ever })
    }

    /// A value for each row that a mask keeps, and the default for the others.
    fn fill<T: Copy + Default + Send>(
        &self,
        rows: usize,
        kept: &Mask,
        value: impl Fn(usize) -> T + Sync,
    ) -> Box<[T]> {
        let mut values = vec![T::default(); rows].into_boxed_slice();
        self.workers.fill(&mut values, |start, values| {
            for (row, place) in (start..).zip(values) {
                if kept.get(row) {
                    *place = value(row);
                }
            }
        });
        values
    }

    /// When the event first happened to each subject.
    pub(crate) fn first_years(
        &self,
        masks: &Masks<'_>,
        table: &Stored,
        event: &Event,
    ) -> Result<FirstYears, Error> {
        self.events(masks, table, event).map(FirstYears)
    }

    /// For each subject, by its ordinal, the year of the event.
    fn events(&self, masks: &Masks<'_>, table: &Stored, event: &Event) -> Result<Vec<i64>, Error> {
        let declared = declared(table.table)?;
        let subjects = self.table_named(declared.subject(table.table).table)?;
        let relation = declared.happens(table.table);
        let happens = self.table_named(relation.table)?;
        let mask = masks.of(happens, &event.counts)?;
        let to = &happens.column_named(relation.to)?.codes;
        let years = happens.column_named(declared.years[1])?;
        let mut events = vec![NEVER; subjects.rows + 1];
        let year_of_code = years.numbers();
        mask.each(|row| {
            let known = &mut events[to.get(row) as usize];
            *known = match (*known, year_of_code[years.codes.get(row) as usize]) {
                (NEVER, MISSING) => UNDATED,
                (known, MISSING) => known,
                (NEVER | UNDATED, year) => year,
                (known, year) => known.min(year),
            };
        });
        events[NULL as usize] = NEVER;
        Ok(events)
    }
}

/// The least and the greatest possible years since, from the years of rows and of events. The greatest is less than the
/// least if there are none.
fn bounds(years: &[i64], events: &[i64], window: Option<(i32, i32)>) -> (i64, i64) {
    let known = || years.iter().copied().filter(|year| *year != MISSING);
    let dated = || events.iter().copied().filter(|year| *year > UNDATED);
    let ends = known().min().zip(known().max()).zip(dated().min().zip(dated().max()));
    let Some(((least, most), (early, late))) = ends else { return (0, -1) };
    let (first, last) = (least - late, most - early);
    window.map_or((first, last), |(from, to)| (first.max(from.into()), last.min(to.into())))
}
