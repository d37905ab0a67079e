//! One row of a table, its cells, and why it is refused.

use csv::StringRecord;

use super::layout::Layout;

/// Why a row is refused.
#[derive(Clone, Debug)]
pub(crate) struct RowRefusal {
    /// The line on which the row begins.
    pub(crate) line: u64,
    /// The column, as the file names it; empty if the whole row is refused.
    pub(crate) column: String,
    /// The value.
    pub(crate) value: String,
    /// The reason.
    pub(crate) reason: String,
}

/// One row of a table.
#[derive(Debug)]
pub(crate) struct FileRow<'a> {
    /// Where the columns are.
    pub(crate) layout: &'a Layout,
    /// The line on which the row begins.
    pub(crate) line: u64,
    pub(crate) record: &'a StringRecord,
}

impl<'a> FileRow<'a> {
    /// All cells of the row, including those of unknown columns.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a str> {
        self.record.iter().map(str::trim)
    }

    /// The text of a cell without surrounding whitespace; `None` if the cell is empty, marks a missing value, or the
    /// table has no such column.
    pub(crate) fn text(&self, field: &str) -> Option<&'a str> {
        self.cell(field).filter(|text| !is_missing(text))
    }

    /// Whether the table has such a column.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.layout.index.contains_key(field)
    }

    /// Whether the table has the column but the row has no value in it. The value is unknown or was withdrawn.
    pub(crate) fn is_empty(&self, field: &str) -> bool {
        self.has(field) && self.text(field).is_none()
    }

    /// The raw text of the cell.
    fn cell(&self, field: &str) -> Option<&'a str> {
        self.record.get(*self.layout.index.get(field)?).map(str::trim)
    }

    /// The same, with each run of whitespace and line breaks as one space.
    pub(crate) fn line_of_text(&self, field: &str) -> Option<String> {
        let words: Vec<&str> = self.text(field)?.split_whitespace().collect();
        Some(words.join(" "))
    }

    /// Parses the value of a cell.
    pub(crate) fn read<T, E: std::fmt::Display>(
        &self,
        field: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, RowRefusal> {
        let Some(text) = self.text(field) else { return Ok(None) };
        read(text).map(Some).map_err(|error| self.refuse(field, error.to_string()))
    }

    /// A cell that must not be empty.
    pub(crate) fn required(&self, field: &str) -> Result<&'a str, RowRefusal> {
        self.text(field).ok_or_else(|| self.refuse(field, "is empty"))
    }

    /// A refusal of this row because of one cell.
    pub(crate) fn refuse(&self, field: &str, reason: impl Into<String>) -> RowRefusal {
        let at = self.layout.index.get(field);
        let column = at.and_then(|at| self.layout.names.get(*at));
        RowRefusal {
            line: self.line,
            column: column.map_or_else(|| field.to_owned(), |name| name.trim().to_owned()),
            value: self.cell(field).unwrap_or_default().to_owned(),
            reason: reason.into(),
        }
    }
}

/// Whether a cell marks a missing value: empty, a word of databases, R, Python, SAS or Excel, or the dash that Excel
/// shows in a column of money.
fn is_missing(text: &str) -> bool {
    let dash = text.strip_prefix('$').unwrap_or(text).trim();
    matches!(dash, "" | "-" | "\u{2013}" | "\u{2014}")
        || matches!(text, "NA" | "NaN" | "nan" | "NaT" | "<NA>" | "None" | "." | "\\N")
        || ["NULL", "N/A", "#N/A"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a cell contains a spreadsheet error instead of a value.
pub(crate) fn is_error(text: &str) -> bool {
    matches!(text.trim(), "#REF!" | "#VALUE!" | "#DIV/0!" | "#NAME?" | "#NUM!" | "#NULL!")
}
