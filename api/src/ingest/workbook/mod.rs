//! Workbooks of Excel and `LibreOffice`: XLSX, XLS and ODS. Each sheet is a table like any other.
//!
//! A cell becomes text according to its type, whatever its format: a number has all fifteen digits that a spreadsheet
//! keeps and no exponent, and a date is a day ([`cell`]). A cell without a reliable value is marked with the reason,
//! and its row is refused if the cell matters: a formula error, a formula that was never calculated, a cell that is
//! merged with others below or above it.
//!
//! A sheet is written row by row to a temporary file and read from there ([`spool`]). Only the strings of an XLSX, or
//! the cells of an XLS or ODS, are in memory. Their size is limited before they are read, because a small file can
//! unpack to any size ([`bounds`]).

mod bounds;
mod cell;
mod spool;

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

use calamine::{Ods, Reader as _, SheetType, SheetVisible, Xls, Xlsx};
use indicatif::{ProgressBar, ProgressBarIter};
use zip::ZipArchive;

pub(crate) use self::spool::{MAX_COLUMNS, SheetRows, SpooledSheet};
use self::spool::{Spool, unkept};

/// The kind of a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkbookKind {
    Xlsx,
    Xls,
    Ods,
    /// One that cannot be read, with the reason.
    Unreadable(&'static str),
}

impl WorkbookKind {
    /// The kind of a workbook, by its content; none if it is not a workbook.
    pub(crate) fn of(mut file: &File) -> io::Result<Option<Self>> {
        let mut magic = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.take(8).read_to_end(&mut magic)?;
        file.seek(SeekFrom::Start(0))?;
        if magic == *b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" {
            return Ok(Some(Self::Xls));
        }
        if !magic.starts_with(b"PK") {
            return Ok(None);
        }
        // A file that is not a ZIP, or a damaged one, is reported where it is read.
        let Ok(mut archive) = ZipArchive::new(BufReader::new(file)) else { return Ok(None) };
        let mut mimetype = Vec::new();
        if let Ok(part) = archive.by_name("mimetype") {
            part.take(64).read_to_end(&mut mimetype)?;
        }
        if mimetype.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
            return Ok(Some(Self::Ods));
        }
        let has = |name: &str| archive.index_for_name(name).is_some();
        Ok(if !has("[Content_Types].xml") {
            None
        } else if has("xl/workbook.bin") {
            Some(Self::Unreadable("is an XLSB workbook"))
        } else {
            has("xl/workbook.xml").then_some(Self::Xlsx)
        })
    }
}

/// A sheet of a workbook.
#[derive(Clone, Debug)]
pub(crate) struct ListedSheet {
    pub(crate) name: String,
    pub(crate) is_hidden: bool,
}

/// An open workbook.
pub(crate) struct Workbook<'a> {
    /// Its sheets, in order.
    pub(crate) sheets: Vec<ListedSheet>,
    book: Book<'a>,
}

/// A file that advances a progress bar as it is read.
type BookReader<'a> = BufReader<ProgressBarIter<&'a File>>;

enum Book<'a> {
    Xlsx(Box<Xlsx<BookReader<'a>>>),
    Xls(Box<Xls<BookReader<'a>>>),
    Ods(Box<Ods<BookReader<'a>>>),
}

impl<'a> Workbook<'a> {
    /// Opens a workbook, or says why it cannot be read.
    pub(crate) fn open(
        file: &'a File,
        kind: WorkbookKind,
        progress: &ProgressBar,
    ) -> Result<Self, String> {
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        progress.set_length(length);
        let reader = || -> Result<BookReader<'a>, String> {
            let mut reader = BufReader::new(progress.wrap_read(file));
            reader.seek(SeekFrom::Start(0)).map_err(|error| error.to_string())?;
            Ok(reader)
        };
        let (book, sheets) = match kind {
            WorkbookKind::Unreadable(what) => return Err(what.to_owned()),
            WorkbookKind::Xlsx => {
                bounds::check_parts(reader()?)?;
                let book = sound(|| Xlsx::new(reader()?).map_err(|error| error.to_string()))?;
                let sheets = book.sheets_metadata().to_vec();
                (Book::Xlsx(Box::new(book)), sheets)
            }
            WorkbookKind::Xls => {
                bounds::check_records(reader()?)?;
                let book = sound(|| Xls::new(reader()?).map_err(|error| error.to_string()))?;
                let sheets = book.sheets_metadata().to_vec();
                (Book::Xls(Box::new(book)), sheets)
            }
            WorkbookKind::Ods => {
                bounds::check_parts(reader()?)?;
                bounds::check_repeats(reader()?)?;
                let book = sound(|| Ods::new(reader()?).map_err(|error| error.to_string()))?;
                let sheets = book.sheets_metadata().to_vec();
                (Book::Ods(Box::new(book)), sheets)
            }
        };
        let sheets = sheets.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let sheets = sheets.map(|sheet| ListedSheet {
            name: sheet.name,
            is_hidden: sheet.visible != SheetVisible::Visible,
        });
        Ok(Self { sheets: sheets.collect(), book })
    }

    /// The rows of a sheet, or the first `most`, or why it cannot be read.
    pub(crate) fn rows(&mut self, sheet: &str, most: usize) -> Result<SpooledSheet, String> {
        let mut spool = Spool::new(most).map_err(|error| unkept(&error))?;
        sound(|| match &mut self.book {
            Book::Xlsx(book) => {
                let words = |error: calamine::XlsxError| error.to_string();
                if most == usize::MAX {
                    spool.merge(book.merge_cells_by_sheet_name(sheet).map_err(words)?);
                }
                let mut cells = book.worksheet_cells_reader(sheet).map_err(words)?;
                while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(words)? {
                    if !spool.add(cell.pos, &cell.value, cell.formula.is_some())? {
                        break;
                    }
                }
                Ok(())
            }
            Book::Xls(book) => {
                let merged = book.merge_cells_by_sheet_name(sheet);
                spool.merge(merged.map_err(|error| error.to_string())?);
                spool.range(&book.worksheet_range(sheet).map_err(|error| error.to_string())?)
            }
            Book::Ods(book) => {
                spool.range(&book.worksheet_range(sheet).map_err(|error| error.to_string())?)
            }
        })
        .map_err(|problem| format!("its sheet {sheet:?} cannot be read: {problem}"))?;
        spool.finish()
    }
}

thread_local! {
    /// Whether this thread is in the workbook reader, so that a panic comes from it.
    static IS_READING: Cell<bool> = const { Cell::new(false) };
}

/// A workbook that makes its reader panic is damaged. The panic's text, such as a place in the code, does not help the
/// user.
fn sound<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_READING.get() {
                usual(panic);
            }
        }));
    });
    let before = IS_READING.replace(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_READING.set(before);
    read.unwrap_or_else(|_| Err("it is damaged".to_owned()))
}
