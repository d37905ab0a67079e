//! Converts figures to GraphQL values, and values of clients to figures for comparison.

use async_graphql::{Number as JsonNumber, Value as GraphQl};
use entity::scalar::{fixed_from_value, fixed_to_value};

use crate::{catalog::scalar::real_number, error::Error, measures::Number};

/// How to write a figure as a GraphQL value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Show {
    /// An exact number with this many decimals.
    Exact(u32),
    /// A real number.
    Real,
}

impl Show {
    /// The decimals of an exact number; a real number is already in its unit.
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
    /// A client's value as a figure for comparison. A float is converted to the smallest unit by its decimals, so `0.1`
    /// dollars are exactly ten cents.
    pub(crate) fn operand(self, value: &GraphQl) -> Result<Number, String> {
        match self {
            Self::Exact(digits) => Ok(Number::Whole(fixed_from_value(value, digits)?.into())),
            Self::Real => real_number(value).map(Number::Real),
        }
    }
}

fn beyond() -> Error {
    Error::BadArgument("a sum does not fit into 64 bits; narrow the filter".to_owned())
}
