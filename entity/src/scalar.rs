//! Exact numbers and validated texts, each with its own type in Rust, in the database and in GraphQL.
//!
//! A fixed-point number is an integer of its smallest unit in Rust and in the database, and a JSON number with all
//! its digits in GraphQL. Text is parsed with `FromStr`, which rejects values that would have to be rounded.

use std::{fmt, str::FromStr};

use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, Value};
use sea_orm::DeriveValueType;

/// Why a text is not a fixed-point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// It is not a number in decimal notation.
    NotANumber,
    /// It has more nonzero decimals than the unit allows.
    TooPrecise,
    /// It does not fit into the type.
    OutOfRange,
}

impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "is not a decimal number",
            Self::TooPrecise => "has more decimals than its unit allows",
            Self::OutOfRange => "is out of range",
        })
    }
}

impl std::error::Error for DecimalError {}

/// Parses a decimal number as an integer of its smallest unit: `"12.5"` with two digits is `1250`.
///
/// A sign, parentheses for a negative number, thousands separators and a leading dollar sign are allowed.
///
/// # Errors
/// Returns why the text is not such a number. Nothing is ever rounded.
pub fn parse_fixed(text: &str, digits: u32) -> Result<i64, DecimalError> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        },
    };
    let text = text.trim_start().strip_prefix('$').unwrap_or(text).trim_start();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(DecimalError::NotANumber);
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    if grouped && (first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err(DecimalError::NotANumber);
    }
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DecimalError::NotANumber);
    }
    let kept = fraction.len().min(digits as usize);
    if fraction[kept..].bytes().any(|b| b != b'0') {
        return Err(DecimalError::TooPrecise);
    }
    let mut value = 0_i64;
    for byte in whole.bytes().filter(|b| *b != b',').chain(fraction[..kept].bytes()) {
        if !byte.is_ascii_digit() {
            return Err(DecimalError::NotANumber);
        }
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_sub(i64::from(byte - b'0')))
            .ok_or(DecimalError::OutOfRange)?;
    }
    for _ in kept..digits as usize {
        value = value.checked_mul(10).ok_or(DecimalError::OutOfRange)?;
    }
    if negative { Ok(value) } else { value.checked_neg().ok_or(DecimalError::OutOfRange) }
}

/// Formats an integer of the smallest unit with all its digits: `1250` with two digits is `"12.50"`.
#[must_use]
pub fn format_fixed(value: i64, digits: u32) -> String {
    let scale = 10_u64.pow(digits);
    let (sign, size) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    match digits {
        0 => format!("{sign}{size}"),
        _ => format!("{sign}{}.{:0width$}", size / scale, size % scale, width = digits as usize),
    }
}

/// The JSON number of a fixed-point value: whole numbers without decimals, others with only as many as they need.
///
/// A number of up to 15 significant digits survives a round trip through a 64-bit float, and no amount here comes
/// near 10 trillion dollars.
#[must_use]
pub fn fixed_to_value(value: i64, digits: u32) -> Value {
    let scale = 10_i64.pow(digits);
    if value % scale == 0 {
        return Value::Number((value / scale).into());
    }
    #[expect(clippy::cast_precision_loss, reason = "below 2^53, see the doc comment")]
    let number = Number::from_f64(value as f64 / scale as f64);
    number.map_or(Value::Null, Value::Number)
}

/// Reads a fixed-point value that a client sent as a JSON number, or as text to avoid its own floats.
///
/// # Errors
/// Returns what is wrong with the value.
pub fn fixed_from_value(value: &Value, digits: u32) -> Result<i64, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => return Err(format!("{other} is not a number")),
    };
    parse_fixed(&text, digits)
        .map_err(|error| format!("{text} {error} (at most {digits} decimals)"))
}

