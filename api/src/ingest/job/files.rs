//! The tables of a file: of a text, an archive or a workbook.
//!
//! A file is read twice. Results that are expensive and do not change are kept from the first pass: the encoding of a
//! text, and the rows of a sheet, in a temporary file.

use std::{collections::HashMap, fs::File, io::Read};

use indicatif::ProgressBar;
use zip::ZipArchive;

use super::{FormatReader, Job};
use crate::ingest::{
    encoding::TextEncoding,
    error::{FilePlace, ImportError},
    input::{self, Container, InputFile},
    layout::{Mismatch, TableShape},
    table::{FileTable, HEADER_WITHIN},
    workbook::{SpooledSheet, Workbook, WorkbookKind},
};

/// What the first pass over a file keeps for the second.
#[derive(Default)]
pub(super) struct KeptTables {
    /// The encoding of each text, by place.
    encodings: HashMap<String, TextEncoding>,
    /// The sheet read from each workbook, by the place of the workbook, with the sheet's place.
    sheets: HashMap<String, (String, SpooledSheet)>,
}

/// A table that does not fit the format: its place, its header, and what is missing.
type WrongTable = (String, Vec<String>, Mismatch);

impl Job {
    /// Reads the tables of a file.
    pub(super) async fn file<F: FormatReader>(
        &mut self,
        format: &mut F,
        shapes: &[TableShape],
        input: &mut InputFile,
        kept: &mut KeptTables,
    ) -> Result<(), ImportError> {
        let (name, bytes) = (input.name.clone(), input.bytes);
        if let Some((place, sheet)) = kept.sheets.remove(&name) {
            return self.sheet(format, shapes, &place, &sheet).await;
        }
        let fail = |error: std::io::Error| ImportError::read(FilePlace::file(&name), &error);
        let container = input.container().map_err(fail)?;
        let progress = self.progress.clone();
        let packed = packed_workbook(input, container, bytes).map_err(fail)?;
        let file = packed.as_ref().unwrap_or(input.file());
        if let Some(kind) = WorkbookKind::of(file).map_err(fail)? {
            return match self.workbook(format, shapes, &name, file, kind, kept).await? {
                None => Ok(()),
                Some(none) => Err(self.wrong_header(format, &none.0, &none.1, &none.2)),
            };
        }
        self.progress.set_length(bytes);
        if container != Container::Zip {
            if self.sheet.is_some() {
                let mend = "omit --sheet, which applies only to XLSX, XLS and ODS";
                return Err(ImportError::file(FilePlace::file(&name), "has no sheets", mend));
            }
            let encoding = if let Some(encoding) = kept.encodings.get(&name) {
                *encoding
            } else {
                let reader = input.reader(&progress).map_err(fail)?;
                TextEncoding::of(input::stream(container, bytes, reader)).map_err(fail)?
            };
            kept.encodings.insert(name.clone(), encoding);
            let reader = input.reader(&progress).map_err(fail)?;
            let text = input::stream(container, bytes, reader);
            let mut table = FileTable::new(name.clone(), text, encoding, F::COMMENTS, F::ANSWERS)?;
            self.remark_encoding(&name, encoding);
            return match table.header(shapes)? {
                Ok(layout) => self.table(format, &name, &mut table, &layout).await,
                Err((header, mismatch)) => {
                    Err(self.wrong_header(format, &name, &header, &mismatch))
                }
            };
        }
        self.archive(format, shapes, input, kept).await
    }

