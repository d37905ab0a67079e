//! The quality of the columns of a table, computed by counting codes.

use chrono::NaiveDate;

use super::{
    Replica, Stored,
    column::{ColumnValues, StoredColumn},
    mask::Mask,
    masks::Masks,
    work::many,
};
use crate::{
    catalog::{predicate::Predicate, scalar::Scalar, table::Table},
    error::Error,
    limits::work::Work,
    measures::{
        quality::{ColumnEnd, ColumnQuality, columns},
        stop::Stop,
    },
};

impl Replica {
    /// The quality of each public column, over the rows that a filter keeps.
    pub(crate) fn quality(
        &self,
        table: &'static Table,
        keeps: &Predicate,
        stop: &Stop,
    ) -> Result<Vec<ColumnQuality>, Error> {
        let stored = self.table_named(table.name)?;
        let mask = Masks::of_filter(self, keeps, stop).of(stored, keeps)?;
        let mut all = Vec::new();
        for index in columns(table) {
            let column = stored.column(index)?;
            stop.spend(work_of_column(stored, column))?;
            let _codes = stop.take(column.codes(), size_of::<bool>())?;
            all.push(of_column(stored, index, column, &mask));
        }
        Ok(all)
    }

    /// The work of computing it.
    pub(crate) fn work_of_quality(&self, table: &Table, keeps: &Predicate) -> Result<Work, Error> {
        let stored = self.table_named(table.name)?;
        let mut work = self.work_of_filter(table.name, keeps)?;
        for index in columns(table) {
            work += work_of_column(stored, stored.column(index)?);
        }
        Ok(work)
    }
}

fn work_of_column(table: &Stored, column: &StoredColumn) -> Work {
    Work::passed(many(table.rows)) + Work::values(many(column.codes()))
}

fn of_column(table: &Stored, index: usize, column: &StoredColumn, mask: &Mask) -> ColumnQuality {
    let mut is_there = vec![false; column.codes()];
    let mut missing = 0;
    for row in (0..table.rows).filter(|row| mask.get(*row)) {
        let code = column.codes.get(row) as usize;
        is_there[code] = true;
        missing += u64::from(code == 0);
    }
    let scalar = table.table.columns[index].kind.scalar;
    let mut codes = (1..).zip(&is_there[1..]).filter(|(_, is)| **is).map(|(code, _)| code);
    let first = codes.next();
    let (mut last, mut distinct) = (first, u64::from(first.is_some()));
    for code in codes {
        (last, distinct) = (Some(code), distinct + 1);
    }
    let ends = first.zip(last).and_then(|(first, last)| {
        Some([end(&column.values, scalar, first)?, end(&column.values, scalar, last)?])
    });
    ColumnQuality { column: index, known: many(mask.count()) - missing, missing, distinct, ends }
}

fn end(values: &ColumnValues, scalar: Scalar, code: u32) -> Option<ColumnEnd> {
    let index = (code as usize).checked_sub(1)?;
    Some(match values {
        ColumnValues::Text(texts) => ColumnEnd::Text(texts.get(index).to_owned()),
        ColumnValues::Real(reals) => ColumnEnd::Real(reals[index]),
        values => {
            let number = values.whole(code)?;
            match scalar {
                Scalar::Date => {
                    let day = i32::try_from(number).ok();
                    let day = day.and_then(NaiveDate::from_num_days_from_ce_opt)?;
                    ColumnEnd::Text(day.to_string())
                }
                _ => ColumnEnd::Whole(number),
            }
        }
    })
}
