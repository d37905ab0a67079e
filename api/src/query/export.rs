//! A list, or its groups, as a table: all of its rows, a part at a time.
//!
//! The plan is that of the same query. Where that gives a page, this goes on behind its last row until there
//! are no more rows, or as many as an export may have. A part is what one page would be, read with loaders
//! of its own, so memory holds one part, however many there are.

use std::sync::Arc;

use async_graphql::{Name, Value as GraphQl};

use super::{
    columns::Columns,
    load::Loaders,
    measured::{self, GroupsField},
    plan::{Connection, ConnectionField},
    run,
};
use crate::{
    analytics::{Answer, Group},
    error::Error,
};

/// The rows that are read at a time.
const PART: u32 = 2_000;

/// A table that was planned, and how far it was read.
#[derive(Debug)]
pub(crate) struct Export {
    plan: Connection,
    /// What stands in a row.
    pub(crate) columns: Columns,
    /// The name of the list.
    pub(crate) name: &'static str,
    /// The points for each row.
    pub(crate) price: u64,
    rows: Rows,
    /// The rows that may still come.
    left: u32,
    /// Whether it was the client who said how many.
    is_chosen: bool,
    /// The rows that there may be.
    most: u32,
    /// Where to go on behind the last row.
    cursor: Option<String>,
}

/// The rows of a table.
#[derive(Debug)]
enum Rows {
    /// Those of the list, of the field `nodes` or `edges` at a position.
    OfList(usize),
    /// Its groups, and how many of them were given already. They are computed at once.
    Groups { field: usize, answer: Option<Arc<Answer>>, given: usize },
}

/// A part of a table.
#[derive(Debug)]
pub(crate) struct Part {
    /// The rows, as JSON would have them.
    pub(crate) rows: Vec<GraphQl>,
    /// Whether it is the last.
    pub(crate) is_last: bool,
    /// What is to be said at the end of a table that has not all rows.
    pub(crate) truncated: Option<String>,
}

impl Export {
    /// The table of a connection that was planned, of so many rows at most, at a price.
    pub(crate) fn of(
        mut plan: Connection,
        most: u32,
        chosen: Option<u32>,
        price: u64,
    ) -> Result<Self, Error> {
        let table = plan.list.table;
        let mut rows = None;
        for (position, (name, field)) in plan.fields.iter().enumerate() {
            let found = match field {
                ConnectionField::TypeName | ConnectionField::PageInfo(_) => continue,
                ConnectionField::TotalCount(_) | ConnectionField::Totals(_) => {
                    let reason =
                        format!("`{name}` is not of one row: leave it out, or ask for JSON");
                    return Err(Error::NotATable(reason));
                }
                ConnectionField::Nodes(plan) => (Columns::of_rows(plan)?, Rows::OfList(position)),
                ConnectionField::Edges(fields) => {
                    (Columns::of_edges(fields)?, Rows::OfList(position))
                }
                ConnectionField::Groups(plan) => {
                    let field = plan.rows()?;
                    let columns = Columns::of_groups(&plan.fields[field].1)?;
                    (columns, Rows::Groups { field, answer: None, given: 0 })
                }
            };
            if rows.replace(found).is_some() {
                let reason = format!("`{name}` would be a second table: ask for one at a time");
                return Err(Error::NotATable(reason));
            }
        }
        let Some((columns, rows)) = rows else {
            let reason = "nothing here has rows: ask for `nodes`, `edges` or `groups`";
            return Err(Error::NotATable(reason.to_owned()));
        };
        if plan.list.backward {
            let reason = "`last` counts from the end: ask for `first`, in the opposite order";
            return Err(Error::NotATable(reason.to_owned()));
        }
        if columns.names().is_empty() {
            return Err(Error::NotATable("the rows have no columns".to_owned()));
        }
        let planned = u64::from(plan.list.limit.max(1));
        let is_of_groups = matches!(rows, Rows::Groups { .. });
        plan.find_keys();
        Ok(Self {
            columns,
            name: table.list,
            price: if is_of_groups { 1 } else { price.div_ceil(planned) },
            rows,
            left: chosen.unwrap_or(most),
            is_chosen: chosen.is_some(),
            most,
            cursor: None,
            plan,
        })
    }

