//! The values of subjects by year, and the first year of the event of each.

use super::{
    MemoryRequest, Replica, column::MISSING, masks::Masks, measure::WorkedNumbers, rows::RowSet,
    work::many,
};
use crate::{
    error::Error,
    limits::work::Work,
    measures::{
        difference::{self, DifferenceRequest, Panel, PanelRow},
        event::declared,
        groups::NULL,
        stop::Stop,
    },
};

impl Replica {
    /// Reads the values to compare.
    pub(crate) fn panel(&self, asked: &DifferenceRequest, stop: &Stop) -> Result<Panel, Error> {
        let request = &asked.request;
        let table = self.table_named(request.table.name)?;
        let declared = declared(request.table)?;
        let masks = Masks::new(self, request, stop);
        let rows = masks.of(table, &request.keeps)?.rows();
        let _rows = stop.take(rows.len(), size_of::<u32>() + 2 * size_of::<i64>())?;
        let rows = RowSet::Some(&rows);
        let of_request = MemoryRequest {
            request,
            table,
            parts: Vec::new(),
            prices: self.prices()?,
            stop,
            worked: WorkedNumbers::new(stop),
            edges: Vec::new(),
        };
        let above = self.number_of_each(&of_request, &asked.of.above, rows)?;
        let below = asked.of.below.as_ref();
        let below = below.map(|it| self.number_of_each(&of_request, it, rows)).transpose()?;
        let known = |number: i64| Some(number).filter(|number| *number != MISSING);
        let subjects = &table.column_named(declared.subject(request.table).from)?.codes;
        let years = table.column_named(declared.years[0])?;
        let year_of_code = years.numbers();
        let event = request.event().unwrap_or_default();
        let first = self.first_years(&masks, table, &event)?;
        stop.spend(Work::passed(2 * many(rows.len())))?;
        let mut panel = Panel { rows: Vec::with_capacity(rows.len()), missing: 0 };
        for index in 0..rows.len() {
            let row = rows.get(index);
            let (subject, year) =
                (subjects.get(row), known(year_of_code[years.codes.get(row) as usize]));
            let below = below.as_ref().map_or(Some(1), |below| known(below[index]));
            let sides = asked.of.sides(known(above[index]), below);
            match (year, sides.and_then(|sides| asked.of.value(sides))) {
                (Some(year), Some(value)) if subject != NULL => {
                    let first = first.of(subject);
                    panel.rows.push(PanelRow { subject, year, first, value });
                }
                _ => panel.missing += 1,
            }
        }
        Ok(panel)
    }

    /// The work of reading and comparing them.
    pub(crate) fn work_of_difference(
        &self,
        asked: &DifferenceRequest,
        kept: u64,
    ) -> Result<Work, Error> {
        let table = self.table_named(asked.request.table.name)?;
        let declared = declared(asked.request.table)?;
        let event = asked.request.event().unwrap_or_default();
        let happens = declared.happens(asked.request.table).table;
        let gathered = Work::passed(kept.saturating_mul(4))
            + Work::passed(many(self.table_named(happens)?.rows) * 2)
            + self.work_of_filter(happens, &event.counts)?
            + self.work_of_filter(table.table.name, &asked.request.keeps)?;
        Ok(gathered + difference::work(kept))
    }
}
