//! Splits a delimited text into rows and cells.
//!
//! A quoted cell may contain line breaks, so a quotation mark that is not closed makes one cell of the rows that
//! follow, up to the next quotation mark. That one opens a cell, and is recognized by the text after it: what follows a
//! closing quotation mark is a separator or the end of the line. It may also close the cell by accident. Then the row
//! has the wrong number of cells, or it contains lines that are rows by themselves. So a row of several lines is
//! - read as it is, if it has the number of cells of the header, and no line in it reads as a row by itself;
//! - refused with all its lines, if a line in it does: nobody knows which reading is right;
//! - not a row otherwise. Its first line is refused, and the others are read again as rows of their own.
//!
//! After a damaged line, a quotation mark inside a cell (`5" pipe`) is not trusted before a row that is certain. If the
//! text ends inside quotation marks, it was probably cut off, and nobody knows how much is missing: it is refused.
//!
//! The `csv` crate reads such texts without an error: it takes all that stands between two quotation marks for a cell,
//! and ends an open cell where the text ends. Its rows have no lines to go back to, so nothing could be read again.
//!
//! No line is read more than a few times. Between the first line and the last line of a failed row, a row never has
//! several lines.

use std::io::{self, Read};

use csv::ByteRecord;
use memchr::{memchr, memchr_iter};

use super::{
    error::{FilePlace, ImportError},
    lines::{TextLine, TextLines},
};

const UNCLOSED: &str = "the quotation mark before it is not closed in its row";
const TEXT_AFTER: &str =
    "text follows its closing quotation mark: a quotation mark inside the cell must be doubled";

/// How many cells a row has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowWidth {
    /// At least this many.
    pub(crate) least: usize,
    /// Those after this many are blank.
    pub(crate) most: usize,
}

impl RowWidth {
    fn fits(self, row: &ByteRecord) -> bool {
        let mut beyond = row.iter().skip(self.most);
        row.len() >= self.least && beyond.all(|cell| cell.trim_ascii().is_empty())
    }
}

/// A row that was read.
#[derive(Debug)]
pub(crate) struct DelimitedRow {
    /// The line on which it begins.
    pub(crate) line: u64,
    /// The line on which it ends.
    pub(crate) last_line: u64,
    /// The cell whose quotation marks are wrong, and why the row is refused.
    pub(crate) flaw: Option<(usize, String)>,
}

/// The rows of a text.
pub(crate) struct DelimitedRows<'a> {
    lines: TextLines<'a>,
    delimiter: u8,
    comments: bool,
    cells: RowCells,
    /// How many of the next lines are read as rows of one line.
    alone: u64,
    /// How many of the next lines are refused, and the lines of the row that contains them.
    ambiguous: (u64, u64, u64),
    /// The last damaged line, if no row after it is certain.
    damaged: Option<u64>,
    /// Whether the last line that was taken has no line break.
    lacks_break: bool,
    is_cut: bool,
}

impl<'a> DelimitedRows<'a> {
    /// Starts to read a text. The flag says whether a line that begins with `#` is a comment.
    pub(crate) fn new(lines: TextLines<'a>, delimiter: u8, comments: bool) -> Self {
        Self {
            lines,
            delimiter,
            comments,
            cells: RowCells::default(),
            alone: 0,
            ambiguous: (0, 0, 0),
            damaged: None,
            lacks_break: false,
            is_cut: false,
        }
    }

    /// The first rows of a text.
    pub(crate) fn of_head(head: &'a [u8], delimiter: u8, comments: bool) -> Self {
        let inner: Box<dyn Read + 'a> = Box::new(head);
        Self::new(TextLines::new(inner, false), delimiter, comments)
    }

    /// The cells of the row that was read last.
    pub(crate) fn cells(&self) -> &ByteRecord {
        &self.cells.row
    }

    /// Whether the text ended inside quotation marks.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether the last line has no line break.
    pub(crate) fn lacks_break(&self) -> bool {
        self.lacks_break
    }

