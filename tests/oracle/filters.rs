//! Filters: drawn at random, written as GraphQL, and applied to a row as their descriptions say.

use std::{cmp::Ordering, fmt::Write as _};

use super::{
    data::{Data, Row, Value},
    random::Random,
    tables::{Column, Kind, Many, One, Table, camel},
};

#[derive(Clone, Debug)]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    /// Fields beside each other, of which each name is there once.
    Fields(Vec<Filter>),
    Column(&'static Column, Vec<Test>),
    One(&'static One, Box<Filter>),
    /// Whether there is (or, `false`, is not) a related row that a filter keeps.
    Many(&'static Many, bool, Box<Filter>),
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    Is(&'static str, Value),
    In(bool, Vec<Value>),
    IsNull(bool),
    /// `contains`, `startsWith` or `endsWith`.
    Like(&'static str, String),
}

impl Filter {
    pub(super) fn eq(table: &Table, column: &str, value: &str) -> Self {
        let test = Test::Is("eq", Value::Text(value.to_owned()));
        Self::Column(table.column(column).unwrap(), vec![test])
    }

    pub(super) fn keeps(&self, data: &Data, row: &Row) -> bool {
        match self {
            Self::And(parts) | Self::Fields(parts) => {
                parts.iter().all(|part| part.keeps(data, row))
            }
            Self::Or(parts) => parts.iter().any(|part| part.keeps(data, row)),
            Self::Not(part) => !part.keeps(data, row),
            Self::Column(column, tests) => {
                tests.iter().all(|test| test.holds(row.cell(column.sql).as_ref()))
            }
            Self::One(one, part) => data.parent(row, one).is_some_and(|row| part.keeps(data, row)),
            Self::Many(many, some, part) => {
                data.children(row, many).iter().any(|row| part.keeps(data, row)) == *some
            }
        }
    }

    /// As GraphQL, with braces around it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Fields(parts) => {
                let fields: Vec<_> = parts.iter().map(Self::field).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            _ => format!("{{ {} }}", self.field()),
        }
    }

    fn field(&self) -> String {
        let list = |parts: &[Self]| {
            let parts: Vec<_> = parts.iter().map(Self::text).collect();
            format!("[{}]", parts.join(", "))
        };
        match self {
            Self::And(parts) => format!("and: {}", list(parts)),
            Self::Or(parts) => format!("or: {}", list(parts)),
            Self::Not(part) => format!("not: {}", part.text()),
            Self::Fields(parts) => {
                let fields: Vec<_> = parts.iter().map(Self::field).collect();
                fields.join(", ")
            }
            Self::Column(column, tests) => {
                let tests: Vec<_> = tests.iter().map(|test| test.text(column.kind)).collect();
                format!("{}: {{ {} }}", camel(column.sql), tests.join(", "))
            }
            Self::One(one, part) => format!("{}: {}", one.name, part.text()),
            Self::Many(many, some, part) => {
                let word = if *some { "some" } else { "none" };
                format!("{}: {{ {word}: {} }}", many.name, part.text())
            }
        }
    }
}

impl Test {
    pub(super) fn holds(&self, value: Option<&Value>) -> bool {
        if let Self::IsNull(is) = self {
            return value.is_none() == *is;
        }
        let Some(value) = value else { return false };
        match (self, value) {
            (Self::Is(word, with), _) => holds(word, value.cmp(with)),
            (Self::In(is, of), _) => of.contains(value) == *is,
            (Self::Like(word, part), Value::Text(text)) => {
                let (text, part) = (text.to_ascii_lowercase(), part.to_ascii_lowercase());
                match *word {
                    "contains" => text.contains(&part),
                    "startsWith" => text.starts_with(&part),
                    _ => text.ends_with(&part),
                }
            }
            _ => panic!("{self:?} of {value:?}"),
        }
    }

    fn text(&self, kind: Kind) -> String {
        match self {
            Self::Is(word, value) => format!("{word}: {}", literal(value, kind)),
            Self::In(is, of) => {
                let word = if *is { "in" } else { "notIn" };
                let of: Vec<_> = of.iter().map(|value| literal(value, kind)).collect();
                format!("{word}: [{}]", of.join(", "))
            }
            Self::IsNull(is) => format!("isNull: {is}"),
            Self::Like(word, part) => format!("{word}: {}", quoted(part)),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Is(word, _) | Self::Like(word, _) => word,
            Self::In(true, _) => "in",
            Self::In(false, _) => "notIn",
            Self::IsNull(_) => "isNull",
        }
    }
}

/// Whether a comparison holds.
pub(super) fn holds(word: &str, order: Ordering) -> bool {
    match word {
        "eq" => order.is_eq(),
        "ne" => order.is_ne(),
        "lt" => order.is_lt(),
        "lte" => order.is_le(),
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        _ => panic!("{word} is no comparison"),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn literal(value: &Value, kind: Kind) -> String {
    match value {
        Value::Text(text) if kind == Kind::Enum => text.clone(),
        Value::Text(text) => quoted(text),
        Value::Whole(number) if kind == Kind::Truth => (*number == 1).to_string(),
        Value::Whole(number) => decimal(*number, kind.unit()),
    }
}

/// A number with all its digits.
pub(super) fn decimal(number: i128, unit: i128) -> String {
    let (sign, size) = (if number < 0 { "-" } else { "" }, number.abs());
    let mut text = format!("{sign}{}", size / unit);
    match unit {
        100 => write!(text, ".{:02}", size % 100).unwrap(),
        10 => write!(text, ".{}", size % 10).unwrap(),
        _ => {}
    }
    text
}

/// Draws a filter of a table, as deep as is said.
pub(super) fn draw(
    random: &mut Random,
    data: &Data,
    table: &'static Table,
    depth: usize,
) -> Filter {
    let several = |random: &mut Random| -> Vec<_> {
        (0..=random.below(2)).map(|_| draw(random, data, table, depth - 1)).collect()
    };
    match random.below(10) {
        0 if depth > 0 => Filter::And(several(random)),
        1 if depth > 0 => Filter::Or(several(random)),
        2 if depth > 0 => Filter::Not(Box::new(draw(random, data, table, depth - 1))),
        3 if depth > 0 => both(random, data, table, depth),
        4 => Filter::Fields(Vec::new()),
        _ => related(random, data, table, depth).unwrap_or_else(|| column(random, data, table)),
    }
}

/// A column beside a relation.
fn both(random: &mut Random, data: &Data, table: &'static Table, depth: usize) -> Filter {
    let mut fields = vec![column(random, data, table)];
    fields.extend(related(random, data, table, depth));
    Filter::Fields(fields)
}

fn related(
    random: &mut Random,
    data: &Data,
    table: &'static Table,
    depth: usize,
) -> Option<Filter> {
    if depth == 0 {
        return None;
    }
    let places = table.ones.len() + table.manys.len() + 3;
    let place = random.below(places);
    if let Some(one) = table.ones.get(place) {
        let of = draw(random, data, Table::named(one.table), depth - 1);
        return Some(Filter::One(one, Box::new(of)));
    }
    let many = table.manys.get(place - table.ones.len())?;
    let of = draw(random, data, Table::named(many.table), depth - 1);
    Some(Filter::Many(many, random.chance(60), Box::new(of)))
}

fn column(random: &mut Random, data: &Data, table: &'static Table) -> Filter {
    let column = random.pick(table.columns);
    let mut tests = vec![test(random, data, table, column)];
    if random.chance(25) {
        let more = test(random, data, table, column);
        if more.word() != tests[0].word() {
            tests.push(more);
        }
    }
    Filter::Column(column, tests)
}

/// A test of a column by what is in one of its rows.
fn test(random: &mut Random, data: &Data, table: &Table, column: &Column) -> Test {
    let rows = data.all(table.name);
    let value = |random: &mut Random| random.pick(&rows).cell(column.sql).clone();
    let Some(found) = (!rows.is_empty()).then(|| value(random)).flatten() else {
        return Test::IsNull(random.chance(50));
    };
    let compared: &[&str] = match column.kind {
        Kind::Code | Kind::Enum | Kind::Truth => &["eq", "ne"],
        _ => &["eq", "ne", "lt", "lte", "gt", "gte", "gt", "lte"],
    };
    match (random.below(10), &found) {
        (0, _) => Test::IsNull(random.chance(50)),
        (1 | 2, _) => {
            if random.chance(10) {
                return Test::In(random.chance(50), Vec::new());
            }
            let mut of = vec![found];
            of.extend((0..random.below(3)).filter_map(|_| value(random)));
            Test::In(random.chance(60), of)
        }
        (3 | 4, Value::Text(text)) if column.kind == Kind::Text => {
            let letters: Vec<_> = text.chars().collect();
            let from = random.below(letters.len());
            let part = letters[from..].iter().take(1 + random.below(6)).collect::<String>();
            let part = if random.chance(50) { part.to_ascii_uppercase() } else { part };
            let word = *random.pick(&["contains", "startsWith", "endsWith"]);
            Test::Like(word, part)
        }
        _ => {
            let word = *random.pick(compared);
            Test::Is(word, found)
        }
    }
}
