//! Rows as a file: CSV, JSON a line, or Parquet.
//!
//! A value is the one of the JSON answer. In CSV and in JSON it is written as it is there, and in Parquet in the
//! type that the schema gives it.

use axum::http::HeaderValue;

use super::{
    csv::{self, record},
    parquet,
};
use crate::server::request::compress::{Coding, Stream};
use crate::{
    catalog::dataset::Dataset,
    graphql::citation::Formats,
    query::{column_types::Columns, export_columns::Shown},
};

/// The code of a table that has not all rows.
const TRUNCATED: &str = "EXPORT_TRUNCATED";

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// RFC 4180, with a header.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// All of them; among those that a client likes equally, the first is sent.
    pub(crate) const ALL: [Self; 3] = [Self::Csv, Self::Ndjson, Self::Parquet];

    /// The format of files whose name ends so.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// How the name of a file ends.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    /// The media type, in two parts.
    pub(crate) fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("text", "csv"),
            Self::Ndjson => ("application", "x-ndjson"),
            Self::Parquet => ("application", "vnd.apache.parquet"),
        }
    }

    /// The value of `Content-Type`.
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
        })
    }

    /// Whether it can say behind its last row that there are more, so that nobody misses it.
    pub(crate) fn can_be_cut(self) -> bool {
        self != Self::Parquet
    }

    /// The codings in which it may be sent: Parquet is compressed as it is.
    pub(crate) fn codings(self) -> &'static [Coding] {
        match self {
            Self::Csv | Self::Ndjson => &[Coding::Zstd, Coding::Gzip],
            Self::Parquet => &[],
        }
    }
}

/// What a file says of itself, where its format has a place for it.
#[derive(Debug)]
pub(crate) struct About<'a> {
    pub(crate) dataset: &'a Dataset,
    /// The query whose answer it is.
    pub(crate) document: &'a str,
    pub(crate) variables: &'a serde_json::Map<String, serde_json::Value>,
}

impl About<'_> {
    /// Each fact under its name.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let dataset = self.dataset;
        let loaded = dataset.loaded_at.map(|at| at.to_rfc3339());
        vec![
            ("revision", dataset.revision.to_string()),
            ("synthetic", dataset.synthetic.to_string()),
            ("loadedAt", loaded.unwrap_or_default()),
            ("citation", Formats::of_dataset(&dataset.into()).text),
            ("query", self.document.to_owned()),
            ("variables", serde_json::json!(self.variables).to_string()),
        ]
    }
}

/// A table that is being written.
pub(crate) struct Writer {
    to: To,
    stream: Stream,
}

enum To {
    Csv,
    Ndjson,
    Parquet(Box<parquet::Table>),
}

impl Writer {
    /// A table without rows as yet.
    pub(crate) fn new(
        format: Format,
        coding: Coding,
        columns: &Columns,
        about: &About<'_>,
    ) -> Result<Self, Unwritten> {
        let to = match format {
            Format::Csv => To::Csv,
            Format::Ndjson => To::Ndjson,
            Format::Parquet => To::Parquet(Box::new(parquet::Table::new(columns, about)?)),
        };
        Ok(Self { to, stream: Stream::new(coding)? })
    }

    /// The names of the columns, where they stand at the head.
    pub(crate) fn begin(&mut self, columns: &Columns) -> Result<Vec<u8>, Unwritten> {
        let head = match self.to {
            To::Csv => record(&columns.names()),
            To::Ndjson | To::Parquet(_) => Vec::new(),
        };
        Ok(self.stream.encode(head)?)
    }

    /// So many rows.
    ///
    /// # Errors
    /// Where a value cannot be written, which none should be.
    pub(crate) fn rows(
        &mut self,
        columns: &Columns,
        shown: &Shown,
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

    /// What stands behind the last row, and what is said there of a table that has not all of them. In CSV
    /// that is a record of one cell more than there are columns, so that no reader takes it for a row.
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
                    "errors": [{ "message": message, "extensions": { "code": TRUNCATED } }],
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
    #[error("it has not all rows, and no place to say so")]
    Cut,
}
