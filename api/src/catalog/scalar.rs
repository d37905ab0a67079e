//! The types of columns, with conversions from cells to GraphQL values and from GraphQL values to operands.

use std::{fmt::Display, str::FromStr};

use async_graphql::Value as GraphQl;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use entity::scalar::{CodeError, FIXED_POINT, Ori, State, fixed_from_value, parse_fixed};
use sea_orm::sea_query::{ColumnType, Value};

/// The type of a column, as far as clients can tell types apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// Free text.
    Text,
    /// A list of texts, stored in one column with vertical bars between them.
    TextList,
    /// The two-letter code of a state.
    State,
    /// An originating agency identifier.
    Ori,
    /// A value of an enum.
    Enum,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    BigInt,
    /// An exact decimal number with this many decimals.
    Fixed(u32),
    /// A floating-point number.
    Float,
    /// True or false.
    Boolean,
    /// A date.
    Date,
    /// A date and time.
    DateTime,
}

impl Scalar {
    /// The type for a GraphQL type name. `None` for enums.
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

    /// Whether values can be ordered.
    pub(crate) fn is_ordered(self) -> bool {
        !matches!(self, Self::Boolean | Self::Enum | Self::TextList)
    }

    /// Whether values can be searched for a substring.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::TextList | Self::Ori)
    }
}

/// The type of a column for clients, and its width in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ColumnKind {
    pub(crate) scalar: Scalar,
    /// Whether the database stores it in 64 bits. PostgreSQL does not convert automatically.
    wide: bool,
}

impl ColumnKind {
    pub(crate) fn new(scalar: Scalar, column: &ColumnType) -> Self {
        Self { scalar, wide: matches!(column, ColumnType::BigInteger) }
    }

    /// The kind of an input value that is not yet compared with a column.
    pub(crate) fn of_input(scalar: Scalar) -> Self {
        Self { scalar, wide: true }
    }

    /// Checks a client's value, and the digits of a number literal in the document, which may be more precise than a
    /// float.
    ///
    /// # Errors
    /// Returns what is wrong with the value.
    pub(crate) fn check(self, value: &GraphQl, literal: Option<&str>) -> Result<(), String> {
        self.operand(value)?;
        match (self.scalar, literal) {
            (Scalar::Fixed(digits), Some(literal)) if !literal.contains(['e', 'E']) => {
                parse_fixed(literal, digits)
                    .map(drop)
                    .map_err(|error| format!("{literal} {error} (at most {digits} decimals)"))
            }
            _ => Ok(()),
        }
    }

    /// Splits a stored text into the items of a list.
    pub(crate) fn list(text: &str) -> GraphQl {
        let parts = text.split('|').map(str::trim).filter(|part| !part.is_empty());
        GraphQl::List(parts.map(GraphQl::from).collect())
    }

    /// The kind of the column as stored: a list of texts is one text in the database.
    pub(crate) fn as_kept(self) -> Self {
        match self.scalar {
            Scalar::TextList => Self { scalar: Scalar::Text, ..self },
            _ => self,
        }
    }

    /// Whether the database stores it in 64 bits.
    pub(crate) fn is_wide(self) -> bool {
        self.wide
    }

    /// Converts a client's value to an operand for this column.
    ///
    /// # Errors
    /// Returns what is wrong with the value.
    pub(crate) fn operand(self, value: &GraphQl) -> Result<Value, String> {
        let text = || match value {
            // PostgreSQL cannot store this character, so no row can match.
            GraphQl::String(text) if text.contains('\0') => {
                Err("contains the character U+0000, which no stored text contains".to_owned())
            }
            GraphQl::String(text) => Ok(text.clone()),
            GraphQl::Enum(name) => Ok(name.to_string()),
            other => Err(format!("{other} is not a string")),
        };
        let whole = || fixed(value, 0);
        let narrow = |n: i64| i32::try_from(n).map_err(|_| format!("{value} is out of range"));
        Ok(match self.scalar {
            Scalar::Text | Scalar::TextList | Scalar::Enum => text()?.into(),
            Scalar::State => code::<State>(&text()?)?.into(),
            Scalar::Ori => code::<Ori>(&text()?)?.into(),
            Scalar::Int => narrow(whole()?)?.into(),
            Scalar::BigInt => whole()?.into(),
            Scalar::Fixed(digits) if self.wide => fixed(value, digits)?.into(),
            Scalar::Fixed(digits) => narrow(fixed(value, digits)?)?.into(),
            Scalar::Float => real_number(value)?.into(),
            Scalar::Boolean => match value {
                GraphQl::Boolean(truth) => (*truth).into(),
                other => return Err(format!("{other} is not a Boolean")),
            },
            Scalar::Date => day(&text()?)?.into(),
            Scalar::DateTime => moment(&text()?)?.into(),
        })
    }
}

/// Parses a code and requires its canonical spelling.
fn code<T: FromStr<Err = CodeError> + Display>(text: &str) -> Result<String, String> {
    let code = text.parse::<T>().map_err(|error| error.to_string())?.to_string();
    if code == text { Ok(code) } else { Err(format!("{text:?} must be written {code:?}")) }
}

