//! The cells of a column as PostgreSQL packs them: an array of the column's type.

use async_graphql::{Name, Value as GraphQl};
use chrono::{DateTime, NaiveDate, Utc};
use entity::scalar::fixed_to_value;
use sea_orm::sqlx::{
    Decode, Postgres, Row as _, Type,
    postgres::{PgHasArrayType, PgRow},
};

use super::{moment, real, wrong};
use crate::{
    catalog::scalar::{ColumnKind, Scalar},
    error::Error,
};

/// The cells of a column, as GraphQL values.
pub(crate) fn column(kind: ColumnKind, row: &PgRow, cell: usize) -> Result<Vec<GraphQl>, Error> {
    fn show<T>(row: &PgRow, cell: usize, show: impl Fn(T) -> GraphQl) -> Result<Vec<GraphQl>, Error>
    where
        T: for<'a> Decode<'a, Postgres> + Type<Postgres> + PgHasArrayType,
    {
        let cells = read::<Option<T>>(row, cell)?;
        Ok(cells.into_iter().map(|cell| cell.map_or(GraphQl::Null, &show)).collect())
    }
    match kind.scalar {
        Scalar::Text | Scalar::State | Scalar::Ori => show(row, cell, GraphQl::String),
        Scalar::Enum => show(row, cell, |text: String| GraphQl::Enum(Name::new(text))),
        Scalar::TextList => {
            let cells = read::<Option<String>>(row, cell)?;
            Ok(cells.into_iter().map(|cell| ColumnKind::list(&cell.unwrap_or_default())).collect())
        }
        Scalar::Int => show(row, cell, |n: i32| GraphQl::Number(n.into())),
        Scalar::BigInt => show(row, cell, |n: i64| GraphQl::Number(n.into())),
        Scalar::Fixed(digits) if kind.is_wide() => {
            show(row, cell, |n: i64| fixed_to_value(n, digits))
        }
        Scalar::Fixed(digits) => show(row, cell, |n: i32| fixed_to_value(n.into(), digits)),
        Scalar::Float => show(row, cell, real),
        Scalar::Boolean => show(row, cell, GraphQl::Boolean),
        Scalar::Date => show(row, cell, |day: NaiveDate| GraphQl::String(day.to_string())),
        Scalar::DateTime => show(row, cell, |at: DateTime<Utc>| moment(at)),
    }
}

/// The items of an array; empty if nothing was packed.
pub(crate) fn read<T>(row: &PgRow, cell: usize) -> Result<Vec<T>, Error>
where
    Vec<T>: for<'a> Decode<'a, Postgres> + Type<Postgres>,
{
    Ok(row.try_get::<Option<Vec<T>>, _>(cell).map_err(wrong)?.unwrap_or_default())
}
