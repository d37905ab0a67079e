//! Warnings about requests that are right but easy to misread. They are found before the data is read, and sent beside
//! the answer.
//!
//! A warning depends on the request, never on the data. Each is given once per `totals` or `groups`, at the first field
//! that it concerns. Counts of rows need no warning.

use std::{borrow::Cow, ops::RangeInclusive};

use sea_orm::sea_query::Value;

use super::{
    apart::{names_one, one_of},
    figures::{Figures, Misreading},
};
use crate::catalog::measure_catalog::{ComputedMeasure, What};
use crate::{
    catalog::{
        declared::FirstEvent,
        key::{End, Key, Measure, Part, Path, Way},
        predicate::{Comparison, Predicate, Test},
        table::{Relation, Table},
    },
    measures::Statistic,
};

/// The most years for which dollars can still be compared side by side.
const FEW_YEARS: i64 = 5;

const ALL_CHILDREN: &str = "ALL_CHILDREN_COUNT";
const OVERLAPPING: &str = "OVERLAPPING_POPULATIONS";
const CHANGING: &str = "CHANGING_PANEL";
const NOMINAL: &str = "NOMINAL_DOLLARS";

impl Figures {
    /// The warnings about a statistic or a quotient that were not given yet.
    pub(crate) fn readings(
        &mut self,
        computed: &ComputedMeasure,
        statistic: Option<Statistic>,
        year: Option<i32>,
        keeps: &Predicate,
    ) -> Vec<Misreading> {
        let readings = of(self, computed, statistic, year, keeps);
        self.told.extend(readings.iter().map(|(code, _)| code));
        readings
    }

    /// Notes the warnings about a figure that orders or filters groups.
    pub(crate) fn note(
        &mut self,
        computed: &ComputedMeasure,
        figure: usize,
        year: Option<i32>,
        keeps: &Predicate,
    ) {
        let statistic = self.statistic_at(figure);
        let readings = self.readings(computed, statistic, year, keeps);
        self.noted.extend(readings);
    }
}

