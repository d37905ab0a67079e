//! Many rows of SQLite as one, in which a column is a JSON array.
//!
//! SQLite hands each row from its thread to another and copies each cell into memory of its own. Where rows
//! are read by the thousand, that takes longer than to have them written as JSON and to read that.
//! [`crate::analytics`] reads its copy in the same way, into columns instead of rows.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Name, Number, Value as GraphQl};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::scalar::fixed_to_value;
use sea_orm::{
    DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait as _, Func, Query, SelectStatement},
};
use serde::Deserialize;

use super::{
    load::Row,
    page::cell_name,
    scalar::{Kind, Scalar},
};
use crate::error::Error;

/// The statement for the rows of another as one: the key, then the cells.
pub(crate) fn pack(select: SelectStatement, kinds: &[Kind]) -> SelectStatement {
    let mut packed = Query::select();
    let mut add = |cell: Expr| {
        packed.expr(Func::cust("json_group_array").arg(cell));
    };
    add(Expr::col(cell_name(0)));
    for (cell, kind) in (1..).zip(kinds) {
        let cell = Expr::col(cell_name(cell));
        add(match kind.scalar {
            // A JSON number would have fewer digits than tell every float from the next.
            Scalar::Float => {
                let digits = Func::cust("printf").arg("%!.17g").arg(cell.clone());
                Expr::case(cell.is_not_null(), digits).into()
            }
            _ => cell,
        });
    }
    packed.from_subquery(select, Alias::new("part"));
    packed
}

/// The rows that are packed in one.
pub(crate) fn unpack(packed: &QueryResult, kinds: &[Kind]) -> Result<Vec<Arc<Row>>, Error> {
    let array = |cell: usize| packed.try_get_by_index::<String>(cell);
    let keys: Vec<i32> = read(&array(0)?)?;
    let mut columns = Vec::with_capacity(kinds.len());
    for (cell, kind) in (1..).zip(kinds) {
        columns.push(column(*kind, &array(cell)?)?.into_iter());
    }
    let row = |key| {
        let cells = columns.iter_mut().map(|column| column.next().unwrap_or_default()).collect();
        Arc::new(Row { key, cells })
    };
    Ok(keys.into_iter().map(row).collect())
}

/// The cells of a column, as [`Kind::read`] shows them.
fn column(kind: Kind, array: &str) -> Result<Vec<GraphQl>, Error> {
    fn show<'a, T: Deserialize<'a>>(
        array: &'a str,
        show: impl Fn(T) -> Result<GraphQl, Error>,
    ) -> Result<Vec<GraphQl>, Error> {
        let cells = read::<Option<T>>(array)?;
        cells.into_iter().map(|cell| cell.map_or(Ok(GraphQl::Null), &show)).collect()
    }
    match kind.scalar {
        // A day is kept as it is shown.
        Scalar::Text | Scalar::State | Scalar::Ori | Scalar::Date => {
            show(array, |text: Cow<'_, str>| Ok(GraphQl::String(text.into_owned())))
        }
        Scalar::Enum => show(array, |text: Cow<'_, str>| Ok(GraphQl::Enum(Name::new(text)))),
        Scalar::TextList => {
            let cells = read::<Option<Cow<'_, str>>>(array)?;
            Ok(cells.into_iter().map(|cell| Kind::list(&cell.unwrap_or_default())).collect())
        }
        Scalar::Int | Scalar::BigInt => show(array, |n: i64| Ok(GraphQl::Number(n.into()))),
        Scalar::Fixed(digits) => show(array, |n: i64| Ok(fixed_to_value(n, digits))),
        Scalar::Boolean => show(array, |truth: i64| Ok(GraphQl::Boolean(truth != 0))),
        Scalar::Float => show(array, |text: Cow<'_, str>| {
            let number = text.parse().map_err(|_| wrong(&text))?;
            Ok(Number::from_f64(number).map_or(GraphQl::Null, GraphQl::Number))
        }),
        Scalar::DateTime => show(array, |text: Cow<'_, str>| {
            let moment: DateTime<Utc> = text.parse().map_err(|_| wrong(&text))?;
            Ok(GraphQl::String(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
        }),
    }
}

fn wrong(text: &str) -> Error {
    DbErr::Type(format!("{text:?} is not what its column holds")).into()
}

fn read<'a, T: Deserialize<'a>>(array: &'a str) -> Result<Vec<T>, Error> {
    serde_json::from_str(array).map_err(|error| DbErr::Json(error.to_string()).into())
}
