//! Requests: drawn, written as GraphQL, and answered from the raw rows.

use std::{cmp::Ordering, collections::BTreeMap, fmt::Write as _};

use super::{
    data::{Data, Row, Value},
    dimensions::{Dimension, Key},
    events::Event,
    filters::{Filter, decimal, holds},
    measures::{self, Exact, Figure, Path, Statistic},
    tables::{Many, Measure, One, Table, screaming},
};

/// The global ids of the rows of each table that can be a key.
pub(super) type Ids = BTreeMap<&'static str, BTreeMap<i128, String>>;

/// What an answer must be.
#[derive(Debug)]
pub(super) enum Expected {
    Null,
    Text(String),
    Boolean(bool),
    /// To the last digit.
    Exact(f64),
    /// The float next to what was divided.
    Quotient(f64),
    List(Vec<Expected>),
    Object(Vec<(String, Expected)>),
}

/// The years in whose dollars amounts are asked.
pub(super) const YEARS: [i128; 2] = [2024, 2012];

pub(super) const STATISTICS: [Statistic; 15] = [
    Statistic::Distinct,
    Statistic::Mode,
    Statistic::Known,
    Statistic::Missing,
    Statistic::Sum,
    Statistic::Sum,
    Statistic::Avg,
    Statistic::Min,
    Statistic::Max,
    Statistic::Median,
    Statistic::Percentile(18),
    Statistic::Percentile(5),
    Statistic::Percentile(7),
    Statistic::Stddev,
    Statistic::Variance,
];

/// A measure, in the dollars of a year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// None is the number of rows.
    pub(super) measure: Option<&'static Measure>,
    pub(super) year: Option<i128>,
}

/// Measures with their statistics, and the same over a part.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub(super) asked: Vec<(Asked, Vec<Statistic>)>,
    pub(super) part: Option<(Filter, Box<Selection>)>,
}

#[derive(Clone, Debug)]
pub(super) enum Having {
    And(Vec<Having>),
    Or(Vec<Having>),
    Not(Box<Having>),
    Is(Asked, Statistic, Compared),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Compared {
    To(&'static str, Figure),
    IsNull(bool),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Key(usize),
    Figure(Asked, Statistic),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) by: By,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

/// So many groups of one end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Page {
    First(usize),
    Last(usize),
    /// With all rows of other groups as one more.
    Top(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Groups {
    pub(super) by: Vec<Dimension>,
    pub(super) event: Event,
    pub(super) having: Option<Having>,
    pub(super) order: Vec<Term>,
    pub(super) subtotals: bool,
    pub(super) fills: bool,
    /// Whether it is asked what groups come to among the others.
    pub(super) windows: bool,
    pub(super) page: Option<Page>,
    pub(super) selection: Selection,
}

/// Rows on each of which a list hangs; or, through what they refer to, on what each of these refers to.
#[derive(Debug)]
pub(super) struct Parent {
    pub(super) table: &'static Table,
    pub(super) filter: Filter,
    pub(super) through: Option<&'static One>,
    pub(super) many: &'static Many,
}

/// How many parents there are at most.
pub(super) const PARENTS: usize = 40;

/// A list, of a row or of all, and what is asked of it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) table: &'static Table,
    pub(super) parent: Option<Parent>,
    pub(super) filter: Option<Filter>,
    pub(super) totals: Option<Selection>,
    pub(super) groups: Option<Groups>,
}

impl Measure {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Distinct(name, _)
            | Self::Number(name, _)
            | Self::Ratio(name, ..)
            | Self::PeopleRatio(name, ..) => name,
        }
    }

    /// The path of what is added up, or divided.
    pub(super) fn path(&self) -> &'static str {
        match self {
            Self::Distinct(_, path)
            | Self::Number(_, path)
            | Self::Ratio(_, path, ..)
            | Self::PeopleRatio(_, path, ..) => path,
        }
    }
}