/// The warnings about a field of a group.
fn of(
    figures: &Figures,
    computed: &ComputedMeasure,
    statistic: Option<Statistic>,
    year: Option<i32>,
    keeps: &Predicate,
) -> Vec<Misreading> {
    if matches!(statistic, Some(Statistic::Count | Statistic::Missing | Statistic::Distinct)) {
        return Vec::new();
    }
    let asked = ReadRequest { figures, filters: [&figures.request.keeps, keeps] };
    let (shown, below) = match &computed.what {
        What::Count(_) => return Vec::new(),
        What::Statistics(measure, _) => (measure, None),
        What::Ratio { above, below, .. } => (above, Some(below)),
    };
    let is_money = computed.is_priced && year.is_none();
    let is_sum = matches!(statistic, None | Some(Statistic::Sum | Statistic::Total));
    let paths = || [Some(shown), below].into_iter().flatten().filter_map(path);
    // A warning is given once.
    let find = |code, find: &dyn Fn() -> Option<Cow<'static, str>>| {
        if figures.told.contains(code) { None } else { find().map(|text| (code, text)) }
    };
    [
        find(ALL_CHILDREN, &|| paths().find_map(|path| asked.all_children(path))),
        find(OVERLAPPING, &|| paths().filter(|_| is_sum).find_map(|path| asked.overlapping(path))),
        find(CHANGING, &|| paths().find_map(|path| asked.changing(path))),
        find(NOMINAL, &|| path(shown).filter(|_| is_money).and_then(|path| asked.nominal(path))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The path to the numbers of a measure.
fn path(measure: &Measure) -> Option<&Path> {
    match measure {
        Measure::Numbers(Way(path), _) => Some(path),
        Measure::Rows | Measure::Distinct(_) => None,
    }
}

/// A figure's request, with the filters that apply to its rows.
struct ReadRequest<'a> {
    figures: &'a Figures,
    filters: [&'a Predicate; 2],
}

impl ReadRequest<'_> {
    fn table(&self) -> &'static Table {
        self.figures.request.table
    }

    /// Warns about sums over all child rows of rows that were kept because of some of these child rows.
    fn all_children(&self, path: &Path) -> Option<Cow<'static, str>> {
        let (End::Children { relation, .. }
        | End::Grandchildren { relation, .. }
        | End::Beside { relation, .. }) = path.end
        else {
            return None;
        };
        if !path.relations.is_empty() {
            return None;
        }
        let relation = &self.table().relations[relation];
        if !self.filters.iter().any(|filter| keeps_by_some(filter, relation)) {
            return None;
        }
        let (parents, children) = (self.table().list, relation.field);
        let list = relation.other().list;
        let text = format!(
            "this covers all {children} of each of the {parents} that the filter keeps, not only those that \
             `{children}: {{ some: ... }}` selects; to cover only those, query `{list}(filter: ...)`"
        );
        Some(text.into())
    }

    /// Warns about people who are counted once for each agency that serves them.
    fn overlapping(&self, path: &Path) -> Option<Cow<'static, str>> {
        let table = path.table(self.table());
        let (people, kind) = table.declared.overlapping?;
        if path.end != End::Column(people) {
            return None;
        }
        let is_one = |table: &Table, column: &str| {
            column == table.columns[kind].name || names_one(table, column)
        };
        let is_told = self.is_of_one_parent(path)
            || self.figures.common.keys.iter().any(|key| {
                key.part == Part::Itself
                    && key.path.relations == path.relations
                    && match key.path.end {
                        End::Column(column) => is_one(table, table.columns[column].name),
                        _ => true,
                    }
            })
            || self.filters.iter().any(|filter| {
                keeps_one(self.table(), &path.relations, filter, &|column| is_one(table, column))
            });
        let text = "agencies of different kinds serve the same people (a county and its cities), so people are \
                    counted more than once here; keep agencies of one kind, for example with \
                    `kind: { eq: MUNICIPAL_POLICE }`, or group by kind";
        (!is_told).then_some(text.into())
    }

    /// Warns about comparing years when different agencies reported in each.
    fn changing(&self, path: &Path) -> Option<Cow<'static, str>> {
        let request = &self.figures.request;
        let event = self.table().event.as_ref()?;
        let is_of_years = path.relations.is_empty()
            && matches!(path.end, End::Column(column) if self.table().declared.never_added.holds(column));
        let is_year = |key: &Key| match (key.part, key.path.relations.as_slice(), key.path.end) {
            (Part::Since, ..) => true,
            (_, [], End::Column(column)) => {
                event.years.contains(&self.table().columns[column].name)
            }
            _ => false,
        };
        // A balanced panel is balanced by years since the event only, not by calendar year.
        let is_balanced = request.event.as_ref().is_some_and(|event| event.is_balanced);
        let changes = |key: &Key| is_year(key) && !(is_balanced && key.part == Part::Since);
        if !is_of_years || !request.keys.iter().any(changes) {
            return None;
        }
        let subject =
            self.table().relations.iter().position(|other| other.field == event.subject)?;
        let subjects = Path { relations: vec![subject], end: End::Row };
        let is_key = |key: &Key| key.part == Part::Itself && key.path == subjects;
        let other = self.table().relations[subject].other();
        let is_told = self.is_of_one_parent(&subjects)
            || self.figures.common.keys.iter().any(is_key)
            || self.filters.iter().any(|filter| {
                keeps_one(self.table(), &[subject], filter, &|column| names_one(other, column))
                    || names_nobody(filter, event)
            });
        if is_told {
            return None;
        }
        let text = format!(
            "each year covers those that reported in it, so a change may only reflect who reported; compare the number of \
             `{}`, or keep the same ones in all years with `event: {{ from: ..., to: ..., balanced: true }}`",
            other.list
        );
        Some(text.into())
    }

    /// Warns about adding up dollars of many years.
    fn nominal(&self, path: &Path) -> Option<Cow<'static, str>> {
        let amounts = path.amounts(self.table());
        let key = Key::parse(amounts, amounts.priced_by?).ok()?;
        let few = match (path.end, key.path.end) {
            (End::Column(_), End::Column(year)) => {
                let column = amounts.columns[year].name;
                let years =
                    self.filters.map(|filter| years(self.table(), &path.relations, column, filter));
                let is_row = |column: &str| names_one(amounts, column);
                years.into_iter().flatten().any(|years| years.end() - years.start() < FEW_YEARS)
                    || self
                        .filters
                        .iter()
                        .any(|filter| keeps_one(self.table(), &path.relations, filter, &is_row))
            }
            _ => false,
        };
        let text = "this may mix dollars of many years, which differ in purchasing power; convert them to the dollars of \
                    one year, for example with `inDollarsOf: 2024`, or filter for a few years";
        (!few).then_some(text.into())
    }

    /// Whether the rows belong to one row at the end of a path.
    fn is_of_one_parent(&self, path: &Path) -> bool {
        match path.relations.as_slice() {
            [relation] => {
                self.figures.common.parent == Some(self.table().relations[*relation].from)
            }
            _ => false,
        }
    }
}

