//! Workbooks of Excel and `LibreOffice`: XLSX, XLS and ODS. A sheet of one is a table like any other.
//!
//! A cell has a type, and its text says no more than that: a number has all digits that a spreadsheet keeps, which are
//! fifteen, and no exponent, however it is formatted; a date is a day. A cell that has no value to rely on is marked with the
//! reason, and its row is refused where the cell matters: an error of a formula, a formula that was never calculated, a
//! cell that is merged with others below or above it.
//!
//! A sheet is written to a temporary file, row by row, and read from there: what is in memory are the strings of the
//! workbook, as XLSX keeps them, or the cells of an XLS or ODS. Each of them is bounded before it is read, since a small
//! file can unpack to anything.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{
    CellErrorType, Data, DataType, Dimensions, Ods, Range, Reader as _, SheetType, SheetVisible,
    Xls, Xlsx,
};
use csv::StringRecord;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// The columns of a table.
pub(crate) const MAX_COLUMNS: usize = 2_000;
/// The files in a workbook.
const MAX_PARTS: usize = 2_000;
/// The unpacked bytes of the parts of a workbook together, and of those of which all is kept in memory.
const MAX_UNPACKED: u64 = 2 << 30;
const MAX_KEPT: u64 = 160 << 20;
/// What is more than this and more than [`MAX_RATIO`] times its compressed size is no sheet.
const RATIO_FROM: u64 = 64 << 20;
const MAX_RATIO: u64 = 200;
/// The bytes of one cell, or of a tag.
const MAX_RUN: usize = 1 << 20;
/// The cells of a sheet that is read as a stream, and those of a workbook that is not.
const MAX_CELLS: u64 = 50_000_000;
const MAX_KEPT_CELLS: u64 = 5_000_000;
/// The bytes of an XLS.
const MAX_XLS: u64 = 128 << 20;

/// What kind of workbook a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkbookKind {
    Xlsx,
    Xls,
    Ods,
    /// One that cannot be read, and how it can be.
    Unreadable(&'static str),
}

impl WorkbookKind {
    /// What a file is by its content; none where it is no workbook.
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
        // What is no ZIP, or a broken one, is told by who reads it.
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

/// A workbook that is open.
pub(crate) struct Workbook<'a> {
    /// Its sheets, in their order.
    pub(crate) sheets: Vec<ListedSheet>,
    book: Book<'a>,
}

enum Book<'a> {
    Xlsx(Box<Xlsx<BufReader<&'a File>>>),
    Xls(Box<Xls<BufReader<&'a File>>>),
    Ods(Box<Ods<BufReader<&'a File>>>),
}

impl<'a> Workbook<'a> {
    /// Opens a workbook, or says why it cannot be read.
    pub(crate) fn open(file: &'a File, kind: WorkbookKind) -> Result<Self, String> {
        let reader = || -> Result<BufReader<&'a File>, String> {
            let mut reader = BufReader::new(file);
            reader.seek(SeekFrom::Start(0)).map_err(|error| error.to_string())?;
            Ok(reader)
        };
        let (book, sheets) = match kind {
            WorkbookKind::Unreadable(what) => return Err(what.to_owned()),
            WorkbookKind::Xlsx => {
                check_parts(reader()?)?;
                let book = sound(|| Xlsx::new(reader()?).map_err(|error| error.to_string()))?;
                let sheets = book.sheets_metadata().to_vec();
                (Book::Xlsx(Box::new(book)), sheets)
            }
            WorkbookKind::Xls => {
                check_records(reader()?)?;
                let book = sound(|| Xls::new(reader()?).map_err(|error| error.to_string()))?;
                let sheets = book.sheets_metadata().to_vec();
                (Book::Xls(Box::new(book)), sheets)
            }
            WorkbookKind::Ods => {
                check_parts(reader()?)?;
                check_repeats(reader()?)?;
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

    /// The rows of a sheet, or its first ones, or why it cannot be read.
    pub(crate) fn rows(&mut self, sheet: &str, most: usize) -> Result<SheetRows, String> {
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
        })?;
        spool.finish()
    }
}

/// A workbook that makes its reader fail is damaged.
fn sound<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("it is damaged".to_owned()))
}

fn unkept(error: &io::Error) -> String {
    let folder = std::env::temp_dir();
    format!("its rows cannot be kept in {} while they are read: {error}", folder.display())
}

