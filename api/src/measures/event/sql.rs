//! Places rows before and after an event, in SQL: joins the first years of the event to the rows.
//!
//! The first years are a common table expression: a balanced panel joins them twice, and several machines would compute
//! and send them to each other twice.

use sea_orm::{
    DbBackend,
    sea_query::{
        Alias, CaseStatement, CommonTableExpression, Condition, Expr, ExprTrait as _, JoinType,
        Query, SelectStatement, WithClause,
    },
};

use super::{Event, declared};
use crate::{
    catalog::{predicate::column_of, table::Table},
    error::Error,
    measures::request::Request,
};

/// The name of the joined events: `k` is the subject, and `first` the year.
const EVENT: &str = "event";

/// Joins the events to a selection of rows, and excludes the rows outside the window.
pub(crate) fn place(
    request: &Request,
    event: &Event,
    backend: DbBackend,
    select: &mut SelectStatement,
) -> Result<(), Error> {
    let table = request.table;
    let events = first_years(table, event, backend)?;
    let mut named = CommonTableExpression::new();
    named.table_name(Alias::new(EVENT)).query(events);
    select.with_cte(WithClause::new().cte(named).to_owned());
    join(table, select)?;
    let Some((from, to)) = event.window else { return Ok(()) };
    let within = || Ok::<_, Error>(since(table)?.between(from, to));
    let unplaced = || since(table).map(Expr::is_null);
    select.cond_where(Condition::any().add(unplaced()?).add(within()?));
    if event.is_balanced {
        let declared = declared(table)?;
        let subject = declared.subject(table).from;
        let series = [subject, declared.series].map(|column| column_of(table.name, column));
        let mut whole = Query::select();
        whole
            .exprs(series.clone())
            .from(Alias::new(table.name))
            .add_group_by(series.clone())
            .and_having(
                column_of(table.name, declared.years[0]).count_distinct().eq(to - from + 1),
            );
        join(table, &mut whole)?;
        if !request.keeps.is_all() {
            whole.and_where(request.keeps.to_sql(table.name, backend));
        }
        whole.and_where(within()?);
        let is_whole = Expr::tuple(series).in_subquery(whole);
        select.cond_where(Condition::any().add(unplaced()?).add(is_whole));
    }
    Ok(())
}

/// The first year of the event of each subject.
fn first_years(
    table: &'static Table,
    event: &Event,
    backend: DbBackend,
) -> Result<SelectStatement, Error> {
    let declared = declared(table)?;
    let happens = declared.happens(table);
    let key = || column_of(happens.table, happens.to);
    let mut first = Query::select();
    first
        .expr_as(key(), Alias::new("k"))
        .expr_as(column_of(happens.table, declared.years[1]).min(), Alias::new("first"))
        .from(Alias::new(happens.table))
        .and_where(key().is_not_null())
        .add_group_by([key()]);
    if !event.counts.is_all() {
        first.and_where(event.counts.to_sql(happens.table, backend));
    }
    Ok(first)
}

/// Joins the events to a selection of rows.
fn join(table: &'static Table, select: &mut SelectStatement) -> Result<(), Error> {
    let subject = declared(table)?.subject(table);
    let on = column_of(table.name, subject.from).eq(column_of(EVENT, "k"));
    select.join(JoinType::LeftJoin, Alias::new(EVENT), on);
    Ok(())
}

/// The subject of the event, and the year in which it first happened.
pub(crate) fn first() -> [Expr; 2] {
    [column_of(EVENT, "k"), column_of(EVENT, "first")]
}

/// The years since the event.
pub(crate) fn since(table: &'static Table) -> Result<Expr, Error> {
    let year = column_of(table.name, declared(table)?.years[0]);
    Ok(year.sub(column_of(EVENT, "first")))
}

/// Whether the event ever happened, as a number.
pub(crate) fn ever(table: &'static Table) -> Result<Expr, Error> {
    let subject = column_of(table.name, declared(table)?.subject(table).from);
    let case = CaseStatement::new()
        .case(subject.is_null(), Expr::cust("NULL"))
        .case(column_of(EVENT, "k").is_null(), Expr::val(0))
        .finally(Expr::val(1));
    Ok(case.into())
}
