//! Keys and measures: group keys and aggregates as paths through the catalog, and the parser of their names.
//!
//! A path leads over to-one relations only, so it never turns one row into two. It may end in the child rows of a
//! row, which are added up per row before anything else happens.

use super::{
    scalar::Scalar,
    table::{Cardinality, FieldOf, Relation, Table},
};
use crate::error::Error;

/// The part of a value that a key uses.
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
    /// The federal fiscal year of a day, a number. It begins on October 1 of the previous calendar year.
    FiscalYear,
    /// The decade of a day or of a year, as its first year.
    Decade,
    /// The population band of a number of people, as its lower limit in [`BANDS`].
    Band,
    /// The years since the event of the row's subject, a number. Negative before the event.
    Since,
    /// Whether the row's subject ever had the event.
    Ever,
}

impl Part {
    /// Whether it depends on an event.
    pub(crate) fn is_of_event(self) -> bool {
        matches!(self, Self::Since | Self::Ever)
    }
}

/// The lower limits of the population bands, which the FBI uses to group agencies. The last band has no upper limit.
pub const BANDS: [i64; 8] = [0, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000];

/// The end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// The row itself.
    Row,
    /// A column of the row.
    Column(usize),
    /// The days from one date of the row to another.
    Days { from: usize, to: usize },
    /// The sum of a column over the child rows, which is known only if each of them has a value; without a column,
    /// the number of child rows.
    Children { relation: usize, column: Option<usize> },
    /// The same over the child rows (`then`) of the child rows: the sum over the child rows of each one's own sum.
    Grandchildren { relation: usize, then: usize, column: Option<usize> },
    /// The sum of a column over the child rows that also have a value in another column: one side of a quotient over
    /// the same rows.
    Beside { relation: usize, column: usize, other: usize },
}

/// A path from a row over to-one relations to an end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Path {
    /// The relations, by their positions in the tables that they start from.
    pub(crate) relations: Vec<usize>,
    pub(crate) end: End,
}

/// A group key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(crate) path: Path,
    pub(crate) part: Part,
}

/// A measure of the rows of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// The rows, which are only counted.
    Rows,
    /// The distinct related rows that a path leads to, which are only counted.
    Distinct(Way),
    /// The numbers that a path leads to. At the end of relations, each distinct related row counts once per group,
    /// however many rows lead to it. Amounts may be converted to the dollars of a year.
    Numbers(Way, Option<i32>),
}

/// The path to a measure, created by [`Measure::parse`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Way(pub(crate) Path);

impl Path {
    /// The table of the last row on the path.
    pub(crate) fn table(&self, from: &'static Table) -> &'static Table {
        self.tables(from).last().unwrap_or(from)
    }

    /// The tables that the relations lead to, in order.
    pub(crate) fn tables(
        &self,
        from: &'static Table,
    ) -> impl Iterator<Item = &'static Table> + use<'_> {
        self.relations.iter().scan(from, |table, relation| {
            *table = table.relations[*relation].other();
            Some(*table)
        })
    }

    /// The table that holds the numbers at the end of the path.
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

    /// The type of the values at the end of the path; `None` for rows.
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

    /// Parses field names separated by dots.
    pub(crate) fn parse(from: &'static Table, names: &str) -> Result<Self, Error> {
        let mut path = Self { relations: Vec::new(), end: End::Row };
        let (mut table, mut rest) = (from, names.split('.').peekable());
        let unknown = |table: &Table, name: &str| {
            let text =
                format!("{names}: {} has no field {name:?} with a single value", table.type_name);
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
                                "{names}: after {name:?}, expected `count`, a column, or one more relation to many rows \
                                 followed by one of these"
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
    /// Parses a key of a table: field names separated by dots, and optionally a part of the value after a colon.
    /// Examples: `agency.state`, `session.training.provider` (a row), `id` (the row itself),
    /// `obligatedOn:fiscalYear`, `agency.population:band`; if the table has events, `year:since` and `agency:ever`.
    ///
    /// # Errors
    /// If a name is unknown, or the value has no such part or cannot be a key.
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
                    "{name}: unknown part {part:?}. Use year, quarter, month, fiscalYear, decade or band"
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
                let text = format!("{name}: cannot group rows by values of many related rows");
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
            false => Err(Error::BadArgument(format!("{name}: cannot group rows by this value"))),
        }
    }
}

impl Key {
    /// Whether its values form a sequence, in which a value is only missing if no row has it.
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
    /// Whether its sums over groups add up to the sum over all rows, because each number counts in one group only.
    pub(crate) fn adds_up(&self) -> bool {
        match self {
            Self::Rows => true,
            Self::Distinct(_) => false,
            Self::Numbers(Way(path), _) => path.relations.is_empty(),
        }
    }

    /// Parses a measure of a table: `count` (the rows), the path to a related row (`agency`: distinct agencies), to a
    /// number (`federalShare`, `agency.population`), to a number of child rows (`officersFunded.funded`: their sum
    /// per row), to their count (`trainees.count`), or to either of these for the child rows of child rows
    /// (`trainingSessions.trainees.count`).
    ///
    /// # Errors
    /// If a name is unknown, or the value cannot be added up.
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
            _ => Err(Error::BadArgument(format!("{name} is not a numeric field"))),
        }
    }

    /// The days from one date of a row to another, given the positions of their columns.
    pub(crate) fn days(from: usize, to: usize) -> Self {
        Self::Numbers(Way(Path { relations: Vec::new(), end: End::Days { from, to } }), None)
    }

    /// Two measures as the sides of a quotient, row by row. If both add up columns of the same child rows, each
    /// counts only the child rows with a value in both columns.
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

    /// The same amounts in the dollars of a year, each converted from the prices of its own year.
    ///
    /// # Errors
    /// If they are not amounts with a known year.
    pub fn in_dollars_of(self, table: &'static Table, year: i32) -> Result<Self, Error> {
        match self {
            Self::Numbers(Way(path), _) if path.amounts(table).priced_by.is_some() => {
                Ok(Self::Numbers(Way(path), Some(year)))
            }
            _ => Err(Error::BadArgument(
                "inDollarsOf: this measure is not an amount with a known year".to_owned(),
            )),
        }
    }
}
