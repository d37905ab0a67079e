//! A table of text, row by row, with the place of every cell.
//!
//! Columns are found by name, never by position: every publisher reorders, renames and adds columns.
//! A format says which columns it knows and which of them it must have (a [`TableShape`]); any other is
//! ignored and counted. A row is refused where it is wrong, with its place, and the next one is read.
//!
//! A quote that is never closed would turn the rest of a file into one cell, so a row has a bound.

use std::{
    cell::Cell,
    collections::HashMap,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

use csv::{ByteRecord, StringRecord};

use super::{
    error::{FilePlace, ImportError},
    json,
};

/// The bytes of a row, and of a cell.
const MAX_ROW: usize = 1 << 20;
const MAX_CELL: usize = 1 << 16;
/// The columns of a table.
const MAX_COLUMNS: usize = 2_000;
/// The reader's buffer: how far it may be ahead of the row that it is at.
const BUFFER: usize = 1 << 16;

/// A column that a format knows.
#[derive(Clone, Debug)]
pub(crate) struct FileField {
    /// Its name in the program.
    pub(crate) name: &'static str,
    /// Its names in files.
    pub(crate) spellings: Vec<String>,
    /// Whether the format needs it.
    pub(crate) required: bool,
}

/// The columns of one kind of table that a format reads.
#[derive(Clone, Debug)]
pub(crate) struct TableShape {
    /// The name of this kind of table in the program.
    pub(crate) name: &'static str,
    /// The columns.
    pub(crate) fields: Vec<FileField>,
}

impl TableShape {
    /// A shape whose columns are written `name` or `name=spelling|spelling`; a name that begins
    /// with `!` is required.
    pub(crate) fn new(name: &'static str, fields: &[&'static str]) -> Self {
        let fields = fields.iter().map(|text| {
            let (required, text) = text.strip_prefix('!').map_or((false, *text), |t| (true, t));
            let (name, spellings) = text.split_once('=').unwrap_or((text, text));
            let spellings = spellings.split('|').map(str::to_owned).collect();
            FileField { name, spellings, required }
        });
        Self { name, fields: fields.collect() }
    }

    /// Where the columns of this shape stand in a header, and which required ones are missing.
    fn find(&self, header: &[String]) -> (HashMap<&'static str, usize>, Vec<String>) {
        let (mut found, mut missing) = (HashMap::new(), Vec::new());
        for field in &self.fields {
            let at = field.spellings.iter().find_map(|spelling| {
                let wanted = simplified(spelling);
                header.iter().position(|column| simplified(column) == wanted)
            });
            match at {
                Some(at) => {
                    found.insert(field.name, at);
                }
                None if field.required => missing.push(field.spellings.join(" or ")),
                None => {}
            }
        }
        (found, missing)
    }
}

/// The name of a column as it is compared: without case, surrounding blanks and a byte order mark.
fn simplified(name: &str) -> String {
    name.trim_start_matches('\u{feff}').trim().to_lowercase()
}

/// Where a shape's columns stand in one table.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The name of the shape.
    pub(crate) shape: &'static str,
    /// The columns that no field names.
    pub(crate) unknown: Vec<String>,
    names: Vec<String>,
    index: HashMap<&'static str, usize>,
    /// Columns that are read, each with another one of the same name.
    twins: Vec<(usize, usize)>,
}

/// Why a header fits no shape.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// The required columns that the nearest shape misses.
    pub(crate) missing: Vec<String>,
    /// How many columns of the nearest shape were there.
    pub(crate) found: usize,
}

