//! The statement that compares two revisions.
//!
//! Only rows touched by loads between the two can differ. Their old state is in the history. Their new state is the
//! rows of the later revision that are newer than the earlier revision. Both sides are joined by key, and unchanged
//! rows are left out:
//!
//! ```sql
//! SELECT ... FROM (SELECT ... FROM
//!     (SELECT ... FROM (SELECT ... FROM grants_history
//!        WHERE revision_id <= 3 AND ended_by > 3 AND ended_by <= 5) AS grants) AS before
//!   FULL JOIN (WITH grants AS (the rows as of 5) SELECT ... FROM grants WHERE revision_id > 3) AS after
//!     ON before.k = after.k) AS pair
//! WHERE before_k IS NULL OR after_k IS NULL OR before_0 IS DISTINCT FROM after_0 OR ...
//! ```
//!
//! A filter applies within each side, over the tables as of that revision. In a full join, SQLite scans one side for
//! each row of the other, so there the two sides are combined by `UNION ALL` and grouped by key.

use std::sync::LazyLock;

use entity::table::{EntityTable, tables};
use sea_orm::{
    DbBackend,
    sea_query::{
        Alias, BinOper, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement, UnionType,
    },
};

use super::{ChangeCell, ChangeKind, ChangesPlan, Side};
use crate::{
    catalog::{
        predicate::column_of,
        scalar::{ColumnKind, Scalar},
    },
    database::as_of,
    error::Error,
    query::page::cell_name,
};

static TABLES: LazyLock<Vec<EntityTable>> = LazyLock::new(tables);

/// The names in the statement of a row's key and of the result of the filter.
const KEY: &str = "k";
const KEPT: &str = "kept";
const SIDE: &str = "side";

impl Side {
    const BOTH: [Self; 2] = [Self::Before, Self::After];

    fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// The name of a column of a side within the pair.
    fn of_pair(self, column: &str) -> Alias {
        Alias::new(format!("{}_{column}", self.name()))
    }

    /// The value of a field, by its position.
    fn value(self, field: usize) -> Expr {
        Expr::col(self.of_pair(&field.to_string()))
    }

    fn key(self) -> Expr {
        Expr::col(self.of_pair(KEY))
    }

    fn kept(self) -> Expr {
        Expr::col(self.of_pair(KEPT)).eq(1)
    }
}

impl ChangesPlan {
    /// The statement that reads the page, and one row more: the key, the kind, and the cells.
    pub(super) fn select_page(&self, backend: DbBackend) -> Result<SelectStatement, Error> {
        let mut select = self.select(backend)?;
        let key: Expr = Func::coalesce([Side::Before.key(), Side::After.key()]).into();
        select.expr_as(key.clone(), cell_name(0)).expr_as(kind(), cell_name(1));
        for (cell, what) in (2..).zip(&self.cells) {
            let value = match *what {
                ChangeCell::Value(side, field) => side.value(field),
                ChangeCell::Differs(field) => one_where(differs(field)),
            };
            select.expr_as(value, cell_name(cell));
        }
        if let Some(after) = self.after {
            select.and_where(key.clone().gt(after));
        }
        select.order_by_expr(key, Order::Asc).limit(u64::from(self.limit) + 1);
        Ok(select)
    }

    /// The kinds of the cells of the page: the kind of change first, then the others.
    pub(super) fn cell_kinds(&self) -> Vec<ColumnKind> {
        let of = |cell: &ChangeCell| match *cell {
            ChangeCell::Value(_, field) => self.versions[field].column.kind,
            ChangeCell::Differs(_) => {
                ColumnKind::new(Scalar::Int, &sea_orm::sea_query::ColumnType::Integer)
            }
        };
        let kind = ColumnKind::of_input(Scalar::Enum);
        std::iter::once(kind).chain(self.cells.iter().map(of)).collect()
    }

    /// The statement that counts the rows of each kind, and the changed rows in which each field differs.
    pub(super) fn select_counts(&self, backend: DbBackend) -> Result<SelectStatement, Error> {
        let mut changes = self.select(backend)?;
        changes.expr_as(kind(), Alias::new("kind"));
        for field in 0..self.versions.len() {
            changes.expr_as(one_where(differs(field)), cell_name(field));
        }
        let is = |kind: ChangeKind| Expr::col(Alias::new("kind")).eq(kind.name());
        let sum = |of: Expr| Func::coalesce([Func::sum(of).into(), Expr::cust("0")]);
        let mut counts = Query::select();
        for kind in ChangeKind::ALL {
            counts.expr(sum(one_where(is(kind))));
        }
        for field in 0..self.versions.len() {
            let is_changed = one_where(is(ChangeKind::Changed));
            counts.expr(sum(is_changed.mul(Expr::col(cell_name(field)))));
        }
        counts.from_subquery(changes, Alias::new("changes"));
        Ok(counts)
    }

