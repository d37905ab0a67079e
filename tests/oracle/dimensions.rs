//! Group keys: the columns of a row and of its parent rows, and the parent rows themselves.

use super::{
    data::{Cell, Data, Row, Value},
    events::Event,
    measures::fiscal_year,
    tables::{Column, Kind, One, Table, camel},
};

#[derive(Clone, Copy, Debug)]
enum Of {
    Row,
    Column(&'static Column),
    Band(&'static Column),
    Year(&'static Column),
    Quarter(&'static Column),
    Month(&'static Column),
    FiscalYear(&'static Column),
    Decade(&'static Column),
    /// Since the first grant, and whether there ever was one.
    Since,
    Ever,
}

#[derive(Clone, Debug)]
pub(super) struct Dimension {
    ones: Vec<&'static One>,
    of: Of,
}

/// The value of a key of a group, in their order: a subtotal comes after what it adds up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Known(Value),
    Unknown,
    All,
}

impl Dimension {
    /// All keys of a table.
    pub(super) fn all(table: &'static Table) -> Vec<Self> {
        let mut found = Vec::new();
        for column in table.columns.iter().filter(|column| column.key) {
            found.extend(of_column(column).into_iter().map(|of| Self { ones: Vec::new(), of }));
        }
        for one in table.ones {
            found.push(Self { ones: vec![one], of: Of::Row });
            for mut dimension in Self::all(Table::named(one.table)) {
                dimension.ones.insert(0, one);
                found.push(dimension);
            }
        }
        if table.name == "outcomes" {
            found.extend([Of::Since, Of::Ever].map(|of| Self { ones: Vec::new(), of }));
        }
        found
    }

    pub(super) fn name(&self) -> String {
        let mut words: Vec<_> = self.ones.iter().map(|one| one.name.to_owned()).collect();
        words.extend(match self.of {
            Of::Row => None,
            Of::Column(column) => Some(camel(column.sql)),
            Of::Band(column) => Some(camel(column.sql) + "Band"),
            Of::Year(column) => Some(camel(column.sql) + "Year"),
            Of::Quarter(column) => Some(camel(column.sql) + "Quarter"),
            Of::Month(column) => Some(camel(column.sql) + "Month"),
            Of::FiscalYear(column) => Some(camel(column.sql) + "FiscalYear"),
            Of::Decade(column) => Some(camel(column.sql) + "Decade"),
            Of::Since => Some("yearsSinceFirstGrant".to_owned()),
            Of::Ever => Some("everFunded".to_owned()),
        });
        let capital = |word: &String| word[..1].to_uppercase() + &word[1..];
        let rest: String = words[1..].iter().map(capital).collect();
        words[0].clone() + &rest
    }

    /// The table of the row that the key is, if it is one.
    pub(super) fn row_of(&self) -> Option<&'static str> {
        match self.of {
            Of::Row => self.ones.last().map(|one| one.table),
            _ => None,
        }
    }

    /// Whether its values follow each other.
    pub(super) fn follows(&self) -> bool {
        match self.of {
            Of::Year(_)
            | Of::Quarter(_)
            | Of::Month(_)
            | Of::FiscalYear(_)
            | Of::Decade(_)
            | Of::Since => true,
            Of::Column(column) => YEARS.contains(&column.sql),
            _ => false,
        }
    }

    /// The values from one to another; none where they do not follow each other.
    pub(super) fn sequence(&self, first: &Value, last: &Value) -> Vec<Value> {
        match (first, last) {
            _ if !self.follows() => Vec::new(),
            (Value::Whole(first), Value::Whole(last)) => {
                let step = if matches!(self.of, Of::Decade(_)) { 10 } else { 1 };
                (*first..=*last).step_by(step).map(Value::Whole).collect()
            }
            (Value::Text(first), Value::Text(last)) => {
                let months = |day: &str| {
                    let part = |range: std::ops::Range<usize>| day[range].parse::<usize>().unwrap();
                    part(0..4) * 12 + part(5..7) - 1
                };
                let step = if matches!(self.of, Of::Quarter(_)) { 3 } else { 1 };
                let all = (months(first)..=months(last)).step_by(step);
                all.map(|at| Value::Text(format!("{:04}-{:02}-01", at / 12, at % 12 + 1))).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn is_band(&self) -> bool {
        matches!(self.of, Of::Band(_))
    }

    /// Whether its values are true and false.
    pub(super) fn is_truth(&self) -> bool {
        match self.of {
            Of::Ever => true,
            Of::Column(column) => column.kind == Kind::Truth,
            _ => false,
        }
    }

    /// Whether it is about an event.
    pub(super) fn is_placed(&self) -> bool {
        matches!(self.of, Of::Since | Of::Ever)
    }

    pub(super) fn key(&self, data: &Data, event: &Event, row: &Row) -> Key {
        let subject = self.ones.iter().try_fold(row, |row, one| data.parent(row, one));
        subject.and_then(|row| self.cell(data, event, row)).map_or(Key::Unknown, Key::Known)
    }

    fn cell(&self, data: &Data, event: &Event, row: &Row) -> Cell {
        match self.of {
            Of::Since => event.since(data, row).map(Value::Whole),
            Of::Ever => event.ever(data, row).map(|ever| Value::Whole(ever.into())),
            Of::Row => Some(Value::Whole(row.id)),
            Of::Column(column) => row.cell(column.sql).clone(),
            Of::Band(column) => row.number(column.sql).map(|people| Value::Whole(band(people))),
            Of::Year(column) => day(row, column).map(|day| Value::Whole(day[..4].parse().unwrap())),
            Of::Quarter(column) => day(row, column).map(quarter),
            Of::Month(column) => {
                day(row, column).map(|day| Value::Text(format!("{}-01", &day[..7])))
            }
            Of::FiscalYear(column) => day(row, column).map(|day| Value::Whole(fiscal_year(day))),
            Of::Decade(column) => {
                let year = match row.cell(column.sql).as_ref()? {
                    Value::Text(day) => day[..4].parse().unwrap(),
                    Value::Whole(year) => *year,
                };
                Some(Value::Whole(year / 10 * 10))
            }
        }
    }
}

/// The columns of years that follow each other.
const YEARS: [&str; 2] = ["fiscal_year", "year"];

fn of_column(column: &'static Column) -> Vec<Of> {
    match column.kind {
        Kind::Date => vec![
            Of::Column(column),
            Of::Year(column),
            Of::Quarter(column),
            Of::Month(column),
            Of::FiscalYear(column),
            Of::Decade(column),
        ],
        _ if YEARS.contains(&column.sql) => vec![Of::Column(column), Of::Decade(column)],
        _ if column.sql == "population" => vec![Of::Band(column)],
        _ => vec![Of::Column(column)],
    }
}

fn day<'a>(row: &'a Row, column: &Column) -> Option<&'a str> {
    match row.cell(column.sql) {
        Some(Value::Text(day)) => Some(day),
        _ => None,
    }
}

/// The first day of the quarter.
fn quarter(day: &str) -> Value {
    let month: u32 = day[5..7].parse().unwrap();
    Value::Text(format!("{}-{:02}-01", &day[..4], (month - 1) / 3 * 3 + 1))
}

/// The least number of people of the band.
fn band(people: i128) -> i128 {
    let bands = [0, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000];
    bands.into_iter().rfind(|least| *least <= people).unwrap()
}