    /// Reads the tables of a ZIP.
    async fn archive<F: FormatReader>(
        &mut self,
        format: &mut F,
        shapes: &[TableShape],
        input: &mut InputFile,
        kept: &mut KeptTables,
    ) -> Result<(), ImportError> {
        let (name, bytes) = (input.name.clone(), input.bytes);
        let damaged = |error: zip::result::ZipError| {
            let mend = "the ZIP is damaged or incomplete: download it again";
            ImportError::file(FilePlace::file(&name), error.to_string(), mend)
        };
        let fail = |error: std::io::Error| ImportError::read(FilePlace::file(&name), &error);
        let progress = self.progress.clone();
        let reader = input.reader(&progress).map_err(fail)?;
        let mut archive = ZipArchive::new(reader).map_err(damaged)?;
        let (parts, mut ignored) = input::parts(&mut archive).map_err(fail)?;
        let (mut taken, mut wrong) = (false, None);
        for index in parts {
            progress.set_length(bytes);
            let place = input::place_of(&name, &archive, index);
            let fail = |error: std::io::Error| ImportError::read(FilePlace::file(&place), &error);
            let (part, mut text) = input::part(&mut archive, index).map_err(fail)?;
            if let Some((place, sheet)) = kept.sheets.remove(&place) {
                drop(text);
                self.sheet(format, shapes, &place, &sheet).await?;
                taken = true;
                continue;
            }
            if input::is_workbook(&part) {
                let file = input::unpacked(&mut text).map_err(fail)?;
                let Some(kind) = WorkbookKind::of(&file).map_err(fail)? else {
                    ignored.push(part);
                    continue;
                };
                match self.workbook(format, shapes, &place, &file, kind, kept).await? {
                    None => taken = true,
                    Some((place, header, mismatch)) if mismatch.found > 0 => {
                        return Err(self.wrong_header(format, &place, &header, &mismatch));
                    }
                    Some(none) => {
                        ignored.push(part);
                        wrong = wrong.or(Some(none));
                    }
                }
                continue;
            }
            let known = kept.encodings.get(&place).copied();
            let encoding = known.map_or_else(|| TextEncoding::of(text), Ok).map_err(fail)?;
            kept.encodings.insert(place.clone(), encoding);
            let (_, text) = input::part(&mut archive, index).map_err(fail)?;
            let table = FileTable::new(place.clone(), text, encoding, F::COMMENTS, F::ANSWERS);
            let mut table = match table {
                Ok(table) => table,
                Err(error) if matches!(&error, ImportError::File { problem, .. } if problem == "is empty") =>
                {
                    ignored.push(part);
                    continue;
                }
                Err(error) => return Err(error),
            };
            match table.header(shapes)? {
                Ok(layout) => {
                    self.remark_encoding(&place, encoding);
                    self.table(format, &place, &mut table, &layout).await?;
                    taken = true;
                }
                // A readme has no columns in common with a table; a table with a missing column has many.
                Err((header, mismatch)) if mismatch.found > 0 && !format.passes_over(&header) => {
                    return Err(self.wrong_header(format, &place, &header, &mismatch));
                }
                Err((header, mismatch)) => {
                    ignored.push(part);
                    wrong = wrong.or(Some((place, header, mismatch)));
                }
            }
        }
        if !taken {
            return Err(match wrong {
                Some((place, header, mismatch)) => {
                    self.wrong_header(format, &place, &header, &mismatch)
                }
                None => ImportError::file(
                    FilePlace::file(&name),
                    "the ZIP contains no CSV",
                    "provide the download unchanged",
                ),
            });
        }
        if self.comparing {
            ignored.sort();
            self.report.ignored_files.append(&mut ignored);
        }
        Ok(())
    }

