//! How a figure becomes a value of GraphQL, and a value of a client a figure to compare with.

use async_graphql::{Number as JsonNumber, Value as GraphQl};
use entity::scalar::{fixed_from_value, fixed_to_value};

use crate::{catalog::scalar::real_number, error::Error, measures::Number};

/// How a figure becomes a value of GraphQL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Show {
    /// An exact number of so many decimals.
    Exact(u32),
    /// A real number.
    Real,
}

impl Show {
    /// The decimals of an exact number; a real one is in its unit.
    pub(crate) fn digits(self) -> u32 {
        match self {
            Self::Exact(digits) => digits,
            Self::Real => 0,
        }
    }

    /// The value of a figure.
    pub(crate) fn value(self, number: Number) -> Result<GraphQl, Error> {
        Ok(match (self, number) {
            (_, Number::Missing) => GraphQl::Null,
            (Self::Exact(0), Number::Whole(whole)) => {
                GraphQl::Number(i64::try_from(whole).map_err(|_| beyond())?.into())
            }
            (Self::Exact(digits), Number::Whole(whole)) => {
                fixed_to_value(i64::try_from(whole).map_err(|_| beyond())?, digits)
            }
            (Self::Real, Number::Real(real)) => {
                JsonNumber::from_f64(real).map_or(GraphQl::Null, GraphQl::Number)
            }
            (Self::Exact(_), Number::Real(_)) | (Self::Real, Number::Whole(_)) => {
                return Err(Error::Internal);
            }
        })
    }
}

impl Show {
    /// A value of a client as a figure to compare with. A float is moved to the smallest unit by its
    /// decimals, so that `0.1` dollars are ten cents, and not almost.
    pub(crate) fn operand(self, value: &GraphQl) -> Result<Number, String> {
        match self {
            Self::Exact(digits) => Ok(Number::Whole(fixed_from_value(value, digits)?.into())),
            Self::Real => real_number(value).map(Number::Real),
        }
    }
}

fn beyond() -> Error {
    Error::BadArgument("a sum is beyond 64 bits: narrow the filter".to_owned())
}
