//! Reads a table of text row by row, with the place of every cell.
//!
//! A wrong row is refused with its place, and reading continues with the next one.
//!
//! The header decides the separator: of the usual four, the one that yields the most known columns. Titles above the
//! header may contain other separators.
//!
//! [`delimited`](super::delimited) splits a text into rows, and says what happens if its quotation marks are wrong.

use std::{
    fmt::Write as _,
    io::{self, Cursor, Read},
};

use csv::StringRecord;

use super::{
    delimited::{DelimitedRows, RowWidth},
    encoding::{self, TextEncoding},
    error::{FilePlace, ImportError},
    json::{self, AnswerKind, AnswerPage},
    layout::{Layout, Mismatch, TableShape},
    lines::TextLines,
    row::{FileRow, RowRefusal, is_error},
    workbook::{MAX_COLUMNS, SheetRows},
};

/// The size limit of a cell, in bytes.
const MAX_CELL: usize = 1 << 16;
/// How many rows at the top of a table are searched for the header, which may follow titles.
pub(crate) const HEADER_WITHIN: usize = 21;
/// How many bytes are searched.
const HEAD: usize = 1 << 17;
/// The column separators.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A table being read.
pub(crate) struct FileTable<'a> {
    file: String,
    encoding: TextEncoding,
    comments: bool,
    source: FileSource<'a>,
    record: StringRecord,
    /// Unreliable cells of the row, with the reason.
    doubtful: Vec<(usize, &'static str)>,
    /// The cell whose quotation marks are wrong, and why the row is refused.
    misquoted: Option<(usize, String)>,
    /// The line on which the row ends, if it has several.
    last_line: u64,
    /// Which page of an API response this is.
    pub(crate) page: Option<AnswerPage>,
}

