//! Requests: drawn, written as GraphQL, and answered from the raw rows.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    asked::{Selection, kept, shown},
    beyond::Beyond,
    data::{Data, Row},
    difference::{self, Difference},
    filters::Filter,
    groups::Groups,
    measures,
    tables::{Many, One, Table},
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
    /// What floats come to that are added up in another order.
    Near(f64),
    List(Vec<Expected>),
    Object(Vec<(String, Expected)>),
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
    /// Which of those that the filter keeps are meant.
    pub(super) beyond: Option<Beyond>,
    pub(super) totals: Option<Selection>,
    /// What changed after an event, less what changed elsewhere.
    pub(super) difference: Option<Difference>,
    pub(super) groups: Option<Groups>,
}

impl Request {
    pub(super) fn text(&self, alias: &str) -> String {
        let filter = |filter: &Filter| format!("filter: {}", filter.text());
        let own = self.filter.iter().map(filter).chain(self.beyond.iter().map(Beyond::text));
        let own: Vec<String> = own.collect();
        let own = if own.is_empty() { String::new() } else { format!("({})", own.join(", ")) };
        let mut of = "totalCount".to_owned();
        if let Some(totals) = &self.totals {
            write!(of, " totals {{ {} }}", totals.text()).unwrap();
        }
        if let Some(difference) = &self.difference {
            write!(of, " {}", difference.text()).unwrap();
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
        let mut rows = kept(data, rows, self.filter.as_ref());
        if let Some(beyond) = &self.beyond {
            rows = beyond.kept(data, self.table, &rows);
        }
        let mut fields = vec![("totalCount".to_owned(), shown(measures::count(rows.len())))];
        if let Some(totals) = &self.totals {
            let totals = Expected::Object(totals.answer(data, self.table, &rows));
            fields.push(("totals".to_owned(), totals));
        }
        if let Some(difference) = &self.difference {
            fields.push((difference::FIELD.to_owned(), difference.answer(data, &rows)));
        }
        if let Some(groups) = &self.groups {
            fields.push(("groups".to_owned(), groups.answer(data, ids, self.table, &rows)));
        }
        Expected::Object(fields)
    }
}
