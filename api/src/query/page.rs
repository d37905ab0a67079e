//! A page of a list: its arguments, and the statements that read and count it.
//!
//! A page is one statement that reads one row more than it shows, which tells whether there is a next page. It is two
//! statements if rows without a value belong at the other end from where an index has them. The pages of many parents
//! are one statement too: a window numbers the rows of each parent in order, and the database keeps the first few of
//! each.

use async_graphql::Value as GraphQl;
use sea_orm::{
    DbBackend,
    sea_query::{
        Alias, Expr, ExprTrait, Func, NullOrdering, Order, OverStatement, Query, SelectStatement,
        Value, WindowStatement,
    },
};

use super::{
    arguments::Arguments,
    filter,
    order::{self, OrderKey, beyond, decode_cursor},
    picks::Picks,
};
use crate::catalog::{
    Catalog,
    predicate::{Predicate, Test, column_of, keys_in},
    table::Table,
};
use crate::{
    error::Error,
    measures::{FirstRows, RowTerm},
};

/// The name of a row's parent in a statement.
pub(crate) const PARENT: &str = "parent";
/// The number of rows from which a database takes long to scan a table.
const MANY: u64 = 5_000;
/// The default number of rows of a page.
pub(crate) const DEFAULT_PAGE: u32 = 25;

/// The filter, order and page of a list over a table.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) table: &'static Table,
    pub(crate) keeps: Predicate,
    pub(crate) order: Vec<OrderKey>,
    pub(crate) limit: u32,
    /// Whether a client asks for a number of rows from the front.
    pub(crate) chosen: bool,
    /// Whether the page is the last rows before a place, rather than the first after it.
    pub(crate) backward: bool,
    after: Option<Vec<Value>>,
    before: Option<Vec<Value>>,
}

