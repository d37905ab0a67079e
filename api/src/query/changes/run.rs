//! Reads and shows changes.

use async_graphql::{Name, Value as GraphQl};
use indexmap::IndexMap;
use sea_orm::{
    QueryResult,
    sea_query::{Alias, Expr, ExprTrait as _, Query},
};

use super::{
    ChangeCell, ChangeField, ChangeKind, ChangesField, ChangesPlan, CountField, Side, VersionCell,
    plan::cursor_of,
};
use crate::{
    catalog::table::Table,
    database::{counters::KEPT_COUNTER, session::Purpose},
    error::Error,
    limits::work::Work,
    query::{
        id,
        load::Loaders,
        packed,
        plan::{EdgeField, PageInfoField},
        price::{Price, bytes_of_rows},
        rows::Row,
    },
};

/// The position of the kind, and of the first cell of the plan after it.
const KIND: usize = 0;
const FIRST: usize = 1;

/// A page of changes, and whether there are more.
#[derive(Default)]
struct ChangesPage {
    rows: Vec<std::sync::Arc<Row>>,
    more: bool,
}

/// The number of changes of each kind, and the number of changed rows in which each field differs.
#[derive(Default)]
struct ChangeCounts {
    kinds: Vec<i64>,
    fields: Vec<i64>,
}

/// Answers the changes.
pub(crate) async fn changes(loaders: &Loaders, plan: &ChangesPlan) -> Result<GraphQl, Error> {
    let work = plan.work(&Price::of(loaders.catalog, &loaders.aggregates))?;
    loaders.session.usage().add(work);
    let page = match plan.reads_rows() {
        true => page(loaders, plan).await?,
        false => ChangesPage::default(),
    };
    let counts = match plan.counts() {
        true => counts(loaders, plan).await?,
        false => ChangeCounts::default(),
    };
    // Checked after the rows are read: if the revisions are kept now, they were kept then.
    check(loaders, plan).await?;
    let fields = plan.fields.iter();
    let fields = fields.map(|(name, field)| (name.clone(), plan.show(field, &page, &counts)));
    Ok(GraphQl::Object(fields.collect()))
}

async fn page(loaders: &Loaders, plan: &ChangesPlan) -> Result<ChangesPage, Error> {
    let session = &loaders.session;
    let kinds = plan.cell_kinds();
    let select = plan.select_page(session.backend())?;
    let select = packed::pack(select, &kinds, false, session.backend());
    let unpack = |rows: Vec<QueryResult>| {
        let found = packed::unpack(rows.first().ok_or(Error::Internal)?, &kinds, false)?.rows;
        let (rows, cells) = (found.len() as u64, kinds.len() as u64);
        session.usage().add(Work::rows(rows, 2 * cells));
        session.usage().keep(bytes_of_rows(rows, 2 * cells))?;
        Ok((found.len(), found))
    };
    let read = session.read_parts(plan.table.name, Purpose::Page, select, unpack).await?;
    let (mut rows, limit) = (read.rows, plan.limit as usize);
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(ChangesPage { rows, more })
}

async fn counts(loaders: &Loaders, plan: &ChangesPlan) -> Result<ChangeCounts, Error> {
    let session = &loaders.session;
    let select = plan.select_counts(session.backend())?;
    let kinds = ChangeKind::ALL.len();
    let make = |rows: Vec<QueryResult>| {
        let row = rows.first().ok_or(Error::Internal)?;
        let all = (0..kinds + plan.versions.len()).map(|index| row.try_get_by_index(index));
        let mut all = all.collect::<Result<Vec<i64>, _>>()?;
        let fields = all.split_off(kinds);
        Ok((1, ChangeCounts { kinds: all, fields }))
    };
    let read = session.read_parts(plan.table.name, Purpose::Aggregates, select, make);
    Ok(read.await?.rows)
}

