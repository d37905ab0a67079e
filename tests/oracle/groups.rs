//! Groups: written as GraphQL, and answered from the raw rows.

use std::{cmp::Ordering, collections::BTreeMap, fmt::Write as _};

use super::{
    asked::{Selection, shown},
    data::{Data, Row, Value},
    dimensions::{Dimension, Key},
    events::Event,
    having::{Having, Term},
    measures::{self, Exact, Figure},
    requests::{Expected, Ids},
    summaries::Summary,
    tables::{Table, screaming},
};

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
    /// What is asked of all groups, pages aside.
    pub(super) summary: Option<Summary>,
}

/// A group: its key, and its rows.
pub(super) type Group<'a> = (Vec<Key>, Vec<&'a Row>);

impl Groups {
    pub(super) fn text(&self) -> String {
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
        let summary = self.summary.as_ref().map(Summary::text).unwrap_or_default();
        format!(
            "groups({arguments}) {{ totalCount {summary} nodes {{ level isOthers {keys}{selection} {windows} }} }}"
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

    pub(super) fn answer(
        &self,
        data: &Data,
        ids: &Ids,
        table: &'static Table,
        rows: &[&Row],
    ) -> Expected {
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
        let mut fields = vec![("totalCount".to_owned(), total), ("nodes".to_owned(), nodes)];
        if let Some(summary) = &self.summary {
            let whole = groups.iter().filter(|(key, _)| level_of(key) == self.by.len());
            let whole =
                whole.map(|(key, rows)| (rows.is_empty() && !key.is_empty(), rows.as_slice()));
            fields.push(("summary".to_owned(), summary.answer(data, table, whole)));
        }
        Expected::Object(fields)
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
