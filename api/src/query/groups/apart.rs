//! Guards values that must not be added up: values of several measures, or of agencies and the states that contain
//! them.
//!
//! A type declares which of its columns hold such values, and across what they must not be added up
//! ([`Table::never_added`]). Their statistics are answered only if the request leaves one measure and one level: by its
//! filter, its keys, the filter of `where`, or the row that the list belongs to. The check looks at the request, never
//! at the data: a query that is right today is right tomorrow. The counts of known and missing values are always
//! allowed.
//!
//! ```graphql
//! { outcomes(filter: { measure: { code: { eq: "violent_crime" } }, agency: {} }) { totals { value { sum } } } }
//! ```

use crate::{
    catalog::{
        declared::Across,
        key::{End, Key, Measure, Part, Way},
        predicate::{Comparison, Predicate, Test},
        table::Table,
    },
    error::Error,
};

/// What the groups of a request have in common beyond its filters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Common {
    /// The keys that each group has.
    pub(crate) keys: Vec<Key>,
    /// The column that says which parent the rows belong to.
    pub(crate) parent: Option<&'static str>,
}

/// Refuses to add up values that must not be added up.
///
/// # Errors
/// Says what they would be added up across.
pub(crate) fn check(
    table: &'static Table,
    measure: &Measure,
    common: &Common,
    filters: [&Predicate; 2],
) -> Result<(), Error> {
    let apart = &table.declared.never_added;
    let Measure::Numbers(Way(path), _) = measure else { return Ok(()) };
    let is_apart =
        path.relations.is_empty() && matches!(path.end, End::Column(column) if apart.holds(column));
    if !is_apart {
        return Ok(());
    }
    for across in &apart.across {
        let is_one = common.parent.is_some_and(|parent| across.is_said_by(parent))
            || common.keys.iter().any(|key| across.is_key(table, key))
            || filters.iter().any(|filter| across.one(filter).is_some());
        if !is_one {
            return Err(Error::BadArgument(across.words.to_owned()));
        }
    }
    Ok(())
}

impl Across {
    fn is_said_by(&self, column: &str) -> bool {
        self.column == column || self.implied_by.contains(&column)
    }

    /// Whether each group of a key has one value of this column.
    fn is_key(&self, table: &'static Table, key: &Key) -> bool {
        if key.part != Part::Itself {
            return false;
        }
        match (key.path.relations.as_slice(), key.path.end) {
            ([], End::Column(column)) => table.columns[column].name == self.column,
            ([relation], end) => {
                let relation = &table.relations[*relation];
                relation.from == self.column
                    && match end {
                        End::Row => true,
                        End::Column(column) => {
                            let other = relation.other();
                            names_one(other, other.columns[column].name)
                        }
                        _ => false,
                    }
            }
            _ => false,
        }
    }

    /// The one value that a filter leaves, as this module writes it; `None` if it may leave several.
    fn one(&self, filter: &Predicate) -> Option<String> {
        match filter {
            Predicate::All(parts) => parts.iter().find_map(|part| self.one(part)),
            Predicate::Any(parts) => {
                let mut values = parts.iter().map(|part| self.one(part));
                let first = values.next()??;
                values.all(|value| value.as_ref() == Some(&first)).then_some(first)
            }
            Predicate::Is { column, test } if *column == self.column => one_of(test),
            Predicate::Through { column, .. } if self.implied_by.contains(column) => {
                Some((*column).to_owned())
            }
            Predicate::Through { column, table: other, keeps, .. } if *column == self.column => {
                one_row(other, keeps)
            }
            _ => None,
        }
    }
}

/// The one row of a table that a filter leaves.
fn one_row(table: &'static Table, filter: &Predicate) -> Option<String> {
    match filter {
        Predicate::All(parts) => parts.iter().find_map(|part| one_row(table, part)),
        Predicate::Any(parts) if parts.len() == 1 => one_row(table, &parts[0]),
        Predicate::Is { column, test } if names_one(table, column) => one_of(test),
        _ => None,
    }
}

/// Whether the value of a column names one row.
pub(crate) fn names_one(table: &Table, column: &str) -> bool {
    column == table.key
        || table.natural_keys.iter().any(|natural| natural.columns.as_slice() == [column])
}

/// The one value that a test accepts.
pub(crate) fn one_of(test: &Test) -> Option<String> {
    match test {
        Test::Compare(Comparison::Equal, value) => Some(format!("{value:?}")),
        Test::In(values) => match values.as_slice() {
            [first, others @ ..] if others.iter().all(|other| other == first) => {
                Some(format!("{first:?}"))
            }
            _ => None,
        },
        _ => None,
    }
}