    /// The next row; `None` at the end. Above the header, the number of cells is not known.
    pub(crate) fn next(
        &mut self,
        file: &str,
        width: Option<RowWidth>,
    ) -> Result<Option<DelimitedRow>, ImportError> {
        let number = self.lines.number();
        let mut row = self.read(width).map_err(|error| unreadable(file, number, &error))?;
        if self.is_cut {
            let line = row.map_or(number, |row| row.line);
            let problem = format!(
                "the file ends inside quotation marks that open in line {line}: it was cut off, or the quotation mark \
                 is never closed"
            );
            let mend = "download it again, or close the quotation mark";
            return Err(ImportError::file(FilePlace::line(file, line), problem, mend));
        }
        if let (Some(row), Some(damaged), Some(width)) = (&mut row, self.damaged, width)
            && row.flaw.is_none()
        {
            match self.cells.inner_mark {
                Some(at) => {
                    let reason = format!(
                        "contains a quotation mark that may close one in line {damaged}, which is damaged"
                    );
                    row.flaw = Some((at, reason));
                }
                None if width.fits(&self.cells.row) => self.damaged = None,
                None => {}
            }
        }
        Ok(row)
    }

    fn read(&mut self, width: Option<RowWidth>) -> io::Result<Option<DelimitedRow>> {
        let Some(first) = self.first()? else { return Ok(None) };
        let line = first.number;
        self.only(&first);
        if self.ambiguous.0 > 0 {
            let (_, from, to) = self.ambiguous;
            return Ok(Some(self.refused(&first, None, ambiguity(from, to))));
        }
        let opened = self.cells.row.len();
        let parts = opened + 1 + memchr_iter(self.delimiter, &self.cells.cell).count();
        let (mut last, mut many, mut opens_in) = (first, 1, line);
        while self.cells.is_open && self.cells.flaw.is_none() && self.alone == 0 {
            let Some(next) = self.lines.after(&last)? else {
                self.is_cut = true;
                return Ok(Some(DelimitedRow {
                    line: opens_in,
                    last_line: last.number,
                    flaw: None,
                }));
            };
            let before = self.cells.row.len();
            self.cells.cell.extend_from_slice(self.lines.line_break(&last));
            self.cells.read(self.lines.text(&next), self.delimiter);
            if self.cells.row.len() > before {
                opens_in = next.number;
            }
            (last, many) = (next, many + 1);
        }
        let is_row = !self.cells.is_open && self.cells.flaw.is_none();
        if is_row && (many == 1 || width.is_none_or(|width| width.fits(&self.cells.row))) {
            if many > 1
                && let Some(width) = width.filter(|width| width.least > 1 && parts >= width.least)
                && self.has_row_inside(&first, &last, width)?
            {
                let (from, to) = (line, last.number);
                self.ambiguous = (many, from, to);
                return Ok(Some(self.refused(&first, Some(opened), ambiguity(from, to))));
            }
            self.take(&last);
            return Ok(Some(DelimitedRow { line, last_line: last.number, flaw: None }));
        }
        self.damaged = Some(line);
        if many == 1
            && let Some(at) = self.cells.flaw
        {
            return Ok(Some(self.refused(&first, Some(at), TEXT_AFTER.to_owned())));
        }
        let row = self.refused(&first, Some(opened), UNCLOSED.to_owned());
        if many > 1 {
            self.alone = many - 2;
        }
        Ok(Some(row))
    }