impl Layout {
    /// Finds the first shape whose required columns are all there.
    pub(crate) fn of(header: &[String], shapes: &[TableShape]) -> Result<Self, Mismatch> {
        let mut nearest = Mismatch { missing: Vec::new(), found: 0 };
        for shape in shapes {
            let (index, missing) = shape.find(header);
            if missing.is_empty() && !index.is_empty() {
                let unknown = header
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !index.values().any(|known| known == at))
                    .map(|(_, name)| name.trim().to_owned())
                    .collect();
                let twins = index.values().flat_map(|at| {
                    let name = simplified(&header[*at]);
                    let others = header.iter().enumerate();
                    others
                        .filter(move |(other, column)| other > at && simplified(column) == name)
                        .map(|(other, _)| (*at, other))
                });
                let twins = twins.collect();
                return Ok(Self {
                    shape: shape.name,
                    unknown,
                    names: header.to_vec(),
                    index,
                    twins,
                });
            }
            if nearest.missing.is_empty() || index.len() > nearest.found {
                nearest = Mismatch { missing, found: index.len() };
            }
        }
        Err(nearest)
    }

    /// The header as the file has it.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// Why a row cannot be taken.
#[derive(Clone, Debug)]
pub(crate) struct RowRefusal {
    /// The line on which the row begins.
    pub(crate) line: u64,
    /// The column, as the file names it; empty where it is the whole row.
    pub(crate) column: String,
    /// The value.
    pub(crate) value: String,
    /// What is wrong with it.
    pub(crate) reason: String,
}

/// One row of a table.
#[derive(Debug)]
pub(crate) struct FileRow<'a> {
    /// Where the columns stand.
    pub(crate) layout: &'a Layout,
    /// The line on which the row begins.
    pub(crate) line: u64,
    record: &'a StringRecord,
}

impl<'a> FileRow<'a> {
    /// All cells of the row, those of columns that are not known among them.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a str> {
        self.record.iter().map(str::trim)
    }

    /// Whether the table has a column.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.layout.index.contains_key(field)
    }

    /// The text of a cell without surrounding blanks; `None` where the cell is empty or the table
    /// has no such column.
    pub(crate) fn text(&self, field: &str) -> Option<&'a str> {
        let at = *self.layout.index.get(field)?;
        let cell = |at| self.record.get(at).map(str::trim).filter(|text| !text.is_empty());
        let twins = || self.layout.twins.iter().filter(|(first, _)| *first == at);
        cell(at).or_else(|| twins().find_map(|(_, twin)| cell(*twin)))
    }

    /// The same with every run of blanks and line ends as one space.
    pub(crate) fn line_of_text(&self, field: &str) -> Option<String> {
        let words: Vec<&str> = self.text(field)?.split_whitespace().collect();
        Some(words.join(" "))
    }

    /// The value of a cell, read by a function.
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

    /// The refusal of this row for a cell of it.
    pub(crate) fn refuse(&self, field: &str, reason: impl Into<String>) -> RowRefusal {
        let at = self.layout.index.get(field);
        let column = at.and_then(|at| self.layout.names.get(*at));
        RowRefusal {
            line: self.line,
            column: column.map_or_else(|| field.to_owned(), |name| name.trim().to_owned()),
            value: self.text(field).unwrap_or_default().to_owned(),
            reason: reason.into(),
        }
    }
}

/// A CSV that is being read.
struct Csv<'a> {
    reader: csv::Reader<Guard<'a>>,
    /// The bytes that were read since the row began.
    fresh: Rc<Cell<usize>>,
    /// Whether lines end in CR LF.
    crlf: bool,
    raw: ByteRecord,
}

impl Csv<'_> {
    /// The line on which the row that was just read begins. The reader counts a line at its LF; it
    /// stops at the CR of a CR LF, and skips blank lines and comments on its way to a row.
    #[expect(clippy::naive_bytecount, reason = "a row is short")]
    fn line(&self) -> u64 {
        let after = self.reader.position().line();
        let within = self.raw.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let counted = after.saturating_sub(within + u64::from(!self.crlf));
        counted.max(self.raw.position().map_or(1, csv::Position::line))
    }
}

/// A table that is being read.
pub(crate) struct FileTable<'a> {
    file: String,
    source: FileSource<'a>,
    record: StringRecord,
}

enum FileSource<'a> {
    Csv(Box<Csv<'a>>),
    Json { rows: std::vec::IntoIter<Vec<String>>, line: u64 },
}