/// Parses a fixed-point number: a JSON number, or its digits as text.
fn fixed(value: &GraphQl, digits: u32) -> Result<i64, String> {
    match value {
        GraphQl::String(text) => {
            let unsigned = text.strip_prefix('-').unwrap_or(text);
            let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
            let is_digits =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if !is_digits(whole) || !is_digits(fraction) {
                return Err(format!("{text:?} is not a number like \"1250000.50\""));
            }
        }
        // A floating-point number holds 15 digits, so a longer one was already rounded.
        GraphQl::Number(number) if !number.is_i64() => {
            let size = number.as_f64().map_or(f64::INFINITY, f64::abs);
            if size * 10_f64.powi(digits.cast_signed()) >= 1e15 {
                return Err(format!(
                    "{number} has more digits than a JSON number can hold. Send it as a string"
                ));
            }
        }
        _ => {}
    }
    fixed_from_value(value, digits)
}

/// Parses a date with a four-digit year and a two-digit month and day.
fn day(text: &str) -> Result<NaiveDate, String> {
    let is_shaped = text.len() == 10 && text.is_ascii() && !text.starts_with(['+', '-', ' ']);
    let day = text.parse().ok().filter(|day: &NaiveDate| is_shaped && day.year() > 0);
    day.ok_or_else(|| format!("{text:?} is not a date like \"2020-06-30\""))
}

/// Parses a date and time in RFC 3339 format.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let is_shaped = text.is_ascii()
        && text.as_bytes().get(10) == Some(&b'T')
        && !text.contains(['z', ' '])
        && text.get(17..19).is_some_and(|second| second < "60");
    let moment = DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc());
    let moment = moment.filter(|moment| is_shaped && (1..=9999).contains(&moment.year()));
    moment.ok_or_else(|| format!("{text:?} is not a date and time like \"2020-06-30T12:00:00Z\""))
}

/// Parses a floating-point number.
pub(crate) fn real_number(value: &GraphQl) -> Result<f64, String> {
    let number = match value {
        GraphQl::Number(number) => number.as_f64(),
        _ => None,
    };
    number.ok_or_else(|| format!("{value} is not a number"))
}

/// The name of an enum value.
pub(crate) fn enum_word(value: Option<&GraphQl>) -> Option<&str> {
    match value {
        Some(GraphQl::Enum(word)) => Some(word.as_str()),
        Some(GraphQl::String(word)) => Some(word),
        _ => None,
    }
}

/// The items of an argument that is a list. As in GraphQL, a single value stands for a list of one item.
pub(crate) fn items(value: Option<&GraphQl>) -> &[GraphQl] {
    match value {
        None | Some(GraphQl::Null) => &[],
        Some(GraphQl::List(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_one_spelling() {
        let takes = |scalar: Scalar, text: &str| {
            ColumnKind::of_input(scalar).operand(&GraphQl::String(text.to_owned())).is_ok()
        };
        let cases = [
            (
                Scalar::Date,
                "2020-02-29",
                ["2020-2-3", "2021-02-29", "0000-01-01", "+2020-01-1", "10000-01-01", " 2020-01-1"],
            ),
            (
                Scalar::DateTime,
                "2020-06-30T12:00:00.5Z",
                [
                    "2020-06-30 12:00:00Z",
                    "2020-06-30t12:00:00z",
                    "2020-06-30T12:00:60Z",
                    "2020-06-30",
                    "2020-06-30T12:00:00",
                    "0000-06-30T12:00:00Z",
                ],
            ),
            (Scalar::State, "CA", ["ca", " CA", "XX", "", "California", "CA\0"]),
            (
                Scalar::Ori,
                "CA0194200",
                ["ca0194200", "CA0194200 ", "CA01942", "CA019420", "", "CA01942\u{e9}"],
            ),
            (Scalar::Fixed(2), "-1250000.50", ["$1", "1,250", "(10)", "1.005", "1e3", " 1"]),
            (Scalar::BigInt, "12", ["1.5", "+1", "", "-", "0x1", "99999999999999999999"]),
        ];
        for (scalar, right, wrong) in cases {
            assert!(takes(scalar, right), "{scalar:?} {right}");
            for wrong in wrong {
                // A seven-character ORI is valid, too.
                let is_short = scalar == Scalar::Ori && wrong == "CA01942";
                assert_eq!(takes(scalar, wrong), is_short, "{scalar:?} {wrong}");
            }
        }
    }

    #[test]
    fn a_number_is_exact_or_refused() {
        let dollars = ColumnKind::of_input(Scalar::Fixed(2));
        let number =
            |number: f64| GraphQl::Number(async_graphql::Number::from_f64(number).expect("finite"));
        assert!(dollars.check(&number(1_250_000.5), Some("1250000.50")).is_ok());
        assert!(dollars.check(&number(0.1), Some("0.1000000000000000001")).is_err());
        assert!(dollars.check(&number(12_345_678_901_234_567.0), None).is_err());
        assert!(dollars.check(&GraphQl::Number(12_345_678_901_234_567_i64.into()), None).is_ok());
        assert!(dollars.check(&number(1e3), Some("1e3")).is_ok());
    }
}