    /// The changes, with nothing selected yet.
    fn select(&self, backend: DbBackend) -> Result<SelectStatement, Error> {
        let (before, after) = (Side::Before, Side::After);
        let mut select = Query::select();
        select.from_subquery(self.pairs(backend)?, Alias::new("pair"));
        let either = before.key().is_null().or(after.key().is_null());
        let any = (0..self.versions.len()).map(differs).fold(either, ExprTrait::or);
        select.and_where(any);
        if self.kinds.len() < ChangeKind::ALL.len() {
            select.and_where(kind().is_in(self.kinds.iter().map(|kind| kind.name())));
        }
        if !self.keeps.is_all() {
            select.and_where(before.kept().or(after.kept()));
        }
        Ok(select)
    }

    /// The rows that may differ, with both sides next to each other.
    fn pairs(&self, backend: DbBackend) -> Result<SelectStatement, Error> {
        let [mut before, mut after] = [Side::Before, Side::After].map(|it| self.side(it, backend));
        let mut columns: Vec<String> =
            (0..self.versions.len()).map(|field| field.to_string()).collect();
        columns.push(KEY.to_owned());
        if !self.keeps.is_all() {
            columns.push(KEPT.to_owned());
        }
        let mut pairs = Query::select();
        let cells =
            Side::BOTH.into_iter().flat_map(|side| columns.iter().map(move |it| (side, it)));
        if backend == DbBackend::Postgres {
            for (side, column) in cells {
                pairs.expr_as(column_of(side.name(), column), side.of_pair(column));
            }
            let key = |side: Side| column_of(side.name(), KEY);
            let joined = key(Side::Before).eq(key(Side::After));
            let (from, with) = (Alias::new(Side::Before.name()), Alias::new(Side::After.name()));
            pairs.from_subquery(before?, from);
            pairs.join_subquery(JoinType::FullOuterJoin, after?, with, joined);
            return Ok(pairs);
        }
        for (number, side) in (0..).zip([&mut before, &mut after]) {
            if let Ok(side) = side {
                side.expr_as(Expr::cust(format!("{number}")), Alias::new(SIDE));
            }
        }
        for (side, column) in cells {
            let is_of_side = Expr::col(Alias::new(SIDE)).eq(side as i32);
            let value = Expr::case(is_of_side, Expr::col(Alias::new(column)));
            // There is at most one row of each side.
            pairs.expr_as(Func::max(value), side.of_pair(column));
        }
        let mut both = Query::select();
        both.expr(Expr::cust("*")).from_subquery(before?, Alias::new(Side::Before.name()));
        let mut others = Query::select();
        others.expr(Expr::cust("*")).from_subquery(after?, Alias::new(Side::After.name()));
        both.union(UnionType::All, others);
        pairs.from_subquery(both, Alias::new("both"));
        pairs.group_by_col(Alias::new(KEY));
        Ok(pairs)
    }

    /// The rows of one side that may differ from those of the other.
    fn side(&self, side: Side, backend: DbBackend) -> Result<SelectStatement, Error> {
        let name = self.table.name;
        let entity = TABLES.iter().find(|table| table.name == name).ok_or(Error::Internal)?;
        let mut rows = Query::select();
        rows.expr_as(column_of(name, self.table.key), Alias::new(KEY));
        for (field, version) in self.versions.iter().enumerate() {
            let value = column_of(name, version.column.name);
            rows.expr_as(value, Alias::new(field.to_string()));
        }
        if !self.keeps.is_all() {
            rows.expr_as(one_where(self.keeps.to_sql_value(name, backend)), Alias::new(KEPT));
        }
        let revision = match side {
            Side::Before => {
                let ended = as_of::ended_between(entity, (self.from, self.to));
                rows.from_subquery(ended, Alias::new(name));
                self.from
            }
            Side::After => {
                rows.from(Alias::new(name)).and_where(column_of(name, "revision_id").gt(self.from));
                self.to
            }
        };
        as_of::read_part_at(&mut rows, backend, revision);
        Ok(rows)
    }
}

/// The kind of change of a row.
fn kind() -> Expr {
    let name = |kind: ChangeKind| Expr::cust(format!("'{}'", kind.name()));
    Expr::case(Side::Before.key().is_null(), name(ChangeKind::Added))
        .case(Side::After.key().is_null(), name(ChangeKind::Removed))
        .finally(name(ChangeKind::Changed))
        .into()
}

/// The condition that a field differs, or exists on one side only.
fn differs(field: usize) -> Expr {
    let distinct = BinOper::Custom("IS DISTINCT FROM");
    Side::Before.value(field).binary(distinct, Side::After.value(field))
}

/// 1 where a condition holds, and 0 elsewhere.
fn one_where(condition: Expr) -> Expr {
    Expr::case(condition, Expr::cust("1")).finally(Expr::cust("0")).into()
}
