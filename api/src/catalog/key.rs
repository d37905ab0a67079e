//! Keys and measures: what rows are grouped by and what is computed of them, as paths through the
//! catalog, and how their names are read.
//!
//! A path leads over to-one relations only, so it never makes two rows of one. What it ends in may be
//! the children of a row, and these are summed per row before anything else happens.

use super::{
    scalar::Scalar,
    table::{Cardinality, FieldOf, Relation, Table},
};
use crate::error::Error;

/// What to take of the value that a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The value itself.
    Itself,
    /// The calendar year of a day, a number.
    Year,
    /// The calendar quarter of a day, as its first day.
    Quarter,
    /// The calendar month of a day, as its first day.
    Month,
    /// The fiscal year of the federal government of a day, a number: it begins on the first of October
    /// before the calendar year of the same number.
    FiscalYear,
    /// The decade of a day or of a year, as its first year.
    Decade,
    /// The band that a number of people falls into, as the first number of [`BANDS`] not above it.
    Band,
    /// The years since the event of the row's subject, a number: below zero before it.
    Since,
    /// Whether the row's subject ever had the event.
    Ever,
}

impl Part {
    /// Whether it looks at an event.
    pub(crate) fn is_of_event(self) -> bool {
        matches!(self, Self::Since | Self::Ever)
    }
}

/// Where the bands of population begin: those by which the FBI groups agencies. The last is open.
pub const BANDS: [i64; 8] = [0, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000];

/// Where a path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// In the row itself.
    Row,
    /// In a column of the row.
    Column(usize),
    /// In the days from one day of the row to another.
    Days { from: usize, to: usize },
    /// In the sum of a column over the rows of a to-many relation, which is known where each of them has a value;
    /// without a column, in their number.
    Children { relation: usize, column: Option<usize> },
    /// In the same over the rows of a to-many relation of those rows, `then`: the sum over the children of what each
    /// child's sum over its own is.
    Grandchildren { relation: usize, then: usize, column: Option<usize> },
    /// In the sum of a column over those rows of a to-many relation that have a value in another, too: one side of a
    /// quotient of what the same rows hold.
    Beside { relation: usize, column: usize, other: usize },
}

/// A path from a row over to-one relations to its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Path {
    /// The relations, by their positions in the tables that they lead from.
    pub(crate) relations: Vec<usize>,
    pub(crate) end: End,
}

/// What rows are grouped by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(crate) path: Path,
    pub(crate) part: Part,
}

/// What is computed of the rows of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// The rows; only counted.
    Rows,
    /// The distinct related rows that a path leads to; only counted.
    Distinct(Way),
    /// The numbers that a path leads to. At the end of relations each distinct related row counts once
    /// in a group, however many rows lead to it. Amounts may be those in the dollars of a year.
    Numbers(Way, Option<i32>),
}

/// The way to a measure; made by [`Measure::parse`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Way(pub(crate) Path);

