//! What the course of a load asks of a format.

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

/// What a row is to a format.
pub(crate) enum RowMeaning<R> {
    /// A record to be written.
    Take(R),
    /// About something that was not asked for.
    Skip,
    /// No record, for a reason that the report counts.
    LeaveOut(&'static str),
}

/// A reader of one format.
pub(crate) trait FormatReader: Sized {
    /// A file to begin with, where the columns are ours.
    const TEMPLATE: Option<&str> = None;
    /// Sets of columns, all of one of which a header has that is of this format, and of no other.
    const TELLING: &[&[&str]];
    /// Whether a line that begins with `#` is a comment.
    const COMMENTS: bool = false;
    /// The answers of an API that the format reads.
    const ANSWERS: Option<AnswerKind> = None;

    /// What a row becomes.
    type Record;

    /// A reader, which knows what the dataset holds.
    async fn open(job: &mut Job, request: &ImportRequest) -> Result<Self, ImportError>;

    /// The tables that the format knows; the first that a header fits is taken.
    fn known_shapes() -> Vec<TableShape>;

    /// The same, where it depends on what was asked for.
    fn shapes(&self) -> Vec<TableShape> {
        Self::known_shapes()
    }

    /// The table of the dataset to which most of a row of such a shape goes.
    fn fills(&self, shape: &str) -> &'static str;

    /// Whether a table of an archive, with such columns, belongs there and is not of this format.
    fn passes_over(&self, _header: &[String]) -> bool {
        false
    }

    /// Why a file with such columns must not be loaded.
    fn objection(&self, _header: &[String]) -> Option<String> {
        None
    }

    /// What a table lacks without which none of its rows can be taken, and what to do about it.
    fn lack(&self, _layout: &Layout) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Begins with the rows of a table, which may be read more than once.
    fn begin(&mut self) {}

    /// Reads a row. All rows are read once before the first is written, and then again.
    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<Self::Record>, RowRefusal>;

    /// What a record says about things that other rows of the load may be about, too.
    fn claims(&self, record: &Self::Record) -> Vec<Claim>;

    /// Writes records of one file.
    async fn write(&mut self, job: &mut Job, batch: Vec<Self::Record>) -> Result<(), DbErr>;

    /// Writes what could not be known before all files were read.
    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr>;
}
