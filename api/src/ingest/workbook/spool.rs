//! The rows of a sheet in a temporary file, between reading the workbook and reading the table.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
};

use calamine::{CellErrorType, Data, DataType, Dimensions, Range};
use csv::StringRecord;
use indicatif::{ProgressBar, ProgressBarIter};

use super::cell::text;

/// The maximum number of columns in a table.
pub(crate) const MAX_COLUMNS: usize = 2_000;
/// The maximum number of cells in a sheet.
const MAX_CELLS: u64 = 50_000_000;

pub(super) fn unkept(error: &io::Error) -> String {
    let folder = std::env::temp_dir();
    format!("its rows cannot be written to {}: {error}", folder.display())
}

/// Why the value of a cell is unreliable.
const REASONS: [&str; 4] = [
    "",
    "is a formula error",
    "is a formula that was never calculated: open the workbook in a spreadsheet, and save it",
    "is merged with cells of other rows: unmerge them, so that each row has its own value",
];

/// Writes the rows of a sheet to a temporary file.
pub(super) struct Spool {
    file: BufWriter<File>,
    /// The current row, and its cells: text and the index of a reason.
    row: u32,
    cells: Vec<(String, u8)>,
    /// The maximum number of further rows, and the number of cells so far.
    most: usize,
    count: u64,
    /// Cells merged over several rows, by their first row, and those of the current row.
    merged: Vec<Dimensions>,
    current: Vec<Dimensions>,
}

impl Spool {
    pub(super) fn new(most: usize) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?),
            row: 0,
            cells: Vec::new(),
            most,
            count: 0,
            merged: Vec::new(),
            current: Vec::new(),
        })
    }

    pub(super) fn merge(&mut self, merged: Vec<Dimensions>) {
        self.merged = merged.into_iter().filter(|it| it.start.0 < it.end.0).collect();
        self.merged.sort_unstable_by_key(|it| std::cmp::Reverse(it.start.0));
    }

    pub(super) fn range(&mut self, range: &Range<Data>) -> Result<(), String> {
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, cell) in range.used_cells() {
            let at =
                |offset: usize, start: u32| u32::try_from(offset).map_or(u32::MAX, |it| it + start);
            if !self.add((at(row, top), at(column, left)), cell, false)? {
                break;
            }
        }
        Ok(())
    }

    /// Adds a cell. Returns whether more are wanted.
    pub(super) fn add(
        &mut self,
        at: (u32, u32),
        cell: &impl DataType,
        formula: bool,
    ) -> Result<bool, String> {
        let (row, column) = (at.0, at.1 as usize);
        if row != self.row {
            if row < self.row {
                return Err(format!("its row {} comes after row {}", row + 1, self.row + 1));
            }
            if !self.write()? {
                return Ok(false);
            }
            self.row = row;
        }
        let reason = match cell.get_error() {
            // Excel's marker for a missing value.
            Some(CellErrorType::NA) | None => u8::from(formula && cell.is_empty()) * 2,
            Some(_) => 1,
        };
        let text = text(cell);
        if text.is_empty() && reason == 0 {
            return Ok(true);
        }
        self.count += 1;
        if self.count > MAX_CELLS {
            return Err(format!("it has more than {MAX_CELLS} cells"));
        }
        if column >= MAX_COLUMNS {
            return Err(format!("row {} has more than {MAX_COLUMNS} cells", row + 1));
        }
        if column < self.cells.len() {
            return Err(format!("the cells of row {} are out of order", row + 1));
        }
        self.cells.resize(column, (String::new(), 0));
        self.cells.push((text, reason));
        Ok(true)
    }

    /// Writes the row. Returns whether more are wanted.
    fn write(&mut self) -> Result<bool, String> {
        while self.merged.last().is_some_and(|it| it.start.0 <= self.row) {
            self.current.extend(self.merged.pop());
        }
        self.current.retain(|it| it.end.0 >= self.row);
        if self.current.len() > MAX_COLUMNS {
            return Err(format!("row {} has merged cells that overlap", self.row + 1));
        }
        for it in &self.current {
            let columns = it.start.1 as usize..=(it.end.1 as usize).min(MAX_COLUMNS - 1);
            if !self.cells.is_empty() && self.cells.len() <= *columns.end() {
                self.cells.resize(columns.end() + 1, (String::new(), 0));
            }
            for column in columns {
                if let Some(cell) = self.cells.get_mut(column) {
                    cell.1 = 3;
                }
            }
        }
        if !self.cells.is_empty() {
            self.keep().map_err(|error| unkept(&error))?;
            self.most = self.most.saturating_sub(1);
        }
        Ok(self.most > 0)
    }

    fn keep(&mut self) -> io::Result<()> {
        self.file.write_all(&self.row.to_le_bytes())?;
        self.file.write_all(&length(self.cells.len()))?;
        for (text, reason) in self.cells.drain(..) {
            self.file.write_all(&[reason])?;
            self.file.write_all(&length(text.len()))?;
            self.file.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<SpooledSheet, String> {
        self.write()?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        Ok(SpooledSheet { file: file.map_err(|error| unkept(&error))? })
    }
}

/// A length as bytes; longer ones do not occur.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// A sheet in a temporary file, which can be read repeatedly.
pub(crate) struct SpooledSheet {
    file: File,
}

impl SpooledSheet {
    /// Its rows from the start; reading them advances the progress bar.
    pub(crate) fn rows(&self, progress: &ProgressBar) -> io::Result<SheetRows<'_>> {
        (&self.file).rewind()?;
        progress.set_length(self.file.metadata()?.len());
        progress.set_position(0);
        let file = progress.wrap_read(&self.file);
        Ok(SheetRows { file: BufReader::with_capacity(1 << 16, file) })
    }
}

