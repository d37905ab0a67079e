//! The statements of a request.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{
    DbBackend,
    sea_query::{
        Alias, BinOper, CaseStatement, Expr, ExprTrait as _, Func, JoinType, Query,
        SelectStatement, Value, ValueTuple,
    },
};

use super::cells::{is_text, scalar};
use crate::measures::event::{declared, sql as event};
use crate::{
    catalog::{
        key::{BANDS, End, Key, Measure, Part, Path, Way},
        predicate::{Predicate, column_of, days_between},
        scalar::Scalar,
        table::Table,
    },
    error::Error,
    measures::{
        estimate::Clustered,
        prices::{Prices, Rate},
        request::{Known, Request},
        value::Cell,
    },
};

/// The conversion from each year's prices to those of another.
pub(super) type YearRates = BTreeMap<i64, Rate>;

/// The rows from which the groups of a level are formed.
#[derive(Clone, Copy)]
pub(crate) struct SqlRows<'a> {
    pub(crate) request: &'a Request,
    pub(crate) level: usize,
    /// The groups, by all keys, whose rows are excluded, if any.
    pub(crate) shown: Option<&'a [Vec<Cell>]>,
}

/// Builds the statements of one level of a request.
pub(crate) struct Statements<'a> {
    request: &'a Request,
    pub(super) level: usize,
    /// The groups, by all keys, whose rows are excluded, if any.
    shown: Option<&'a [Vec<Cell>]>,
    backend: DbBackend,
    prices: &'a Prices,
    /// The paths that are joined.
    joined: Vec<Vec<usize>>,
    /// The number of joined tables of sums.
    pub(super) tables_of_sums: usize,
    /// The rows that the filter keeps, unless it keeps all.
    pub(super) kept: Option<SelectStatement>,
    pub(super) select: SelectStatement,
}

impl<'a> Statements<'a> {
    pub(crate) fn new(
        rows: SqlRows<'a>,
        part: Option<usize>,
        prices: &'a Prices,
        backend: DbBackend,
    ) -> Result<Self, Error> {
        let part = part.and_then(|part| rows.request.parts.get(part));
        let mut statements = Self::over(rows, part.map(|part| &part.keeps), prices, backend)?;
        for known in part.iter().flat_map(|part| &part.known) {
            let number = statements.number(&known.measure)?;
            statements.select.and_where(known.holds(number));
        }
        Ok(statements)
    }

    /// Statements over the rows that a filter keeps, if there is one.
    pub(super) fn over(
        SqlRows { request, level, shown }: SqlRows<'a>,
        part: Option<&Predicate>,
        prices: &'a Prices,
        backend: DbBackend,
    ) -> Result<Self, Error> {
        let mut select = Query::select();
        select.from(Alias::new(request.table.name));
        let keeps = std::iter::once(&request.keeps).chain(part);
        for keeps in keeps.filter(|keeps| !keeps.is_all()) {
            select.and_where(keeps.to_sql(request.table.name, backend));
        }
        if let Some(event) = request.event() {
            event::place(request, &event, backend, &mut select)?;
        }
        let is_all = request.keeps.is_all() && part.is_none_or(Predicate::is_all);
        let kept = (!is_all || request.event().is_some()).then(|| select.clone());
        let (joined, tables_of_sums) = (Vec::new(), 0);
        Ok(Self { request, level, shown, backend, prices, joined, tables_of_sums, kept, select })
    }

    /// The value of a measure for each row.
    pub(super) fn number(&mut self, measure: &Measure) -> Result<Expr, Error> {
        let Measure::Numbers(Way(path), year) = measure else { return Err(Error::Internal) };
        let rates = year.map(|year| self.prices.rates(year)).transpose()?;
        let number = self.end(path, rates.as_ref())?;
        match path.end {
            End::Column(_) => {
                let alias = self.joined(&path.relations);
                self.priced(path.table(self.request.table), &alias, number, rates.as_ref())
            }
            _ => Ok(number),
        }
    }

    /// The keys and the number of each row (or distinct related row) that has one.
    pub(crate) fn values(&mut self, measure: &Measure) -> Result<SelectStatement, Error> {
        let inner = self.counted(measure)?;
        let value = || Expr::col(Alias::new("v"));
        let mut outer = Query::select();
        outer
            .exprs((0..self.level).map(key_column))
            .expr(value())
            .from_subquery(inner, Alias::new("counted"))
            .and_where(value().is_not_null());
        Ok(outer)
    }