enum FileSource<'a> {
    /// Text whose separator is not yet known: its first bytes, and the rest.
    Unread(Vec<u8>, Box<dyn Read + 'a>),
    Csv(Box<DelimitedRows<'a>>),
    Json {
        rows: std::vec::IntoIter<Vec<String>>,
        line: u64,
    },
    Sheet(SheetRows<'a>),
}

impl<'a> FileTable<'a> {
    /// Starts to read a table.
    pub(crate) fn new(
        file: String,
        reader: Box<dyn Read + 'a>,
        encoding: TextEncoding,
        comments: bool,
        answers: Option<AnswerKind>,
    ) -> Result<Self, ImportError> {
        let mut reader = encoding.reader(reader);
        let mut head = vec![0; HEAD];
        let read = encoding::fill(&mut reader, &mut head);
        head.truncate(read.map_err(|error| ImportError::read(FilePlace::file(&file), &error))?);
        if head.starts_with(b"\xef\xbb\xbf") {
            head.drain(..3);
        }
        let text = head.trim_ascii_start();
        let place = || FilePlace::file(&file);
        if text.is_empty() {
            let mend = "check the path, or download the file again";
            return Err(ImportError::file(place(), "is empty", mend));
        }
        // A NUL further down belongs to one row, and only that row is refused.
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let mut page = None;
        let source = if json::begins(text) {
            let answer = json::rows(&file, Cursor::new(head).chain(reader), answers)?;
            page = answer.page;
            FileSource::Json { rows: answer.rows.into_iter(), line: 0 }
        } else if text.starts_with(b"%PDF") || first.contains(&0) || is_binary(text) {
            let mend = "provide a CSV file, plain or in a gzip or ZIP";
            return Err(ImportError::file(place(), "is not a text file", mend));
        } else if text.first() == Some(&b'<') {
            let mend = "save it as CSV";
            return Err(ImportError::file(place(), "is HTML or XML, not a table", mend));
        } else {
            FileSource::Unread(head, reader)
        };
        let (record, doubtful) = (StringRecord::new(), Vec::new());
        let (misquoted, last_line) = (None, 0);
        Ok(Self { file, encoding, comments, source, record, doubtful, misquoted, last_line, page })
    }

    /// Starts to read a sheet.
    pub(crate) fn of_sheet(file: String, rows: SheetRows<'a>) -> Self {
        Self {
            file,
            encoding: TextEncoding::Utf8,
            comments: false,
            source: FileSource::Sheet(rows),
            record: StringRecord::new(),
            doubtful: Vec::new(),
            misquoted: None,
            last_line: 0,
            page: None,
        }
    }

    /// Reads the header: the first row at the top that fits a shape.
    pub(crate) fn header(
        &mut self,
        shapes: &[TableShape],
    ) -> Result<Result<Layout, (Vec<String>, Mismatch)>, ImportError> {
        self.separate(shapes);
        let mut nearest: Option<(Vec<String>, Mismatch)> = None;
        for _ in 0..HEADER_WITHIN {
            let line = match self.next(None) {
                Ok(Some(line)) => line,
                Ok(None) => break,
                // To recognize a format, only the first bytes of a file are read.
                Err(_) if self.is_cut() && nearest.is_some() => break,
                // Below what looks like a header, blame the header and not this row.
                Err(_) if nearest.as_ref().is_some_and(|(_, it)| it.found > 0) => break,
                Err(RowProblem::File(error)) => return Err(error),
                Err(RowProblem::Row(refusal)) => {
                    let place = FilePlace::line(&self.file, refusal.line);
                    let mend = "save the file as CSV in UTF-8";
                    return Err(ImportError::file(place, refusal.reason, mend));
                }
            };
            let names: Vec<String> = self.record.iter().map(str::to_owned).collect();
            match Layout::of(&names, shapes) {
                Ok(layout) => {
                    let Some((at, reason)) = &self.misquoted else { return Ok(Ok(layout)) };
                    let mut place = FilePlace::line(&self.file, line);
                    place.column = names.get(*at).cloned();
                    let mend = "correct the quotation marks of the header";
                    return Err(ImportError::file(place, reason.as_str(), mend));
                }
                Err(mismatch) => {
                    if nearest.as_ref().is_none_or(|(_, best)| best.found < mismatch.found) {
                        nearest = Some((names, Mismatch { line, ..mismatch }));
                    }
                }
            }
        }
        let empty = || (Vec::new(), Mismatch { missing: Vec::new(), found: 0, line: 1 });
        Ok(Err(nearest.unwrap_or_else(empty)))
    }

    /// Detects the column separator and prepares the text for reading.
    fn separate(&mut self, shapes: &[TableShape]) {
        let unread = FileSource::Unread(Vec::new(), Box::new(io::empty()));
        let (head, rest) = match std::mem::replace(&mut self.source, unread) {
            FileSource::Unread(head, rest) => (head, rest),
            other => return self.source = other,
        };
        let comments = self.comments;
        let mut lines = head.split(|byte| *byte == b'\n');
        let first = lines.find(|line| !(comments && line.starts_with(b"#"))).unwrap_or_default();
        let delimiter = declared(first).unwrap_or_else(|| {
            let fits = |delimiter: &u8| self.columns(&head, *delimiter, shapes);
            let usual = most_frequent(first);
            // On a tie, prefer the separator of the first line.
            let all = DELIMITERS.into_iter().filter(|it| *it != usual).chain([usual]);
            all.max_by_key(fits).unwrap_or(usual)
        });
        let counts_returns = !head.contains(&b'\n');
        let inner: Box<dyn Read + 'a> = Box::new(Cursor::new(head).chain(rest));
        let lines = TextLines::new(inner, counts_returns);
        self.source =
            FileSource::Csv(Box::new(DelimitedRows::new(lines, delimiter, self.comments)));
    }

    /// Whether a shape fits with this separator, and how many of its columns are found.
    fn columns(&self, head: &[u8], delimiter: u8, shapes: &[TableShape]) -> (bool, usize) {
        let mut rows = DelimitedRows::of_head(head, delimiter, self.comments);
        let found = (0..HEADER_WITHIN).map_while(|_| {
            rows.next(&self.file, None).ok()??;
            let Ok(cells) = self.encoding.row(rows.cells()) else { return Some((false, 0)) };
            let names: Vec<String> = cells.iter().map(str::to_owned).collect();
            Some(match Layout::of(&names, shapes) {
                Ok(layout) => (true, layout.index.len()),
                Err(mismatch) => (false, mismatch.found),
            })
        });
        found.max().unwrap_or_default()
    }

    /// The next row; `None` at the end.
    pub(crate) fn row<'t>(
        &'t mut self,
        layout: &'t Layout,
    ) -> Result<Option<FileRow<'t>>, RowProblem> {
        let columns = layout.names.len();
        let width = RowWidth { least: layout.width(), most: columns };
        let Some(line) = self.next(Some(width))? else { return Ok(None) };
        if let Some((at, reason)) = self.misquoted.take() {
            let whole = || self.record.iter().next();
            let value = self.record.get(at).or_else(whole).unwrap_or_default();
            return Err(RowProblem::Row(RowRefusal {
                line,
                column: layout
                    .names
                    .get(at)
                    .map_or_else(String::new, |name| name.trim().to_owned()),
                value: value.chars().take(40).collect(),
                reason,
            }));
        }
        if let FileSource::Sheet(_) = self.source {
            // A sheet omits trailing empty cells.
            while self.record.len() < layout.names.len() {
                self.record.push_field("");
            }
            let known = |at: &usize| layout.index.values().any(|known| known == at);
            if let Some((at, reason)) = self.doubtful.iter().find(|(at, _)| known(at)) {
                return Err(RowProblem::Row(RowRefusal {
                    line,
                    column: layout.names[*at].trim().to_owned(),
                    value: self.record[*at].to_owned(),
                    reason: (*reason).to_owned(),
                }));
            }
        }
        let cells = self.record.len();
        // Columns without a name are blank, and their number may vary.
        let is_blank = |cell: &str| cell.trim().is_empty();
        if cells < width.least || !self.record.iter().skip(columns).all(is_blank) {
            return Err(RowProblem::Row(RowRefusal {
                line,
                column: String::new(),
                value: self.record.iter().next().unwrap_or_default().to_owned(),
                reason: format!("the row has {cells} cells, but the header has {columns}"),
            }));
        }
        // PostgreSQL text cannot hold a NUL, so no text may.
        let wrong = self.record.iter().take(columns).enumerate().find_map(|(at, cell)| {
            let long = (cell.len() > MAX_CELL)
                .then(|| format!("the cell is longer than {MAX_CELL} bytes"));
            let nul = || cell.contains('\0').then(|| "contains a NUL character".to_owned());
            let error = || {
                let is_read = || layout.index.values().any(|known| *known == at);
                let is_wrong = cell.starts_with('#') && is_error(cell) && is_read();
                is_wrong.then(|| "is a spreadsheet error, not a value".to_owned())
            };
            Some((at, long.or_else(nul).or_else(error)?))
        });
        if let Some((at, reason)) = wrong {
            return Err(RowProblem::Row(RowRefusal {
                line,
                column: layout.names[at].trim().to_owned(),
                value: self.record[at]
                    .chars()
                    .take(40)
                    .collect::<String>()
                    .replace('\0', "\u{2400}"),
                reason,
            }));
        }
        Ok(Some(FileRow { layout, line, record: &self.record }))
    }

    /// Adds the last line of the row that was read to its refusal, if the row has several lines.
    pub(crate) fn say_last_line(&self, refusal: &mut RowRefusal) {
        if self.last_line > refusal.line {
            let _ = write!(
                refusal.reason,
                " (the row has the lines {} to {})",
                refusal.line, self.last_line
            );
        }
    }

    /// Whether the text ended without a line break.
    pub(crate) fn lacks_break(&self) -> bool {
        matches!(&self.source, FileSource::Csv(rows) if rows.lacks_break())
    }

    /// Whether the text ended inside quotation marks.
    fn is_cut(&self) -> bool {
        matches!(&self.source, FileSource::Csv(rows) if rows.is_cut())
    }

    /// Reads the next record that is not blank and returns its line.
    fn next(&mut self, width: Option<RowWidth>) -> Result<Option<u64>, RowProblem> {
        loop {
            let line = self.next_of_all(width)?;
            if line.is_none()
                || self.misquoted.is_some()
                || self.record.iter().any(|cell| !cell.trim().is_empty())
            {
                return Ok(line);
            }
        }
    }

    fn next_of_all(&mut self, width: Option<RowWidth>) -> Result<Option<u64>, RowProblem> {
        match &mut self.source {
            FileSource::Unread(..) => Ok(None),
            FileSource::Sheet(rows) => {
                let place = || FilePlace::file(&self.file);
                let row = rows.next();
                let row = row.map_err(|it| RowProblem::File(ImportError::read(place(), &it)))?;
                let Some(row) = row else { return Ok(None) };
                (self.record, self.doubtful) = (row.cells, row.doubtful);
                Ok(Some(row.number))
            }
            FileSource::Json { rows, line } => {
                let Some(row) = rows.next() else { return Ok(None) };
                *line += 1;
                self.record = StringRecord::from(row);
                // The header does not count as a row.
                Ok(Some(line.saturating_sub(1)))
            }
            FileSource::Csv(rows) => {
                let row = rows.next(&self.file, width).map_err(RowProblem::File)?;
                let Some(row) = row else { return Ok(None) };
                let line = row.line;
                (self.misquoted, self.last_line) = (row.flaw, row.last_line);
                let raw = rows.cells();
                if raw.len() > MAX_COLUMNS {
                    let problem = format!("the row has more than {MAX_COLUMNS} cells");
                    let place = FilePlace::line(&self.file, line);
                    return Err(RowProblem::File(ImportError::file(
                        place,
                        problem,
                        "check the file",
                    )));
                }
                self.record = self.encoding.row(raw).map_err(|(field, reason)| {
                    RowProblem::Row(RowRefusal {
                        line,
                        column: format!("number {}", field + 1),
                        value: String::from_utf8_lossy(&raw[field]).into_owned(),
                        reason: reason.to_owned(),
                    })
                })?;
                Ok(Some(line))
            }
        }
    }
}

/// Why there is no row.
#[derive(Debug)]
pub(crate) enum RowProblem {
    /// The row is refused; the next one can be read.
    Row(RowRefusal),
    /// The file cannot be read further.
    File(ImportError),
}

/// The most frequent separator in the first line.
#[expect(clippy::naive_bytecount, reason = "a line is short")]
fn most_frequent(line: &[u8]) -> u8 {
    let count = |byte: u8| line.iter().filter(|b| **b == byte).count();
    DELIMITERS.into_iter().rev().max_by_key(|byte| count(*byte)).unwrap_or(b',')
}

/// The separator that a first line declares for Excel: `sep=;`.
fn declared(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(line);
    let (name, [delimiter]) = line.split_at_checked(4)? else { return None };
    name.eq_ignore_ascii_case(b"sep=").then_some(*delimiter)
}

/// Whether a text has more control characters than an occasional typo would explain.
fn is_binary(text: &[u8]) -> bool {
    let is_control = |byte: &&u8| **byte < b' ' && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c);
    text.iter().filter(is_control).count() * 100 > text.len()
}
