//! Events: what first happened to those whom rows are of, so that rows are before it or after it.
//!
//! A table declares one ([`FirstEvent`]): its rows are of a subject, in a year, and of a series (outcomes:
//! of an agency, in a year, of a measure), and to a subject something happens (the agency gets a grant).
//! A request says which of that counts ([`Event`]): the first of it is the event. Two parts of keys look at
//! it: [`Part::Since`](super::Part::Since), the years since, and [`Part::Ever`](super::Part::Ever).
//!
//! A row whose subject never had the event, or had it nobody knows when, has no years since; one without a
//! subject is neither of those that had it nor of those that had not.

use crate::{
    error::Error,
    query::{
        catalog::{Cardinality, Catalog, Relation, Table},
        filter,
        predicate::Predicate,
    },
};

/// The years that a window of a balanced panel may have: a bit for each.
pub(crate) const MOST_YEARS: i32 = 64;
/// The years before and after that a window may reach.
const FURTHEST: i32 = 200;

/// What first happens to those whom the rows of a table are of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstEvent {
    /// The field of the to-one relation to whom it happens.
    pub(crate) subject: &'static str,
    /// The field of the to-many relation from there to what happens.
    pub(crate) happens: &'static str,
    /// A column, and its values of rows that are of nobody.
    pub(crate) of_nobody: (&'static str, &'static [&'static str]),
    /// The columns in which the years stand: of a row, and of what happens.
    pub(crate) years: [&'static str; 2],
    /// The column of what tells the series of a subject apart, which refers to a row.
    pub(crate) series: &'static str,
    /// The name and the description of the key of the years since.
    pub(crate) since: (&'static str, &'static str),
    /// The name and the description of the key of whether it ever happened.
    pub(crate) ever: (&'static str, &'static str),
    /// What the argument says of itself.
    pub(crate) about: &'static str,
}

impl FirstEvent {
    /// The relation from a row to its subject.
    pub(crate) fn subject(&self, table: &'static Table) -> &'static Relation {
        relation(table, self.subject, Cardinality::One)
    }

    /// The relation from the subject to what happens.
    pub(crate) fn happens(&self, table: &'static Table) -> &'static Relation {
        let subject = Catalog::get().table(self.subject(table).table);
        relation(subject, self.happens, Cardinality::Many)
    }
}

fn relation(table: &'static Table, field: &str, cardinality: Cardinality) -> &'static Relation {
    let mut relations = table.relations.iter();
    let found = relations.find(|it| it.field == field && it.cardinality == cardinality);
    found.expect("an event is declared by relations of the tables")
}

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
    /// The first of all that happens that a filter keeps, written as the argument `filter` of its list.
    ///
    /// # Errors
    /// Says that the table has no events, or what is wrong with the filter.
    pub fn of(table: &str, counts: &async_graphql::Value) -> Result<Self, Error> {
        let table = super::key::find(table)?;
        let declared = declared(table)?;
        let happens = Catalog::get().table(declared.happens(table).table);
        let counts = filter::parse(happens, counts, &format!("event.{}", declared.happens))?;
        Ok(Self { counts, ..Self::default() })
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
    pub(super) fn check(&self, table: &'static Table) -> Result<(), Error> {
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
pub(super) fn declared(table: &'static Table) -> Result<&'static FirstEvent, Error> {
    table.event.as_ref().ok_or_else(|| {
        Error::BadArgument(format!("event: {} are not placed by what happens", table.list))
    })
}