/// Why the value of a cell cannot be relied on.
const REASONS: [&str; 4] = [
    "",
    "is the error of a formula",
    "is a formula that was never calculated: open the workbook, and save it",
    "is merged with cells of other rows: unmerge them, so that each row has its own value",
];

/// The rows of a sheet on their way to a temporary file.
struct Spool {
    file: BufWriter<File>,
    /// The row that is being made, and its cells: text and the number of a reason.
    row: u32,
    cells: Vec<(String, u8)>,
    /// Rows that may still come, and cells that came.
    most: usize,
    count: u64,
    /// Cells merged over several rows, by their first row, and those of the row.
    merged: Vec<Dimensions>,
    current: Vec<Dimensions>,
}

impl Spool {
    fn new(most: usize) -> io::Result<Self> {
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

    fn merge(&mut self, merged: Vec<Dimensions>) {
        self.merged = merged.into_iter().filter(|it| it.start.0 < it.end.0).collect();
        self.merged.sort_unstable_by_key(|it| std::cmp::Reverse(it.start.0));
    }

    fn range(&mut self, range: &Range<Data>) -> Result<(), String> {
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

    /// Adds a cell. Says whether more are wanted.
    fn add(&mut self, at: (u32, u32), cell: &impl DataType, formula: bool) -> Result<bool, String> {
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
            // It is what Excel has for a value that is missing.
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
            return Err(format!("row {} has its cells out of order", row + 1));
        }
        self.cells.resize(column, (String::new(), 0));
        self.cells.push((text, reason));
        Ok(true)
    }

    /// Writes the row. Says whether more are wanted.
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

    fn finish(mut self) -> Result<SheetRows, String> {
        self.write()?;
        let end = |spool: BufWriter<File>| -> io::Result<File> {
            let mut file = spool.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            Ok(file)
        };
        let file = end(self.file).map_err(|error| unkept(&error))?;
        Ok(SheetRows { file: BufReader::with_capacity(1 << 16, file) })
    }
}

/// A length as it is written; nothing that is that long comes here.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// The rows of a sheet that have a cell with something in it.
pub(crate) struct SheetRows {
    file: BufReader<File>,
}

/// A row of a sheet.
pub(crate) struct SheetRow {
    /// Its number, counted from 1.
    pub(crate) number: u64,
    /// The texts of its cells.
    pub(crate) cells: StringRecord,
    /// Cells that cannot be relied on, and why.
    pub(crate) doubtful: Vec<(usize, &'static str)>,
}

impl SheetRows {
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

/// What a cell says.
fn text(cell: &impl DataType) -> String {
    if let Some(text) = cell.get_string().or(cell.get_datetime_iso()).or(cell.get_duration_iso()) {
        return text.trim_end().to_owned();
    }
    if let Some(number) = cell.get_int() {
        return number.to_string();
    }
    if let Some(number) = cell.get_float() {
        return digits(number);
    }
    if let Some(it) = cell.get_bool() {
        return if it { "TRUE" } else { "FALSE" }.to_owned();
    }
    if let Some(date) = cell.get_datetime() {
        if date.is_duration() {
            let seconds = (date.as_f64() * 86_400.0).round();
            return format!(
                "{}:{:02}:{:02}",
                (seconds / 3_600.0).trunc(),
                (seconds / 60.0) % 60.0,
                seconds % 60.0
            );
        }
        let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
        let day = format!("{year:04}-{month:02}-{day:02}");
        return match (hour, minute, second) {
            (0, 0, 0) => day,
            _ => format!("{day} {hour:02}:{minute:02}:{second:02}"),
        };
    }
    cell.get_error().map(ToString::to_string).unwrap_or_default()
}

/// A number with the fifteen digits that a spreadsheet shows of it at most: the others are what binary fractions leave.
fn digits(number: f64) -> String {
    let shortest = number.to_string();
    let significant =
        shortest.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit);
    if significant.count() <= 15 {
        return shortest;
    }
    format!("{number:.14e}").parse::<f64>().map_or(shortest, |rounded| rounded.to_string())
}

/// Refuses a workbook whose parts unpack to more than any would.
fn check_parts(reader: BufReader<&File>) -> Result<(), String> {
    let mut archive = ZipArchive::new(reader).map_err(|error| error.to_string())?;
    if archive.len() > MAX_PARTS {
        return Err(format!("holds {} files, more than {MAX_PARTS}", archive.len()));
    }
    let (mut unpacked, mut kept) = (0_u64, 0_u64);
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| error.to_string())?;
        let name = part.name().map_err(|error| error.to_string())?.to_ascii_lowercase();
        // Pictures are not looked at.
        if !name.rsplit('.').next().is_some_and(|end| matches!(end, "xml" | "rels")) {
            continue;
        }
        let most = RATIO_FROM.max(part.compressed_size().saturating_mul(MAX_RATIO));
        let is_sheet = name.contains("worksheets/");
        let mut scan = Scan::default();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = part.read(&mut buffer).map_err(|error| error.to_string())?;
            if count == 0 {
                break;
            }
            scan.bytes += count as u64;
            unpacked += count as u64;
            kept += if is_sheet { 0 } else { count as u64 };
            if scan.bytes > most {
                return Err(format!("{name} unpacks to more than {MAX_RATIO} times its size"));
            }
            if unpacked > MAX_UNPACKED || kept > MAX_KEPT {
                let limit = if kept > MAX_KEPT { MAX_KEPT } else { MAX_UNPACKED };
                return Err(format!("unpacks to more than {} MiB", limit >> 20));
            }
            scan.add(&buffer[..count])?;
        }
    }
    Ok(())
}

