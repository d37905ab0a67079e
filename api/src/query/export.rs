//! A list, or its groups, as a table: all of its rows, a part at a time.
//!
//! The plan is that of the same query. Where that gives a page, this goes on behind its last row until there
//! are no more rows, or as many as an export may have. A part is what one page would be, read with loaders
//! of its own, so memory holds a part or two, however many there are. To read and to show are apart: while one
//! part is shown, the database reads the next.
//!
//! A table as it is, by its keys, goes on behind the last key. Any other list would be filtered and sorted again for each
//! part, so the keys of all its rows are found once, in order, and each part is some of them: four bytes a row.

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

/// The rows that are read at a time.
const PART: u32 = 1_000;

/// A table that was planned.
#[derive(Debug)]
pub(crate) struct Export {
    plan: ConnectionPlan,
    /// What stands in a row.
    pub(crate) columns: Arc<Columns>,
    /// The name of the list.
    pub(crate) name: &'static str,
    /// What the plan is priced at, in points.
    pub(crate) price: u64,
    /// The memory that it is expected to take.
    pub(crate) bytes: u64,
    source: RowSource,
    /// How many rows the client wants, where it says so.
    chosen: Option<u32>,
    /// The rows that there may be.
    most: u32,
}

/// Where the rows of a table are.
#[derive(Debug)]
enum RowSource {
    /// In the list, of which the field at a position shows them: `nodes` or `edges`.
    List(usize),
    /// In its groups: the position of that field, and within it of the one that shows them.
    Groups(usize, usize),
}

/// How far a table was read.
#[derive(Clone, Debug)]
pub(crate) struct ExportWalk {
    list: List,
    /// The plan of which all that it needs to know first is known, where it needs to.
    narrowed: Option<Arc<ConnectionPlan>>,
    /// The rows that may still come.
    left: u32,
    /// Where to go on behind the last row.
    cursor: Option<String>,
    /// The keys of all rows in order, and whether there are more rows, where they are found at once.
    keys: Option<(Arc<[i32]>, bool)>,
    /// The groups, which are computed at once.
    groups: Option<Arc<GroupsAnswer>>,
    /// How many of the keys or groups were given.
    given: usize,
}

/// A part of a table, as it was read.
#[derive(Debug)]
pub(crate) struct ExportPart {
    rows: PartRows,
    /// Whether it is the last.
    pub(crate) is_last: bool,
    /// What is to be said at the end of a table that has not all rows.
    pub(crate) truncated: Option<String>,
}

#[derive(Debug)]
enum PartRows {
    Rows(Vec<Arc<Row>>),
    Groups(Arc<GroupsAnswer>),
}

impl ExportPart {
    /// How many rows it has.
    pub(crate) fn len(&self) -> usize {
        match &self.rows {
            PartRows::Rows(rows) => rows.len(),
            PartRows::Groups(answer) => answer.groups.len(),
        }
    }
}

impl Export {
    /// The table of a connection that was planned, of so many rows at most, priced at so many points and bytes.
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
                        format!("`{name}` is not of one row: leave it out, or ask for JSON");
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
                let reason = format!("`{name}` would be a second table: ask for one at a time");
                return Err(Error::NotATable(reason));
            }
        }
        let Some((columns, source)) = source else {
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
        // The keys of all rows are there until the end, and a part that was read ahead.
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

    /// Whether its rows are groups, which are all made for the first of them.
    pub(crate) fn is_of_groups(&self) -> bool {
        matches!(self.source, RowSource::Groups(..))
    }

    /// The beginning of the table.
    pub(crate) fn begin(&self) -> ExportWalk {
        let left = self.chosen.unwrap_or(self.most);
        let list = self.plan.list.clone();
        ExportWalk { list, narrowed: None, left, cursor: None, keys: None, groups: None, given: 0 }
    }

    /// Reads the rows that follow.
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
            // A row is gone since its key was found.
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
    /// Whatever cannot be read: a file has no place to say so.
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

    /// Whether there are more rows than there may be, which a first part has not told.
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

    /// How it is refused where there are more rows than there may be.
    pub(crate) fn too_large(&self) -> Error {
        Error::TooManyRows { name: self.name, most: self.most }
    }

    /// What is said where there are more rows than there may be.
    fn truncated(&self, walk: &ExportWalk) -> String {
        let (most, name) = (self.most, self.name);
        let go_on = match &walk.cursor {
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

impl GroupsPlan {
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