    /// The rows to count: those of [`inner`](Self::inner), without those of excluded groups.
    pub(super) fn counted(&mut self, measure: &Measure) -> Result<SelectStatement, Error> {
        let inner = self.inner(measure)?;
        let columns: &[&str] = match measure {
            Measure::Rows => &["v"],
            Measure::Distinct(_) => &["e"],
            Measure::Numbers(Way(path), _) if path.relations.is_empty() => &["v"],
            Measure::Numbers(..) => &["e", "v"],
        };
        Ok(self.without_shown(inner, columns))
    }

    /// The keys and the values of two measures, for each row that has both.
    pub(crate) fn pairs(&mut self, measures: &[Measure; 2]) -> Result<SelectStatement, Error> {
        self.select_keys()?;
        for (measure, name) in measures.iter().zip(["v", "w"]) {
            let number = self.number(measure)?;
            self.select.expr_as(big(number), Alias::new(name));
        }
        let inner = std::mem::take(&mut self.select);
        let inner = self.without_shown(inner, &["v", "w"]);
        let mut outer = Query::select();
        outer.exprs((0..self.level).map(key_column));
        for name in ["v", "w"] {
            let number = || Expr::col(Alias::new(name));
            outer.expr(number()).and_where(number().is_not_null());
        }
        outer.from_subquery(inner, Alias::new("counted"));
        Ok(outer)
    }

    /// The keys, the cluster and the numerator and denominator of a mean or a rate, for each row.
    pub(crate) fn clustered(&mut self, clustered: &Clustered) -> Result<SelectStatement, Error> {
        self.select_keys()?;
        let cluster = self.key(&clustered.cluster)?;
        let above = self.number(&clustered.above)?;
        let below = match &clustered.below {
            Some(below) => self.number(below)?,
            None => Expr::val(1),
        };
        self.select.expr_as(cluster, Alias::new("c"));
        self.select.expr_as(big(above), Alias::new("v")).expr_as(big(below), Alias::new("w"));
        let inner = std::mem::take(&mut self.select);
        let inner = self.without_shown(inner, &["c", "v", "w"]);
        let mut outer = Query::select();
        outer.exprs((0..self.level).map(key_column));
        for name in ["c", "v", "w"] {
            outer.column(Alias::new(name));
        }
        outer.from_subquery(inner, Alias::new("counted"));
        Ok(outer)
    }

    /// For each row, the subject, the numerator and denominator of its value, the year, and the subject and first year
    /// of the event.
    pub(crate) fn panel(&mut self, clustered: &Clustered) -> Result<SelectStatement, Error> {
        let table = self.request.table;
        let subject = self.key(&clustered.cluster)?;
        let above = self.number(&clustered.above)?;
        let below = match &clustered.below {
            Some(below) => self.number(below)?,
            None => Expr::val(1),
        };
        let year = column_of(table.name, declared(table)?.years[0]);
        let [happened, first] = event::first();
        // Within another, because a statement that reads an earlier revision gets a `WITH` of its own in front.
        let mut outer = Query::select();
        for (index, number) in
            [subject, above, below, year, happened, first].into_iter().enumerate()
        {
            self.select.expr_as(big(number), key_alias(index));
            outer.expr(key_column(index));
        }
        outer.from_subquery(std::mem::take(&mut self.select), Alias::new("counted"));
        Ok(outer)
    }

    /// Rows with the keys of all groups, without those of excluded groups. Each related row comes once.
    pub(super) fn without_shown(
        &self,
        inner: SelectStatement,
        columns: &[&str],
    ) -> SelectStatement {
        let Some(shown) = self.shown else { return inner };
        let mut rest = Query::select();
        rest.exprs((0..self.level).map(key_column));
        if columns.contains(&"e") {
            rest.distinct();
        }
        rest.columns(columns.iter().map(|name| Alias::new(*name)));
        rest.from_subquery(inner, Alias::new("every"));
        if shown.is_empty() {
            return rest;
        }
        let keys = &self.request.keys;
        let values = shown.iter().map(|cells| {
            let values = keys.iter().zip(cells).map(|(key, cell)| self.key_value(key, cell));
            ValueTuple::Many(values.collect())
        });
        let mut same = Query::select();
        same.expr(Expr::val(1)).from_values(values, Alias::new("shown"));
        // A comparison that treats two nulls as equal.
        let is = match self.backend {
            DbBackend::Postgres => BinOper::Custom("IS NOT DISTINCT FROM"),
            _ => BinOper::Is,
        };
        for index in 0..keys.len() {
            let shown =
                Expr::col((Alias::new("shown"), Alias::new(format!("column{}", index + 1))));
            let every = Expr::col((Alias::new("every"), Alias::new(format!("k{index}"))));
            same.and_where(shown.binary(is, every));
        }
        rest.and_where(Expr::exists(same).not());
        rest
    }