/// What is looked for in the bytes of a part.
#[derive(Default)]
struct Scan {
    bytes: u64,
    /// The bytes since a tag began or ended.
    run: usize,
    /// The end of what came before, in which something may begin.
    tail: Vec<u8>,
}

impl Scan {
    fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        let is_angle = |byte: &u8| matches!(byte, b'<' | b'>');
        match bytes.iter().position(is_angle) {
            None => self.run += bytes.len(),
            Some(first) => {
                if self.run + first > MAX_RUN {
                    self.run = usize::MAX;
                } else {
                    let last = bytes.iter().rposition(is_angle).unwrap_or(first);
                    self.run = bytes.len() - last;
                }
            }
        }
        if self.run > MAX_RUN {
            return Err(format!("has a cell with more than {MAX_RUN} bytes"));
        }
        // Room is made for as many strings as are announced, so there must be bytes for them.
        self.tail.extend_from_slice(bytes);
        let needle = b"uniqueCount";
        for at in self
            .tail
            .windows(needle.len())
            .enumerate()
            .filter(|(_, it)| it == needle)
            .map(|(at, _)| at)
        {
            let after = &self.tail[at + needle.len()..];
            let digits = after.iter().skip_while(|byte| !byte.is_ascii_digit());
            let digits = digits.take_while(|byte| byte.is_ascii_digit()).take(20);
            let count = digits.fold(0_u64, |sum, digit| {
                sum.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
            });
            if count > MAX_KEPT / 16 {
                return Err(format!("says that it has {count} strings"));
            }
        }
        let cut = self.tail.len().saturating_sub(64);
        self.tail.drain(..cut);
        Ok(())
    }
}

/// Refuses an ODS whose repeated cells come to more than any table has.
fn check_repeats(reader: BufReader<&File>) -> Result<(), String> {
    let mut archive = ZipArchive::new(reader).map_err(|error| error.to_string())?;
    let part = archive.by_name("content.xml").map_err(|error| error.to_string())?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
    let number = |tag: &BytesStart<'_>, name: &str| -> Result<u64, String> {
        let wrong = || format!("{name} is no number");
        let value = tag.try_get_attribute(name).map_err(|error| error.to_string())?;
        value.map_or(Ok(1), |value| {
            String::from_utf8_lossy(value.value.as_bytes()).parse().map_err(|_| wrong())
        })
    };
    let mut buffer = Vec::new();
    // Cells that come, those of the row up to its last one with something in it, and how often the row comes.
    let (mut total, mut row, mut blank, mut rows) = (0_u64, 0_u64, 0_u64, 1_u64);
    loop {
        let event = xml.read_event_into(&mut buffer).map_err(|error| error.to_string())?;
        let (tag, has_text) = match &event {
            Event::Start(tag) => (tag, true),
            Event::Empty(tag) => (tag, false),
            Event::End(tag) if tag.name().as_ref() == "table:table-row" => {
                let times = if row == 0 { 1 } else { rows };
                total = total.saturating_add(row.saturating_mul(times));
                if total > MAX_KEPT_CELLS {
                    return Err(format!("it has more than {MAX_KEPT_CELLS} cells"));
                }
                continue;
            }
            Event::Eof => return Ok(()),
            _ => {
                buffer.clear();
                continue;
            }
        };
        match tag.name().as_ref() {
            "table:table-row" => {
                rows = number(tag, "table:number-rows-repeated")?;
                (row, blank) = (0, 0);
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let cells = number(tag, "table:number-columns-repeated")?.min(16_384);
                if has_text {
                    row += blank + cells;
                    blank = 0;
                } else {
                    blank += cells;
                }
            }
            "text:s" if number(tag, "text:c")? > MAX_RUN as u64 => {
                return Err(format!("has a cell with more than {MAX_RUN} bytes"));
            }
            _ => {}
        }
        buffer.clear();
    }
}

