//! A list, or its groups, as a table of all its rows, read in parts.
//!
//! The plan is the same as for the query. Where a query returns one page, an export continues after the last row until
//! the list or the limit of an export ends. Each part equals one page and has its own loaders, so memory holds one or
//! two parts, however many rows there are. Reading and showing overlap: the database reads the next part while one is
//! shown.
//!
//! A whole table in key order continues after the last key. Any other list would have to be filtered and sorted again
//! for each part, so the export finds the keys of all rows first, in order, and each part reads some of them. A key
//! takes four bytes.

use std::sync::Arc;

use async_graphql::Value as GraphQl;

use super::{
    groups::run as groups,
    load::Loaders,
    narrow,
    page::List,
    plan::{ConnectionField, ConnectionPlan, GroupsField, GroupsPlan},
    price::bytes_of_rows,
    root_page::{has_more, root_keys, root_page, rows_of_keys},
    rows::Row,
    walk::{
        column_types::Columns,
        export_columns::{self, ExportColumns},
        run,
    },
};
use crate::{
    error::Error,
    measures::{Estimates, GroupsAnswer},
};

/// The number of rows read at a time.
const PART: u32 = 1_000;

/// A planned export.
#[derive(Debug)]
pub(crate) struct Export {
    plan: ConnectionPlan,
    /// The columns of a row.
    pub(crate) columns: Arc<Columns>,
    /// The name of the list.
    pub(crate) name: &'static str,
    /// The price of the plan, in points.
    pub(crate) price: u64,
    /// The memory that it is expected to take.
    pub(crate) bytes: u64,
    source: RowSource,
    /// The number of rows that the client asks for, if it does.
    chosen: Option<u32>,
    /// The most rows of an export.
    most: u32,
}

/// Where the rows of a table come from.
#[derive(Debug)]
enum RowSource {
    /// From the list: the position of the field that shows them, `nodes` or `edges`.
    List(usize),
    /// From its groups: the position of that field, and of the field within it that shows them.
    Groups(usize, usize),
}

/// How far a table was read.
#[derive(Clone, Debug)]
pub(crate) struct ExportWalk {
    list: List,
    /// The plan after its first requests were answered, if it has any.
    narrowed: Option<Arc<ConnectionPlan>>,
    /// The number of rows that may still follow.
    left: u32,
    /// The cursor after the last row.
    cursor: Option<String>,
    /// The keys of all rows in order, and whether there are more rows, if the keys are found first.
    keys: Option<(Arc<[i32]>, bool)>,
    /// The groups, which are computed all at once.
    groups: Option<Arc<GroupsAnswer>>,
    /// The number of keys or groups already returned.
    given: usize,
}

/// A part of a table, as read.
#[derive(Debug)]
pub(crate) struct ExportPart {
    rows: PartRows,
    /// Whether it is the last.
    pub(crate) is_last: bool,
    /// The notice at the end of a table that is cut off.
    pub(crate) truncated: Option<String>,
}

#[derive(Debug)]
enum PartRows {
    Rows(Vec<Arc<Row>>),
    Groups(Arc<GroupsAnswer>),
}

impl ExportPart {
    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        match &self.rows {
            PartRows::Rows(rows) => rows.len(),
            PartRows::Groups(answer) => answer.groups.len(),
        }
    }
}