impl Path {
    /// The table of the last row on the path.
    pub(crate) fn table(&self, from: &'static Table) -> &'static Table {
        self.tables(from).last().unwrap_or(from)
    }

    /// The tables that the relations lead to, one after the other.
    pub(crate) fn tables(
        &self,
        from: &'static Table,
    ) -> impl Iterator<Item = &'static Table> + use<'_> {
        self.relations.iter().scan(from, |table, relation| {
            *table = table.relations[*relation].other();
            Some(*table)
        })
    }

    /// The table whose rows hold the numbers that the path ends in.
    pub(crate) fn amounts(&self, from: &'static Table) -> &'static Table {
        let end = self.table(from);
        match self.end {
            End::Children { relation, .. } | End::Beside { relation, .. } => {
                end.relations[relation].other()
            }
            End::Grandchildren { relation, then, .. } => {
                end.relations[relation].other().relations[then].other()
            }
            End::Row | End::Column(_) | End::Days { .. } => end,
        }
    }

    /// The type of the values that the path ends in; none where these are rows.
    pub(crate) fn number(&self, from: &'static Table) -> Option<Scalar> {
        match self.end {
            End::Row => None,
            End::Days { .. }
            | End::Children { column: None, .. }
            | End::Grandchildren { column: None, .. } => Some(Scalar::Int),
            End::Column(column)
            | End::Children { column: Some(column), .. }
            | End::Grandchildren { column: Some(column), .. }
            | End::Beside { column, .. } => Some(self.amounts(from).columns[column].kind.scalar),
        }
    }

    /// Reads names of fields with points between them.
    pub(crate) fn parse(from: &'static Table, names: &str) -> Result<Self, Error> {
        let mut path = Self { relations: Vec::new(), end: End::Row };
        let (mut table, mut rest) = (from, names.split('.').peekable());
        let unknown = |table: &Table, name: &str| {
            let text =
                format!("{names}: {} has no {name:?} that leads to one value", table.type_name);
            Error::BadArgument(text)
        };
        while let Some(name) = rest.next() {
            match table.field(name) {
                Some(FieldOf::Relation(index)) => {
                    let relation: &'static Relation = &table.relations[index];
                    let other = relation.other();
                    if relation.cardinality == Cardinality::One {
                        path.relations.push(index);
                        table = other;
                        continue;
                    }
                    let after: Vec<&str> = rest.collect();
                    let column = |of: &Table, name: &str| match (name, of.field(name)) {
                        ("count", _) => Ok(None),
                        (_, Some(FieldOf::Column(column))) => Ok(Some(column)),
                        _ => Err(unknown(of, name)),
                    };
                    path.end = match after.as_slice() {
                        [name] => End::Children { relation: index, column: column(other, name)? },
                        [children, name] => match other.field(children) {
                            Some(FieldOf::Relation(then))
                                if other.relations[then].cardinality == Cardinality::Many =>
                            {
                                let column = column(other.relations[then].other(), name)?;
                                End::Grandchildren { relation: index, then, column }
                            }
                            _ => return Err(unknown(other, children)),
                        },
                        [] => return Err(unknown(table, name)),
                        _ => {
                            let text = format!(
                                "{names}: after {name:?} come `count` or a column, or one more relation to many rows and \
                                 then one of these"
                            );
                            return Err(Error::BadArgument(text));
                        }
                    };
                    return Ok(path);
                }
                Some(FieldOf::Column(column)) if rest.peek().is_none() => {
                    path.end = End::Column(column);
                }
                Some(FieldOf::Id) if rest.peek().is_none() => {}
                _ => return Err(unknown(table, name)),
            }
        }
        Ok(path)
    }
}

impl Key {
    /// Reads a key of a table: names of fields with points between them, and a part of the value after
    /// a colon. `agency.state`, `session.training.provider` (a row), `id` (the row itself),
    /// `obligatedOn:fiscalYear`, `agency.population:band`; and where the table has events, `year:since` and
    /// `agency:ever`.
    ///
    /// # Errors
    /// Says which name is not known, or that the value has no such part or is no key.
    pub fn parse(table: &'static Table, name: &str) -> Result<Self, Error> {
        let (names, part) = match name.split_once(':') {
            None => (name, Part::Itself),
            Some((names, "year")) => (names, Part::Year),
            Some((names, "quarter")) => (names, Part::Quarter),
            Some((names, "month")) => (names, Part::Month),
            Some((names, "fiscalYear")) => (names, Part::FiscalYear),
            Some((names, "decade")) => (names, Part::Decade),
            Some((names, "band")) => (names, Part::Band),
            Some((names, "since")) => (names, Part::Since),
            Some((names, "ever")) => (names, Part::Ever),
            Some((_, part)) => {
                let text = format!(
                    "{name}: {part:?} is not a part of a value: year, quarter, month, fiscalYear, decade, band"
                );
                return Err(Error::BadArgument(text));
            }
        };
        let path = Path::parse(table, names)?;
        let scalar = match path.end {
            End::Row => None,
            End::Column(column) => Some(path.table(table).columns[column].kind.scalar),
            End::Days { .. }
            | End::Children { .. }
            | End::Grandchildren { .. }
            | End::Beside { .. } => {
                let text = format!("{name}: rows cannot be grouped by what many others hold");
                return Err(Error::BadArgument(text));
            }
        };
        let fits = match part {
            Part::Itself => {
                !matches!(scalar, Some(Scalar::Float | Scalar::DateTime | Scalar::TextList))
            }
            Part::Decade => match path.end {
                End::Column(column) => {
                    let end = path.table(table);
                    scalar == Some(Scalar::Date) || end.declared.years.contains(&column)
                }
                _ => false,
            },
            Part::Band => scalar == Some(Scalar::Int),
            Part::Since => table.event.is_some_and(|event| {
                path.relations.is_empty()
                    && matches!(path.end, End::Column(at) if table.columns[at].name == event.years[0])
            }),
            Part::Ever => table.event.is_some_and(|event| {
                let of = |at: &usize| table.relations[*at].field;
                path.end == End::Row && path.relations.iter().map(of).eq([event.subject])
            }),
            Part::Year | Part::Quarter | Part::Month | Part::FiscalYear => {
                scalar == Some(Scalar::Date)
            }
        };
        match fits {
            true => Ok(Self { path, part }),
            false => Err(Error::BadArgument(format!("{name}: rows cannot be grouped by this"))),
        }
    }
}

impl Key {
    /// Whether its values follow each other, so that none between two is left out but for want of rows.
    pub(crate) fn follows(&self, table: &'static Table) -> bool {
        match (self.part, self.path.end) {
            (
                Part::Year
                | Part::FiscalYear
                | Part::Quarter
                | Part::Month
                | Part::Decade
                | Part::Since,
                _,
            ) => true,
            (Part::Itself, End::Column(column)) => {
                self.path.table(table).declared.years.contains(&column)
            }
            _ => false,
        }
    }
}

impl Measure {
    /// Whether its sums over groups add up to that of all rows: each of these counts in one group.
    pub(crate) fn adds_up(&self) -> bool {
        match self {
            Self::Rows => true,
            Self::Distinct(_) => false,
            Self::Numbers(Way(path), _) => path.relations.is_empty(),
        }
    }

    /// Reads a measure of a table: `count` (the rows), names that lead to a related row (`agency`:
    /// distinct agencies), to a number (`federalShare`, `agency.population`), to a number of many
    /// rows (`officersFunded.funded`: their sum per row), to how many these are (`trainees.count`), or to either of the
    /// many rows of many rows (`trainingSessions.trainees.count`).
    ///
    /// # Errors
    /// Says which name is not known, or that the value cannot be added up.
    pub fn parse(table: &'static Table, name: &str) -> Result<Self, Error> {
        if name == "count" {
            return Ok(Self::Rows);
        }
        let path = Path::parse(table, name)?;
        match path.number(table) {
            None if path.end == End::Row => Ok(Self::Distinct(Way(path))),
            Some(Scalar::Int | Scalar::BigInt | Scalar::Fixed(_)) => {
                Ok(Self::Numbers(Way(path), None))
            }
            _ => Err(Error::BadArgument(format!("{name}: this is not a number to compute with"))),
        }
    }

    /// The days from one day of a row to another, by the positions of their columns.
    pub(crate) fn days(from: usize, to: usize) -> Self {
        Self::Numbers(Way(Path { relations: Vec::new(), end: End::Days { from, to } }), None)
    }

    /// Two measures as the sides of a quotient, row by row: where both add up what the same other rows hold, each
    /// counts only those of them that have both.
    pub(crate) fn sides(self, other: Self) -> (Self, Self) {
        let beside = |path: &Path, relation: usize, column: usize, other: usize| {
            let end = End::Beside { relation, column, other };
            Self::Numbers(Way(Path { relations: path.relations.clone(), end }), None)
        };
        match (&self, &other) {
            (Self::Numbers(Way(up), None), Self::Numbers(Way(down), None))
                if up.relations == down.relations =>
            {
                match (up.end, down.end) {
                    (
                        End::Children { relation, column: Some(above) },
                        End::Children { relation: same, column: Some(below) },
                    ) if relation == same => {
                        (beside(up, relation, above, below), beside(down, relation, below, above))
                    }
                    _ => (self, other),
                }
            }
            _ => (self, other),
        }
    }

    /// The same amounts in the dollars of a year: each at the prices of the year that it is of.
    ///
    /// # Errors
    /// Says that they are no amounts of a year.
    pub fn in_dollars_of(self, table: &'static Table, year: i32) -> Result<Self, Error> {
        match self {
            Self::Numbers(Way(path), _) if path.amounts(table).priced_by.is_some() => {
                Ok(Self::Numbers(Way(path), Some(year)))
            }
            _ => Err(Error::BadArgument(
                "inDollarsOf: these are no amounts whose year is known".to_owned(),
            )),
        }
    }
}
