//! Reads a text line by line. A line stays readable until it is taken, so whoever reads the rows of a table can look at
//! the lines that follow, and read them again.
//!
//! A line ends with LF, CR LF or CR.

use std::io::{self, Read};

use memchr::memchr2;

use super::encoding;

/// The size limit of the lines that are not taken, in bytes.
const MAX_KEPT: usize = 1 << 20;
/// How many bytes are read at a time.
const CHUNK: usize = 1 << 16;

/// A text being read.
pub(crate) struct TextLines<'a> {
    inner: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    /// Where the lines that are not taken begin.
    start: usize,
    /// The number of the first line that is not taken.
    number: u64,
    /// Whether a CR alone counts as the end of a line. Editors count it only in a text without LF.
    counts_returns: bool,
    ended: bool,
}

/// A line that is not taken. Its offsets count from the first such line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextLine {
    /// Its number, counted from 1.
    pub(crate) number: u64,
    begin: usize,
    end: usize,
    next: usize,
    next_number: u64,
}

impl TextLine {
    /// Whether it has a line break.
    pub(crate) fn has_break(&self) -> bool {
        self.next > self.end
    }

    /// The bytes up to its end from the first line that is not taken.
    pub(crate) fn bytes(&self) -> usize {
        self.next
    }
}

impl<'a> TextLines<'a> {
    pub(crate) fn new(inner: Box<dyn Read + 'a>, counts_returns: bool) -> Self {
        let buffer = Vec::with_capacity(2 * CHUNK);
        Self { inner, buffer, start: 0, number: 1, counts_returns, ended: false }
    }

    /// The number of the first line that is not taken.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The first line that is not taken; `None` at the end.
    pub(crate) fn first(&mut self) -> io::Result<Option<TextLine>> {
        self.at(0, self.number)
    }

    /// The line after another one; `None` at the end.
    pub(crate) fn after(&mut self, line: &TextLine) -> io::Result<Option<TextLine>> {
        self.at(line.next, line.next_number)
    }

    /// The text of a line.
    pub(crate) fn text(&self, line: &TextLine) -> &[u8] {
        &self.buffer[self.start + line.begin..self.start + line.end]
    }

    /// The line break of a line.
    pub(crate) fn line_break(&self, line: &TextLine) -> &[u8] {
        &self.buffer[self.start + line.end..self.start + line.next]
    }

    /// Takes the lines up to and including this one.
    pub(crate) fn take(&mut self, line: &TextLine) {
        self.start += line.next;
        self.number = line.next_number;
    }

    fn at(&mut self, begin: usize, number: u64) -> io::Result<Option<TextLine>> {
        let mut searched = begin;
        loop {
            let text = &self.buffer[self.start..];
            let found = memchr2(b'\n', b'\r', &text[searched..]).map(|found| searched + found);
            // A CR at the end of what was read may be half of a CR LF.
            let is_whole = |end: usize| text[end] == b'\n' || end + 1 < text.len();
            match found {
                Some(end) if self.ended || is_whole(end) => {
                    let is_crlf = text[end..].starts_with(b"\r\n");
                    let next = end + if is_crlf { 2 } else { 1 };
                    if next > MAX_KEPT {
                        return Err(too_long());
                    }
                    let counts = self.counts_returns || is_crlf || text[end] == b'\n';
                    let next_number = number + u64::from(counts);
                    return Ok(Some(TextLine { number, begin, end, next, next_number }));
                }
                None if self.ended => {
                    let end = text.len();
                    let last = TextLine { number, begin, end, next: end, next_number: number };
                    return Ok((end > begin).then_some(last));
                }
                _ => searched = found.unwrap_or(text.len()),
            }
            if searched > MAX_KEPT {
                return Err(too_long());
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let kept = self.buffer.len();
        self.buffer.resize(kept + CHUNK, 0);
        let read = encoding::fill(&mut self.inner, &mut self.buffer[kept..]);
        self.buffer.truncate(kept + *read.as_ref().unwrap_or(&0));
        self.ended = read? < CHUNK;
        Ok(())
    }
}

/// The error of lines longer than the limit.
fn too_long() -> io::Error {
    let text = format!("the row that begins here is longer than {MAX_KEPT} bytes");
    io::Error::new(io::ErrorKind::FileTooLarge, text)
}
