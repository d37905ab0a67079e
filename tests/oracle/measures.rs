//! The values of measures over a list of rows, by their descriptions, in whole numbers.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    data::{Data, Row, Value},
    tables::{Column, Kind, Many, Measure, One, Table, camel},
};

/// A quotient of whole numbers, of which the lower is above 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    above: i128,
    below: i128,
}

impl Exact {
    pub(super) fn new(above: i128, below: i128) -> Self {
        match below < 0 {
            true => Self { above: -above, below: -below },
            false => Self { above, below },
        }
    }

    /// The float next to it: as many digits as there is room for, of which the last says whether there are more.
    #[expect(clippy::cast_precision_loss, reason = "it is rounded here, and only here")]
    pub(super) fn float(self) -> f64 {
        let (above, below) = (self.above.unsigned_abs(), self.below.unsigned_abs());
        let shift = above.leading_zeros().min(127);
        let more = u128::from(!(above << shift).is_multiple_of(below));
        let digits = ((above << shift) / below) | more;
        let size = digits as f64 / (1_u128 << shift) as f64;
        if self.above < 0 { -size } else { size }
    }

    /// Divided, unless by 0.
    pub(super) fn by(self, other: Self) -> Option<Self> {
        let below = self.below * other.above;
        (below != 0).then(|| Self::new(self.above * other.below, below))
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        (self.above * other.below).cmp(&(other.above * self.below))
    }

    pub(super) fn times(self, factor: i128) -> Self {
        Self { above: self.above * factor, ..self }
    }

    pub(super) fn floor(self) -> i128 {
        self.above.div_euclid(self.below)
    }
}

/// One number of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Figure {
    Missing,
    /// A number in units of which so many are one, shown with all its digits.
    Whole(i128, i128),
    /// A number that is divided once.
    Quotient(Exact),
    /// The root of it.
    Root(Exact),
}