impl<'a> FileTable<'a> {
    /// Begins to read a table. What separates its columns, its first line says.
    pub(crate) fn new(
        file: String,
        reader: Box<dyn Read + 'a>,
        comments: bool,
    ) -> Result<Self, ImportError> {
        let fail = |error: &io::Error| ImportError::read(FilePlace::file(&file), error);
        let mut reader = BufReader::with_capacity(BUFFER, reader);
        let start = reader.fill_buf().map_err(|error| fail(&error))?;
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        if text.is_empty() {
            let mend = "check the path, or download the file again";
            return Err(ImportError::file(FilePlace::file(file), "is empty", mend));
        }
        if text.first() == Some(&b'{') {
            let rows = json::rows(&file, reader)?.into_iter();
            let source = FileSource::Json { rows, line: 0 };
            return Ok(Self { file, source, record: StringRecord::new() });
        }
        // A NUL further on is one of a row, which is refused alone.
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if first.contains(&0) || text.starts_with(b"%PDF") {
            let mend = "give a CSV file, or a gzip or ZIP of one";
            return Err(ImportError::file(FilePlace::file(file), "is not a text file", mend));
        }
        let lines = text.split(|byte| *byte == b'\n');
        let first = lines.into_iter().find(|line| !(comments && line.starts_with(b"#")));
        let first = first.unwrap_or_default();
        let (delimiter, crlf) = (delimiter(first), first.ends_with(b"\r"));
        let fresh = Rc::new(Cell::new(0));
        let guard = Guard { inner: Box::new(reader), fresh: Rc::clone(&fresh) };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .comment(comments.then_some(b'#'))
            .buffer_capacity(BUFFER)
            .from_reader(guard);
        let source = FileSource::Csv(Box::new(Csv { reader, fresh, crlf, raw: ByteRecord::new() }));
        Ok(Self { file, source, record: StringRecord::new() })
    }

