//! The quality of columns, from the aggregates of the database.

use chrono::{DateTime, Utc};
use sea_orm::{
    DbBackend, QueryResult,
    sea_query::{Alias, Expr, ExprTrait as _, Func, Query},
};

use crate::{
    catalog::{
        predicate::{Predicate, column_of},
        scalar::Scalar,
        table::Table,
    },
    database::session::{Purpose, Session},
    error::Error,
    measures::quality::{ColumnEnd, ColumnQuality, columns},
};

/// The columns of one statement. Databases limit how many one can select.
const COLUMNS: usize = 50;

/// The quality of each public column, over the rows that a filter keeps.
pub(crate) async fn quality(
    session: &Session,
    table: &'static Table,
    keeps: &Predicate,
) -> Result<Vec<ColumnQuality>, Error> {
    let mut all = Vec::new();
    for part in columns(table).chunks(COLUMNS) {
        let mut select = Query::select();
        select.from(Alias::new(table.name)).expr(Expr::cust("COUNT(*)"));
        if !keeps.is_all() {
            select.and_where(keeps.to_sql(table.name, session.backend()));
        }
        for index in part {
            let column = &table.columns[*index];
            let cell = column_of(table.name, column.name);
            let value = match (column.kind.scalar, session.backend()) {
                (Scalar::Boolean, _) => {
                    // PostgreSQL has no MIN for booleans.
                    let number = Func::cast_as(cell, Alias::new("INTEGER"));
                    Func::cast_as(number, Alias::new("BIGINT")).into()
                }
                (Scalar::Int | Scalar::BigInt | Scalar::Fixed(_), _) => {
                    Func::cast_as(cell, Alias::new("BIGINT")).into()
                }
                (Scalar::Date, DbBackend::Postgres) => {
                    Func::cast_as(cell, Alias::new("TEXT")).into()
                }
                _ => cell,
            };
            let value: Expr = value;
            select
                .expr(value.clone().count())
                .expr(value.clone().count_distinct())
                .expr(value.clone().min())
                .expr(value.max());
        }
        let rows = session.all(table.name, Purpose::Aggregates, select).await?;
        let row = rows.first().ok_or(Error::Internal)?;
        for (place, index) in part.iter().enumerate() {
            all.push(read(table, *index, row, 1 + 4 * place)?);
        }
    }
    Ok(all)
}

fn read(
    table: &'static Table,
    column: usize,
    row: &QueryResult,
    first: usize,
) -> Result<ColumnQuality, Error> {
    let count = |place: usize| {
        let count: i64 = row.try_get_by_index(place)?;
        u64::try_from(count).map_err(|_| Error::Internal)
    };
    let scalar = table.columns[column].kind.scalar;
    let end = |place: usize| {
        Ok::<_, Error>(match scalar {
            Scalar::Boolean | Scalar::Int | Scalar::BigInt | Scalar::Fixed(_) => {
                row.try_get_by_index::<Option<i64>>(place)?.map(ColumnEnd::Whole)
            }
            Scalar::Float => row.try_get_by_index::<Option<f64>>(place)?.map(ColumnEnd::Real),
            Scalar::DateTime => {
                let moment = row.try_get_by_index::<Option<DateTime<Utc>>>(place)?;
                moment.map(|moment| ColumnEnd::Whole(moment.timestamp_micros()))
            }
            _ => row.try_get_by_index::<Option<String>>(place)?.map(ColumnEnd::Text),
        })
    };
    let known = count(first)?;
    let ends = end(first + 2)?.zip(end(first + 3)?).map(|(least, greatest)| [least, greatest]);
    let (missing, distinct) = (count(0)? - known, count(first + 1)?);
    Ok(ColumnQuality { column, known, missing, distinct, ends })
}
