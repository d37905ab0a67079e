//! Rows before and after an event: one pass over what happens, and one over the rows.

use super::{
    Replica, Stored,
    column::{Codes, MISSING},
    keys::{KeyCells, Ordinals},
    mask::Mask,
};
use crate::{
    analytics::{
        event::{Event, declared},
        finish::NULL,
        key::Part,
        value::Cell,
    },
    error::Error,
    query::scalar::Scalar,
};

/// The year of an event that never was, and of one of an unknown year.
const NEVER: i64 = MISSING;
const UNDATED: i64 = MISSING + 1;

/// Rows, placed by an event.
pub(super) struct Placed {
    /// The ordinals of the years since, and those of whether it ever was.
    since: Codes,
    ever: Codes,
    /// The least of the years since, and how many there are.
    first: i64,
    count: u32,
}

impl Placed {
    /// The ordinals and the cells of a part that looks at the event.
    pub(super) fn key<'a>(
        &'a self,
        table: &'a Stored,
        part: Part,
    ) -> Result<(Ordinals<'a>, KeyCells<'a>), Error> {
        let (codes, cells): (_, Vec<Cell>) = if part == Part::Ever {
            (&self.ever, vec![Cell::Boolean(false), Cell::Boolean(true)])
        } else {
            let years = (self.first..).take(self.count as usize);
            (&self.since, years.map(Cell::Whole).collect())
        };
        let count = u32::try_from(cells.len() + 1).map_err(|_| Error::Internal)?;
        let column = table.column_named(table.table.key)?;
        let cells = KeyCells { column, scalar: Scalar::Int, parts: Some(cells) };
        Ok((Ordinals { codes, translation: None, count }, cells))
    }
}

impl Replica {
    /// Places the rows of a table by an event, and takes those out of a mask that are not looked at.
    pub(super) fn place(
        &self,
        table: &Stored,
        event: &Event,
        kept: &mut Mask,
    ) -> Result<Placed, Error> {
        let declared = declared(table.table)?;
        let relation = declared.subject(table.table);
        let subjects = &table.column_named(relation.from)?.codes;
        let events = self.events(table, event)?;
        let years = table.column_named(declared.years[0])?;
        let year_of_code = years.numbers();
        // Where the rows lie between the earliest event and the latest decides what there can be.
        let dated = || events.iter().copied().filter(|year| *year > UNDATED);
        let known = || year_of_code.iter().copied().filter(|year| *year != MISSING);
        let bounds = known().min().zip(known().max()).zip(dated().min().zip(dated().max()));
        let (first, last) = match (bounds, event.window) {
            (None, _) => (0, -1),
            (Some(((least, most), (early, late))), None) => (least - late, most - early),
            (Some(((least, most), (early, late))), Some((from, to))) => {
                ((least - late).max(from.into()), (most - early).min(to.into()))
            }
        };
        let count = u32::try_from((last - first + 1).max(0)).map_err(|_| Error::Internal)?;
        let mut codes = vec![(0_u32, 0_u8); table.rows];
        let beyond = count + 1;
        self.workers.fill(&mut codes, |start, codes| {
            for (row, code) in (start..).zip(codes) {
                let year = year_of_code[years.codes.get(row) as usize];
                let subject = subjects.get(row);
                *code = match events[subject as usize] {
                    _ if subject == NULL => (NULL, 0),
                    NEVER => (NULL, 1),
                    UNDATED => (NULL, 2),
                    _ if year == MISSING => (NULL, 2),
                    event => {
                        let since = u32::try_from(year - event - first).ok();
                        (since.filter(|since| *since < count).map_or(beyond, |since| since + 1), 2)
                    }
                };
            }
        });
        if event.window.is_some() {
            kept.retain(|row| codes[row].0 != beyond);
        }
        if let (true, Some((from, to))) = (event.is_balanced, event.window) {
            let series = table.column_named(declared.series)?;
            let width = series.codes();
            let at =
                |row: usize| subjects.get(row) as usize * width + series.codes.get(row) as usize;
            let mut seen = vec![0_u64; events.len() * width];
            for row in kept.rows().into_iter().map(|row| row as usize) {
                if codes[row].0 != NULL {
                    let since = first + i64::from(codes[row].0) - 1;
                    seen[at(row)] |= 1 << (since - i64::from(from));
                }
            }
            let years = u32::try_from(to - from + 1).map_err(|_| Error::Internal)?;
            kept.retain(|row| codes[row].0 == NULL || seen[at(row)].count_ones() == years);
        }
        let since: Vec<u32> = codes.iter().map(|(since, _)| *since).collect();
        let ever: Vec<u32> = codes.iter().map(|(_, ever)| (*ever).into()).collect();
        Ok(Placed {
            since: Codes::new(&since, beyond as usize),
            ever: Codes::new(&ever, 2),
            first,
            count,
        })
    }

    /// The year of the event of each subject, by its ordinal.
    fn events(&self, table: &Stored, event: &Event) -> Result<Vec<i64>, Error> {
        let declared = declared(table.table)?;
        let subjects = self.table_named(declared.subject(table.table).table)?;
        let relation = declared.happens(table.table);
        let happens = self.table_named(relation.table)?;
        let mask = self.mask(happens, &event.counts)?;
        let to = &happens.column_named(relation.to)?.codes;
        let years = happens.column_named(declared.years[1])?;
        let mut events = vec![NEVER; subjects.rows + 1];
        for row in (0..happens.rows).filter(|row| mask.get(*row)) {
            let known = &mut events[to.get(row) as usize];
            let year = years.values.whole(years.codes.get(row));
            *known = match (*known, year) {
                (NEVER, None) => UNDATED,
                (NEVER | UNDATED, Some(year)) => year,
                (known, Some(year)) => known.min(year),
                (known, None) => known,
            };
        }
        Ok(events)
    }
}