/// Checks that both revisions are kept and belong to the current dataset.
async fn check(loaders: &Loaders, plan: &ChangesPlan) -> Result<(), Error> {
    let id = || Expr::col(Alias::new("id"));
    let mut kept = Query::select();
    kept.column(Alias::new("value"))
        .from(Alias::new("counters"))
        .and_where(Expr::col(Alias::new("name")).eq(KEPT_COUNTER));
    let mut select = Query::select();
    select
        .expr(id())
        .expr(Expr::col(Alias::new("dataset")))
        .expr(Expr::SubQuery(None, Box::new(kept.into())))
        .from(Alias::new("revisions"));
    let mut last = Query::select();
    last.expr(id().max()).from(Alias::new("revisions"));
    let last = Expr::SubQuery(None, Box::new(last.into()));
    select.and_where(id().is_in([plan.from, plan.to]).or(id().eq(last)));
    let make = |rows: Vec<QueryResult>| {
        let mut found = Vec::new();
        let mut first = 1;
        for row in &rows {
            found.push((row.try_get_by_index::<i32>(0)?, row.try_get_by_index::<i64>(1)?));
            first = row.try_get_by_index::<Option<i32>>(2)?.map_or(1, |kept| Ord::max(kept, 1));
        }
        Ok((found.len(), (found, first)))
    };
    let read = loaders.session.read("revisions", Purpose::Dataset, select, make).await?;
    let (found, first) = read.rows;
    let (last, dataset) = found.iter().copied().max().unwrap_or_default();
    for revision in [plan.from, plan.to] {
        let is_of_dataset = found.contains(&(revision, dataset));
        if revision > last || revision < 1 {
            return Err(Error::NoSuchRevision { revision, first, last });
        }
        if revision < first || !is_of_dataset {
            return Err(Error::RevisionGone { revision, first, last });
        }
    }
    Ok(())
}

impl ChangesPlan {
    fn show(&self, field: &ChangesField, page: &ChangesPage, counts: &ChangeCounts) -> GraphQl {
        let type_name = |part: &str| GraphQl::String(format!("{}{part}", self.table.type_name));
        let counted = |kind: ChangeKind| counts.kinds.get(kind as usize).copied();
        let counted = |kind: &ChangeKind| counted(*kind).unwrap_or_default();
        match field {
            ChangesField::TypeName => type_name("ChangeConnection"),
            ChangesField::Nodes(fields) => {
                GraphQl::List(page.rows.iter().map(|row| self.shown(fields, row)).collect())
            }
            ChangesField::Edges(fields) => {
                let edge = |row: &std::sync::Arc<Row>| {
                    let field = |(name, field): &(Name, EdgeField<Vec<_>>)| {
                        let value = match field {
                            EdgeField::TypeName => type_name("ChangeEdge"),
                            EdgeField::Cursor => GraphQl::String(cursor_of(self.table, row.key)),
                            EdgeField::Node(fields) => self.shown(fields, row),
                        };
                        (name.clone(), value)
                    };
                    GraphQl::Object(fields.iter().map(field).collect())
                };
                GraphQl::List(page.rows.iter().map(edge).collect())
            }
            ChangesField::PageInfo(fields) => self.page_info(fields, page),
            ChangesField::TotalCount => GraphQl::from(self.kinds.iter().map(counted).sum::<i64>()),
            ChangesField::Kinds(fields) => {
                let kinds = self.kinds.iter().map(|kind| {
                    let of = GraphQl::Enum(Name::new(kind.name()));
                    count(fields, "ChangeKindCount", &of, counted(kind))
                });
                GraphQl::List(kinds.collect())
            }
            ChangesField::Fields(fields) => {
                let counted = self.versions.iter().zip(&counts.fields);
                let counted = counted.filter(|(_, count)| **count > 0).map(|(version, number)| {
                    let of = GraphQl::from(version.name.as_str());
                    count(fields, "ChangeFieldCount", &of, *number)
                });
                GraphQl::List(counted.collect())
            }
        }
    }