macro_rules! fixed_point {
    ($($(#[doc = $doc:literal])+ $name:ident($inner:ty), $digits:literal;)+) => {
        /// The fixed-point scalars by GraphQL name, with their number of decimals.
        pub const FIXED_POINT: &[(&str, u32)] = &[$((stringify!($name), $digits)),+];
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
            pub struct $name(pub $inner);

            impl $name {
                /// The number of decimals.
                pub const DIGITS: u32 = $digits;
            }

            impl FromStr for $name {
                type Err = DecimalError;
                fn from_str(text: &str) -> Result<Self, DecimalError> {
                    let value = parse_fixed(text, $digits)?;
                    <$inner>::try_from(value).map(Self).map_err(|_| DecimalError::OutOfRange)
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&format_fixed(i64::from(self.0), $digits))
                }
            }

            $(#[doc = $doc])+
            #[Scalar]
            impl ScalarType for $name {
                fn parse(value: Value) -> InputValueResult<Self> {
                    let value = fixed_from_value(&value, $digits).map_err(InputValueError::custom)?;
                    <$inner>::try_from(value).map(Self).map_err(InputValueError::custom)
                }
                fn to_value(&self) -> Value {
                    fixed_to_value(i64::from(self.0), $digits)
                }
            }
        )+
    };
}

fixed_point! {
    /// An amount of US dollars: a JSON number, exact to the cent. Amounts are in the dollars of their day unless a
    /// field says otherwise. Input may also be text such as "1250000.50".
    Dollars(i64), 2;
    /// A number of officers: a JSON number, exact to the tenth. Fractions are full-time equivalents.
    Officers(i32), 1;
    /// A number of hours: a JSON number, exact to the tenth.
    Hours(i32), 1;
    /// A number as published, exact to the hundredth. Its unit is in the field `unit` next to it.
    Figure(i64), 2;
    /// Points of a price index: exact to the thousandth.
    IndexPoints(i32), 3;
}

/// Why a text is not a valid identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeError(String);

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CodeError {}

/// A state, district or territory of the United States, by its two-letter postal code: `CA`, `DC`,
/// `PR`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct State(String);

/// The postal codes with their names: the states, the District of Columbia, the territories and the freely associated
/// states.
pub const STATES: &[(&str, &str)] = &[
    ("AK", "Alaska"),
    ("AL", "Alabama"),
    ("AR", "Arkansas"),
    ("AS", "American Samoa"),
    ("AZ", "Arizona"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DC", "District of Columbia"),
    ("DE", "Delaware"),
    ("FL", "Florida"),
    ("FM", "Federated States of Micronesia"),
    ("GA", "Georgia"),
    ("GU", "Guam"),
    ("HI", "Hawaii"),
    ("IA", "Iowa"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("MA", "Massachusetts"),
    ("MD", "Maryland"),
    ("ME", "Maine"),
    ("MH", "Marshall Islands"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MO", "Missouri"),
    ("MP", "Northern Mariana Islands"),
    ("MS", "Mississippi"),
    ("MT", "Montana"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("NE", "Nebraska"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NV", "Nevada"),
    ("NY", "New York"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("PR", "Puerto Rico"),
    ("PW", "Palau"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VA", "Virginia"),
    ("VI", "U.S. Virgin Islands"),
    ("VT", "Vermont"),
    ("WA", "Washington"),
    ("WI", "Wisconsin"),
    ("WV", "West Virginia"),
    ("WY", "Wyoming"),
];

impl State {
    /// The postal code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for State {
    type Err = CodeError;

    /// Parses a postal code in upper or lower case.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let code = text.trim().to_ascii_uppercase();
        match STATES.binary_search_by_key(&code.as_str(), |(code, _)| code) {
            Ok(_) => Ok(Self(code)),
            Err(_) => Err(CodeError(format!(
                "{text:?} is not the two-letter postal code of a state or territory"
            ))),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A state, district or territory of the United States, by its two-letter postal code: `CA`, `DC`,
/// `PR`.
#[Scalar]
impl ScalarType for State {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => text.parse().map_err(InputValueError::custom),
            other => Err(InputValueError::expected_type(other)),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An originating agency identifier (ORI) that the FBI assigns to a law enforcement agency: nine letters and digits,
/// or seven in the older form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Ori(String);

impl Ori {
    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Ori {
    type Err = CodeError;

    /// Parses an identifier in upper or lower case.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let code = text.trim().to_ascii_uppercase();
        let shaped = matches!(code.len(), 7 | 9) && code.bytes().all(|b| b.is_ascii_alphanumeric());
        if shaped {
            Ok(Self(code))
        } else {
            Err(CodeError(format!(
                "{text:?} is not an ORI. An ORI has seven or nine letters and digits."
            )))
        }
    }
}

impl fmt::Display for Ori {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An originating agency identifier (ORI) that the FBI assigns to a law enforcement agency: nine letters and digits,
/// or seven in the older form.
#[Scalar]
impl ScalarType for Ori {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => text.parse().map_err(InputValueError::custom),
            other => Err(InputValueError::expected_type(other)),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A whole number that may not fit into 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct BigInt(pub i64);

/// A whole number that may not fit into 32 bits: a JSON number.
#[Scalar]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        fixed_from_value(&value, 0).map(Self).map_err(InputValueError::custom)
    }
    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_point_text_is_read_exactly_or_refused() {
        assert_eq!(parse_fixed("513701374.09", 2), Ok(51_370_137_409));
        assert_eq!(parse_fixed("-$1,234.5", 2), Ok(-123_450));
        assert_eq!(parse_fixed("(10)", 2), Ok(-1000));
        assert_eq!(parse_fixed(".5", 1), Ok(5));
        assert_eq!(parse_fixed("1.500", 1), Ok(15));
        assert_eq!(parse_fixed("-92233720368547758.08", 2), Ok(i64::MIN));
        assert_eq!(parse_fixed("92233720368547758.08", 2), Err(DecimalError::OutOfRange));
        assert_eq!(parse_fixed("0.001", 2), Err(DecimalError::TooPrecise));
        for text in ["", ".", "-", "1,23", "1,2345", ",123", "1e3", "0x1", "--1", "1.2.3", "٣"] {
            assert_eq!(parse_fixed(text, 2), Err(DecimalError::NotANumber), "{text:?}");
        }
    }

    #[test]
    fn fixed_point_text_is_written_with_all_its_digits() {
        assert_eq!(format_fixed(-5, 2), "-0.05");
        assert_eq!(format_fixed(1250, 2), "12.50");
        assert_eq!(fixed_to_value(51_370_137_409, 2).to_string(), "513701374.09");
        assert_eq!(fixed_to_value(125_000_000, 2).to_string(), "1250000");
    }

    #[test]
    fn the_states_are_sorted_and_codes_are_checked() {
        assert!(STATES.is_sorted());
        assert_eq!("ca".parse::<State>().map(|state| state.0), Ok("CA".to_owned()));
        assert!("XX".parse::<State>().is_err());
        assert!("in0494900".parse::<Ori>().is_ok());
        assert!("IN04949".parse::<Ori>().is_ok());
        assert!("IN049490".parse::<Ori>().is_err());
    }
}