impl Asked {
    pub(super) fn name(self) -> &'static str {
        self.measure.map_or("count", Measure::name)
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self.measure, Some(Measure::Number(..)))
    }

    pub(super) fn is_ratio(self) -> bool {
        matches!(self.measure, Some(Measure::Ratio(..) | Measure::PeopleRatio(..)))
    }

    pub(super) fn figure(
        self,
        data: &Data,
        table: &'static Table,
        rows: &[&Row],
        of: Statistic,
    ) -> Figure {
        match self.measure {
            None => measures::count(rows.len()),
            Some(Measure::Distinct(_, path)) => {
                measures::distinct(data, rows, &Path::parse(table, path))
            }
            Some(Measure::Number(_, path)) => {
                measures::statistic(data, rows, &Path::parse(table, path), self.year, of)
            }
            Some(ratio) => measures::ratio(data, table, rows, ratio, self.year),
        }
    }
}

impl Statistic {
    /// As a field.
    fn field(self) -> String {
        match self {
            Self::Percentile(twentieths) => format!("percentile(p: {})", part(twentieths)),
            _ => format!("{self:?}").to_lowercase(),
        }
    }
}

/// So many twentieths as a decimal.
fn part(twentieths: i128) -> String {
    format!("0.{:02}", twentieths * 5)
}

impl Selection {
    fn text(&self) -> String {
        let mut fields = Vec::new();
        for (place, (asked, statistics)) in self.asked.iter().enumerate() {
            let year = asked.year.map(|year| format!("(inDollarsOf: {year})")).unwrap_or_default();
            let mut field = format!("m{place}: {}{year}", asked.name());
            if asked.is_number() {
                let statistics = statistics.iter().enumerate();
                let of: Vec<_> =
                    statistics.map(|(place, of)| format!("s{place}: {}", of.field())).collect();
                write!(field, " {{ {} }}", of.join(" ")).unwrap();
            }
            fields.push(field);
        }
        if let Some((filter, selection)) = &self.part {
            fields.push(format!(
                "part: where(filter: {}) {{ {} }}",
                filter.text(),
                selection.text()
            ));
        }
        fields.join(" ")
    }

    /// The answer of a group without rows: everything is counted, and comes to 0.
    fn answer_of_nothing(&self, data: &Data, table: &'static Table) -> Vec<(String, Expected)> {
        let mut fields = self.answer(data, table, &[]);
        for ((_, value), (asked, statistics)) in fields.iter_mut().zip(&self.asked) {
            let Expected::Object(shown) = value else { continue };
            for ((_, value), statistic) in shown.iter_mut().zip(statistics) {
                if *statistic == Statistic::Sum && asked.is_number() {
                    *value = Expected::Exact(0.0);
                }
            }
        }
        if let (Some((_, part)), Some((_, value))) = (&self.part, fields.last_mut()) {
            *value = Expected::Object(part.answer_of_nothing(data, table));
        }
        fields
    }

    fn answer(&self, data: &Data, table: &'static Table, rows: &[&Row]) -> Vec<(String, Expected)> {
        let mut fields = Vec::new();
        for (place, (asked, statistics)) in self.asked.iter().enumerate() {
            let of = |of: Statistic| shown(asked.figure(data, table, rows, of));
            let value = if asked.is_number() {
                let statistics = statistics.iter().enumerate();
                Expected::Object(statistics.map(|(at, it)| (format!("s{at}"), of(*it))).collect())
            } else {
                of(Statistic::Sum)
            };
            fields.push((format!("m{place}"), value));
        }
        if let Some((filter, selection)) = &self.part {
            let rows = kept(data, rows, Some(filter));
            fields.push(("part".into(), Expected::Object(selection.answer(data, table, &rows))));
        }
        fields
    }
}

#[expect(clippy::cast_precision_loss, reason = "as the JSON number has it")]
fn shown(figure: Figure) -> Expected {
    match figure {
        Figure::Missing => Expected::Null,
        Figure::Whole(number, unit) => Expected::Exact(number as f64 / unit as f64),
        Figure::Quotient(exact) => Expected::Quotient(exact.float()),
        Figure::Root(exact) => Expected::Quotient(exact.float().sqrt()),
    }
}

fn kept<'a>(data: &Data, rows: &[&'a Row], filter: Option<&Filter>) -> Vec<&'a Row> {
    rows.iter().copied().filter(|row| filter.is_none_or(|filter| filter.keeps(data, row))).collect()
}

