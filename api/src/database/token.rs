//! Tokens distinguish data with the same number: after a backup is restored and loaded into again, there is a second
//! revision 5.
//!
//! Stamps distinguish the same data that were opened, or written, twice: while a file is copied over a database, or a
//! backup is restored table by table, rows of both exist under one token.

use std::fmt;

use sea_orm::{
    DbBackend,
    sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};

/// A random 63-bit number that is never drawn again. It is written as sixteen hexadecimal digits, because JSON
/// numbers cannot hold it.
///
/// A dataset has one, which stays the same across loads, and so does each of its revisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DataToken(i64);

impl DataToken {
    /// Draws a token.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub fn draw() -> Result<Self, getrandom::Error> {
        getrandom::u64().map(|bits| Self((bits >> 1).cast_signed()))
    }

    /// The number in the database; 0 without a revision.
    #[must_use]
    pub fn as_stored(self) -> i64 {
        self.0
    }

    /// Parses sixteen hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hexadecimal = text.len() == 16 && text.bytes().all(|it| it.is_ascii_hexdigit());
        i64::from_str_radix(text, 16).ok().filter(|_| is_hexadecimal).map(Self)
    }
}

impl From<i64> for DataToken {
    fn from(stored: i64) -> Self {
        Self(stored)
    }
}

impl fmt::Display for DataToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<DataToken> for String {
    fn from(token: DataToken) -> Self {
        token.to_string()
    }
}

impl TryFrom<String> for DataToken {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not sixteen hexadecimal digits"))
    }
}

/// Identifies the data that a statement read. Two statements with the same stamp read the same revision, from the
/// same opening of a file, or as written by the same PostgreSQL transaction. It is never shown or stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DataStamp(i64);

impl DataStamp {
    /// The stamp of data in a file that was opened again `opened` times.
    #[must_use]
    pub(super) fn new(stored: i64, opened: u64) -> Self {
        Self(stored ^ opened.rotate_left(u64::BITS / 2).cast_signed())
    }
}

/// The token of the newest revision; nothing without revisions. On PostgreSQL it is combined with the number of the
/// transaction that wrote it: a restored backup has the same token but another number.
pub(crate) fn newest_stamp(backend: DbBackend) -> SelectStatement {
    let (mut last, mut newest) = (Query::select(), Query::select());
    last.expr(Expr::col(Alias::new("id")).max()).from(Alias::new("revisions"));
    let last = Expr::SubQuery(None, Box::new(last.into()));
    let is_last = Expr::col(Alias::new("id")).eq(last);
    match backend {
        // Each of several machines has its own transactions.
        DbBackend::Postgres => newest
            .expr(Expr::cust("token # COALESCE((SELECT 0 FROM commit_marks), xmin::text::bigint)")),
        _ => newest.column(Alias::new("token")),
    };
    newest.from(Alias::new("revisions")).and_where(is_last);
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_is_written() {
        let token = DataToken::draw().unwrap();
        assert!(token.as_stored() >= 0);
        assert_ne!(token, DataToken::draw().unwrap());
        assert_eq!(DataToken::parse(&token.to_string()), Some(token));
        assert_eq!(DataToken(0xbeef).to_string(), "000000000000beef");
        for wrong in ["", "beef", "000000000000beeg", "+00000000000beef", "ffffffffffffffff"] {
            assert_eq!(DataToken::parse(wrong), None, "{wrong}");
        }
    }
}