impl Export {
    /// The export of a planned connection, with its row limit and its price in points and bytes.
    pub(crate) fn of(
        mut plan: ConnectionPlan,
        most: u32,
        (price, bytes): (u64, u64),
        estimates: &Estimates<'_>,
    ) -> Result<Self, Error> {
        let mut chosen = plan.list.chosen.then_some(plan.list.limit);
        let table = plan.list.table;
        let mut source = None;
        for (position, (name, field)) in plan.fields.iter().enumerate() {
            let found = match field {
                ConnectionField::TypeName | ConnectionField::PageInfo(_) => continue,
                ConnectionField::TotalCount(_)
                | ConnectionField::Totals(_)
                | ConnectionField::Facets(_)
                | ConnectionField::Overlap(_)
                | ConnectionField::Quality(_)
                | ConnectionField::Difference(_) => {
                    let reason =
                        format!("`{name}` is not a value of each row; remove it, or ask for JSON");
                    return Err(Error::NotATable(reason));
                }
                ConnectionField::Nodes(rows) => {
                    (Columns::of_rows(rows, &plan.picks)?, RowSource::List(position))
                }
                ConnectionField::Edges(fields) => {
                    (Columns::of_edges(fields, &plan.picks)?, RowSource::List(position))
                }
                ConnectionField::Groups(groups) => {
                    let field = groups.rows()?;
                    let limit =
                        groups.request.page.limit.and_then(|limit| u32::try_from(limit).ok());
                    chosen = limit.filter(|_| groups.chosen);
                    let columns = Columns::of_groups(&groups.fields[field].1)?;
                    (columns, RowSource::Groups(position, field))
                }
            };
            if source.replace(found).is_some() {
                let reason = format!("`{name}` would be a second table; ask for one at a time");
                return Err(Error::NotATable(reason));
            }
        }
        let Some((columns, source)) = source else {
            let reason = "nothing here has rows; ask for `nodes`, `edges` or `groups`";
            return Err(Error::NotATable(reason.to_owned()));
        };
        if plan.list.backward {
            let reason = "`last` counts from the end; use `first` with the opposite order";
            return Err(Error::NotATable(reason.to_owned()));
        }
        if columns.names().is_empty() {
            return Err(Error::NotATable("the rows have no columns".to_owned()));
        }
        // The keys of all rows stay in memory until the end, along with a part that was read ahead.
        let keys = estimates.rows(table)?.min(u64::from(most));
        let part = bytes_of_rows(u64::from(PART), columns.cells().len() as u64);
        let of_list = part + if plan.list.is_table() { 0 } else { 4 * keys };
        let is_of_groups = matches!(source, RowSource::Groups(..));
        plan.find_keys();
        Ok(Self {
            columns: Arc::new(columns),
            name: table.list,
            price,
            bytes: if is_of_groups { bytes } else { of_list },
            source,
            chosen,
            most,
            plan,
        })
    }

    /// Whether its rows are groups, which are all computed before the first one is sent.
    pub(crate) fn is_of_groups(&self) -> bool {
        matches!(self.source, RowSource::Groups(..))
    }

    /// The start of the table.
    pub(crate) fn begin(&self) -> ExportWalk {
        let left = self.chosen.unwrap_or(self.most);
        let list = self.plan.list.clone();
        ExportWalk { list, narrowed: None, left, cursor: None, keys: None, groups: None, given: 0 }
    }

    /// Reads the next rows.
    pub(crate) async fn read(
        &self,
        walk: &mut ExportWalk,
        loaders: &Loaders,
    ) -> Result<ExportPart, Error> {
        if walk.narrowed.is_none() && self.plan.is_narrowed() {
            let plan = Box::pin(narrow::narrow(loaders, &self.plan)).await?;
            walk.list = plan.list.clone();
            walk.narrowed = Some(Arc::new(plan));
        }
        let (rows, more) = match self.source {
            RowSource::List(_) => self.read_rows(walk, loaders).await?,
            RowSource::Groups(field, _) => self.read_groups(walk, loaders, field).await?,
        };
        let mut part = ExportPart { rows, is_last: false, truncated: None };
        walk.left = walk.left.saturating_sub(u32::try_from(part.len()).unwrap_or(u32::MAX));
        part.is_last = !more || walk.left == 0;
        if more && walk.left == 0 && self.chosen.is_none() {
            part.truncated = Some(self.truncated(walk));
        }
        Ok(part)
    }

    async fn read_rows(
        &self,
        walk: &mut ExportWalk,
        loaders: &Loaders,
    ) -> Result<(PartRows, bool), Error> {
        if !walk.list.is_table() {
            return self.read_by_keys(walk, loaders).await;
        }
        walk.list.limit = walk.left.min(PART);
        let page = root_page(loaders, &walk.list, &self.plan.picks).await?;
        if let Some(last) = page.rows.last() {
            let cursor = run::cursor(&self.plan, last);
            walk.list.go_on_after(&cursor)?;
            walk.cursor = Some(cursor);
        }
        Ok((PartRows::Rows(page.rows), page.more))
    }

    async fn read_by_keys(
        &self,
        walk: &mut ExportWalk,
        loaders: &Loaders,
    ) -> Result<(PartRows, bool), Error> {
        if walk.keys.is_none() {
            walk.list.limit = walk.left;
            let (keys, more) = root_keys(loaders, &walk.list).await?;
            walk.keys = Some((keys.into(), more));
        }
        let (keys, more) = walk.keys.as_ref().ok_or(Error::Internal)?;
        let end = keys.len().min(walk.given + PART as usize);
        let part = &keys[walk.given..end];
        let rows = rows_of_keys(loaders, walk.list.table, &self.plan.picks, part).await?;
        if rows.len() < part.len() {
            // A row disappeared after its key was found.
            return Err(Error::Changed);
        }
        let more = *more || end < keys.len();
        walk.given = end;
        if let Some(last) = rows.last() {
            walk.cursor = Some(run::cursor(walk.narrowed.as_deref().unwrap_or(&self.plan), last));
        }
        Ok((PartRows::Rows(rows), more))
    }