impl Having {
    fn text(&self) -> String {
        let list = |parts: &[Self]| {
            let parts: Vec<_> = parts.iter().map(Self::text).collect();
            parts.join(", ")
        };
        match self {
            Self::And(parts) => format!("{{ and: [{}] }}", list(parts)),
            Self::Or(parts) => format!("{{ or: [{}] }}", list(parts)),
            Self::Not(part) => format!("{{ not: {} }}", part.text()),
            Self::Is(asked, statistic, compared) => {
                let test = compared.text();
                let name = asked.name();
                let year =
                    asked.year.map(|year| format!(", inDollarsOf: {year}")).unwrap_or_default();
                match statistic {
                    _ if !asked.is_number() => format!("{{ {name}: {test} }}"),
                    Statistic::Percentile(p) => {
                        format!(
                            "{{ {name}: {{ percentile: [{{ p: {}, is: {test} }}]{year} }} }}",
                            part(*p)
                        )
                    }
                    _ => format!("{{ {name}: {{ {}: {test}{year} }} }}", statistic.field()),
                }
            }
        }
    }

    fn keeps(&self, data: &Data, table: &'static Table, rows: &[&Row]) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.keeps(data, table, rows)),
            Self::Or(parts) => parts.iter().any(|part| part.keeps(data, table, rows)),
            Self::Not(part) => !part.keeps(data, table, rows),
            Self::Is(asked, statistic, compared) => {
                let figure = asked.figure(data, table, rows, *statistic).exact();
                match (compared, figure) {
                    (Compared::IsNull(is), figure) => figure.is_none() == *is,
                    (Compared::To(word, with), Some(figure)) => {
                        holds(word, figure.compare(with.exact().unwrap()))
                    }
                    (Compared::To(..), None) => false,
                }
            }
        }
    }
}

impl Compared {
    fn text(self) -> String {
        match self {
            Self::To(word, Figure::Whole(number, unit)) => {
                format!("{{ {word}: {} }}", decimal(number, unit))
            }
            Self::To(word, figure) => {
                format!("{{ {word}: {:?} }}", figure.exact().unwrap().float())
            }
            Self::IsNull(is) => format!("{{ isNull: {is} }}"),
        }
    }
}

/// A group: its key, and its rows.
pub(super) type Group<'a> = (Vec<Key>, Vec<&'a Row>);

impl Term {
    fn text(self, keys: &[Dimension]) -> String {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let nulls = if self.nulls_first { "FIRST" } else { "LAST" };
        let by = match self.by {
            By::Key(key) => format!("key: {}", screaming(&keys[key].name())),
            By::Figure(asked, statistic) => {
                let name = screaming(asked.name());
                let year =
                    asked.year.map(|year| format!(", inDollarsOf: {year}")).unwrap_or_default();
                let statistic = match statistic {
                    _ if !asked.is_number() => String::new(),
                    Statistic::Percentile(p) => format!(", statistic: PERCENTILE, p: {}", part(p)),
                    _ => format!(", statistic: {}", screaming(&statistic.field())),
                };
                format!("measure: {name}{statistic}{year}")
            }
        };
        format!("{{ {by}, direction: {direction}, nulls: {nulls} }}")
    }

    fn compare(self, data: &Data, table: &'static Table, a: &Group, b: &Group) -> Ordering {
        let turned = |order: Ordering| if self.descending { order.reverse() } else { order };
        let nulls = |order: Ordering| if self.nulls_first { order.reverse() } else { order };
        match self.by {
            By::Key(key) => match (&a.0[key], &b.0[key]) {
                (Key::Known(a), Key::Known(b)) => turned(a.cmp(b)),
                (a, b) if *a == Key::All || *b == Key::All => a.cmp(b),
                (a, b) => nulls(a.cmp(b)),
            },
            By::Figure(asked, statistic) => {
                let of = |group: &Group| asked.figure(data, table, &group.1, statistic).exact();
                match (of(a), of(b)) {
                    (Some(a), Some(b)) => turned(a.compare(b)),
                    (a, b) => nulls(a.is_none().cmp(&b.is_none())),
                }
            }
        }
    }
}