    /// The next line that is neither empty nor a comment.
    fn first(&mut self) -> io::Result<Option<TextLine>> {
        while let Some(line) = self.lines.first()? {
            let text = self.lines.text(&line);
            if text.is_empty() || (self.comments && text.starts_with(b"#")) {
                self.take(&line);
            } else {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// Reads the cells of one line.
    fn only(&mut self, line: &TextLine) {
        self.cells.clear();
        self.cells.read(self.lines.text(line), self.delimiter);
    }

    /// Takes one line as a row that is refused.
    fn refused(&mut self, line: &TextLine, at: Option<usize>, reason: String) -> DelimitedRow {
        self.only(line);
        self.cells.close();
        self.take(line);
        // Without a cell, the whole row is refused.
        let flaw = Some((at.unwrap_or(usize::MAX), reason));
        DelimitedRow { line: line.number, last_line: line.number, flaw }
    }

    fn take(&mut self, line: &TextLine) {
        self.lines.take(line);
        self.lacks_break = !line.has_break();
        self.alone = self.alone.saturating_sub(1);
        self.ambiguous.0 = self.ambiguous.0.saturating_sub(1);
    }

    /// Whether a line after the first one, up to the last one, is a row by itself.
    fn has_row_inside(
        &mut self,
        first: &TextLine,
        last: &TextLine,
        width: RowWidth,
    ) -> io::Result<bool> {
        let (mut line, mut cells) = (*first, RowCells::default());
        while line.bytes() < last.bytes() {
            let Some(next) = self.lines.after(&line)? else { break };
            cells.clear();
            cells.read(self.lines.text(&next), self.delimiter);
            if !cells.is_open && width.fits(&cells.row) {
                return Ok(true);
            }
            line = next;
        }
        Ok(false)
    }
}

/// The cells of a row, as far as it was read.
#[derive(Default)]
struct RowCells {
    row: ByteRecord,
    /// The text of a quoted cell.
    cell: Vec<u8>,
    /// Whether the text ended inside quotation marks.
    is_open: bool,
    /// The first cell with text after its closing quotation mark.
    flaw: Option<usize>,
    /// The first cell that is not quoted and contains a quotation mark.
    inner_mark: Option<usize>,
}

impl RowCells {
    fn clear(&mut self) {
        self.row.clear();
        self.cell.clear();
        (self.is_open, self.flaw, self.inner_mark) = (false, None, None);
    }

    /// Reads the text of one line.
    fn read(&mut self, mut text: &[u8], delimiter: u8) {
        if !self.is_open && memchr(b'"', text).is_none() {
            return self.plain(text, delimiter);
        }
        loop {
            if !self.is_open
                && let Some(rest) = text.strip_prefix(b"\"")
            {
                (self.is_open, text) = (true, rest);
            }
            let end = if self.is_open {
                let Some((cell, rest)) = self.quoted(text) else { return };
                text = rest;
                let is_clean = text.first().is_none_or(|byte| *byte == delimiter);
                let end = if is_clean { 0 } else { memchr(delimiter, text).unwrap_or(text.len()) };
                self.end_quoted(cell, &text[..end]);
                end
            } else {
                let end = memchr(delimiter, text).unwrap_or(text.len());
                if memchr(b'"', &text[..end]).is_some() {
                    self.inner_mark.get_or_insert(self.row.len());
                }
                self.row.push_field(&text[..end]);
                end
            };
            match text.get(end + 1..) {
                Some(rest) => text = rest,
                None => return,
            }
        }
    }

    /// Reads cells without quotation marks.
    fn plain(&mut self, text: &[u8], delimiter: u8) {
        let mut begin = 0;
        for end in memchr_iter(delimiter, text) {
            self.row.push_field(&text[begin..end]);
            begin = end + 1;
        }
        self.row.push_field(&text[begin..]);
    }

    /// Reads a quoted cell up to its closing quotation mark. Returns the last part of its text, and what follows.
    fn quoted<'t>(&mut self, mut text: &'t [u8]) -> Option<(&'t [u8], &'t [u8])> {
        loop {
            let Some(mark) = memchr(b'"', text) else {
                self.cell.extend_from_slice(text);
                return None;
            };
            let (part, rest) = (&text[..mark], &text[mark + 1..]);
            let Some(rest) = rest.strip_prefix(b"\"") else {
                self.is_open = false;
                return Some((part, rest));
            };
            self.cell.extend_from_slice(part);
            self.cell.push(b'"');
            text = rest;
        }
    }

    /// Ends a quoted cell with the last part of its text, and what follows its closing quotation mark.
    fn end_quoted(&mut self, part: &[u8], after: &[u8]) {
        let after = after.trim_ascii();
        if self.cell.is_empty() && after.is_empty() {
            return self.row.push_field(part);
        }
        if !after.is_empty() {
            self.flaw.get_or_insert(self.row.len());
        }
        self.cell.extend_from_slice(part);
        self.cell.extend_from_slice(after);
        self.row.push_field(&self.cell);
        self.cell.clear();
    }

    /// Ends a cell that is not closed.
    fn close(&mut self) {
        if self.is_open {
            self.row.push_field(&self.cell);
            self.cell.clear();
            self.is_open = false;
        }
    }
}

/// Why the lines of a row are refused if some of them are rows by themselves.
fn ambiguity(from: u64, to: u64) -> String {
    format!(
        "a quotation mark opens in line {from} and closes in line {to}, and lines in between read as rows of their \
         own: none of them is loaded"
    )
}

/// Describes a read failure.
fn unreadable(file: &str, line: u64, error: &io::Error) -> ImportError {
    let place = FilePlace::line(file, line);
    if error.kind() == io::ErrorKind::FileTooLarge {
        let mend = "look for a quotation mark that is never closed";
        return ImportError::file(place, error.to_string(), mend);
    }
    ImportError::read(place, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<Vec<Vec<u8>>>;

    fn cells(row: &ByteRecord) -> Vec<Vec<u8>> {
        row.iter().map(<[u8]>::to_vec).collect()
    }

    /// The rows of a text; none if a quotation mark is wrong.
    fn rows(text: &[u8]) -> Option<Rows> {
        let mut reader = DelimitedRows::of_head(text, b',', false);
        let mut rows = Vec::new();
        while let Some(row) = reader.next("x.csv", None).ok()? {
            if row.flaw.is_some() {
                return None;
            }
            rows.push(cells(reader.cells()));
        }
        Some(rows)
    }

    fn rows_of_csv(text: &[u8]) -> Rows {
        let mut builder = csv::ReaderBuilder::new();
        let reader = builder.has_headers(false).flexible(true).from_reader(text);
        reader.into_byte_records().map(|row| cells(&row.unwrap())).collect()
    }

    /// All texts of these letters up to a length.
    fn texts(letters: &[u8], length: usize) -> Vec<Vec<u8>> {
        let mut texts = vec![Vec::new()];
        let mut begin = 0;
        for _ in 0..length {
            let end = texts.len();
            for at in begin..end {
                for letter in letters {
                    let mut text = texts[at].clone();
                    text.push(*letter);
                    texts.push(text);
                }
            }
            begin = end;
        }
        texts
    }

    #[test]
    fn rows_are_those_that_the_csv_crate_reads_or_refused() {
        let (mut read, mut refused) = (0, 0);
        for text in texts(b"a,\"\n\r", 6) {
            let shown = String::from_utf8_lossy(&text).into_owned();
            let theirs = rows_of_csv(&text);
            match rows(&text) {
                Some(rows) => {
                    read += 1;
                    assert_eq!(rows, theirs, "{shown:?}");
                }
                None => refused += 1,
            }
            // What it writes is read.
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &theirs {
                writer.write_record(row).unwrap();
            }
            assert_eq!(rows(&writer.into_inner().unwrap()), Some(theirs), "{shown:?}");
        }
        assert!(read > 10_000 && refused > 1_000, "{read} {refused}");
    }

    #[test]
    fn a_row_spans_the_chunks_in_which_a_text_is_read() {
        for length in (1 << 16) - 4..(1 << 16) + 4 {
            let long = "x".repeat(length);
            let text = format!("{long}\r\n\"{long}\r\n\"\"{long}\",b\r\nc");
            assert_eq!(rows(text.as_bytes()), Some(rows_of_csv(text.as_bytes())), "{length}");
        }
    }
}