    async fn read_groups(
        &self,
        walk: &mut ExportWalk,
        loaders: &Loaders,
        field: usize,
    ) -> Result<(PartRows, bool), Error> {
        let plan = walk.narrowed.as_deref().unwrap_or(&self.plan);
        let ConnectionField::Groups(plan) = &plan.fields[field].1 else {
            return Err(Error::Internal);
        };
        let all = if let Some(all) = &walk.groups {
            Arc::clone(all)
        } else {
            let mut request = plan.request.clone();
            request.page.limit = Some(walk.left as usize);
            Arc::clone(walk.groups.insert(loaders.measures(&request).await?))
        };
        let end = all.groups.len().min(walk.given + PART as usize);
        let groups = all.groups[walk.given..end].to_vec();
        walk.given = end;
        let more = end < all.groups.len() || all.more;
        let (total, is_cut) = (all.total, all.more);
        let part = GroupsAnswer { groups, total, more: is_cut, ..GroupsAnswer::default() };
        Ok((PartRows::Groups(Arc::new(part)), more))
    }

    /// The rows of a part.
    ///
    /// # Errors
    /// Any read error: a file cannot report errors.
    pub(crate) async fn show(
        &self,
        part: &ExportPart,
        loaders: &Loaders,
    ) -> Result<ExportColumns, Error> {
        let shown = self.show_rows(part, loaders).await?;
        loaders.failures.none().map(|()| shown)
    }

    async fn show_rows(
        &self,
        part: &ExportPart,
        loaders: &Loaders,
    ) -> Result<ExportColumns, Error> {
        match (&self.source, &part.rows) {
            (RowSource::List(field), PartRows::Rows(rows)) => {
                export_columns::rows(loaders, &self.plan, *field, rows).await
            }
            (RowSource::Groups(field, rows), PartRows::Groups(answer)) => {
                let ConnectionField::Groups(plan) = &self.plan.fields[*field].1 else {
                    return Err(Error::Internal);
                };
                let shown = groups::groups(loaders, plan, std::slice::from_ref(answer)).await?;
                Ok(ExportColumns::Values(match shown.into_iter().next() {
                    Some(GraphQl::Object(mut shown)) => {
                        items(shown.swap_remove(&plan.fields[*rows].0))
                    }
                    _ => Vec::new(),
                }))
            }
            _ => Err(Error::Internal),
        }
    }

    /// Whether rows beyond the limit exist, when the first part did not show it.
    pub(crate) async fn is_cut(&self, walk: &ExportWalk, loaders: &Loaders) -> Result<bool, Error> {
        match (self.chosen, &self.source) {
            (Some(_), _) => Ok(false),
            (None, RowSource::List(_)) => {
                if let Some((_, more)) = &walk.keys {
                    return Ok(*more);
                }
                let mut list = self.plan.list.clone();
                list.limit = self.most;
                has_more(loaders, &list).await
            }
            (None, RowSource::Groups(..)) => Ok(walk.groups.as_ref().is_some_and(|all| all.more)),
        }
    }

    /// The error for a table that exceeds the limit of rows.
    pub(crate) fn too_large(&self) -> Error {
        Error::TooManyRows { name: self.name, most: self.most }
    }

    /// The notice for a table that exceeds the limit of rows.
    fn truncated(&self, walk: &ExportWalk) -> String {
        let (most, name) = (self.most, self.name);
        let go_on = match &walk.cursor {
            Some(cursor) => format!(", or continue with `after: \"{cursor}\"`"),
            None => String::new(),
        };
        format!(
            "TRUNCATED: these are the first {most} rows of {name}, the limit of an export \
             (--max-export-rows); narrow the filter{go_on}"
        )
    }
}

fn items(list: Option<GraphQl>) -> Vec<GraphQl> {
    match list {
        Some(GraphQl::List(items)) => items,
        _ => Vec::new(),
    }
}

impl GroupsPlan {
    /// The position of the field that shows the groups.
    fn rows(&self) -> Result<usize, Error> {
        if self.request.page.backward {
            let reason = "`last` counts from the end; use `first` with the opposite order";
            return Err(Error::NotATable(reason.to_owned()));
        }
        let is_rows =
            |field: &GroupsField| matches!(field, GroupsField::Nodes(_) | GroupsField::Edges(_));
        let mut found = self.fields.iter().enumerate().filter(|(_, (_, field))| is_rows(field));
        match (found.next(), found.next()) {
            (Some((position, _)), None) => Ok(position),
            (None, _) => Err(Error::NotATable("groups: select `nodes` or `edges`".to_owned())),
            (_, Some(_)) => {
                Err(Error::NotATable("groups: select only one of `nodes` and `edges`".to_owned()))
            }
        }
    }
}