    /// Reads the sheet of a workbook that fits the format, or returns the nearest one.
    async fn workbook<F: FormatReader>(
        &mut self,
        format: &mut F,
        shapes: &[TableShape],
        name: &str,
        file: &File,
        kind: WorkbookKind,
        kept: &mut KeptTables,
    ) -> Result<Option<WrongTable>, ImportError> {
        let fail = |problem: String| {
            let mend = "open it in a spreadsheet, and save it as XLSX or CSV";
            ImportError::file(FilePlace::file(name), problem, mend)
        };
        let unread = |error: std::io::Error| ImportError::read(FilePlace::file(name), &error);
        let progress = self.progress.clone();
        let mut book = Workbook::open(file, kind, &progress).map_err(fail)?;
        let sheets = book.sheets.clone();
        let quoted = |names: &[&str]| {
            names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
        };
        let all: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        let chosen = self.sheet.as_ref().map(|wanted| {
            let by_name = all.iter().position(|name| name.trim() == wanted.trim());
            let by_number = || wanted.parse::<usize>().ok()?.checked_sub(1);
            by_name.or_else(by_number).filter(|at| *at < all.len()).ok_or_else(|| {
                let mend = format!("choose one of {} with --sheet", quoted(&all));
                let problem = format!("has no sheet {wanted:?}");
                ImportError::file(FilePlace::file(name), problem, mend)
            })
        });
        // The first rows show whether a sheet fits the format. A hidden sheet is read only if it is named.
        let (mut fitting, mut nearest) = (Vec::new(), None);
        let candidates: Vec<usize> = match chosen.transpose()? {
            Some(at) => vec![at],
            None => (0..sheets.len()).filter(|at| !sheets[*at].is_hidden).collect(),
        };
        for at in candidates {
            let place = format!("{name}/{}", all[at]);
            let head = book.rows(all[at], HEADER_WITHIN).map_err(fail)?;
            let rows = head.rows(&ProgressBar::hidden()).map_err(unread)?;
            match FileTable::of_sheet(place.clone(), rows).header(shapes)? {
                Ok(_) => fitting.push(at),
                Err((header, mismatch)) => {
                    let found = |it: &WrongTable| it.2.found;
                    if nearest.as_ref().is_none_or(|it| found(it) < mismatch.found) {
                        nearest = Some((place, header, mismatch));
                    }
                }
            }
        }
        let taken = match fitting.as_slice() {
            [] => {
                let none = Mismatch { missing: Vec::new(), found: 0, line: 1 };
                return Ok(nearest.or_else(|| Some((name.to_owned(), Vec::new(), none))));
            }
            [taken] => *taken,
            several => {
                let names: Vec<&str> = several.iter().map(|at| all[*at]).collect();
                let problem = format!(
                    "has several sheets in the format {}: {}",
                    self.report.format,
                    quoted(&names)
                );
                let mend = "choose one with --sheet; each sheet is a separate load";
                return Err(ImportError::file(FilePlace::file(name), problem, mend));
            }
        };
        let others: Vec<_> = sheets.iter().filter(|sheet| sheet.name != all[taken]).collect();
        let hidden = others.iter().filter(|it| it.is_hidden);
        let hidden: Vec<&str> = hidden.map(|it| it.name.as_str()).collect();
        if !others.is_empty() {
            self.report.remarks.push(format!("{name}: only the sheet {:?} was read", all[taken]));
        }
        if !hidden.is_empty() {
            let names = quoted(&hidden);
            self.report.remarks.push(format!("{name}: the hidden sheets {names} were not read"));
        }
        let seen = others.iter().filter(|it| !it.is_hidden);
        self.report.ignored_files.extend(seen.map(|it| format!("{name}/{}", it.name)));
        let place = format!("{name}/{}", all[taken]);
        let sheet = book.rows(all[taken], usize::MAX).map_err(fail)?;
        drop(book);
        self.sheet(format, shapes, &place, &sheet).await?;
        kept.sheets.insert(name.to_owned(), (place, sheet));
        Ok(None)
    }

    /// Reads the rows of a sheet.
    async fn sheet<F: FormatReader>(
        &mut self,
        format: &mut F,
        shapes: &[TableShape],
        place: &str,
        sheet: &SpooledSheet,
    ) -> Result<(), ImportError> {
        let fail = |error: std::io::Error| ImportError::read(FilePlace::file(place), &error);
        let rows = sheet.rows(&self.progress).map_err(fail)?;
        let mut table = FileTable::of_sheet(place.to_owned(), rows);
        match table.header(shapes)? {
            Ok(layout) => self.table(format, place, &mut table, &layout).await,
            Err((header, mismatch)) => Err(self.wrong_header(format, place, &header, &mismatch)),
        }
    }

    fn remark_encoding(&mut self, name: &str, encoding: TextEncoding) {
        if let Some(encoding) = encoding.name().filter(|_| !self.comparing) {
            self.report.remarks.push(format!("{name} was read as {encoding}"));
        }
    }
}

/// The workbook in a gzip file, if it contains one.
fn packed_workbook(
    input: &mut InputFile,
    container: Container,
    bytes: u64,
) -> std::io::Result<Option<File>> {
    if container != Container::Gzip {
        return Ok(None);
    }
    let hidden = ProgressBar::hidden();
    let mut start = Vec::new();
    let text = input::stream(Container::Gzip, bytes, input.reader(&hidden)?);
    // An incomplete file is reported where it is read.
    let is_read = text.take(4).read_to_end(&mut start).is_ok();
    if !is_read || !input::is_workbook_inside(&start) {
        return Ok(None);
    }
    let mut text = input::stream(Container::Gzip, bytes, input.reader(&hidden)?);
    input::unpacked(&mut text).map(Some)
}
