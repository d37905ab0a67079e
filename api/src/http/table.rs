//! Rows as text: CSV, and JSON a line.
//!
//! Each value is written as it is in a JSON answer. In CSV a missing one is an empty cell, the items of a list
//! of texts stand with `|` between them, and a text that a spreadsheet would run as a formula has an
//! apostrophe before it, which spreadsheets take to mean text.

use std::fmt::Write as _;

use async_graphql::Value;
use axum::http::HeaderValue;
use csv::{Terminator, Writer, WriterBuilder};

use crate::query::columns::Columns;

/// How a spreadsheet knows a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// The code of a table that has not all rows.
const TRUNCATED: &str = "EXPORT_TRUNCATED";

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 4180, with a header.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl Format {
    /// The format of files whose name ends so.
    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "csv" => Some(Self::Csv),
            "ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }

    /// How the name of a file ends.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
        })
    }

    /// The names of the columns.
    pub(super) fn head(self, columns: &Columns) -> Vec<u8> {
        match self {
            Self::Csv => record(&columns.names()),
            Self::Ndjson => Vec::new(),
        }
    }

    /// Rows.
    ///
    /// # Errors
    /// Where a value cannot be written, which none should be.
    pub(super) fn rows(self, columns: &Columns, rows: &[Value]) -> Result<Vec<u8>, Unwritten> {
        let mut out = Vec::with_capacity(rows.len() * 128);
        if self == Self::Ndjson {
            for row in rows {
                serde_json::to_writer(&mut out, row)?;
                out.push(b'\n');
            }
            return Ok(out);
        }
        let mut writer = writer(&mut out);
        let mut scratch = String::new();
        for row in rows {
            columns.each(row, &mut |value| cell(&mut writer, &mut scratch, value))?;
            writer.write_record(None::<&[u8]>)?;
        }
        writer.flush()?;
        drop(writer);
        Ok(out)
    }

    /// What stands behind the last row of a table that has not all. In CSV it is a record of one cell more
    /// than there are columns, so that no reader takes it for a row.
    pub(super) fn truncated(self, columns: &Columns, message: &str) -> Vec<u8> {
        match self {
            Self::Csv => {
                let mut cells = vec![""; columns.names().len() + 1];
                cells[0] = message;
                record(&cells)
            }
            Self::Ndjson => {
                let error = serde_json::json!({
                    "errors": [{ "message": message, "extensions": { "code": TRUNCATED } }],
                });
                format!("{error}\n").into_bytes()
            }
        }
    }
}

/// A value that could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritten {
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// One record of CSV.
pub(super) fn record<T: AsRef<[u8]>>(cells: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = writer(&mut out);
    writer.write_record(cells).and_then(|()| Ok(writer.flush()?)).expect("memory takes all");
    drop(writer);
    out
}

fn writer(out: &mut Vec<u8>) -> Writer<&mut Vec<u8>> {
    WriterBuilder::new().flexible(true).terminator(Terminator::CRLF).from_writer(out)
}

fn cell(writer: &mut Writer<&mut Vec<u8>>, scratch: &mut String, value: &Value) -> csv::Result<()> {
    scratch.clear();
    match value {
        Value::Null => {}
        Value::String(text) => return text_cell(writer, scratch, text),
        Value::Enum(name) => return writer.write_field(name.as_str()),
        Value::Boolean(truth) => scratch.push_str(if *truth { "true" } else { "false" }),
        Value::List(items) => {
            let texts = items.iter().filter_map(|item| match item {
                Value::String(text) => Some(text.as_str()),
                _ => None,
            });
            let text = texts.collect::<Vec<_>>().join("|");
            return text_cell(writer, scratch, &text);
        }
        // Writing to memory does not fail.
        value => write!(scratch, "{value}").unwrap_or_default(),
    }
    writer.write_field(&*scratch)
}

/// Text, which no spreadsheet takes for a formula.
fn text_cell(
    writer: &mut Writer<&mut Vec<u8>>,
    scratch: &mut String,
    text: &str,
) -> csv::Result<()> {
    if !text.starts_with(FORMULA) {
        return writer.write_field(text);
    }
    scratch.push('\'');
    scratch.push_str(text);
    writer.write_field(&*scratch)
}

#[cfg(test)]
mod tests {
    use async_graphql::Number;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        let written = |value: Value| {
            let mut out = Vec::new();
            let mut writer = writer(&mut out);
            cell(&mut writer, &mut String::new(), &value).expect("it is written");
            writer.write_record(None::<&[u8]>).expect("it is written");
            drop(writer);
            String::from_utf8(out).expect("it is text")
        };
        for (text, expected) in [
            ("=1+1", "'=1+1\r\n"),
            ("+1", "'+1\r\n"),
            ("-x", "'-x\r\n"),
            ("@SUM(A1)", "'@SUM(A1)\r\n"),
            ("\tx", "'\tx\r\n"),
            ("\rx", "\"'\rx\"\r\n"),
            ("a=b", "a=b\r\n"),
            ("Smith, \"Jo\"", "\"Smith, \"\"Jo\"\"\"\r\n"),
            ("two\nlines", "\"two\nlines\"\r\n"),
        ] {
            assert_eq!(written(Value::from(text)), expected, "{text:?}");
        }
        assert_eq!(written(Value::from(-12)), "-12\r\n");
        let cents = Number::from_f64(-0.25).expect("a number");
        assert_eq!(written(Value::Number(cents)), "-0.25\r\n");
        assert_eq!(written(Value::List(vec!["=a".into(), "b".into()])), "'=a|b\r\n");
        assert_eq!(written(Value::Boolean(true)), "true\r\n");
    }
}