impl List {
    /// Reads the arguments of a connection.
    pub(crate) fn parse(
        catalog: &'static Catalog,
        table: &'static Table,
        arguments: &Arguments,
        sizes: PageSizes,
    ) -> Result<Self, Error> {
        let given = |name: &str| arguments.get(name).filter(|value| **value != GraphQl::Null);
        let mut keeps = match given("filter") {
            Some(filter) => filter::parse(table, filter, "filter")?,
            None => Predicate::all(),
        };
        if let Some(GraphQl::String(text)) = given("search") {
            keeps = keeps.and(filter::search(table, text)?);
        }
        let mut order = order::parse(catalog, table, given("orderBy"), &keeps.middles())?;
        for key in order.iter_mut().filter(|key| key.through.is_none()) {
            // Without nulls, an index gives this order, wherever it would put nulls.
            key.nullable &= !keeps.excludes_null(table.columns[key.column].name);
        }
        let (limit, backward) = sizes.of(given("first"), given("last"))?;
        let place = |argument: &'static str| match given(argument) {
            Some(GraphQl::String(cursor)) => {
                decode_cursor(table, &order, argument, cursor).map(Some)
            }
            _ => Ok(None),
        };
        let (after, before) = (place("after")?, place("before")?);
        let chosen = given("first").is_some();
        Ok(Self { table, keeps, order, limit, chosen, backward, after, before })
    }

    /// Makes it the page after a cursor.
    pub(crate) fn go_on_after(&mut self, cursor: &str) -> Result<(), Error> {
        self.after = Some(decode_cursor(self.table, &self.order, "after", cursor)?);
        Ok(())
    }

    /// The statement that reads the page, and one row more.
    pub(crate) fn select(&self, picks: &Picks, backend: DbBackend) -> SelectStatement {
        let mut select = self.select_cells(picks);
        self.keep_page(&mut select, backend);
        for key in &self.order {
            let (direction, nulls) = key.sort(self.backward);
            match nulls {
                Some(nulls) => {
                    select.order_by_expr_with_nulls(key.to_sql(self.table), direction, nulls)
                }
                None => select.order_by_expr(key.to_sql(self.table), direction),
            };
        }
        select.limit(u64::from(self.limit) + 1);
        select
    }

    /// The list in parts, to be read one after the other until the page is full. Most lists have one part. If the first
    /// key can be null, and nulls belong at the other end from the database's default, no index has that order. Then
    /// rows with a value are one part, and rows without are the other.
    pub(crate) fn parts(&self, backend: DbBackend) -> Vec<Self> {
        let key = &self.order[0];
        let by_itself = match (key.sort(self.backward), backend) {
            ((_, None), _) => true,
            ((direction, Some(nulls)), DbBackend::Postgres) => {
                (direction == Order::Asc) == (nulls == NullOrdering::Last)
            }
            ((direction, Some(nulls)), _) => {
                (direction == Order::Asc) == (nulls == NullOrdering::First)
            }
        };
        if by_itself || key.through.is_some() {
            return vec![self.clone()];
        }
        let missing_first = key.nulls_first != self.backward;
        [missing_first, !missing_first].into_iter().filter_map(|part| self.part(part)).collect()
    }

    /// The rows with or without a value for the first key; `None` if the page has none of them.
    fn part(&self, missing: bool) -> Option<Self> {
        let mut part = self.clone();
        let key = &mut part.order[0];
        key.nullable = false;
        let column = self.table.columns[key.column].name;
        part.keeps = part.keeps.and(Predicate::Is { column, test: Test::Null(missing) });
        // A cursor in the other part comes after all of these rows, or before them all.
        let bounds = [(&mut part.after, !key.nulls_first), (&mut part.before, key.nulls_first)];
        for (place, missing_is_there) in bounds {
            if place.as_ref().is_some_and(|values| order::is_null(&values[0]) != missing) {
                if missing_is_there != missing {
                    return None;
                }
                *place = None;
            }
        }
        Some(part)
    }

    /// The statement that counts the rows of the page, and one row more.
    pub(crate) fn select_count(&self, backend: DbBackend) -> SelectStatement {
        let mut page = self.select_cells(&Picks::default());
        self.keep_page(&mut page, backend);
        page.limit(u64::from(self.limit) + 1);
        let mut count = Query::select();
        count.expr(Func::count(Expr::cust("*"))).from_subquery(page, Alias::new("page"));
        count
    }

    /// The statement that reads the page of each parent, and one row more of each. The parent comes first, then the
    /// cells. Rows are ordered within each parent.
    pub(crate) fn select_by_parent(
        &self,
        picks: &Picks,
        parent: &str,
        parents: &[i32],
        backend: DbBackend,
    ) -> SelectStatement {
        let mut window = WindowStatement::new();
        window.add_partition_by(column_of(self.table.name, parent));
        for key in &self.order {
            let (direction, nulls) = key.sort(self.backward);
            match nulls {
                Some(nulls) => {
                    window.order_by_expr_with_nulls(key.to_sql(self.table), direction, nulls)
                }
                None => window.order_by_expr(key.to_sql(self.table), direction),
            };
        }
        let mut inner = self.select_cells(picks);
        inner
            .expr_as(column_of(self.table.name, parent), Alias::new(PARENT))
            .expr_window_as(Func::cust("ROW_NUMBER"), window, Alias::new("place"))
            .and_where(keys_in(column_of(self.table.name, parent), parents, backend));
        self.keep_page(&mut inner, backend);
        let mut outer = Query::select();
        for cell in 0..=picks.iter().len() {
            outer.column(cell_name(cell));
        }
        outer
            .column(Alias::new(PARENT))
            .from_subquery(inner, Alias::new("page"))
            .and_where(Expr::col(Alias::new("place")).lte(i64::from(self.limit) + 1))
            .order_by(Alias::new(PARENT), sea_orm::Order::Asc)
            .order_by(Alias::new("place"), sea_orm::Order::Asc)
            // More rows than can exist. On a distributed database, a limit keeps the order.
            .limit(i32::MAX.unsigned_abs().into());
        outer
    }

    /// Whether rows come before the page and after it, given whether the extra row was found.
    pub(crate) fn neighbours(&self, more: bool) -> (bool, bool) {
        match self.backward {
            false => (self.after.is_some(), more),
            true => (more, self.before.is_some()),
        }
    }

    /// Whether the page begins at an end of the list, so that a page without a neighbor is the whole list.
    pub(crate) fn is_whole(&self) -> bool {
        self.after.is_none() && self.before.is_none()
    }

    /// The text that identifies this list.
    pub(crate) fn identity(&self) -> String {
        let Self { table, keeps, order, limit, chosen: _, backward, after, before } = self;
        let table = table.name;
        format!("{table} {keeps:?} {order:?} {limit} {backward} {after:?} {before:?}")
    }

    /// Whether an index has the rows in this order, so that only the rows of the page are read.
    pub(crate) fn is_indexed(&self) -> bool {
        let key = &self.order[0];
        self.order.len() <= 2 && key.through.is_none() && key.from.is_none()
    }

    /// Whether the in-memory copy should find the page, in a table with this many rows. A database would sort all rows,
    /// or scan many to find a few.
    pub(crate) fn is_of_copy(&self, rows: u64) -> bool {
        let is_through = rows >= MANY && !self.keeps.is_all() && !self.keeps.has_words();
        self.has_figures() || !self.is_indexed() || self.keeps.related() > 0 || is_through
    }

    /// Whether rows are ordered by aggregates of related rows.
    pub(crate) fn has_figures(&self) -> bool {
        self.order.iter().any(|key| key.figure.is_some())
    }

    /// Whether it is all rows of the table in key order.
    pub(crate) fn is_table(&self) -> bool {
        self.order.len() == 1 && self.keeps.is_all()
    }

    /// The rows of the page and one more, as a request to the in-memory copy.
    pub(crate) fn first_rows(&self) -> FirstRows {
        let term = |key: &OrderKey| RowTerm {
            through: key.through,
            column: key.column,
            descending: key.descending != self.backward,
            nulls_first: key.nulls_first != self.backward,
            ranked: key.figure.as_ref().and_then(|figure| figure.ranked.clone()),
            from: key.from,
        };
        let (behind, before) = match self.backward {
            false => (&self.after, &self.before),
            true => (&self.before, &self.after),
        };
        FirstRows {
            table: self.table,
            keeps: self.keeps.clone(),
            order: self.order.iter().map(term).collect(),
            behind: behind.clone(),
            before: before.clone(),
            most: self.limit as usize + 1,
        }
    }

    fn select_cells(&self, picks: &Picks) -> SelectStatement {
        let ordered = self.order.iter().filter_map(|key| key.through);
        select_joined(self.table, picks, ordered)
    }

    fn keep_all(&self, select: &mut SelectStatement, backend: DbBackend) {
        if !self.keeps.is_all() {
            select.and_where(self.keeps.to_sql(self.table.name, backend));
        }
    }

    fn keep_page(&self, select: &mut SelectStatement, backend: DbBackend) {
        self.keep_all(select, backend);
        if let Some(after) = &self.after {
            select.and_where(beyond(self.table, &self.order, after, false));
        }
        if let Some(before) = &self.before {
            select.and_where(beyond(self.table, &self.order, before, true));
        }
    }
}

