//! Narrows the rows of a plan, and computes the numbers that order them, before the list is read.
//!
//! [`narrowing`](super::narrowing) and [`figure_order`](super::figure_order) define the requests to answer first. They
//! are answered again for each query, from the revision that it reads.

use std::sync::Arc;

use chrono::{Days, Months, NaiveDate};

use super::{
    load::Loaders,
    narrowing::Narrowing,
    plan::{ConnectionField, ConnectionPlan},
};
use crate::{
    catalog::{
        key::{BANDS, End, Key, Part, Path},
        predicate::{Comparison, Predicate, Test},
        scalar::Scalar,
        table::Table,
    },
    error::Error,
    measures::{Aggregates, Cell, GroupsAnswer, Number, RankedNumbers},
};

/// The most groups within which percentiles are computed.
const MOST_ALIKE: usize = 200;

/// The plan after its first requests are answered.
///
/// # Errors
/// Any error of the first requests; too many groups for `beyond.within`; or an order that this server cannot compute.
pub(crate) async fn narrow(
    loaders: &Loaders,
    plan: &ConnectionPlan,
) -> Result<ConnectionPlan, Error> {
    let mut narrowed = plan.clone();
    let mut keeps = Predicate::all();
    for narrowing in &plan.narrowings {
        let answer = loaders.measures(narrowing.request()).await?;
        keeps = keeps.and(condition(plan.list.table, narrowing, &answer)?);
    }
    for key in &mut narrowed.list.order {
        let Some(figure) = &mut key.figure else { continue };
        if !matches!(loaders.aggregates, Aggregates::Memory(_)) {
            let text = "orderBy: ordering rows by aggregates of related rows needs the in-memory copy, which this server does not keep \
                        (`--aggregates sql`); order groups by the measure instead";
            return Err(Error::BadArgument(text.to_owned()));
        }
        let answer = loaders.measures(&figure.request).await?;
        let numbers = answer.groups.iter().filter_map(|group| {
            let Cell::Whole(key) = group.key.first()? else { return None };
            Some((i32::try_from(*key).ok()?, group.figures[figure.figure]))
        });
        figure.ranked = Some(Arc::new(RankedNumbers::new(numbers, figure.nothing)));
    }
    narrowed.narrowings.clear();
    if keeps.is_all() {
        return Ok(narrowed);
    }
    let and = |of: &mut Predicate| *of = std::mem::replace(of, Predicate::all()).and(keeps.clone());
    and(&mut narrowed.list.keeps);
    and(&mut narrowed.totals.keeps);
    for (_, field) in &mut narrowed.fields {
        match field {
            ConnectionField::Groups(plan) => and(&mut plan.request.keeps),
            ConnectionField::Overlap(plan) => and(&mut plan.request.keeps),
            ConnectionField::Quality(plan) => and(&mut plan.keeps),
            ConnectionField::Difference(plan) => {
                and(&mut Arc::make_mut(&mut plan.asked).request.keeps);
            }
            ConnectionField::Facets(plan) => {
                for facet in &mut plan.facets {
                    and(&mut facet.request.keeps);
                }
            }
            ConnectionField::TypeName
            | ConnectionField::TotalCount(_)
            | ConnectionField::Totals(_)
            | ConnectionField::Nodes(_)
            | ConnectionField::Edges(_)
            | ConnectionField::PageInfo(_) => {}
        }
    }
    Ok(narrowed)
}

/// The condition that keeps the remaining rows.
fn condition(
    table: &'static Table,
    narrowing: &Narrowing,
    answer: &GroupsAnswer,
) -> Result<Predicate, Error> {
    match narrowing {
        Narrowing::Having { finds_others, .. } => {
            let keys = answer.groups.iter().filter_map(|group| match group.key.first() {
                Some(Cell::Whole(key)) => i32::try_from(*key).ok(),
                _ => None,
            });
            let found = Predicate::Is { column: table.key, test: Test::Keys(keys.collect()) };
            Ok(if *finds_others { Predicate::Not(Box::new(found)) } else { found })
        }
        Narrowing::Beyond { request, column, is_above } => {
            if answer.groups.len() > MOST_ALIKE {
                return Err(Error::BadArgument(format!(
                    "beyond.within: {} groups exceed the limit of {MOST_ALIKE}; name fewer keys, or narrow the filter",
                    answer.groups.len()
                )));
            }
            let mut any = Vec::new();
            for group in &answer.groups {
                let Some(Number::Whole(place)) = group.figures.first().copied() else { continue };
                let place = i64::try_from(place).map_err(|_| Error::Internal)?;
                let comparison = if *is_above { Comparison::Greater } else { Comparison::Less };
                let test = Test::Compare(comparison, place.into());
                let mut all = vec![Predicate::Is { column, test }];
                for (key, cell) in request.keys.iter().zip(&group.key) {
                    all.push(is(table, key, cell)?);
                }
                any.push(Predicate::All(all));
            }
            Ok(Predicate::Any(any))
        }
    }
}