impl Groups {
    fn text(&self) -> String {
        let by: Vec<_> = self.by.iter().map(|by| screaming(&by.name())).collect();
        let mut arguments = format!("by: [{}]", by.join(", "));
        if self.by.iter().any(Dimension::is_placed) {
            write!(arguments, ", event: {}", self.event.text()).unwrap();
        }
        if let Some(having) = &self.having {
            write!(arguments, ", having: {}", having.text()).unwrap();
        }
        if !self.order.is_empty() {
            let terms: Vec<_> = self.order.iter().map(|term| term.text(&self.by)).collect();
            write!(arguments, ", orderBy: [{}]", terms.join(", ")).unwrap();
        }
        if self.subtotals {
            arguments += ", subtotals: true";
        }
        if self.fills {
            arguments += ", fill: true";
        }
        match self.page {
            Some(Page::First(count)) => write!(arguments, ", first: {count}").unwrap(),
            Some(Page::Last(count)) => write!(arguments, ", last: {count}").unwrap(),
            Some(Page::Top(count)) => write!(arguments, ", top: {count}, others: true").unwrap(),
            None => {}
        }
        let key = |(place, by): (usize, &Dimension)| {
            let of = if by.row_of().is_some() { " { id }" } else { "" };
            format!("k{place}: {}{of}", by.name())
        };
        let keys: Vec<_> = self.by.iter().enumerate().map(key).collect();
        let keys =
            if keys.is_empty() { String::new() } else { format!("key {{ {} }} ", keys.join(" ")) };
        let selection = self.selection.text();
        let windows = if self.windows { WINDOWS } else { "" };
        format!(
            "groups({arguments}) {{ totalCount nodes {{ level isOthers {keys}{selection} {windows} }} }}"
        )
    }

    pub(super) fn of<'a>(
        &self,
        data: &Data,
        table: &'static Table,
        rows: &[&'a Row],
    ) -> Vec<Group<'a>> {
        let all = self.by.len();
        let is_placed = self.by.iter().any(Dimension::is_placed);
        let rows = if is_placed { self.event.rows(data, rows) } else { rows.to_vec() };
        let levels = if self.subtotals { 0 } else { all }..=all;
        let mut groups: BTreeMap<Vec<Key>, Vec<&Row>> = BTreeMap::new();
        for level in levels {
            if level == 0 {
                // There is one of everything, however little that is.
                groups.insert(vec![Key::All; all], Vec::new());
            }
            for row in &rows {
                let mut key: Vec<_> =
                    self.by[..level].iter().map(|by| by.key(data, &self.event, row)).collect();
                key.resize(all, Key::All);
                groups.entry(key).or_default().push(row);
            }
        }
        if self.fills {
            self.fill(&mut groups);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        if let Some(having) = &self.having {
            groups.retain(|(_, rows)| having.keeps(data, table, rows));
        }
        groups.sort_by(|a, b| {
            let orders = self.order.iter().map(|term| term.compare(data, table, a, b));
            orders.fold(Ordering::Equal, Ordering::then)
        });
        groups
    }

    /// Adds groups without rows for the years, quarters and months between those that have some.
    fn fill(&self, groups: &mut BTreeMap<Vec<Key>, Vec<&Row>>) {
        for (place, by) in self.by.iter().enumerate() {
            let known = groups.keys().filter_map(|key| match &key[place] {
                Key::Known(value) => Some(value.clone()),
                Key::Unknown | Key::All => None,
            });
            let known: Vec<Value> = known.collect();
            let (Some(first), Some(last)) = (known.iter().min(), known.iter().max()) else {
                continue;
            };
            let sequence = by.sequence(first, last);
            let keys: Vec<Vec<Key>> = groups.keys().cloned().collect();
            for key in keys.into_iter().filter(|key| key[place] != Key::All) {
                for value in &sequence {
                    let mut key = key.clone();
                    key[place] = Key::Known(value.clone());
                    groups.entry(key).or_default();
                }
            }
        }
    }

