//! Events: what first happened to those whom rows are of, so that rows are before it or after it.
//!
//! A table declares one ([`FirstEvent`]): its rows are of a subject, in a year, and of a series (outcomes:
//! of an agency, in a year, of a measure), and to a subject something happens (the agency gets a grant).
//! A request says which of that counts ([`Event`]): the first of it is the event. Two parts of keys look at
//! it: [`Part::Since`](crate::catalog::key::Part::Since), the years since, and [`Part::Ever`](crate::catalog::key::Part::Ever).
//!
//! A row whose subject never had the event, or had it nobody knows when, has no years since; one without a
//! subject is neither of those that had it nor of those that had not.

pub(crate) mod memory;
pub(crate) mod sql;

use crate::{
    catalog::{declared::FirstEvent, predicate::Predicate, table::Table},
    error::Error,
};

/// The years that a window of a balanced panel may have: a bit for each.
pub(crate) const MOST_YEARS: i32 = 64;
/// The years before and after that a window may reach.
const FURTHEST: i32 = 200;

/// Which event rows are placed by, and which of them are looked at because of it.
#[derive(Clone, Debug)]
pub struct Event {
    /// What counts, of all that happens.
    pub(crate) counts: Predicate,
    /// The first and the last of the years since that are looked at. Rows without years since stay.
    pub(crate) window: Option<(i32, i32)>,
    /// Whether only subjects are looked at that have a row of the series in each year of the window. Those
    /// without years since stay.
    pub(crate) is_balanced: bool,
}

impl Default for Event {
    fn default() -> Self {
        Self { counts: Predicate::all(), window: None, is_balanced: false }
    }
}

impl Event {
    /// The first of all that happens that a filter keeps.
    #[must_use]
    pub fn of(counts: Predicate) -> Self {
        Self { counts, ..Self::default() }
    }

    /// The same, looking only at rows of some years since.
    #[must_use]
    pub fn within(self, first: i32, last: i32) -> Self {
        Self { window: Some((first, last)), ..self }
    }

    /// The same, looking only at subjects whose series have a row in each year of the window.
    #[must_use]
    pub fn balanced(self) -> Self {
        Self { is_balanced: true, ..self }
    }

    /// Says what makes no sense about it.
    pub(crate) fn check(&self, table: &'static Table) -> Result<(), Error> {
        declared(table)?;
        let bad = |text: String| Err(Error::BadArgument(text));
        match self.window {
            Some((first, last)) if first > last => {
                bad(format!("event: from {first} is after to {last}"))
            }
            Some((first, last)) if first < -FURTHEST || last > FURTHEST => {
                bad(format!("event: from and to reach {FURTHEST} years at most"))
            }
            Some((first, last)) if self.is_balanced && last - first >= MOST_YEARS => {
                bad(format!("event: a balanced panel has at most {MOST_YEARS} years"))
            }
            None if self.is_balanced => bad(
                "event: a balanced panel needs `from` and `to`, the years in all of which there must be \
                 values"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }
}

/// The event of a table.
pub(crate) fn declared(table: &'static Table) -> Result<&'static FirstEvent, Error> {
    table.event.as_ref().ok_or_else(|| {
        Error::BadArgument(format!("event: {} are not placed by what happens", table.list))
    })
}