impl Figure {
    pub(super) fn exact(self) -> Option<Exact> {
        match self {
            Self::Missing => None,
            Self::Whole(number, unit) => Some(Exact::new(number, unit)),
            Self::Quotient(exact) | Self::Root(exact) => Some(exact),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statistic {
    Known,
    Missing,
    Sum,
    Avg,
    Min,
    Max,
    Median,
    /// So many twentieths.
    Percentile(i128),
    Stddev,
    Variance,
    Distinct,
    Mode,
}

/// What a path ends in.
enum End {
    Row,
    Column(&'static Column),
    Count(&'static Many),
    /// The number of the rows that refer to rows that refer, or the sum of a column of theirs.
    OfEach(&'static Many, &'static Many, Option<&'static Column>),
    Children(&'static Many, &'static Column),
}

/// The way from a row to a number: through rows referred to, to a column or to what the rows that refer come to.
pub(super) struct Path {
    ones: Vec<&'static One>,
    table: &'static Table,
    end: End,
}

impl Path {
    pub(super) fn parse(table: &'static Table, text: &str) -> Self {
        let mut path = Self { ones: Vec::new(), table, end: End::Row };
        let mut names = text.split('.');
        while let Some(name) = names.next() {
            if let Some(one) = path.table.one(name) {
                path.ones.push(one);
                path.table = Table::named(one.table);
            } else if let Some(many) = path.table.many(name) {
                let table = Table::named(many.table);
                path.end = match names.next().unwrap() {
                    "count" => End::Count(many),
                    name => match table.many(name) {
                        Some(each) => {
                            let column = match names.next().unwrap() {
                                "count" => None,
                                column => Some(column_of(Table::named(each.table), column)),
                            };
                            End::OfEach(many, each, column)
                        }
                        None => End::Children(many, column_of(table, name)),
                    },
                };
            } else {
                path.end = End::Column(column_of(path.table, name));
            }
        }
        path
    }

    /// What the number is in.
    pub(super) fn kind(&self) -> Kind {
        match self.end {
            End::Row | End::Count(_) | End::OfEach(_, _, None) => Kind::Whole,
            End::Column(column) | End::Children(_, column) | End::OfEach(_, _, Some(column)) => {
                column.kind
            }
        }
    }

    /// Whether each row has a number of its own.
    pub(super) fn is_own(&self) -> bool {
        self.ones.is_empty() && !matches!(self.end, End::Row)
    }

    /// Whether that stands in a column of the row.
    pub(super) fn is_of_column(&self) -> bool {
        self.ones.is_empty() && matches!(self.end, End::Column(_))
    }

    /// The numbers of the rows that it is of, each once, where they are known.
    pub(super) fn numbers(&self, data: &Data, rows: &[&Row]) -> Vec<i128> {
        let subjects = self.subjects(data, rows).into_values();
        subjects.filter_map(|subject| self.number(data, subject, None)).collect()
    }

    /// The number of a row.
    pub(super) fn number_of_row(&self, data: &Data, row: &Row) -> Option<i128> {
        self.number(data, self.subject(data, row)?, None)
    }

    /// The row that the number is of.
    fn subject<'a>(&self, data: &'a Data, row: &'a Row) -> Option<&'a Row> {
        self.ones.iter().try_fold(row, |row, one| data.parent(row, one))
    }

    /// The rows that the number is of, each once.
    fn subjects<'a>(&self, data: &'a Data, rows: &[&'a Row]) -> BTreeMap<i128, &'a Row> {
        let subjects = rows.iter().filter_map(|row| self.subject(data, row));
        subjects.map(|subject| (subject.id, subject)).collect()
    }

    /// The number of a subject, in the dollars of a year.
    fn number(&self, data: &Data, subject: &Row, year: Option<i128>) -> Option<i128> {
        match self.end {
            End::Row => None,
            End::Column(column) => known(data, self.table, subject, column, year),
            End::Count(many) => match data.children(subject, many).len() {
                0 if !many.zero => None,
                count => Some(i128::try_from(count).unwrap()),
            },
            End::OfEach(many, each, None) => {
                let children = data.children(subject, many);
                let count: usize =
                    children.iter().map(|child| data.children(child, each).len()).sum();
                Some(i128::try_from(count).unwrap())
            }
            End::OfEach(many, each, Some(column)) => {
                let sum = |child: &&Row| children_sum(data, child, each, column, year);
                let children = data.children(subject, many);
                if children.is_empty() {
                    return many.zero.then_some(0);
                }
                children.iter().map(sum).sum()
            }
            End::Children(many, column) => children_sum(data, subject, many, column, year),
        }
    }
}

/// The sum of a column over the rows that refer to a row: known where each is.
fn children_sum(
    data: &Data,
    row: &Row,
    many: &Many,
    column: &Column,
    year: Option<i128>,
) -> Option<i128> {
    let children = data.children(row, many);
    if children.is_empty() {
        return many.zero.then_some(0);
    }
    let table = Table::named(many.table);
    children.iter().map(|child| known(data, table, child, column, year)).sum()
}

fn column_of(table: &'static Table, name: &str) -> &'static Column {
    let column = table.columns.iter().find(|column| camel(column.sql) == name);
    column.unwrap_or_else(|| panic!("{} have no {name}", table.name))
}

/// What a column holds; an amount is brought to the prices of a year.
fn known(
    data: &Data,
    table: &Table,
    row: &Row,
    column: &Column,
    year: Option<i128>,
) -> Option<i128> {
    let number = row.number(column.sql)?;
    let (Some(year), Kind::Dollars) = (year, column.kind) else { return Some(number) };
    let own = match row.cell(table.priced_by?).as_ref()? {
        Value::Whole(own) => *own,
        Value::Text(day) => fiscal_year(day),
    };
    let (above, below) = (data.prices[&year], *data.prices.get(&own)?);
    // To the cent; what is in the middle goes away from 0.
    let size = (number.abs() * above * 2 + below) / (2 * below);
    Some(size * number.signum())
}

/// The fiscal year of the government begins in October.
pub(super) fn fiscal_year(day: &str) -> i128 {
    let year: i128 = day[..4].parse().unwrap();
    year + i128::from(&day[5..7] >= "10")
}

/// The number of different rows.
pub(super) fn distinct(data: &Data, rows: &[&Row], path: &Path) -> Figure {
    count(path.subjects(data, rows).len())
}

pub(super) fn count(of: usize) -> Figure {
    Figure::Whole(i128::try_from(of).unwrap(), 1)
}

/// A statistic of a number of rows, each of which counts once.
pub(super) fn statistic(
    data: &Data,
    rows: &[&Row],
    path: &Path,
    year: Option<i128>,
    statistic: Statistic,
) -> Figure {
    let subjects = path.subjects(data, rows);
    let numbers = subjects.values().map(|subject| path.number(data, subject, year));
    let mut known: Vec<_> = numbers.flatten().collect();
    known.sort_unstable();
    let missing = subjects.len() - known.len();
    of_numbers(&known, missing, path.kind().unit(), statistic)
}

/// A statistic of numbers in order.
pub(super) fn of_numbers(
    known: &[i128],
    missing: usize,
    unit: i128,
    statistic: Statistic,
) -> Figure {
    let many = i128::try_from(known.len()).unwrap();
    let sum: i128 = known.iter().sum();
    match statistic {
        Statistic::Known => count(known.len()),
        Statistic::Missing => count(missing),
        Statistic::Distinct => count(known.chunk_by(|a, b| a == b).count()),
        _ if known.is_empty() => Figure::Missing,
        Statistic::Mode => {
            // The first of those that are there most often: they are in order.
            let runs = known.chunk_by(|a, b| a == b);
            let most = runs.clone().map(<[_]>::len).max().unwrap();
            let mut runs = runs.filter(|run| run.len() == most);
            Figure::Whole(runs.next().unwrap()[0], unit)
        }
        Statistic::Sum => Figure::Whole(sum, unit),
        Statistic::Avg => Figure::Quotient(Exact::new(sum, many * unit)),
        Statistic::Min => Figure::Whole(known[0], unit),
        Statistic::Max => Figure::Whole(known[known.len() - 1], unit),
        Statistic::Median => percentile(known, unit, 10),
        Statistic::Percentile(twentieths) => percentile(known, unit, twentieths),
        Statistic::Stddev | Statistic::Variance if many < 2 => Figure::Missing,
        Statistic::Stddev => Figure::Root(variance(known, unit)),
        Statistic::Variance => Figure::Quotient(variance(known, unit)),
    }
}

/// At the place `p * (known - 1)`, and linear between two values.
fn percentile(known: &[i128], unit: i128, twentieths: i128) -> Figure {
    let place = twentieths * (i128::try_from(known.len()).unwrap() - 1);
    let before = usize::try_from(place / 20).unwrap();
    let (least, greatest) = (known[before], known[(before + 1).min(known.len() - 1)]);
    Figure::Quotient(Exact::new(least * 20 + (greatest - least) * (place % 20), 20 * unit))
}

/// That of a sample: `(n Σx² - (Σx)²) / n (n - 1)`.
fn variance(known: &[i128], unit: i128) -> Exact {
    let many = i128::try_from(known.len()).unwrap();
    let (sum, squares) = (known.iter().sum::<i128>(), known.iter().map(|x| x * x).sum::<i128>());
    Exact::new(many * squares - sum * sum, many * (many - 1) * unit * unit)
}

/// The sum of one number by the sum of another, over the rows where both are known.
pub(super) fn ratio(
    data: &Data,
    table: &'static Table,
    rows: &[&Row],
    measure: &Measure,
    year: Option<i128>,
) -> Figure {
    let (above, below, factor, by_people) = match *measure {
        Measure::Ratio(_, above, below, factor) => (above, below, factor, false),
        Measure::PeopleRatio(_, above, below, factor) => (above, below, factor, true),
        _ => panic!("{measure:?} is no ratio"),
    };
    let (above, below) = (Path::parse(table, above), Path::parse(table, below));
    let sums = match (&above.end, &below.end) {
        // Child row by child row.
        (End::Children(many, up), End::Children(other, down)) if many.name == other.name => {
            let table = Table::named(many.table);
            let children = rows.iter().flat_map(|row| data.children(row, many));
            let pairs = children.filter_map(|child| {
                let up = known(data, table, child, up, year)?;
                Some((up, known(data, table, child, down, year)?))
            });
            pairs.fold((0, 0), |sums, (up, down)| (sums.0 + up, sums.1 + down))
        }
        _ => sums(data, rows, [&above, &below], year, by_people),
    };
    match sums {
        (_, 0) => Figure::Missing,
        (up, down) => {
            let (up, down) = (up * factor * below.kind().unit(), down * above.kind().unit());
            Figure::Quotient(Exact::new(up, down))
        }
    }
}

/// The sums of both numbers over the rows where both are known; the rows that a number is of count once.
fn sums(
    data: &Data,
    rows: &[&Row],
    paths: [&Path; 2],
    year: Option<i128>,
    by_people: bool,
) -> (i128, i128) {
    let mut found = [BTreeMap::new(), BTreeMap::new()];
    for row in rows {
        let of = |path: &Path| {
            let subject = path.subject(data, row)?;
            Some((subject.id, path.number(data, subject, year)?))
        };
        if let (Some(above), Some(below)) = (of(paths[0]), of(paths[1]))
            && !(by_people && below.1 == 0)
        {
            found[0].insert(above.0, above.1);
            found[1].insert(below.0, below.1);
        }
    }
    let [above, below] = found;
    (above.values().sum(), below.values().sum())
}