    /// All rows of no group of a page; none where there are none left out.
    fn others<'a>(&self, data: &Data, rows: &[&'a Row], page: &[Group]) -> Option<Group<'a>> {
        let all = Self { having: None, order: Vec::new(), page: None, ..self.clone() };
        let is_placed = self.by.iter().any(Dimension::is_placed);
        let rows = if is_placed { self.event.rows(data, rows) } else { rows.to_vec() };
        let key = |row: &&Row| -> Vec<Key> {
            all.by.iter().map(|by| by.key(data, &self.event, row)).collect()
        };
        let others = rows.iter().filter(|row| !page.iter().any(|group| group.0 == key(row)));
        let others: Vec<&Row> = others.copied().collect();
        let mut groups: Vec<_> = rows.iter().map(key).collect();
        groups.sort();
        groups.dedup();
        let filled = page.iter().filter(|(_, rows)| rows.is_empty()).count();
        let has_others = groups.len() + filled > page.len();
        has_others.then(|| (vec![Key::All; self.by.len()], others))
    }

    fn answer(&self, data: &Data, ids: &Ids, table: &'static Table, rows: &[&Row]) -> Expected {
        let groups = self.of(data, table, rows);
        let all = Self { having: None, order: Vec::new(), ..self.clone() };
        let all = if self.windows { all.of(data, table, rows) } else { Vec::new() };
        let total = shown(measures::count(groups.len()));
        let page = match self.page {
            Some(Page::First(count) | Page::Top(count)) => 0..count.min(groups.len()),
            Some(Page::Last(count)) => groups.len().saturating_sub(count)..groups.len(),
            None => 0..groups.len(),
        };
        let others = match self.page {
            Some(Page::Top(_)) => self.others(data, rows, &groups[page.clone()]),
            _ => None,
        };
        let node = |(key, rows): &Group, place: Option<usize>| {
            let level = key.iter().filter(|key| **key != Key::All).count();
            let mut fields = vec![
                ("level".to_owned(), shown(measures::count(level))),
                ("isOthers".to_owned(), Expected::Boolean(place.is_none())),
            ];
            if !self.by.is_empty() {
                let keys = self.by.iter().zip(key).enumerate();
                let keys =
                    keys.map(|(place, (by, key))| (format!("k{place}"), shown_key(ids, by, key)));
                fields.push(("key".to_owned(), Expected::Object(keys.collect())));
            }
            let filled = place.is_some() && rows.is_empty() && level > 0;
            fields.extend(match filled {
                false => self.selection.answer(data, table, rows),
                true => self.selection.answer_of_nothing(data, table),
            });
            if self.windows {
                let counts = |groups: &[Group]| {
                    groups.iter().map(|(key, rows)| (level_of(key), rows.len())).collect()
                };
                let window = windows(&counts(&groups), &counts(&all), level, place, rows.len());
                fields.push(("window".to_owned(), window));
            }
            Expected::Object(fields)
        };
        let nodes =
            groups[page.clone()].iter().zip(page).map(|(group, place)| node(group, Some(place)));
        let others = others.iter().map(|group| node(group, None));
        let nodes = Expected::List(nodes.chain(others).collect());
        Expected::Object(vec![("totalCount".to_owned(), total), ("nodes".to_owned(), nodes)])
    }
}

fn level_of(key: &[Key]) -> usize {
    key.iter().filter(|key| **key != Key::All).count()
}

/// What is asked of a group among the others.
const WINDOWS: &str = "window { count { cumulative share changeFromPrevious growth rank } }";

/// What the count of a group comes to among those of its level; of all other rows at once, where it has no place.
fn windows(
    groups: &Vec<(usize, usize)>,
    all: &Vec<(usize, usize)>,
    level: usize,
    place: Option<usize>,
    own: usize,
) -> Expected {
    let whole = |number: usize| i128::try_from(number).unwrap();
    let level = if place.is_none() {
        groups.iter().chain(all).map(|(level, _)| *level).max().unwrap_or(0)
    } else {
        level
    };
    let of_level = |all: &Vec<(usize, usize)>| -> Vec<usize> {
        all.iter().filter(|(of, _)| *of == level).map(|(_, rows)| *rows).collect()
    };
    let total: usize = of_level(all).iter().sum();
    let before = groups[..place.unwrap_or(groups.len())].to_vec();
    let before = of_level(&before);
    let share = match total {
        0 => Figure::Missing,
        total => Figure::Quotient(Exact::new(whole(own), whole(total))),
    };
    let (cumulative, change, growth, rank) = match (place, before.last()) {
        (None, _) => {
            (Figure::Whole(whole(total), 1), Figure::Missing, Figure::Missing, Figure::Missing)
        }
        (Some(_), last) => {
            let more = of_level(groups).iter().filter(|rows| **rows > own).count();
            let change = last.map(|last| whole(own) - whole(*last));
            let growth = match (change, last) {
                (Some(change), Some(last)) if *last > 0 => {
                    Figure::Quotient(Exact::new(change, whole(*last)))
                }
                _ => Figure::Missing,
            };
            let running = before.iter().sum::<usize>() + own;
            let change = change.map_or(Figure::Missing, |change| Figure::Whole(change, 1));
            (measures::count(running), change, growth, measures::count(more + 1))
        }
    };
    let fields = [
        ("cumulative", cumulative),
        ("share", share),
        ("changeFromPrevious", change),
        ("growth", growth),
        ("rank", rank),
    ];
    let fields = fields.map(|(name, figure)| (name.to_owned(), shown(figure)));
    Expected::Object(vec![("count".to_owned(), Expected::Object(fields.into()))])
}

