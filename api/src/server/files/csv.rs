//! Rows as CSV.
//!
//! A missing value is an empty cell. The items of a list of strings are joined with `|`. Text that a spreadsheet
//! would run as a formula gets a leading apostrophe, which spreadsheets read as a mark for text.

use std::fmt::Write as _;

use async_graphql::Value;
use csv::{Terminator, Writer, WriterBuilder};

use crate::query::walk::export_columns::Leaf;

/// The characters with which a formula begins.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// One record.
pub(crate) fn record<T: AsRef<[u8]>>(cells: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = writer(&mut out);
    writer.write_record(cells).and_then(|()| Ok(writer.flush()?)).expect("memory takes all");
    drop(writer);
    out
}

/// The first `count` rows of the columns.
pub(crate) fn rows(columns: &[Leaf<'_>], count: usize, out: &mut Vec<u8>) -> csv::Result<()> {
    let mut writer = writer(out);
    let mut scratch = String::new();
    for row in 0..count {
        for column in columns {
            cell(&mut writer, &mut scratch, column.cell(row))?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.flush()?)
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

/// Text that no spreadsheet runs as a formula.
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
