//! What a load requires from a format.

use sea_orm::DbErr;

use super::Job;
use crate::ingest::{
    ImportRequest,
    claims::Claim,
    error::ImportError,
    json::AnswerKind,
    layout::{Layout, TableShape},
    row::{FileRow, RowRefusal},
};

/// How a format interprets a row.
pub(crate) enum RowMeaning<R> {
    /// A record to write.
    Take(R),
    /// About something that was not requested.
    Skip,
    /// No record, for a reason that the report counts.
    LeaveOut(&'static str),
}

/// A reader of one format.
pub(crate) trait FormatReader: Sized {
    /// A template file, if the columns are our own.
    const TEMPLATE: Option<&str> = None;
    /// Sets of columns. A header of this format, and of no other, has all columns of one of the sets.
    const TELLING: &[&[&str]];
    /// Whether a line that begins with `#` is a comment.
    const COMMENTS: bool = false;
    /// The kind of API response that the format reads.
    const ANSWERS: Option<AnswerKind> = None;

    /// The record of a row.
    type Record;

    /// Creates a reader that knows the dataset.
    async fn open(job: &mut Job, request: &ImportRequest) -> Result<Self, ImportError>;

    /// The shapes of the format's tables; the first that fits a header is used.
    fn known_shapes() -> Vec<TableShape>;

    /// The same, if they depend on the request.
    fn shapes(&self) -> Vec<TableShape> {
        Self::known_shapes()
    }

    /// The table of the dataset that receives most of a row of this shape.
    fn fills(&self, shape: &str) -> &'static str;

    /// Whether a table in an archive, with these columns, belongs there but is not of this format.
    fn passes_over(&self, _header: &[String]) -> bool {
        false
    }

    /// Why a file with these columns must not be loaded.
    fn objection(&self, _header: &[String]) -> Option<String> {
        None
    }

    /// What a table lacks that all its rows need, and how to fix it.
    fn lack(&self, _layout: &Layout) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Starts the rows of a table, which may be read more than once.
    fn begin(&mut self) {}

    /// Reads a row. All rows are read once before the first one is written, and then again.
    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<Self::Record>, RowRefusal>;

    /// The claims of a record about things that other rows of the load may also describe.
    fn claims(&self, record: &Self::Record) -> Vec<Claim>;

    /// Writes records of one file.
    async fn write(&mut self, job: &mut Job, batch: Vec<Self::Record>) -> Result<(), DbErr>;

    /// Writes what is known only after all files were read.
    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr>;
}
