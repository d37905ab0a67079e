//! Workbooks of every kind, built by hand, with cells as Excel and `LibreOffice` write them.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use zip::{ZipWriter, write::SimpleFileOptions};

/// A cell of a sheet that a test makes.
#[derive(Clone, Copy)]
pub(super) enum Made {
    Text(&'static str),
    Number(f64),
    /// A day, as the days since 1899-12-30.
    Day(u32),
    Error(&'static str),
    /// A formula that was never calculated.
    Formula,
    Blank,
}

use Made::{Blank, Day, Error, Formula, Number, Text};

pub(super) struct MadeSheet {
    pub(super) name: &'static str,
    pub(super) is_hidden: bool,
    pub(super) rows: Vec<Vec<Made>>,
    pub(super) merged: &'static str,
}

pub(super) fn sheet(name: &'static str, rows: Vec<Vec<Made>>) -> MadeSheet {
    MadeSheet { name, is_hidden: false, rows, merged: "" }
}

pub(super) fn zipped(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

pub(super) fn xlsx(sheets: &[MadeSheet]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut listed, mut related) = (String::new(), String::new());
    let mut strings: Vec<&str> = Vec::new();
    let mut parts = Vec::new();
    for (sheet, id) in sheets.iter().zip(1..) {
        let state = if sheet.is_hidden { "hidden" } else { "visible" };
        let name = escaped(sheet.name);
        let _ = write!(
            listed,
            "<sheet name=\"{name}\" sheetId=\"{id}\" state=\"{state}\" r:id=\"r{id}\"/>"
        );
        let _ = write!(
            related,
            "<Relationship Id=\"r{id}\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>"
        );
        let mut rows = String::new();
        for (cells, row) in sheet.rows.iter().zip(1..) {
            let _ = write!(rows, "<row r=\"{row}\">");
            for (cell, column) in cells.iter().zip(b'A'..) {
                let at = format!("r=\"{}{row}\"", char::from(column));
                let _ = match cell {
                    Blank => Ok(()),
                    Number(number) => write!(rows, "<c {at} s=\"2\"><v>{number:e}</v></c>"),
                    Day(day) => write!(rows, "<c {at} s=\"1\"><v>{day}</v></c>"),
                    Error(error) => write!(rows, "<c {at} t=\"e\"><f>1/0</f><v>{error}</v></c>"),
                    Formula => write!(rows, "<c {at}><f>SUM(A1:A2)</f></c>"),
                    Text(text) => {
                        strings.push(text);
                        write!(rows, "<c {at} t=\"s\"><v>{}</v></c>", strings.len() - 1)
                    }
                };
            }
            rows.push_str("</row>");
        }
        let merged = sheet.merged.split_whitespace().fold(String::new(), |mut text, range| {
            let _ = write!(text, "<mergeCell ref=\"{range}\"/>");
            text
        });
        let merged = match merged.as_str() {
            "" => merged,
            _ => format!("<mergeCells>{merged}</mergeCells>"),
        };
        let text = format!(
            "<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData>{merged}</worksheet>"
        );
        parts.push((format!("xl/worksheets/sheet{id}.xml"), text));
    }
    let texts = strings.iter().fold(String::new(), |mut text, string| {
        let _ = write!(text, "<si><t xml:space=\"preserve\">{}</t></si>", escaped(string));
        text
    });
    let count = strings.len();
    let mut all = vec![
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"
                .to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets>{listed}</sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!("<Relationships xmlns=\"{package}\">{related}</Relationships>"),
        ),
        (
            "xl/sharedStrings.xml",
            format!("<sst xmlns=\"{main}\" uniqueCount=\"{count}\">{texts}</sst>"),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"44\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    all.extend(parts.iter().map(|(name, text)| (name.as_str(), text.clone())));
    zipped(&all)
}

pub(super) fn ods(sheets: &[MadeSheet]) -> Vec<u8> {
    let mut body = String::new();
    for sheet in sheets {
        let style = if sheet.is_hidden { "hidden" } else { "seen" };
        let _ = write!(
            body,
            "<table:table table:name=\"{}\" table:style-name=\"{style}\">",
            escaped(sheet.name)
        );
        for cells in &sheet.rows {
            body.push_str("<table:table-row>");
            for cell in cells {
                let _ = match cell {
                    Blank | Formula | Error(_) => write!(body, "<table:table-cell/>"),
                    Number(number) => write!(
                        body,
                        "<table:table-cell office:value-type=\"float\" office:value=\"{number:e}\"><text:p>x</text:p></table:table-cell>"
                    ),
                    Day(day) => {
                        let start = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
                        let day = start + chrono::Days::new(u64::from(*day));
                        write!(
                            body,
                            "<table:table-cell office:value-type=\"date\" office:date-value=\"{day}\"><text:p>x</text:p></table:table-cell>"
                        )
                    }
                    Text(text) => write!(
                        body,
                        "<table:table-cell office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>",
                        escaped(text)
                    ),
                };
            }
            body.push_str(
                "<table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row>",
            );
        }
        body.push_str("<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row></table:table>");
    }
    let name = "urn:oasis:names:tc:opendocument:xmlns";
    let style = |name: &str, shown: bool| {
        format!(
            "<style:style style:name=\"{name}\" style:family=\"table\"><style:table-properties table:display=\"{shown}\"/></style:style>"
        )
    };
    let styles = style("seen", true) + &style("hidden", false);
    let content = format!(
        "<office:document-content xmlns:office=\"{name}:office:1.0\" xmlns:table=\"{name}:table:1.0\" xmlns:text=\"{name}:text:1.0\" xmlns:style=\"{name}:style:1.0\"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    );
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
        ("content.xml", content),
        (
            "META-INF/manifest.xml",
            format!("<manifest:manifest xmlns:manifest=\"{name}:manifest:1.0\"/>"),
        ),
    ])
}

pub(super) fn xls(sheets: &[MadeSheet]) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
    };
    let text = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let start = |kind: u16| {
        record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat())
    };
    let format =
        |number: u16| record(0x00E0, &[&[0, 0][..], &number.to_le_bytes(), &[0; 16]].concat());
    let streams: Vec<Vec<u8>> = sheets
        .iter()
        .map(|sheet| {
            let mut stream = start(0x0010);
            for (cells, row) in sheet.rows.iter().zip(0_u16..) {
                for (cell, column) in cells.iter().zip(0_u16..) {
                    let at = |format: u16| {
                        [row.to_le_bytes(), column.to_le_bytes(), format.to_le_bytes()].concat()
                    };
                    let number = |number: f64, format: u16| {
                        record(0x0203, &[at(format), number.to_le_bytes().to_vec()].concat())
                    };
                    stream.extend(match cell {
                        Blank | Formula | Error(_) => Vec::new(),
                        Number(it) => number(*it, 0),
                        Day(day) => number(f64::from(*day), 1),
                        Text(it) => {
                            let length = u16::try_from(it.encode_utf16().count()).unwrap();
                            record(
                                0x0204,
                                &[at(0), length.to_le_bytes().to_vec(), vec![1], text(it)].concat(),
                            )
                        }
                    });
                }
            }
            stream.extend(record(0x000A, &[]));
            stream
        })
        .collect();
    let globals = |places: &[u32]| {
        let mut stream = start(0x0005);
        stream.extend(format(0));
        stream.extend(format(14));
        for (sheet, place) in sheets.iter().zip(places) {
            let length = u8::try_from(sheet.name.len()).unwrap();
            let data = [
                &place.to_le_bytes()[..],
                &[u8::from(sheet.is_hidden), 0, length, 1],
                &text(sheet.name),
            ]
            .concat();
            stream.extend(record(0x0085, &data));
        }
        stream.extend(record(0x000A, &[]));
        stream
    };
    let mut at = globals(&vec![0; sheets.len()]).len();
    let places: Vec<u32> = streams
        .iter()
        .map(|stream| {
            at += stream.len();
            u32::try_from(at - stream.len()).unwrap()
        })
        .collect();
    let workbook = [globals(&places), streams.concat()].concat();
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("Workbook").unwrap().write_all(&workbook).unwrap();
    file.into_inner().into_inner()
}
