//! The types of columns: how a cell becomes a GraphQL value, and a GraphQL value an operand.

use async_graphql::{Value as GraphQl, registry::MetaType, registry::Registry};
use chrono::{DateTime, NaiveDate, Utc};
use entity::scalar::{FIXED_POINT, Ori, State, fixed_from_value};
use sea_orm::sea_query::{ColumnType, Value};

/// The type of a column, as far as clients can tell types apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// Free text.
    Text,
    /// A list of texts, in one column with a vertical bar between them.
    TextList,
    /// The two-letter code of a state.
    State,
    /// An originating agency identifier.
    Ori,
    /// A value of a closed set.
    Enum,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    BigInt,
    /// An exact decimal number of so many digits.
    Fixed(u32),
    /// A floating-point number.
    Float,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    DateTime,
}

impl Scalar {
    /// The type behind the name of a GraphQL type. `None` where it is not a type of columns.
    pub(crate) fn of(name: &str, registry: &Registry) -> Option<Self> {
        Self::named(name).or_else(|| match registry.types.get(name) {
            Some(MetaType::Enum { .. }) => Some(Self::Enum),
            _ => None,
        })
    }

    /// The type behind the name of a GraphQL type that is no enum.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if let Some((_, digits)) = FIXED_POINT.iter().find(|(fixed, _)| *fixed == name) {
            return Some(Self::Fixed(*digits));
        }
        Some(match name {
            "String" => Self::Text,
            "State" => Self::State,
            "Ori" => Self::Ori,
            "Int" => Self::Int,
            "BigInt" => Self::BigInt,
            "Float" => Self::Float,
            "Boolean" => Self::Boolean,
            "NaiveDate" | "Date" => Self::Date,
            "DateTime" => Self::DateTime,
            _ => return None,
        })
    }

    /// Whether greater and less mean something.
    pub(crate) fn is_ordered(self) -> bool {
        !matches!(self, Self::Boolean | Self::Enum | Self::TextList)
    }

    /// Whether a part of it can be looked for.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::TextList | Self::Ori)
    }
}

/// The type of a column for clients, and the width that the database gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) scalar: Scalar,
    /// Whether the database keeps it in 64 bits: PostgreSQL does not convert by itself.
    wide: bool,
}

impl Kind {
    pub(crate) fn new(scalar: Scalar, column: &ColumnType) -> Self {
        Self { scalar, wide: matches!(column, ColumnType::BigInteger) }
    }

    /// The texts of a list.
    pub(crate) fn list(text: &str) -> GraphQl {
        let parts = text.split('|').map(str::trim).filter(|part| !part.is_empty());
        GraphQl::List(parts.map(GraphQl::from).collect())
    }

    /// Whether the database keeps it in 64 bits.
    pub(crate) fn is_wide(self) -> bool {
        self.wide
    }

    /// Reads a value of a client as an operand for this column.
    ///
    /// # Errors
    /// Says what is wrong with the value.
    pub(crate) fn operand(self, value: &GraphQl) -> Result<Value, String> {
        let text = || match value {
            // PostgreSQL's texts cannot hold it, so nothing can be found by it.
            GraphQl::String(text) if text.contains('\0') => {
                Err("has the character U+0000, which no text here has".to_owned())
            }
            GraphQl::String(text) => Ok(text.clone()),
            GraphQl::Enum(name) => Ok(name.to_string()),
            other => Err(format!("{other} is not a text")),
        };
        let whole = || fixed_from_value(value, 0);
        let narrow = |n: i64| i32::try_from(n).map_err(|_| format!("{value} is out of range"));
        Ok(match self.scalar {
            Scalar::Text | Scalar::TextList | Scalar::Enum => text()?.into(),
            Scalar::State => {
                let state: State = text()?.parse().map_err(|error| format!("{error}"))?;
                state.to_string().into()
            }
            Scalar::Ori => {
                let ori: Ori = text()?.parse().map_err(|error| format!("{error}"))?;
                ori.to_string().into()
            }
            Scalar::Int => narrow(whole()?)?.into(),
            Scalar::BigInt => whole()?.into(),
            Scalar::Fixed(digits) if self.wide => fixed_from_value(value, digits)?.into(),
            Scalar::Fixed(digits) => narrow(fixed_from_value(value, digits)?)?.into(),
            Scalar::Float => real_number(value)?.into(),
            Scalar::Boolean => match value {
                GraphQl::Boolean(truth) => (*truth).into(),
                other => return Err(format!("{other} is not true or false")),
            },
            Scalar::Date => {
                let text = text()?;
                let day: NaiveDate = text
                    .parse()
                    .map_err(|_| format!("{text:?} is not a day such as \"2020-06-30\""))?;
                day.into()
            }
            Scalar::DateTime => {
                let text = text()?;
                let moment: DateTime<Utc> = text.parse().map_err(|_| {
                    format!("{text:?} is not a moment such as \"2020-06-30T12:00:00Z\"")
                })?;
                moment.into()
            }
        })
    }
}

/// Reads a floating-point number.
pub(crate) fn real_number(value: &GraphQl) -> Result<f64, String> {
    let number = match value {
        GraphQl::Number(number) => number.as_f64(),
        _ => None,
    };
    number.ok_or_else(|| format!("{value} is not a number"))
}

/// The items of an argument that is a list. A single value stands for a list of it, as GraphQL says.
pub(crate) fn items(value: Option<&GraphQl>) -> &[GraphQl] {
    match value {
        None | Some(GraphQl::Null) => &[],
        Some(GraphQl::List(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}
