//! Refuses workbooks that would fill the memory: each format by its own declarations, before it is read.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// The maximum number of files in a workbook.
const MAX_PARTS: usize = 2_000;
/// The maximum unpacked size of a workbook's parts, in total and of those kept in memory, in bytes.
const MAX_UNPACKED: u64 = 2 << 30;
const MAX_KEPT: u64 = 160 << 20;
/// A part that unpacks to more than this and to more than [`MAX_RATIO`] times its compressed size is not a sheet.
const RATIO_FROM: u64 = 64 << 20;
const MAX_RATIO: u64 = 200;
/// The maximum size of a cell or a tag, in bytes.
const MAX_RUN: usize = 1 << 20;
/// The maximum number of cells in a workbook that is not streamed.
const MAX_KEPT_CELLS: u64 = 5_000_000;
/// The maximum size of an XLS file, in bytes.
const MAX_XLS: u64 = 128 << 20;

/// Refuses a workbook whose parts unpack to more than any real one.
pub(super) fn check_parts(reader: impl Read + Seek) -> Result<(), String> {
    let mut archive = ZipArchive::new(reader).map_err(|error| error.to_string())?;
    if archive.len() > MAX_PARTS {
        return Err(format!("holds {} files, more than the limit of {MAX_PARTS}", archive.len()));
    }
    let (mut unpacked, mut kept) = (0_u64, 0_u64);
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| error.to_string())?;
        let name = part.name().map_err(|error| error.to_string())?.to_ascii_lowercase();
        // Pictures are ignored.
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
                return Err(format!(
                    "{name} unpacks to more than {MAX_RATIO} times its compressed size"
                ));
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

/// The state of scanning a part's bytes.
#[derive(Default)]
struct Scan {
    bytes: u64,
    /// The bytes since the last tag began or ended.
    run: usize,
    /// The end of the previous bytes, which may contain the beginning of a match.
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
            return Err(format!("has a cell longer than {MAX_RUN} bytes"));
        }
        // The reader allocates memory for the declared number of strings, so this is limited too.
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
                return Err(format!("declares {count} strings, which is too many"));
            }
        }
        let cut = self.tail.len().saturating_sub(64);
        self.tail.drain(..cut);
        Ok(())
    }
}

/// Refuses an ODS whose repeated cells exceed the size of any table.
pub(super) fn check_repeats(reader: impl Read + Seek) -> Result<(), String> {
    let mut archive = ZipArchive::new(reader).map_err(|error| error.to_string())?;
    let part = archive.by_name("content.xml").map_err(|error| error.to_string())?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
    let number = |tag: &BytesStart<'_>, name: &str| -> Result<u64, String> {
        let wrong = || format!("{name} is not a number");
        let value = tag.try_get_attribute(name).map_err(|error| error.to_string())?;
        value.map_or(Ok(1), |value| {
            String::from_utf8_lossy(value.value.as_bytes()).parse().map_err(|_| wrong())
        })
    };
    let mut buffer = Vec::new();
    // The total of cells, those of the current row up to its last nonempty one, blank ones since, and how often the row
    // repeats.
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
                return Err(format!("has a cell longer than {MAX_RUN} bytes"));
            }
            _ => {}
        }
        buffer.clear();
    }
}

/// Refuses an XLS whose cells are so far apart that the cells between them would not fit.
pub(super) fn check_records(mut reader: impl Read + Seek) -> Result<(), String> {
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
        return Err("is not a workbook".to_owned());
    }
    let mut stream = Vec::new();
    let part = file.open_stream(name).map_err(words)?;
    part.take(MAX_XLS).read_to_end(&mut stream).map_err(words)?;
    let word = |data: &[u8], at: usize| {
        data.get(at..at + 2).map_or(0, |two| u64::from(u16::from_le_bytes([two[0], two[1]])))
    };
    // The total of all sheets: the area between the first and last cell of each.
    let (mut total, mut box_of_sheet) = (0_u64, None::<[u64; 4]>);
    let mut rest = stream.as_slice();
    while rest.len() >= 4 {
        let (kind, length) = (word(rest, 0), usize::try_from(word(rest, 2)).unwrap_or_default());
        let data = &rest[4..rest.len().min(4 + length)];
        rest = &rest[data.len() + 4..];
        // The start of a sheet.
        if kind == 0x0085 && word(data, 0) + (word(data, 2) << 16) >= stream.len() as u64 {
            return Err("it is damaged: a sheet starts after the end of the file".to_owned());
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