    /// The rows that follow.
    pub(crate) async fn next(&mut self, loaders: &Loaders) -> Result<Part, Error> {
        let (rows, more) = match &self.rows {
            Rows::OfList(field) => self.next_rows(loaders, *field).await?,
            Rows::Groups { .. } => self.next_groups(loaders).await?,
        };
        self.left = self.left.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        let truncated = (more && self.left == 0 && !self.is_chosen).then(|| self.truncated());
        Ok(Part { rows, is_last: !more || self.left == 0, truncated })
    }

    async fn next_rows(
        &mut self,
        loaders: &Loaders,
        field: usize,
    ) -> Result<(Vec<GraphQl>, bool), Error> {
        self.plan.list.limit = self.left.min(PART);
        let (rows, page) = run::rows(loaders, &self.plan, field).await?;
        if let Some(last) = page.rows.last() {
            let cursor = run::cursor(&self.plan, last);
            self.plan.list.go_on_after(&cursor)?;
            self.cursor = Some(cursor);
        }
        Ok((rows, page.more))
    }

    async fn next_groups(&mut self, loaders: &Loaders) -> Result<(Vec<GraphQl>, bool), Error> {
        let Rows::Groups { field, answer, given } = &mut self.rows else {
            return Err(Error::Internal);
        };
        let Some(plan) = self.plan.groups_mut() else { return Err(Error::Internal) };
        let all = match answer {
            Some(all) => Arc::clone(all),
            None => {
                plan.request.page.limit = Some(self.left as usize);
                Arc::clone(answer.insert(loaders.measures(&plan.request).await?))
            }
        };
        let end = all.groups.len().min(*given + PART as usize);
        let groups: Vec<Group> = all.groups[*given..end].to_vec();
        *given = end;
        let is_end = end == all.groups.len();
        let part = Answer { groups, total: all.total, more: all.more };
        let mut shown = measured::groups(loaders, plan, &[Arc::new(part)]).await?;
        let Some(GraphQl::Object(mut shown)) = shown.pop() else { return Err(Error::Internal) };
        let name: &Name = &plan.fields[*field].0;
        Ok((items(shown.swap_remove(name)), !is_end || all.more))
    }

    /// What is said where there are more rows than there may be.
    fn truncated(&self) -> String {
        let (most, name) = (self.most, self.name);
        let go_on = match &self.cursor {
            Some(cursor) => format!(", or go on with `after: \"{cursor}\"`"),
            None => String::new(),
        };
        format!(
            "TRUNCATED: these are the first {most} rows of {name}, and there are more than an export may \
             have (setting: --max-export-rows): ask for fewer by a filter{go_on}"
        )
    }
}

fn items(list: Option<GraphQl>) -> Vec<GraphQl> {
    match list {
        Some(GraphQl::List(items)) => items,
        _ => Vec::new(),
    }
}

impl Connection {
    fn groups_mut(&mut self) -> Option<&mut measured::GroupsPlan> {
        self.fields.iter_mut().find_map(|(_, field)| match field {
            ConnectionField::Groups(plan) => Some(&mut **plan),
            _ => None,
        })
    }
}

impl measured::GroupsPlan {
    /// The position of the field that has the groups.
    fn rows(&self) -> Result<usize, Error> {
        if self.request.page.backward {
            let reason = "`last` counts from the end: ask for `first`, in the opposite order";
            return Err(Error::NotATable(reason.to_owned()));
        }
        let is_rows =
            |field: &GroupsField| matches!(field, GroupsField::Nodes(_) | GroupsField::Edges(_));
        let mut found = self.fields.iter().enumerate().filter(|(_, (_, field))| is_rows(field));
        match (found.next(), found.next()) {
            (Some((position, _)), None) => Ok(position),
            (None, _) => Err(Error::NotATable("groups: ask for `nodes` or `edges`".to_owned())),
            (_, Some(_)) => {
                Err(Error::NotATable("groups: ask for one of `nodes` and `edges`".to_owned()))
            }
        }
    }
}
