//! Events: the first time that something happens to the subject of a row, which places the row before or after it.
//!
//! A table declares one ([`FirstEvent`]): each row has a subject, a year and a series (an outcome has an agency, a year
//! and a measure), and things happen to a subject (the agency gets grants). A request says which of these count
//! ([`Event`]), and the first of them is the event. Two key parts depend on it:
//! [`Part::Since`](crate::catalog::key::Part::Since), the years since the event, and
//! [`Part::Ever`](crate::catalog::key::Part::Ever), whether it ever happened.
//!
//! A row has no years since if its subject never had the event, or had it in an unknown year. A row without a subject
//! counts neither as having had the event nor as not having had it.

pub(crate) mod memory;
pub(crate) mod sql;

use crate::{
    catalog::{declared::FirstEvent, predicate::Predicate, table::Table},
    error::Error,
};

/// The most years of the window of a balanced panel: one bit for each.
pub(crate) const MOST_YEARS: i32 = 64;
/// The most years before and after the event that a window may reach.
const FURTHEST: i32 = 200;

/// The event by which rows are placed, and the restrictions on rows that come with it.
#[derive(Clone, Debug)]
pub struct Event {
    /// The filter on what can be the event.
    pub(crate) counts: Predicate,
    /// The first and the last year since that are included. Rows without years since stay.
    pub(crate) window: Option<(i32, i32)>,
    /// Whether only subjects with a row of the series in each year of the window are included. Subjects without years
    /// since stay.
    pub(crate) is_balanced: bool,
}

impl Default for Event {
    fn default() -> Self {
        Self { counts: Predicate::all(), window: None, is_balanced: false }
    }
}

impl Event {
    /// The first row that a filter keeps is the event.
    #[must_use]
    pub fn of(counts: Predicate) -> Self {
        Self { counts, ..Self::default() }
    }

    /// Includes only rows within these years since.
    #[must_use]
    pub fn within(self, first: i32, last: i32) -> Self {
        Self { window: Some((first, last)), ..self }
    }

    /// Includes only subjects whose series has a row in each year of the window.
    #[must_use]
    pub fn balanced(self) -> Self {
        Self { is_balanced: true, ..self }
    }

    /// Checks that the event makes sense.
    pub(crate) fn check(&self, table: &'static Table) -> Result<(), Error> {
        declared(table)?;
        let bad = |text: String| Err(Error::BadArgument(text));
        match self.window {
            Some((first, last)) if first > last => {
                bad(format!("event: `from` ({first}) is after `to` ({last})"))
            }
            Some((first, last)) if first < -FURTHEST || last > FURTHEST => {
                bad(format!("event: `from` and `to` must be within {FURTHEST} years"))
            }
            Some((first, last)) if self.is_balanced && last - first >= MOST_YEARS => {
                bad(format!("event: a balanced panel can have at most {MOST_YEARS} years"))
            }
            None if self.is_balanced => bad(
                "event: a balanced panel needs `from` and `to`, the first and the last of the years that must have \
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
        Error::BadArgument(format!("event: {} have no event to count years from", table.list))
    })
}
