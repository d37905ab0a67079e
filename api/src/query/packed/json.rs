//! The cells of a column as SQLite packs them: an array of JSON.

use std::borrow::Cow;

use async_graphql::{Name, Value as GraphQl};
use entity::scalar::fixed_to_value;
use sea_orm::DbErr;
use serde::Deserialize;

use super::{moment, real, wrong};
use crate::{
    catalog::scalar::{ColumnKind, Scalar},
    error::Error,
};

/// The cells of a column, as GraphQL values.
pub(crate) fn column(kind: ColumnKind, array: &str) -> Result<Vec<GraphQl>, Error> {
    fn show<'a, T: Deserialize<'a>>(
        array: &'a str,
        show: impl Fn(T) -> Result<GraphQl, Error>,
    ) -> Result<Vec<GraphQl>, Error> {
        let cells = read::<Option<T>>(array)?;
        cells.into_iter().map(|cell| cell.map_or(Ok(GraphQl::Null), &show)).collect()
    }
    match kind.scalar {
        // A date is stored in the format in which it is shown.
        Scalar::Text | Scalar::State | Scalar::Ori | Scalar::Date => {
            show(array, |text: Cow<'_, str>| Ok(GraphQl::String(text.into_owned())))
        }
        Scalar::Enum => show(array, |text: Cow<'_, str>| Ok(GraphQl::Enum(Name::new(text)))),
        Scalar::TextList => {
            let cells = read::<Option<Cow<'_, str>>>(array)?;
            Ok(cells.into_iter().map(|cell| ColumnKind::list(&cell.unwrap_or_default())).collect())
        }
        Scalar::Int | Scalar::BigInt => show(array, |n: i64| Ok(GraphQl::Number(n.into()))),
        Scalar::Fixed(digits) => show(array, |n: i64| Ok(fixed_to_value(n, digits))),
        Scalar::Boolean => show(array, |truth: i64| Ok(GraphQl::Boolean(truth != 0))),
        Scalar::Float => show(array, |text: Cow<'_, str>| Ok(real(text.parse().map_err(wrong)?))),
        Scalar::DateTime => {
            show(array, |text: Cow<'_, str>| Ok(moment(text.parse().map_err(wrong)?)))
        }
    }
}

/// The items of an array.
pub(crate) fn read<'a, T: Deserialize<'a>>(array: &'a str) -> Result<Vec<T>, Error> {
    serde_json::from_str(array).map_err(|error| DbErr::Json(error.to_string()).into())
}