    /// Reads the header: the first row, or the first of several that fits a shape.
    pub(crate) fn header(
        &mut self,
        shapes: &[TableShape],
        within: usize,
    ) -> Result<Result<Layout, (Vec<String>, Mismatch)>, ImportError> {
        let mut first = None;
        for _ in 0..within {
            match self.next() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(RowProblem::File(error)) => return Err(error),
                Err(RowProblem::Row(refusal)) => {
                    let place = FilePlace::line(&self.file, refusal.line);
                    let mend = "save the file as CSV in UTF-8";
                    return Err(ImportError::file(place, refusal.reason, mend));
                }
            }
            let names: Vec<String> = self.record.iter().map(str::to_owned).collect();
            match Layout::of(&names, shapes) {
                Ok(layout) => return Ok(Ok(layout)),
                Err(mismatch) => {
                    if first
                        .as_ref()
                        .is_none_or(|(_, best): &(_, Mismatch)| best.found < mismatch.found)
                    {
                        first = Some((names, mismatch));
                    }
                }
            }
        }
        let empty = || (Vec::new(), Mismatch { missing: Vec::new(), found: 0 });
        Ok(Err(first.unwrap_or_else(empty)))
    }

    /// The next row; `None` at the end.
    pub(crate) fn row<'t>(
        &'t mut self,
        layout: &'t Layout,
    ) -> Result<Option<FileRow<'t>>, RowProblem> {
        let Some(line) = self.next()? else { return Ok(None) };
        if self.record.len() != layout.names.len() {
            let (cells, columns) = (self.record.len(), layout.names.len());
            return Err(RowProblem::Row(RowRefusal {
                line,
                column: String::new(),
                value: self.record.iter().next().unwrap_or_default().to_owned(),
                reason: format!("the row has {cells} cells, the header {columns}"),
            }));
        }
        let long = self.record.iter().position(|cell| cell.len() > MAX_CELL);
        if let Some(at) = long {
            return Err(RowProblem::Row(RowRefusal {
                line,
                column: layout.names[at].trim().to_owned(),
                value: self.record[at].chars().take(40).collect(),
                reason: format!("the cell has more than {MAX_CELL} bytes"),
            }));
        }
        // PostgreSQL holds no text with a NUL, so none is taken anywhere.
        if let Some(at) = self.record.iter().position(|cell| cell.contains('\0')) {
            return Err(RowProblem::Row(RowRefusal {
                line,
                column: layout.names[at].trim().to_owned(),
                value: self.record[at]
                    .chars()
                    .take(40)
                    .collect::<String>()
                    .replace('\0', "\u{2400}"),
                reason: "the cell holds a NUL, which is no character of a text".to_owned(),
            }));
        }
        // Of columns that have one name, each may be the one that is meant.
        for (at, twin) in &layout.twins {
            let (cell, other) = (self.record[*at].trim(), self.record[*twin].trim());
            if cell != other && !cell.is_empty() && !other.is_empty() {
                return Err(RowProblem::Row(RowRefusal {
                    line,
                    column: layout.names[*twin].trim().to_owned(),
                    value: other.to_owned(),
                    reason: format!(
                        "contradicts the other column of that name, which has {cell:?}"
                    ),
                }));
            }
        }
        Ok(Some(FileRow { layout, line, record: &self.record }))
    }

    /// Reads the next record and tells its line.
    fn next(&mut self) -> Result<Option<u64>, RowProblem> {
        match &mut self.source {
            FileSource::Json { rows, line } => {
                let Some(row) = rows.next() else { return Ok(None) };
                *line += 1;
                self.record = StringRecord::from(row);
                // The header is no row of the file.
                Ok(Some(line.saturating_sub(1)))
            }
            FileSource::Csv(csv) => {
                csv.fresh.set(0);
                let before = csv.reader.position().line();
                let more = csv.reader.read_byte_record(&mut csv.raw).map_err(|error| {
                    let line = before + u64::from(csv.crlf && csv.reader.position().record() > 0);
                    let place = FilePlace::line(&self.file, line);
                    RowProblem::File(match error.into_kind() {
                        csv::ErrorKind::Io(error)
                            if error.kind() == io::ErrorKind::FileTooLarge =>
                        {
                            let mend = "look for a quotation mark that is never closed";
                            ImportError::file(place, error.to_string(), mend)
                        }
                        csv::ErrorKind::Io(error) => ImportError::read(place, &error),
                        other => ImportError::file(place, format!("{other:?}"), "check the file"),
                    })
                })?;
                if !more {
                    return Ok(None);
                }
                let line = csv.line();
                let raw = &mut csv.raw;
                if raw.len() > MAX_COLUMNS {
                    let problem = format!("the row has more than {MAX_COLUMNS} cells");
                    let place = FilePlace::line(&self.file, line);
                    return Err(RowProblem::File(ImportError::file(
                        place,
                        problem,
                        "check the file",
                    )));
                }
                match StringRecord::from_byte_record(std::mem::take(raw)) {
                    Ok(record) => {
                        let record = std::mem::replace(&mut self.record, record);
                        *raw = record.into_byte_record();
                        Ok(Some(line))
                    }
                    Err(error) => {
                        let field = error.utf8_error().field();
                        *raw = error.into_byte_record();
                        Err(RowProblem::Row(RowRefusal {
                            line,
                            column: format!("number {}", field + 1),
                            value: String::from_utf8_lossy(&raw[field]).into_owned(),
                            reason: "is not UTF-8 text".to_owned(),
                        }))
                    }
                }
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

/// What separates the columns: of the usual four, the one that the first line has most of.
#[expect(clippy::naive_bytecount, reason = "a line is short")]
fn delimiter(line: &[u8]) -> u8 {
    let count = |byte: u8| line.iter().filter(|b| **b == byte).count();
    [b'|', b';', b'\t', b','].into_iter().max_by_key(|byte| count(*byte)).unwrap_or(b',')
}

/// A reader that counts what it gives since the last row began, and ends where that is too much.
struct Guard<'a> {
    inner: Box<dyn Read + 'a>,
    fresh: Rc<Cell<usize>>,
}

impl Read for Guard<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.fresh.set(self.fresh.get() + count);
        if self.fresh.get() > MAX_ROW + BUFFER {
            let text = format!("the row that begins here is longer than {MAX_ROW} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(count)
    }
}