/// The condition that a row has a value of a key.
fn is(table: &'static Table, key: &Key, cell: &Cell) -> Result<Predicate, Error> {
    let end = key.path.table(table);
    let (column, relations) = match (key.path.end, key.path.relations.split_last()) {
        (End::Column(column), _) => (end.columns[column].name, key.path.relations.as_slice()),
        (End::Row, Some((last, before))) => {
            let at = Path { relations: before.to_vec(), end: End::Row };
            (at.table(table).relations[*last].from, before)
        }
        _ => return Err(Error::Internal),
    };
    let through = |inner: Predicate| {
        let tables: Vec<&'static Table> = std::iter::once(table)
            .chain(Path { relations: relations.to_vec(), end: End::Row }.tables(table))
            .collect();
        relations.iter().zip(tables).rev().fold(inner, |inner, (relation, table)| {
            let relation = &table.relations[*relation];
            Predicate::Through {
                column: relation.from,
                table: relation.other(),
                to: relation.to,
                keeps: Box::new(inner),
            }
        })
    };
    let test = |test: Test| Predicate::Is { column, test };
    let compare =
        |comparison, value: sea_orm::sea_query::Value| test(Test::Compare(comparison, value));
    let days = |first: Option<NaiveDate>, months: u32| {
        let first = first.ok_or(Error::Internal)?;
        let last = first.checked_add_months(Months::new(months));
        let last = last.and_then(|next| next.checked_sub_days(Days::new(1)));
        let last = last.ok_or(Error::Internal)?;
        Ok::<_, Error>(
            compare(Comparison::GreaterOrEqual, first.into())
                .and(compare(Comparison::LessOrEqual, last.into())),
        )
    };
    let january = |year: i64| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, 1, 1);
    let is_day =
        matches!(key.path.end, End::Column(at) if end.columns[at].kind.scalar == Scalar::Date);
    Ok(through(match (key.part, cell) {
        (_, Cell::Null | Cell::All) => {
            let known = match key.part {
                Part::Band => compare(Comparison::GreaterOrEqual, BANDS[0].into()),
                _ => test(Test::Null(false)),
            };
            return Ok(Predicate::Not(Box::new(through(known))));
        }
        (Part::Year, Cell::Whole(year)) => days(january(*year), 12)?,
        (Part::FiscalYear, Cell::Whole(year)) => {
            let first = january(*year).and_then(|day| day.checked_sub_months(Months::new(3)));
            days(first, 12)?
        }
        (Part::Decade, Cell::Whole(year)) if is_day => days(january(*year), 120)?,
        (Part::Decade, Cell::Whole(year)) => compare(Comparison::GreaterOrEqual, (*year).into())
            .and(compare(Comparison::Less, (year + 10).into())),
        (Part::Quarter, Cell::Date(day)) => days(Some(*day), 3)?,
        (Part::Month, Cell::Date(day)) => days(Some(*day), 1)?,
        (Part::Band, Cell::Whole(first)) => {
            let from = compare(Comparison::GreaterOrEqual, (*first).into());
            match BANDS.iter().find(|band| **band > *first) {
                Some(next) => from.and(compare(Comparison::Less, (*next).into())),
                None => from,
            }
        }
        (_, Cell::Boolean(truth)) => compare(Comparison::Equal, (*truth).into()),
        (_, Cell::Whole(whole)) => compare(Comparison::Equal, (*whole).into()),
        (_, Cell::Text(text)) => compare(Comparison::Equal, text.clone().into()),
        (_, Cell::Date(day)) => compare(Comparison::Equal, (*day).into()),
    }))
}
