//! Numbers the distinct conditions of a request.
//!
//! A filter can repeat a condition in each branch of an `or`, and each nested `where` repeats the filter of its parent.
//! Each distinct condition gets a number, derived from the numbers of its parts. So a chain of ten relations is ten
//! conditions, wherever it occurs and however often.

use rustc_hash::FxHashMap;

use super::{Replica, Stored, alternatives::Alternatives};
use crate::{catalog::predicate::Predicate, error::Error};

/// The numbers of conditions, by the table of their rows.
#[derive(Default)]
pub(super) struct Conditions(FxHashMap<(usize, Condition), u32>);

/// The identity of a condition, by the numbers of its parts.
#[derive(PartialEq, Eq, Hash)]
enum Condition {
    All(Vec<u32>),
    Any(Vec<u32>),
    Not(u32),
    Through(&'static str, &'static str, u32),
    /// A test of a column, a circle, or words.
    Text(String),
}

impl Conditions {
    /// The number of a condition, given those of its parts, and whether it is new.
    pub(super) fn number(
        &mut self,
        table: &Stored,
        keeps: &Predicate,
        inner: Vec<u32>,
    ) -> Result<(u32, bool), Error> {
        let one = |inner: &[u32]| inner.first().copied().ok_or(Error::Internal);
        let condition = match keeps {
            Predicate::All(_) => Condition::All(inner),
            // Alternatives that are tested together have no parts of their own.
            Predicate::Any(parts) if inner.len() < parts.len() => {
                Condition::Text(format!("{keeps:?}"))
            }
            Predicate::Any(_) => Condition::Any(inner),
            Predicate::Not(_) => Condition::Not(one(&inner)?),
            Predicate::Through { column, to, .. } => Condition::Through(column, to, one(&inner)?),
            Predicate::Is { .. }
            | Predicate::Difference { .. }
            | Predicate::Near { .. }
            | Predicate::Words { .. } => Condition::Text(format!("{keeps:?}")),
        };
        let next = u32::try_from(self.0.len()).map_err(|_| Error::Internal)?;
        let number = *self.0.entry((table.index, condition)).or_insert(next);
        Ok((number, number == next))
    }
}

/// The parts of a condition that are evaluated before it, with the table of their rows.
pub(super) fn parts_of<'r, 'p>(
    replica: &'r Replica,
    table: &'r Stored,
    keeps: &'p Predicate,
) -> Result<(&'r Stored, &'p [Predicate]), Error> {
    Ok(match keeps {
        Predicate::Any(_) if Alternatives::of(replica, table, keeps)?.is_some() => (table, &[]),
        Predicate::All(parts) | Predicate::Any(parts) => (table, parts),
        Predicate::Not(part) => (table, std::slice::from_ref(&**part)),
        Predicate::Through { table, keeps, .. } => {
            (replica.table_named(table.name)?, std::slice::from_ref(&**keeps))
        }
        Predicate::Is { .. }
        | Predicate::Difference { .. }
        | Predicate::Near { .. }
        | Predicate::Words { .. } => (table, &[]),
    })
}
