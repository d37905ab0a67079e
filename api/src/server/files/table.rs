//! Rows as a file: CSV, JSON lines, or Parquet.
//!
//! A value is that of the JSON answer. CSV and JSON write it as it is there, and Parquet in the type that the schema
//! gives it.

use super::{
    csv::{self, record},
    parquet,
};
use crate::error::codes;
use crate::query::walk::{column_types::Columns, export_columns::ExportColumns};
use crate::server::request::compress::{Coding, Stream};
use crate::server::request::format::{About, TableFormat};

/// The memory in bytes for what a table collects before it writes, including the written bytes.
pub(crate) fn gathers(format: TableFormat) -> u64 {
    match format {
        TableFormat::Csv | TableFormat::Ndjson => 0,
        TableFormat::Parquet => parquet::GROUP as u64 * 3 / 2,
    }
}

/// A table that is being written.
pub(crate) struct TableWriter {
    to: To,
    stream: Stream,
}

enum To {
    Csv,
    Ndjson,
    Parquet(Box<parquet::ParquetTable>),
}

impl TableWriter {
    /// A table without rows.
    pub(crate) fn new(
        format: TableFormat,
        coding: Coding,
        columns: &Columns,
        about: &About<'_>,
    ) -> Result<Self, Unwritten> {
        let to = match format {
            TableFormat::Csv => To::Csv,
            TableFormat::Ndjson => To::Ndjson,
            TableFormat::Parquet => {
                To::Parquet(Box::new(parquet::ParquetTable::new(columns, about)?))
            }
        };
        Ok(Self { to, stream: Stream::new(coding)? })
    }

    /// The header with the names of the columns, if the format has one.
    pub(crate) fn begin(&mut self, columns: &Columns) -> Result<Vec<u8>, Unwritten> {
        let head = match self.to {
            To::Csv => record(&columns.names()),
            To::Ndjson | To::Parquet(_) => Vec::new(),
        };
        Ok(self.stream.encode(head)?)
    }

    /// The bytes of `count` rows.
    ///
    /// # Errors
    /// If a value cannot be written, which should not happen.
    pub(crate) fn rows(
        &mut self,
        columns: &Columns,
        shown: &ExportColumns,
        count: usize,
    ) -> Result<Vec<u8>, Unwritten> {
        let room = || Vec::with_capacity(count * 160);
        let written = match &mut self.to {
            To::Csv => {
                let mut out = room();
                csv::rows(&shown.leaves(columns), count, &mut out)?;
                out
            }
            To::Ndjson => {
                let mut out = room();
                for row in 0..count {
                    shown.write_json(row, &mut out)?;
                    out.push(b'\n');
                }
                out
            }
            To::Parquet(table) => table.rows(&shown.leaves(columns), count)?,
        };
        Ok(self.stream.encode(written)?)
    }

    /// The bytes after the last row, including the note of an incomplete table. In CSV the note is a record with one
    /// cell more than there are columns, so that no reader takes it for a row.
    pub(crate) fn end(
        &mut self,
        columns: &Columns,
        truncated: Option<&str>,
    ) -> Result<Vec<u8>, Unwritten> {
        let written = match (&mut self.to, truncated) {
            (To::Csv | To::Ndjson, None) => Vec::new(),
            (To::Csv, Some(message)) => {
                let mut cells = vec![""; columns.names().len() + 1];
                cells[0] = message;
                record(&cells)
            }
            (To::Ndjson, Some(message)) => {
                let error = serde_json::json!({
                    "errors": [{ "message": message, "extensions": { "code": codes::EXPORT_TRUNCATED } }],
                });
                format!("{error}\n").into_bytes()
            }
            (To::Parquet(table), None) => table.end()?,
            (To::Parquet(_), Some(_)) => return Err(Unwritten::Cut),
        };
        Ok(self.stream.end(written)?)
    }
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    #[error(transparent)]
    Csv(#[from] ::csv::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Parquet(#[from] ::parquet::errors::ParquetError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("the table is incomplete, and its format cannot say so")]
    Cut,
}
