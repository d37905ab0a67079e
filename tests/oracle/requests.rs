//! Requests: drawn, written as GraphQL, and answered from the raw rows.

use std::{cmp::Ordering, collections::BTreeMap, fmt::Write as _};

use super::{
    data::{Data, Row, Value},
    dimensions::{Dimension, Key},
    events::Event,
    filters::{self, Filter, decimal, holds},
    measures::{self, Exact, Figure, Path, Statistic},
    random::Random,
    tables::{Kind, Many, Measure, One, TABLES, Table, screaming},
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
const YEARS: [i128; 2] = [2024, 2012];

const STATISTICS: [Statistic; 13] = [
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
struct Asked {
    /// None is the number of rows.
    measure: Option<&'static Measure>,
    year: Option<i128>,
}

/// Measures with their statistics, and the same over a part.
#[derive(Debug)]
struct Selection {
    asked: Vec<(Asked, Vec<Statistic>)>,
    part: Option<(Filter, Box<Selection>)>,
}

#[derive(Debug)]
enum Having {
    And(Vec<Having>),
    Or(Vec<Having>),
    Not(Box<Having>),
    Is(Asked, Statistic, Compared),
}

#[derive(Clone, Copy, Debug)]
enum Compared {
    To(&'static str, Figure),
    IsNull(bool),
}

#[derive(Clone, Copy, Debug)]
enum By {
    Key(usize),
    Figure(Asked, Statistic),
}

#[derive(Clone, Copy, Debug)]
struct Term {
    by: By,
    descending: bool,
    nulls_first: bool,
}

/// So many groups of one end.
#[derive(Clone, Copy, Debug)]
enum Page {
    First(usize),
    Last(usize),
}

#[derive(Debug)]
struct Groups {
    by: Vec<Dimension>,
    event: Event,
    having: Option<Having>,
    order: Vec<Term>,
    subtotals: bool,
    page: Option<Page>,
    selection: Selection,
}

/// Rows on each of which a list hangs; or, through what they refer to, on what each of these refers to.
#[derive(Debug)]
struct Parent {
    table: &'static Table,
    filter: Filter,
    through: Option<&'static One>,
    many: &'static Many,
}

/// How many parents there are at most.
const PARENTS: usize = 40;

/// A list, of a row or of all, and what is asked of it.
#[derive(Debug)]
pub(super) struct Request {
    table: &'static Table,
    parent: Option<Parent>,
    filter: Option<Filter>,
    totals: Option<Selection>,
    groups: Option<Groups>,
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
    fn path(&self) -> &'static str {
        match self {
            Self::Distinct(_, path)
            | Self::Number(_, path)
            | Self::Ratio(_, path, ..)
            | Self::PeopleRatio(_, path, ..) => path,
        }
    }
}

impl Asked {
    fn name(self) -> &'static str {
        self.measure.map_or("count", Measure::name)
    }

    fn is_number(self) -> bool {
        matches!(self.measure, Some(Measure::Number(..)))
    }

    fn is_ratio(self) -> bool {
        matches!(self.measure, Some(Measure::Ratio(..) | Measure::PeopleRatio(..)))
    }

    fn figure(self, data: &Data, table: &'static Table, rows: &[&Row], of: Statistic) -> Figure {
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
type Group<'a> = (Vec<Key>, Vec<&'a Row>);

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
        match self.page {
            Some(Page::First(count)) => write!(arguments, ", first: {count}").unwrap(),
            Some(Page::Last(count)) => write!(arguments, ", last: {count}").unwrap(),
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
        format!("groups({arguments}) {{ totalCount nodes {{ level {keys}{selection} }} }}")
    }

    fn of<'a>(&self, data: &Data, table: &'static Table, rows: &[&'a Row]) -> Vec<Group<'a>> {
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

    fn answer(&self, data: &Data, ids: &Ids, table: &'static Table, rows: &[&Row]) -> Expected {
        let groups = self.of(data, table, rows);
        let total = shown(measures::count(groups.len()));
        let node = |(key, rows): &Group| {
            let level = key.iter().filter(|key| **key != Key::All).count();
            let mut fields = vec![("level".to_owned(), shown(measures::count(level)))];
            if !self.by.is_empty() {
                let keys = self.by.iter().zip(key).enumerate();
                let keys =
                    keys.map(|(place, (by, key))| (format!("k{place}"), shown_key(ids, by, key)));
                fields.push(("key".to_owned(), Expected::Object(keys.collect())));
            }
            fields.extend(self.selection.answer(data, table, rows));
            Expected::Object(fields)
        };
        let page = match self.page {
            Some(Page::First(count)) => &groups[..count.min(groups.len())],
            Some(Page::Last(count)) => &groups[groups.len().saturating_sub(count)..],
            None => &groups,
        };
        let nodes = Expected::List(page.iter().map(node).collect());
        Expected::Object(vec![("totalCount".to_owned(), total), ("nodes".to_owned(), nodes)])
    }
}

fn shown_key(ids: &Ids, by: &Dimension, key: &Key) -> Expected {
    match (key, by.row_of()) {
        (Key::Unknown | Key::All, _) => Expected::Null,
        (Key::Known(Value::Whole(id)), Some(table)) => {
            let id = Expected::Text(ids[table][id].clone());
            Expected::Object(vec![("id".to_owned(), id)])
        }
        (Key::Known(Value::Whole(ever)), _) if by.is_ever() => Expected::Boolean(*ever == 1),
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

/// Draws requests over data.
pub(super) struct Draw<'a> {
    pub(super) random: &'a mut Random,
    pub(super) data: &'a Data,
}

/// Outcomes are added up where they are of one measure and one level.
const GUARDED: [&str; 3] = ["value", "populationServed", "ratePer100k"];

impl Draw<'_> {
    pub(super) fn request(&mut self) -> Request {
        let table = self.table();
        let parent = if self.random.chance(25) { self.parent(table) } else { None };
        let mut filter = self.random.chance(65).then(|| self.filter(table));
        let free = table.name != "outcomes" || self.random.chance(70);
        if table.name == "outcomes" && free {
            let on = parent.as_ref().map(|parent| parent.table.name);
            let one = self.one_measure(table, on);
            filter = Some(Filter::And([one].into_iter().chain(filter).collect()));
        }
        let (totals, groups) =
            *self.random.pick(&[(true, false), (false, true), (false, true), (true, true)]);
        let totals = totals.then(|| self.selection(table, free, 2));
        let groups = groups.then(|| self.groups(table, free));
        Request { table, parent, filter, totals, groups }
    }

    /// Rows on which a list of the table hangs, if there are any.
    fn parent(&mut self, table: &Table) -> Option<Parent> {
        let all = TABLES.iter().flat_map(|it| it.manys.iter().map(move |many| (it, many)));
        let all: Vec<_> = all.filter(|(_, many)| many.table == table.name).collect();
        let (parent, many) = *(!all.is_empty()).then(|| self.random.pick(&all))?;
        let through = TABLES.iter().flat_map(|it| it.ones.iter().map(move |one| (it, one)));
        let through: Vec<_> = through.filter(|(_, one)| one.table == parent.name).collect();
        let (table, through) = if through.is_empty() || self.random.chance(60) {
            (parent, None)
        } else {
            let (table, one) = *self.random.pick(&through);
            (table, Some(one))
        };
        let filter = filters::draw(self.random, self.data, table, 1);
        Some(Parent { table, filter, through, many })
    }

    /// Grants and agencies more often than the others.
    fn table(&mut self) -> &'static Table {
        let often =
            ["grants", "grants", "grants", "agencies", "agencies", "officersFunded", "outcomes"];
        if self.random.chance(50) {
            let name = *self.random.pick(&often);
            return Table::named(name);
        }
        self.random.pick(&TABLES)
    }

    fn filter(&mut self, table: &'static Table) -> Filter {
        let depth = 1 + self.random.below(3);
        filters::draw(self.random, self.data, table, depth)
    }

    /// What keeps one measure and one level, beside the row that the list hangs on.
    fn one_measure(&mut self, table: &'static Table, on: Option<&str>) -> Filter {
        let code = *self.random.pick(&["violent_crime", "violent_crime", "sworn_officers"]);
        let level = *self.random.pick(&["AGENCY", "AGENCY", "AGENCY", "STATE", "NATION"]);
        let measure = Filter::eq(Table::named("measures"), "code", code);
        let measure = Filter::One(table.one("measure").unwrap(), Box::new(measure));
        let level = Filter::eq(table, "level", level);
        match on {
            Some("agencies") if self.random.chance(70) => measure,
            Some("measures") if self.random.chance(70) => level,
            _ => Filter::Fields(vec![measure, level]),
        }
    }

    fn selection(&mut self, table: &'static Table, free: bool, parts: usize) -> Selection {
        let count = 1 + self.random.below(4);
        let asked = (0..count).map(|_| self.asked(table, free)).collect();
        let part = (parts > 0 && self.random.chance(30)).then(|| {
            let mut filter = self.filter(table);
            let is_apart = !free && self.random.chance(60);
            if is_apart {
                filter = Filter::And(vec![filter, self.one_measure(table, None)]);
            }
            (filter, Box::new(self.selection(table, free || is_apart, parts - 1)))
        });
        Selection { asked, part }
    }

    fn asked(&mut self, table: &'static Table, free: bool) -> (Asked, Vec<Statistic>) {
        let asked = self.measure(table, free);
        let count = 1 + self.random.below(4);
        let statistics = (0..count).map(|_| self.statistic(asked, free)).collect();
        (asked, statistics)
    }

    fn measure(&mut self, table: &'static Table, free: bool) -> Asked {
        if table.measures.is_empty() || self.random.chance(8) {
            return Asked { measure: None, year: None };
        }
        let measure = self.random.pick(table.measures);
        let mut asked = Asked { measure: Some(measure), year: None };
        if asked.is_ratio() && !free && GUARDED.contains(&measure.name()) {
            return self.measure(table, free);
        }
        let is_dollars = Path::parse(table, measure.path()).kind() == Kind::Dollars;
        if is_dollars && self.random.chance(40) {
            asked.year = Some(*self.random.pick(&YEARS));
        }
        asked
    }

    fn statistic(&mut self, asked: Asked, free: bool) -> Statistic {
        match !free && GUARDED.contains(&asked.name()) {
            true => *self.random.pick(&[Statistic::Known, Statistic::Missing]),
            false => *self.random.pick(&STATISTICS),
        }
    }

    fn groups(&mut self, table: &'static Table, free: bool) -> Groups {
        let dimensions = Dimension::all(table);
        let mut by: Vec<Dimension> = Vec::new();
        // Keys leave one measure and one level in each group, too.
        let is_apart = !free && self.random.chance(60);
        if is_apart {
            let measure = *self.random.pick(&["measure", "measureCode"]);
            let are_keys = dimensions.iter().filter(|it| [measure, "level"].contains(&&*it.name()));
            by.extend(are_keys.cloned());
        }
        let free = free || is_apart;
        for _ in 0..*self.random.pick(&[0, 1, 1, 1, 2, 2, 3]) {
            let placed: Vec<_> = dimensions.iter().filter(|it| it.is_placed()).collect();
            let dimension = match !placed.is_empty() && self.random.chance(25) {
                true => *self.random.pick(&placed),
                false => self.random.pick(&dimensions),
            };
            if by.iter().all(|by| by.name() != dimension.name()) {
                by.push(dimension.clone());
            }
        }
        let subtotals = !is_apart && self.random.chance(25);
        let selection = self.selection(table, free, 2);
        let (having, order, page) = (None, Vec::new(), None);
        let event = self.event();
        let mut groups = Groups { by, event, having, order, subtotals, page, selection };
        let (data, rows) = (self.data, self.data.all(table.name));
        let whole = groups.of(data, table, &rows);
        if self.random.chance(35) {
            groups.having = Some(self.having(table, free, &whole, 1));
        }
        if self.random.chance(30) {
            groups.order =
                (0..=self.random.below(2)).map(|_| self.term(table, free, &groups.by)).collect();
            let count = 1 + self.random.below(8);
            groups.page =
                *self.random.pick(&[None, Some(Page::First(count)), Some(Page::Last(count))]);
        }
        groups
    }

    fn event(&mut self) -> Event {
        let grants = self.random.chance(60).then(|| self.filter(Table::named("grants")));
        if self.random.chance(40) {
            return Event { grants, ..Event::default() };
        }
        let from = self.random.within(-5, 2);
        let to = from + self.random.within(0, 4);
        let balanced = self.random.chance(40);
        Event { grants, from: Some(from.into()), to: Some(to.into()), balanced }
    }

    fn term(&mut self, table: &'static Table, free: bool, keys: &[Dimension]) -> Term {
        let by = if !keys.is_empty() && self.random.chance(40) {
            By::Key(self.random.below(keys.len()))
        } else {
            let asked = self.measure(table, free);
            By::Figure(asked, self.statistic(asked, free))
        };
        Term { by, descending: self.random.chance(50), nulls_first: self.random.chance(30) }
    }

    fn having(
        &mut self,
        table: &'static Table,
        free: bool,
        groups: &[Group],
        depth: usize,
    ) -> Having {
        if depth > 0 && self.random.chance(30) {
            let mut part = || Box::new(self.having(table, free, groups, depth - 1));
            let (one, other) = (part(), part());
            return match self.random.below(3) {
                0 => Having::And(vec![*one, *other]),
                1 => Having::Or(vec![*one, *other]),
                _ => Having::Not(one),
            };
        }
        let mut asked = self.measure(table, free);
        if asked.is_ratio() {
            asked.year = None;
        }
        // A root is compared as a float, which is no test of anything but floats.
        let statistic = match self.statistic(asked, free) {
            Statistic::Stddev => Statistic::Avg,
            statistic => statistic,
        };
        let figure = if groups.is_empty() {
            Figure::Missing
        } else {
            let (_, rows) = self.random.pick(groups);
            asked.figure(self.data, table, rows, statistic)
        };
        let figure = match figure {
            Figure::Quotient(exact) => Figure::Quotient(eighth(exact)),
            figure => figure,
        };
        let word = *self.random.pick(&["lt", "lte", "gt", "gte", "eq", "ne"]);
        let compared = match figure {
            Figure::Missing => Compared::IsNull(self.random.chance(50)),
            _ => Compared::To(word, figure),
        };
        Having::Is(asked, statistic, compared)
    }
}

/// Down to an eighth, which a float holds exactly.
fn eighth(exact: Exact) -> Exact {
    Exact::new(exact.times(8).floor(), 8)
}