    /// The value of a key, in the form that [`read_cell`](super::cells::read_cell) reads.
    fn key_value(&self, key: &Key, cell: &Cell) -> Value {
        let months = |day: &NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        let is_text = is_text(self.request.table, key);
        match cell {
            Cell::Null | Cell::All if is_text => Value::String(None),
            Cell::Null | Cell::All => Value::BigInt(None),
            Cell::Boolean(truth) => i64::from(*truth).into(),
            Cell::Whole(whole) => (*whole).into(),
            Cell::Text(text) => text.clone().into(),
            Cell::Date(day) => match key.part {
                Part::Quarter => months(day).div_euclid(3).into(),
                Part::Month => months(day).into(),
                _ => day.to_string().into(),
            },
        }
    }

    /// The keys `k0, k1, ...` of each row that the filter keeps, and the value `v` of a measure. For a measure of
    /// related rows, the keys come once for each distinct related row, `e`.
    fn inner(&mut self, measure: &Measure) -> Result<SelectStatement, Error> {
        self.select_keys()?;
        match measure {
            Measure::Rows => {
                self.select.expr_as(Expr::cust("1"), Alias::new("v"));
            }
            Measure::Distinct(Way(path)) => self.row(path)?,
            Measure::Numbers(Way(path), _) => {
                if !path.relations.is_empty() {
                    self.row(path)?;
                }
                let number = self.number(measure)?;
                self.select.expr_as(big(number), Alias::new("v"));
            }
        }
        Ok(std::mem::take(&mut self.select))
    }

    /// Selects the keys of the level, or of all groups if some are excluded.
    pub(super) fn select_keys(&mut self) -> Result<(), Error> {
        let keys = if self.shown.is_some() { self.request.keys.len() } else { self.level };
        for (index, key) in self.request.keys[..keys].iter().enumerate() {
            let value = self.key(key)?;
            self.select.expr_as(value, key_alias(index));
        }
        Ok(())
    }

    /// Selects each distinct row that a path leads to.
    fn row(&mut self, path: &Path) -> Result<(), Error> {
        let row = self.end(&Path { relations: path.relations.clone(), end: End::Row }, None)?;
        self.select.distinct().expr_as(row.clone(), Alias::new("e")).and_where(row.is_not_null());
        Ok(())
    }

    /// The value at the end of a path, with its amounts converted to other prices if there are rates.
    fn end(&mut self, path: &Path, rates: Option<&YearRates>) -> Result<Expr, Error> {
        let end = path.table(self.request.table);
        Ok(match (path.end, path.relations.split_last()) {
            (End::Row, None) => column_of(self.request.table.name, self.request.table.key),
            (End::Row, Some((last, others))) => {
                let parent = self.joined(others);
                column_of(&parent, self.table_at(others).relations[*last].from)
            }
            (End::Column(column), _) => {
                let alias = self.joined(&path.relations);
                column_of(&alias, end.columns[column].name)
            }
            (End::Days { from, to }, _) => {
                let alias = self.joined(&path.relations);
                let [from, to] = [from, to].map(|day| column_of(&alias, end.columns[day].name));
                days_between(from, to, self.backend)
            }
            (End::Children { relation, column }, _) => {
                let relation = &end.relations[relation];
                self.sum_of_children(&path.relations, relation, column, rates)?
            }
            (End::Grandchildren { relation, then, column }, _) => {
                let relation = &end.relations[relation];
                let way = [relation, &relation.other().relations[then]];
                self.sum_of_grandchildren(&path.relations, way, column, rates)?
            }
            (End::Beside { relation, column, other }, _) => {
                self.sum_beside(&path.relations, &end.relations[relation], [column, other])
            }
        })
    }

    /// Amounts of the rows of a table, known by an alias, converted to other prices as by [`Rate::apply`].
    pub(super) fn priced(
        &self,
        table: &'static Table,
        alias: &str,
        amount: Expr,
        rates: Option<&YearRates>,
    ) -> Result<Expr, Error> {
        let Some(rates) = rates else { return Ok(amount) };
        let key = Key::parse(table, table.priced_by.ok_or(Error::Internal)?)?;
        let End::Column(column) = key.path.end else { return Err(Error::Internal) };
        let year = self.part(key.part, None, column_of(alias, table.columns[column].name));
        let mut case = CaseStatement::new();
        for (of, rate) in rates {
            let half = CaseStatement::new()
                .case(amount.clone().lt(0), Expr::val(-rate.from))
                .finally(Expr::val(rate.from));
            let worth = big(amount.clone()).mul(2 * rate.to).add(half).div(2 * rate.from);
            case = case.case(year.clone().eq(*of), worth);
        }
        Ok(match rates.is_empty() {
            true => Expr::cust("NULL"),
            false => case.into(),
        })
    }

