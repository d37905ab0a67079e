//! The values of a group: cells of its keys, and numbers.

use std::cmp::Ordering;

use chrono::NaiveDate;

/// The value of one key of a group. The cells of a key have one order, the same in each executor; text is ordered by
/// its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// Unknown: the rows that have no value for the key. They are a group like any other.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number in the smallest unit of its column, a year, the first number of a band, or, if the key is a row,
    /// the primary key of that row.
    Whole(i64),
    /// Text, or a value of an enum.
    Text(String),
    /// A date; for a month or a quarter, its first day.
    Date(NaiveDate),
    /// Every value: the group is a subtotal over this key.
    All,
}

/// The value of one figure of a group, in the smallest unit of its column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// No number: no value is known, or too few are.
    Missing,
    /// An exact whole number.
    Whole(i128),
    /// A quotient or a root: the float nearest to the result of one division of exact numbers.
    Real(f64),
}

impl Number {
    /// The number as text for [`Number::parse`]; floats are written as their bits.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Whole(whole) => Some(whole.to_string()),
            Self::Real(real) => Some(format!("r{:x}", real.to_bits())),
        }
    }

    /// Reads a number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('r') {
            None => text.parse().ok().map(Self::Whole),
            Some(bits) => {
                let real = f64::from_bits(u64::from_str_radix(bits, 16).ok()?);
                (!real.is_nan()).then_some(Self::Real(real))
            }
        }
    }

    /// Compares two numbers. A missing number compares with nothing.
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Missing, _) | (_, Self::Missing) => None,
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(&b)),
            (a, b) => a.as_real().partial_cmp(&b.as_real()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a comparison with a float is one of floats")]
    pub(crate) fn as_real(self) -> f64 {
        match self {
            Self::Missing => f64::NAN,
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }
}