    fn page_info(&self, fields: &[(Name, PageInfoField)], page: &ChangesPage) -> GraphQl {
        let cursor = |row: Option<&std::sync::Arc<Row>>| {
            row.map_or(GraphQl::Null, |row| GraphQl::String(cursor_of(self.table, row.key)))
        };
        let value = |field: &PageInfoField| match field {
            PageInfoField::TypeName => GraphQl::from("PageInfo"),
            PageInfoField::HasNextPage => GraphQl::Boolean(page.more),
            PageInfoField::HasPreviousPage => GraphQl::Boolean(self.after.is_some()),
            PageInfoField::StartCursor => cursor(page.rows.first()),
            PageInfoField::EndCursor => cursor(page.rows.last()),
        };
        GraphQl::Object(fields.iter().map(|(name, field)| (name.clone(), value(field))).collect())
    }

    fn shown(&self, fields: &[(Name, ChangeField)], row: &Row) -> GraphQl {
        let kind = &row.cells[KIND];
        let is = |other: ChangeKind| matches!(kind, GraphQl::Enum(name) if name == other.name());
        let field = |(name, field): &(Name, ChangeField)| {
            let value = match field {
                ChangeField::TypeName => GraphQl::String(format!("{}Change", self.table.type_name)),
                ChangeField::RowId => GraphQl::String(id::encode(self.table, row.key)),
                ChangeField::Kind => kind.clone(),
                ChangeField::Fields => self.differing(row),
                ChangeField::Version(Side::Before, _) if is(ChangeKind::Added) => GraphQl::Null,
                ChangeField::Version(Side::After, _) if is(ChangeKind::Removed) => GraphQl::Null,
                ChangeField::Version(_, cells) => self.version_of(cells, row),
            };
            (name.clone(), value)
        };
        GraphQl::Object(fields.iter().map(field).collect())
    }

    /// The names of the fields that differ.
    fn differing(&self, row: &Row) -> GraphQl {
        let cells = self.cells.iter().zip(&row.cells[FIRST..]);
        let names = cells.filter_map(|(cell, value)| match cell {
            ChangeCell::Differs(field) if *value == GraphQl::from(1) => {
                Some(GraphQl::from(self.versions[*field].name.as_str()))
            }
            _ => None,
        });
        GraphQl::List(names.collect())
    }

    fn version_of(&self, cells: &[(Name, VersionCell)], row: &Row) -> GraphQl {
        let value = |(name, cell): &(Name, VersionCell)| {
            let value = match cell {
                VersionCell::TypeName => {
                    GraphQl::String(format!("{}Version", self.table.type_name))
                }
                VersionCell::Cell(place) => self.cell(*place, row),
            };
            (name.clone(), value)
        };
        GraphQl::Object(cells.iter().map(value).collect::<IndexMap<_, _>>())
    }

    /// A value of a version; for a related row, its id.
    fn cell(&self, place: usize, row: &Row) -> GraphQl {
        let value = row.cells[FIRST + place].clone();
        let ChangeCell::Value(_, field) = self.cells[place] else { return value };
        match (self.versions[field].refers, &value) {
            (Some(relation), GraphQl::Number(key)) => id_of(relation.other(), key.as_i64()),
            _ => value,
        }
    }
}

fn id_of(table: &Table, key: Option<i64>) -> GraphQl {
    let key = key.and_then(|key| i32::try_from(key).ok());
    key.map_or(GraphQl::Null, |key| GraphQl::String(id::encode(table, key)))
}

/// A count, with what it counts.
fn count(fields: &[(Name, CountField)], type_name: &str, of: &GraphQl, count: i64) -> GraphQl {
    let value = |field: &CountField| match field {
        CountField::TypeName => GraphQl::from(type_name),
        CountField::Of => of.clone(),
        CountField::Count => GraphQl::from(count),
    };
    GraphQl::Object(fields.iter().map(|(name, field)| (name.clone(), value(field))).collect())
}
