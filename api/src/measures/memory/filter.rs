//! Evaluates a filter: the mask of the rows of a table that pass.
//!
//! The codes that pass a test of a column ([`super::accepted`]) are looked up by the codes of the rows. A filter
//! through a relation is the mask of the other table, mapped over the foreign keys.

use super::{
    Replica, Stored,
    accepted::{Accepted, accepted, difference_passes, texts},
    alternatives::Alternatives,
    column::{Codes, StoredColumn},
    mask::Mask,
};
use crate::{catalog::predicate::Predicate, error::Error};

impl Replica {
    /// The rows of a table that a filter keeps, given the masks of its parts.
    pub(crate) fn evaluate(
        &self,
        table: &Stored,
        keeps: &Predicate,
        inner: &mut dyn FnMut(&Stored, &Predicate) -> Result<Mask, Error>,
    ) -> Result<Mask, Error> {
        let mut parts = |parts: &[Predicate], neutral, operation: fn(u64, u64) -> u64| {
            parts.iter().try_fold(Mask::filled(table.rows, neutral), |mask, part| {
                Ok(mask.combine(&inner(table, part)?, operation))
            })
        };
        if let Some(alternatives) = Alternatives::of(self, table, keeps)? {
            return alternatives.mask(self);
        }
        match keeps {
            Predicate::All(all) => parts(all, true, |a, b| a & b),
            Predicate::Any(any) => parts(any, false, |a, b| a | b),
            Predicate::Not(part) => Ok(inner(table, part)?.not()),
            Predicate::Is { column, test } => {
                let column = table.column_named(column)?;
                Ok(by_code(table, column, &accepted(column, test)?))
            }
            Predicate::Difference { column, less, test, .. } => {
                let (column, less) = (table.column_named(column)?, table.column_named(less)?);
                let mut found = Ok(());
                let mask = Mask::from_fn(table.rows, |row| {
                    difference_passes(column, less, row, test).unwrap_or_else(|error| {
                        found = Err(error);
                        false
                    })
                });
                found.map(|()| mask)
            }
            Predicate::Near { latitude, longitude, circle } => {
                let [latitude, longitude] =
                    [table.column_named(latitude)?, table.column_named(longitude)?];
                Ok(Mask::from_fn(table.rows, |row| {
                    let degrees = latitude.real_at(row).zip(longitude.real_at(row));
                    degrees.is_some_and(|(north, east)| circle.has(north, east))
                }))
            }
            Predicate::Words { words, .. } => {
                let column = table.column_named("search")?;
                let keeps = |text: &str| {
                    words.iter().all(|word| text.split(' ').any(|found| found.starts_with(word)))
                };
                Ok(by_code(table, column, &Accepted::of(texts(column, false, keeps))))
            }
            Predicate::Through { column, table: other, to, keeps } => {
                let other = self.table_named(other.name)?;
                let (from, to) = (table.column_named(column)?, other.column_named(to)?);
                let mask = inner(other, keeps)?;
                let mut accepts = vec![false; from.codes()];
                if from.refers_to == Some(other.index) && matches!(to.codes, Codes::Position(_)) {
                    for (row, accepts) in accepts[1..].iter_mut().enumerate() {
                        *accepts = mask.get(row);
                    }
                } else if to.refers_to == Some(table.index)
                    && matches!(from.codes, Codes::Position(_))
                {
                    let accepts = accepts.as_mut_slice();
                    match &to.codes {
                        Codes::Position(_) => mask.each(|row| accepts[row + 1] = true),
                        Codes::Byte(codes) => {
                            mask.each(|row| accepts[usize::from(codes[row])] = true);
                        }
                        Codes::Short(codes) => {
                            mask.each(|row| accepts[usize::from(codes[row])] = true);
                        }
                        Codes::Long(codes) => {
                            mask.each(|row| accepts[codes[row] as usize] = true);
                        }
                    }
                    accepts[0] = false;
                } else {
                    tracing::error!(%column, "a filter uses a column that is not a relation");
                    return Err(Error::Internal);
                }
                Ok(by_code(table, from, &Accepted::of(accepts)))
            }
        }
    }
}

/// The rows whose code is accepted.
fn by_code(table: &Stored, column: &StoredColumn, accepted: &Accepted) -> Mask {
    match accepted {
        Accepted::Range(range) if range.is_empty() => Mask::filled(table.rows, false),
        Accepted::Range(range) => {
            let (first, last) = (range.start, range.end - 1);
            // In the type of the codes, so that one instruction compares as many as fit. The ends of a range are codes.
            match &column.codes {
                Codes::Position(rows) => {
                    Mask::from_fn(*rows, |row| range.contains(&column.codes.get(row)))
                }
                Codes::Byte(codes) => {
                    let [first, last] =
                        [first, last].map(|code| u8::try_from(code).unwrap_or(u8::MAX));
                    Mask::from_codes(codes, move |code| code.wrapping_sub(first) <= last - first)
                }
                Codes::Short(codes) => {
                    let [first, last] =
                        [first, last].map(|code| u16::try_from(code).unwrap_or(u16::MAX));
                    Mask::from_codes(codes, move |code| code.wrapping_sub(first) <= last - first)
                }
                Codes::Long(codes) => {
                    Mask::from_codes(codes, move |code| code.wrapping_sub(first) <= last - first)
                }
            }
        }
        Accepted::Listed(accepts) => {
            let accepts = accepts.as_slice();
            match &column.codes {
                Codes::Position(_) => Mask::from_fn(table.rows, |row| accepts[row + 1]),
                Codes::Byte(codes) => {
                    Mask::from_codes(codes, move |code| accepts[usize::from(code)])
                }
                Codes::Short(codes) => {
                    Mask::from_codes(codes, move |code| accepts[usize::from(code)])
                }
                Codes::Long(codes) => Mask::from_codes(codes, move |code| accepts[code as usize]),
            }
        }
    }
}