/// The statement that reads rows by their keys.
pub(crate) fn select_by_key(
    table: &Table,
    picks: &Picks,
    keys: &[i32],
    backend: DbBackend,
) -> SelectStatement {
    let mut select = select_joined(table, picks, std::iter::empty());
    select.and_where(keys_in(column_of(table.name, table.key), keys, backend));
    select
}

/// Selects the key of a table's rows, then the cells, and joins the related rows that further relations lead to.
fn select_joined(
    table: &Table,
    picks: &Picks,
    more: impl Iterator<Item = usize>,
) -> SelectStatement {
    let mut select = Query::select();
    select.from(Alias::new(table.name));
    select.expr_as(column_of(table.name, table.key), cell_name(0));
    for (index, pick) in picks.iter().enumerate() {
        let cell = OrderKey::plain(pick.through, pick.column).to_sql(table);
        select.expr_as(cell, cell_name(index + 1));
    }
    order::join(&mut select, table, picks.iter().filter_map(|pick| pick.through).chain(more));
    select
}

/// The name of a cell in a statement; the key comes first.
pub(crate) fn cell_name(index: usize) -> Alias {
    Alias::new(format!("c{index}"))
}

/// The page sizes of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageSizes {
    /// The default.
    pub(crate) default: u32,
    /// The maximum.
    pub(crate) most: u32,
    /// The option that sets the maximum.
    pub(crate) setting: &'static str,
}

impl PageSizes {
    /// Reads the size of a page, and whether it counts from the end.
    pub(crate) fn of(
        &self,
        first: Option<&GraphQl>,
        last: Option<&GraphQl>,
    ) -> Result<(u32, bool), Error> {
        match (first, last) {
            (Some(_), Some(_)) => Err(Error::BadArgument(
                "first, last: a page counts from one end; use only one of them".to_owned(),
            )),
            (Some(value), None) => Ok((self.read("first", value)?, false)),
            (None, Some(value)) => Ok((self.read("last", value)?, true)),
            (None, None) => Ok((Ord::min(self.default, self.most), false)),
        }
    }

    fn read(&self, argument: &'static str, value: &GraphQl) -> Result<u32, Error> {
        let Self { most, setting, .. } = *self;
        let number = match value {
            GraphQl::Number(number) => number.as_i64(),
            _ => None,
        };
        match number {
            Some(value) if value > i64::from(most) => {
                Err(Error::PageTooLarge { argument, value, most, setting })
            }
            Some(value) => u32::try_from(value).map_err(|_| {
                Error::BadArgument(format!("{argument}: {value} is negative; choose 0 to {most}"))
            }),
            None => Err(Error::BadArgument(format!("{argument}: {value} is not a whole number"))),
        }
    }
}