/// Refuses an XLS whose cells lie so far apart that there is no room for all between them.
fn check_records(mut reader: BufReader<&File>) -> Result<(), String> {
    let words = |error: io::Error| format!("it is damaged: {error}");
    if reader.seek(SeekFrom::End(0)).map_err(words)? > MAX_XLS {
        return Err(format!("it has more than {} MiB", MAX_XLS >> 20));
    }
    let mut file = cfb::CompoundFile::open(reader).map_err(words)?;
    if file.is_stream("EncryptedPackage") {
        return Err("is protected by a password".to_owned());
    }
    let name = if file.is_stream("Workbook") { "Workbook" } else { "Book" };
    if !file.is_stream(name) {
        return Err("is no workbook".to_owned());
    }
    let mut stream = Vec::new();
    let part = file.open_stream(name).map_err(words)?;
    part.take(MAX_XLS).read_to_end(&mut stream).map_err(words)?;
    let word = |data: &[u8], at: usize| {
        data.get(at..at + 2).map_or(0, |two| u64::from(u16::from_le_bytes([two[0], two[1]])))
    };
    // Cells of all sheets: as many as between the first and the last of each.
    let (mut total, mut box_of_sheet) = (0_u64, None::<[u64; 4]>);
    let mut rest = stream.as_slice();
    while rest.len() >= 4 {
        let (kind, length) = (word(rest, 0), usize::try_from(word(rest, 2)).unwrap_or_default());
        let data = &rest[4..rest.len().min(4 + length)];
        rest = &rest[data.len() + 4..];
        // Where a sheet begins.
        if kind == 0x0085 && word(data, 0) + (word(data, 2) << 16) >= stream.len() as u64 {
            return Err("it is damaged: a sheet lies behind its end".to_owned());
        }
        let area = match kind {
            0x0200 if data.len() >= 14 => {
                let (first, last) =
                    (word(data, 0) + (word(data, 2) << 16), word(data, 4) + (word(data, 6) << 16));
                Some([first, last, word(data, 8).min(255), word(data, 10)])
            }
            0x0200 => Some([word(data, 0), word(data, 2), word(data, 4), word(data, 6)]),
            0x0006 | 0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x00BD => {
                let last = if kind == 0x00BD { data.len() as u64 / 6 } else { 0 };
                Some([word(data, 0), word(data, 0), word(data, 2), word(data, 2) + last])
            }
            _ => None,
        };
        if let Some([top, bottom, left, right]) = area {
            let known = box_of_sheet.get_or_insert([top, bottom, left, right]);
            *known =
                [known[0].min(top), known[1].max(bottom), known[2].min(left), known[3].max(right)];
        }
        let cells = box_of_sheet.map_or(0, |[top, bottom, left, right]| {
            (bottom.saturating_sub(top) + 1).saturating_mul(right.saturating_sub(left) + 1)
        });
        if total.saturating_add(cells) > MAX_KEPT_CELLS {
            return Err(format!("it has more than {MAX_KEPT_CELLS} cells"));
        }
        // The end of a sheet.
        if kind == 0x000A {
            total += cells;
            box_of_sheet = None;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_digits_that_a_spreadsheet_shows() {
        for (number, text) in [
            (100_000.0, "100000"),
            (1e5, "100000"),
            (125_000.5, "125000.5"),
            (0.1 + 0.2, "0.3"),
            (1_234.560_000_000_000_1, "1234.56"),
            (-0.000_125, "-0.000125"),
            (123_456_789_012_345.0, "123456789012345"),
            (0.0, "0"),
        ] {
            assert_eq!(digits(number), text);
        }
    }
}