    fn table_at(&self, relations: &[usize]) -> &'static Table {
        Path { relations: relations.to_vec(), end: End::Row }.table(self.request.table)
    }

    /// The alias of the row at the end of relations, which is joined if necessary.
    pub(super) fn joined(&mut self, relations: &[usize]) -> String {
        if let Some((_, others)) = relations.split_last()
            && !self.joined.iter().any(|joined| joined == relations)
        {
            self.joined(others);
            let mut select = std::mem::take(&mut self.select);
            self.join(&mut select, relations);
            self.select = select;
            self.joined.push(relations.to_vec());
        }
        self.alias(relations)
    }

    /// The alias of the row at the end of relations.
    pub(super) fn alias(&self, relations: &[usize]) -> String {
        if relations.is_empty() {
            return self.request.table.name.to_owned();
        }
        let steps: Vec<_> = relations.iter().map(ToString::to_string).collect();
        format!("to_{}", steps.join("_"))
    }

    /// Joins the row at the end of relations to the row before it.
    pub(super) fn join(&self, select: &mut SelectStatement, relations: &[usize]) {
        let Some((last, others)) = relations.split_last() else { return };
        let relation = &self.table_at(others).relations[*last];
        let [parent, alias] = [others, relations].map(|relations| self.alias(relations));
        select.join_as(
            JoinType::LeftJoin,
            Alias::new(relation.table),
            Alias::new(&alias),
            column_of(&parent, relation.from).eq(column_of(&alias, relation.to)),
        );
    }

    /// The value of a key: a number or a text, in the form that [`read_cell`](super::cells::read_cell) reads.
    fn key(&mut self, key: &Key) -> Result<Expr, Error> {
        match key.part {
            Part::Since => return Ok(big(event::since(self.request.table)?)),
            Part::Ever => return Ok(big(event::ever(self.request.table)?)),
            _ => {}
        }
        let value = self.end(&key.path, None)?;
        Ok(self.part(key.part, scalar(self.request.table, key), value))
    }

    /// The part of a value that a key uses.
    fn part(&self, part: Part, scalar: Option<Scalar>, value: Expr) -> Expr {
        let year = || self.part_of_day("year", "%Y", &value);
        let month = || self.part_of_day("month", "%m", &value);
        match part {
            Part::Itself => match scalar {
                Some(Scalar::Boolean) => big(Func::cast_as(value, Alias::new("INTEGER"))),
                Some(Scalar::Date) => Func::cast_as(value, Alias::new("TEXT")).into(),
                Some(Scalar::Int | Scalar::BigInt | Scalar::Fixed(_)) | None => big(value),
                Some(_) => value,
            },
            Part::Year => year(),
            Part::Quarter => year().mul(4).add(month().sub(1).div(3)),
            Part::Month => year().mul(12).add(month().sub(1)),
            Part::FiscalYear => year().add(month().add(2).div(12)),
            Part::Decade => {
                let year = match scalar {
                    Some(Scalar::Date) => year(),
                    _ => big(value),
                };
                year.clone().sub(year.modulo(10))
            }
            // Handled before, in `key`.
            Part::Since | Part::Ever => value,
            Part::Band => {
                let case = |case: CaseStatement, band: &i64| {
                    case.case(value.clone().gte(*band), Expr::val(*band))
                };
                big(BANDS.iter().rev().fold(CaseStatement::new(), case))
            }
        }
    }

    fn part_of_day(&self, postgres: &str, sqlite: &str, day: &Expr) -> Expr {
        let part = match self.backend {
            DbBackend::Postgres => Func::cust("DATE_PART").arg(postgres).arg(day.clone()),
            _ => Func::cust("STRFTIME").arg(sqlite).arg(day.clone()),
        };
        big(part)
    }
}

impl Known {
    /// Whether a row has the value, given as an expression.
    pub(super) fn holds(&self, number: Expr) -> Expr {
        match self.is_positive {
            true => number.gt(0),
            false => number.is_not_null(),
        }
    }
}

pub(super) fn key_column(index: usize) -> Expr {
    Expr::col(key_alias(index))
}

pub(super) fn key_alias(index: usize) -> Alias {
    Alias::new(format!("k{index}"))
}

/// A number of 64 bits, whatever type the database infers.
pub(super) fn big(value: impl Into<Expr>) -> Expr {
    Func::cast_as(value, Alias::new("BIGINT")).into()
}