fn shown_key(ids: &Ids, by: &Dimension, key: &Key) -> Expected {
    match (key, by.row_of()) {
        (Key::Unknown | Key::All, _) => Expected::Null,
        (Key::Known(Value::Whole(id)), Some(table)) => {
            let id = Expected::Text(ids[table][id].clone());
            Expected::Object(vec![("id".to_owned(), id)])
        }
        (Key::Known(Value::Whole(is)), _) if by.is_truth() => Expected::Boolean(*is == 1),
        (Key::Known(Value::Whole(0)), _) if by.is_band() => {
            Expected::Text("UNDER_10000".to_owned())
        }
        (Key::Known(Value::Whole(least)), _) if by.is_band() => {
            Expected::Text(format!("FROM_{least}"))
        }
        (Key::Known(Value::Whole(number)), _) => shown(Figure::Whole(*number, 1)),
        (Key::Known(Value::Text(text)), _) => Expected::Text(text.clone()),
    }
}

impl Request {
    pub(super) fn text(&self, alias: &str) -> String {
        let filter = |filter: &Filter| format!("filter: {}", filter.text());
        let own = self.filter.as_ref().map(|own| format!("({})", filter(own))).unwrap_or_default();
        let mut of = "totalCount".to_owned();
        if let Some(totals) = &self.totals {
            write!(of, " totals {{ {} }}", totals.text()).unwrap();
        }
        if let Some(groups) = &self.groups {
            write!(of, " {}", groups.text()).unwrap();
        }
        match &self.parent {
            None => format!("{alias}: {}{own} {{ {of} }}", self.table.name),
            Some(parent) => {
                let list = format!("list: {}{own} {{ {of} }}", parent.many.name);
                let node = match parent.through {
                    Some(one) => format!("one: {} {{ {list} }}", one.name),
                    None => list,
                };
                let rows = filter(&parent.filter);
                format!(
                    "{alias}: {}({rows}, first: {PARENTS}) {{ nodes {{ {node} }} }}",
                    parent.table.name
                )
            }
        }
    }

    pub(super) fn answer(&self, data: &Data, ids: &Ids) -> Expected {
        let Some(parent) = &self.parent else {
            return self.of(data, ids, &data.all(self.table.name));
        };
        let mut parents = kept(data, &data.all(parent.table.name), Some(&parent.filter));
        parents.truncate(PARENTS);
        let list = |row: &Row| {
            let list = self.of(data, ids, &data.children(row, parent.many));
            Expected::Object(vec![("list".to_owned(), list)])
        };
        let node = |row: &&Row| match parent.through {
            None => list(row),
            Some(one) => {
                let one = data.parent(row, one).map_or(Expected::Null, list);
                Expected::Object(vec![("one".to_owned(), one)])
            }
        };
        let nodes = Expected::List(parents.iter().map(node).collect());
        Expected::Object(vec![("nodes".to_owned(), nodes)])
    }

    fn of(&self, data: &Data, ids: &Ids, rows: &[&Row]) -> Expected {
        let rows = kept(data, rows, self.filter.as_ref());
        let mut fields = vec![("totalCount".to_owned(), shown(measures::count(rows.len())))];
        if let Some(totals) = &self.totals {
            let totals = Expected::Object(totals.answer(data, self.table, &rows));
            fields.push(("totals".to_owned(), totals));
        }
        if let Some(groups) = &self.groups {
            fields.push(("groups".to_owned(), groups.answer(data, ids, self.table, &rows)));
        }
        Expected::Object(fields)
    }
}