/// Whether a filter keeps rows because some of their child rows match it.
fn keeps_by_some(filter: &Predicate, relation: &Relation) -> bool {
    match filter {
        Predicate::All(parts) | Predicate::Any(parts) => {
            parts.iter().any(|part| keeps_by_some(part, relation))
        }
        Predicate::Not(part) => match &**part {
            Predicate::Not(part) => keeps_by_some(part, relation),
            _ => false,
        },
        Predicate::Through { column, table, to, keeps } => {
            (*column, table.name, *to) == (relation.from, relation.table, relation.to)
                && **keeps != Predicate::all()
        }
        _ => false,
    }
}

/// Whether a filter leaves only rows without a subject that could have the event.
fn names_nobody(filter: &Predicate, event: &FirstEvent) -> bool {
    let (of_nobody, values) = event.of_nobody;
    let is_nobody = |value: &Value| matches!(value, Value::String(Some(text)) if values.contains(&text.as_str()));
    match filter {
        Predicate::All(parts) => parts.iter().any(|part| names_nobody(part, event)),
        Predicate::Is { column, test } if *column == of_nobody => match test {
            Test::Compare(Comparison::Equal, value) => is_nobody(value),
            Test::In(values) => values.iter().all(is_nobody),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a filter leaves one value of a column of the row at the end of some relations.
fn keeps_one(
    table: &'static Table,
    relations: &[usize],
    filter: &Predicate,
    wanted: &dyn Fn(&str) -> bool,
) -> bool {
    match (filter, relations) {
        (Predicate::All(parts), _) => {
            parts.iter().any(|part| keeps_one(table, relations, part, wanted))
        }
        (Predicate::Is { column, test }, []) => wanted(column) && one_of(test).is_some(),
        (Predicate::Through { column, table: other, keeps, .. }, [first, rest @ ..]) => {
            *column == table.relations[*first].from && keeps_one(other, rest, keeps, wanted)
        }
        _ => false,
    }
}

/// The years that a filter leaves of a column of the row at the end of some relations.
fn years(
    table: &'static Table,
    relations: &[usize],
    name: &str,
    filter: &Predicate,
) -> Option<RangeInclusive<i64>> {
    let ends = ends(table, relations, name, filter);
    Some(ends.0?..=ends.1?)
}

/// The first and the last year that a filter leaves.
fn ends(
    table: &'static Table,
    relations: &[usize],
    name: &str,
    filter: &Predicate,
) -> (Option<i64>, Option<i64>) {
    match (filter, relations) {
        (Predicate::All(parts), _) => parts.iter().fold((None, None), |(first, last), part| {
            let (begins, ends) = ends(table, relations, name, part);
            (first.max(begins), [last, ends].into_iter().flatten().min())
        }),
        (Predicate::Is { column, test }, []) if *column == name => match test {
            Test::Compare(comparison, value) => {
                let year = year_of(value);
                match comparison {
                    Comparison::Equal => (year, year),
                    Comparison::Less | Comparison::LessOrEqual => (None, year),
                    Comparison::Greater | Comparison::GreaterOrEqual => (year, None),
                    Comparison::NotEqual => (None, None),
                }
            }
            Test::In(values) => {
                let years = || values.iter().filter_map(year_of);
                (years().min(), years().max())
            }
            _ => (None, None),
        },
        (Predicate::Through { column, table: other, keeps, .. }, [first, rest @ ..])
            if *column == table.relations[*first].from =>
        {
            ends(other, rest, name, keeps)
        }
        _ => (None, None),
    }
}

fn year_of(value: &Value) -> Option<i64> {
    match value {
        Value::Int(year) => year.map(i64::from),
        Value::BigInt(year) => *year,
        Value::ChronoDate(Some(day)) => Some(chrono::Datelike::year(day).into()),
        _ => None,
    }
}