/// The nonempty rows of a sheet.
pub(crate) struct SheetRows<'a> {
    file: BufReader<ProgressBarIter<&'a File>>,
}

/// A row of a sheet.
pub(crate) struct SheetRow {
    /// Its number, counted from 1.
    pub(crate) number: u64,
    /// The texts of its cells.
    pub(crate) cells: StringRecord,
    /// Unreliable cells, with the reason.
    pub(crate) doubtful: Vec<(usize, &'static str)>,
}

impl SheetRows<'_> {
    /// The next row; none at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<SheetRow>> {
        let mut four = [0; 4];
        if self.file.read(&mut four[..1])? == 0 {
            return Ok(None);
        }
        self.file.read_exact(&mut four[1..])?;
        let number = u64::from(u32::from_le_bytes(four)) + 1;
        self.file.read_exact(&mut four)?;
        let (mut cells, mut doubtful) = (StringRecord::new(), Vec::new());
        for at in 0..u32::from_le_bytes(four) as usize {
            let mut reason = [0];
            self.file.read_exact(&mut reason)?;
            self.file.read_exact(&mut four)?;
            let mut text = vec![0; u32::from_le_bytes(four) as usize];
            self.file.read_exact(&mut text)?;
            let text = String::from_utf8(text).map_err(|_| io::ErrorKind::InvalidData)?;
            cells.push_field(&text);
            if let Some(reason) = REASONS.get(usize::from(reason[0])).filter(|it| !it.is_empty()) {
                doubtful.push((at, *reason));
            }
        }
        Ok(Some(SheetRow { number, cells, doubtful }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_can_be_read_again_and_moves_the_bar() {
        let mut spool = Spool::new(usize::MAX).unwrap();
        for row in 0..3 {
            spool.add((row, 1), &Data::String(format!("row {row}")), false).unwrap();
        }
        let sheet = spool.finish().unwrap();
        let bar = ProgressBar::hidden();
        for _ in 0..2 {
            let mut rows = sheet.rows(&bar).unwrap();
            assert_eq!(
                (bar.position(), bar.length()),
                (0, sheet.file.metadata().ok().map(|it| it.len()))
            );
            let mut read = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                read.push((row.number, row.cells[1].to_owned()));
            }
            let expected = [(1, "row 0"), (2, "row 1"), (3, "row 2")];
            assert_eq!(read, expected.map(|(number, text)| (number, text.to_owned())));
            assert_eq!(Some(bar.position()), bar.length());
        }
    }
}
