//! The course of one load, the same for every format.

use std::{fs::File, io::Read};

use entity::{kind::SourceKind, revision, scalar::BigInt, source};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use zip::ZipArchive;

use super::{
    ImportRequest, MaxRejects, Origin,
    claims::{Claim, ClaimVerdict, Claims},
    encoding::TextEncoding,
    error::{FilePlace, ImportError},
    input::{self, Container, InputFile},
    rejects::Rejects,
    report::{FileReport, FoundBy, ImportReport},
    table::{
        FileRow, FileTable, HEADER_WITHIN, Layout, Mismatch, RowProblem, RowRefusal, TableShape,
    },
    workbook::{Workbook, WorkbookKind},
};
use crate::database::load::Load;

/// Records that go to the database together.
const BATCH: usize = 2_000;

/// What a row is to a format.
pub(crate) enum RowMeaning<R> {
    /// A record to be written.
    Take(R),
    /// About something that was not asked for.
    Skip,
    /// No record, for a reason that the report counts.
    LeaveOut(&'static str),
}

/// A reader of one format.
pub(crate) trait FormatReader: Sized {
    /// A file to begin with, where the columns are ours.
    const TEMPLATE: Option<&str> = None;
    /// Names of columns, all of one of which a header has that is of this format, and of no other.
    const TELLING: &[&[&str]];

    /// What a row becomes.
    type Record;

    /// A reader, which knows what the dataset holds.
    async fn open(job: &mut Job, request: &ImportRequest) -> Result<Self, ImportError>;

    /// The tables that the format knows; the first that a header fits is taken.
    fn shapes(&self) -> Vec<TableShape>;

    /// The table of the dataset to which most of a row of such a shape goes.
    fn fills(&self, shape: &str) -> &'static str;

    /// Whether a line that begins with `#` is a comment.
    fn comments(&self) -> bool {
        false
    }

    /// Whether a table of an archive, with such columns, belongs there and is not of this format.
    fn passes_over(&self, _header: &[String]) -> bool {
        false
    }

    /// Why a file with such columns must not be loaded.
    fn objection(&self, _header: &[String]) -> Option<String> {
        None
    }

    /// Begins with the rows of a table, which may be read more than once.
    fn begin(&mut self) {}

    /// Reads a row. All rows are read once before the first is written, and then again.
    fn read(&mut self, row: &FileRow<'_>) -> Result<RowMeaning<Self::Record>, RowRefusal>;

    /// What a record says about things that other rows of the load may be about, too.
    fn claims(&self, record: &Self::Record) -> Vec<Claim>;

    /// Writes records of one file.
    async fn write(&mut self, job: &mut Job, batch: Vec<Self::Record>) -> Result<(), DbErr>;

    /// Writes what could not be known before all files were read.
    async fn finish(&mut self, job: &mut Job) -> Result<(), DbErr>;
}

/// A load in its course.
pub(crate) struct Job {
    /// The load.
    pub(crate) load: Load,
    /// What it has done so far.
    pub(crate) report: ImportReport,
    /// The source that the batch came from.
    pub(crate) source_id: i32,
    inputs: Vec<(InputFile, Option<i32>)>,
    rejects: Rejects,
    max_rejects: MaxRejects,
    sheet: Option<String>,
    explain: bool,
    origins: Vec<Origin>,
    claims: Claims,
    /// Whether the files are only read, to compare what their rows say.
    comparing: bool,
    /// What contradicts itself and was seen only when it was written.
    contradiction: Option<String>,
    progress: ProgressBar,
}

impl Job {
    /// Looks up which files were loaded before.
    pub(crate) async fn new(
        load: Load,
        request: &ImportRequest,
        inputs: Vec<InputFile>,
    ) -> Result<Self, DbErr> {
        let mut report = ImportReport {
            format: request.format.name(),
            dry_run: request.dry_run,
            ..ImportReport::default()
        };
        let mut known = Vec::new();
        for input in inputs {
            let transaction = load.transaction();
            let source = source::Entity::find()
                .filter(source::Column::Sha256.eq(&input.sha256))
                .one(transaction)
                .await?;
            let mut already = None;
            if let Some(source) = source.as_ref().filter(|_| !request.again) {
                // As another format it was another load, or it will be found to be no such file.
                already = revision::Entity::find_by_id(source.revision_id)
                    .filter(revision::Column::Format.eq(request.format.name()))
                    .one(transaction)
                    .await?;
            }
            report.files.push(FileReport {
                name: input.name.clone(),
                sha256: input.sha256.clone(),
                already: already.map(|revision| revision.id),
            });
            known.push((input, source.map(|source| source.id)));
        }
        let style = ProgressStyle::with_template(
            "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
        );
        let progress =
            ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(4));
        progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Ok(Self {
            load,
            report,
            source_id: 0,
            inputs: known,
            rejects: Rejects::default(),
            max_rejects: request.max_rejects,
            sheet: request.sheet.clone(),
            explain: request.explain,
            origins: request.origins.clone(),
            claims: Claims::default(),
            comparing: false,
            contradiction: None,
            progress,
        })
    }

    /// The bytes of the files that are to be read.
    pub(crate) fn bytes(&self) -> u64 {
        let files = self.inputs.iter().zip(&self.report.files);
        files.filter(|(_, file)| file.already.is_none()).map(|((input, _), _)| input.bytes).sum()
    }

    /// Whether any file is to be read.
    pub(crate) fn has_work(&self) -> bool {
        self.report.files.iter().any(|file| file.already.is_none())
    }

    /// Makes a source of every file that is new.
    pub(crate) async fn add_sources(&mut self) -> Result<(), DbErr> {
        let mut next = self.load.next_id::<source::Entity>().await?;
        let mut rows = Vec::new();
        for (input, id) in &mut self.inputs {
            if id.is_some() {
                continue;
            }
            *id = Some(next);
            let origin = self.origins.iter().find(|origin| origin.sha256 == input.sha256);
            rows.push(source::Model {
                id: next,
                code: format!("file:{}", &input.sha256[..12]),
                kind: SourceKind::File,
                title: input.name.clone(),
                publisher: origin.map(|origin| origin.publisher.clone()),
                published_on: origin.map(|origin| origin.published_on.to_string()),
                url: origin.map(|origin| origin.url.clone()),
                sha256: Some(input.sha256.clone()),
                bytes: i64::try_from(input.bytes).ok().map(BigInt),
                revision_id: self.load.revision(),
            });
            next += 1;
        }
        self.load.insert::<source::Entity>(&rows).await
    }

    /// Reads all files and writes what they hold.
    pub(crate) async fn run<F: FormatReader>(&mut self, format: &mut F) -> Result<(), ImportError> {
        let shapes = format.shapes();
        let mut inputs = std::mem::take(&mut self.inputs);
        let mut at = 0;
        inputs.retain(|_| {
            at += 1;
            self.report.files[at - 1].already.is_none()
        });
        self.comparing = true;
        self.progress.set_message("comparing rows");
        for (input, _) in &mut inputs {
            self.progress.set_length(input.bytes);
            self.file(format, &shapes, input).await?;
        }
        self.comparing = false;
        for (mut input, source_id) in inputs {
            self.source_id = source_id.unwrap_or_default();
            self.rejects.begin(&input.rejected)?;
            self.progress.set_length(input.bytes);
            self.file(format, &shapes, &mut input).await?;
        }
        self.rejects.end()?;
        self.report.rejected.clone_from(&self.rejects.written);
        self.check_refused()?;
        self.progress.set_message("finishing");
        format.finish(self).await?;
        self.progress.finish_and_clear();
        Ok(())
    }

    async fn file<F: FormatReader>(
        &mut self,
        format: &mut F,
        shapes: &[TableShape],
        input: &mut InputFile,
    ) -> Result<(), ImportError> {
        let (name, bytes) = (input.name.clone(), input.bytes);
        let fail = |error: std::io::Error| ImportError::read(FilePlace::file(&name), &error);
        let container = input.container().map_err(fail)?;
        let progress = self.progress.clone();
        let packed = packed_workbook(input, container, bytes).map_err(fail)?;
        let file = packed.as_ref().unwrap_or(input.file());
        if let Some(kind) = WorkbookKind::of(file).map_err(fail)? {
            return match self.workbook(format, shapes, &name, file, kind).await? {
                None => Ok(()),
                Some(none) => Err(self.wrong_header(format, &none.0, &none.1, &none.2)),
            };
        }
        if container != Container::Zip {
            if self.sheet.is_some() {
                let mend = "leave out --sheet, which is for XLSX, XLS and ODS";
                return Err(ImportError::file(FilePlace::file(&name), "has no sheets", mend));
            }
            let hidden = ProgressBar::hidden();
            let reader = input.reader(&hidden).map_err(fail)?;
            let encoding =
                TextEncoding::of(input::stream(container, bytes, reader)).map_err(fail)?;
            let reader = input.reader(&progress).map_err(fail)?;
            let text = input::stream(container, bytes, reader);
            let mut table = FileTable::new(name.clone(), text, encoding, format.comments())?;
            self.remark_encoding(&name, encoding);
            return match table.header(shapes)? {
                Ok(layout) => self.table(format, &name, &mut table, &layout).await,
                Err((header, mismatch)) => {
                    Err(self.wrong_header(format, &name, &header, &mismatch))
                }
            };
        }
        self.archive(format, shapes, input).await
    }

    /// Reads the tables of a ZIP.
    async fn archive<F: FormatReader>(
        &mut self,
        format: &mut F,
        shapes: &[TableShape],
        input: &mut InputFile,
    ) -> Result<(), ImportError> {
        let name = input.name.clone();
        let damaged = |error: zip::result::ZipError| {
            let mend = "the ZIP is damaged or was cut off: download it again";
            ImportError::file(FilePlace::file(&name), error.to_string(), mend)
        };
        let fail = |error: std::io::Error| ImportError::read(FilePlace::file(&name), &error);
        let progress = self.progress.clone();
        let reader = input.reader(&progress).map_err(fail)?;
        let mut archive = ZipArchive::new(reader).map_err(damaged)?;
        let (parts, mut ignored) = input::parts(&mut archive).map_err(fail)?;
        let (mut taken, mut wrong) = (false, None);
        for index in parts {
            let (part, mut text) = input::part(&mut archive, index).map_err(fail)?;
            if input::is_workbook(&part) {
                let place = format!("{name}/{part}");
                let file = input::unpacked(&mut text).map_err(fail)?;
                let Some(kind) = WorkbookKind::of(&file).map_err(fail)? else {
                    ignored.push(part);
                    continue;
                };
                match self.workbook(format, shapes, &place, &file, kind).await? {
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
            let encoding = TextEncoding::of(text).map_err(fail)?;
            let (_, text) = input::part(&mut archive, index).map_err(fail)?;
            let place = format!("{name}/{part}");
            let mut table = match FileTable::new(place.clone(), text, encoding, format.comments()) {
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
                // A readme has no column in common with a table; a table that lacks one has many.
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
                    "the ZIP holds no CSV",
                    "give the download as it came",
                ),
            });
        }
        if !self.comparing {
            ignored.sort();
            self.report.ignored_files.append(&mut ignored);
        }
        Ok(())
    }

    /// Reads the sheet of a workbook that is of the format, or says what the nearest one has, and where.
    async fn workbook<F: FormatReader>(
        &mut self,
        format: &mut F,
        shapes: &[TableShape],
        name: &str,
        file: &File,
        kind: WorkbookKind,
    ) -> Result<Option<(String, Vec<String>, Mismatch)>, ImportError> {
        let fail = |problem: String| {
            let mend = "open it in a spreadsheet, and save it as XLSX or CSV";
            ImportError::file(FilePlace::file(name), problem, mend)
        };
        let mut book = Workbook::open(file, kind).map_err(fail)?;
        let sheets = book.sheets.clone();
        let quoted = |names: &[&str]| {
            names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
        };
        let all: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        let chosen = self.sheet.as_ref().map(|wanted| {
            let by_name = all.iter().position(|name| name.trim() == wanted.trim());
            let by_number = || wanted.parse::<usize>().ok()?.checked_sub(1);
            by_name.or_else(by_number).filter(|at| *at < all.len()).ok_or_else(|| {
                let mend = format!("name one of {} by --sheet", quoted(&all));
                let problem = format!("has no sheet {wanted:?}");
                ImportError::file(FilePlace::file(name), problem, mend)
            })
        });
        // A sheet is of the format by its first rows. One that nobody sees is read only where it is named.
        let (mut fitting, mut nearest) = (Vec::new(), None);
        let candidates: Vec<usize> = match chosen.transpose()? {
            Some(at) => vec![at],
            None => (0..sheets.len()).filter(|at| !sheets[*at].is_hidden).collect(),
        };
        for at in candidates {
            let place = format!("{name}/{}", all[at]);
            let rows = book.rows(all[at], HEADER_WITHIN).map_err(fail)?;
            match FileTable::of_sheet(place.clone(), rows).header(shapes)? {
                Ok(_) => fitting.push(at),
                Err((header, mismatch)) => {
                    let found = |it: &(String, Vec<String>, Mismatch)| it.2.found;
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
                let problem =
                    format!("has several sheets of {}: {}", self.report.format, quoted(&names));
                let mend = "name one of them by --sheet; each is a load of its own";
                return Err(ImportError::file(FilePlace::file(name), problem, mend));
            }
        };
        let others: Vec<_> = sheets.iter().filter(|sheet| sheet.name != all[taken]).collect();
        let hidden: Vec<&str> =
            others.iter().filter(|it| it.is_hidden).map(|it| it.name.as_str()).collect();
        if !others.is_empty() && !self.comparing {
            self.report.remarks.push(format!("{name}: its sheet {:?} is read", all[taken]));
        }
        if !hidden.is_empty() && !self.comparing {
            let names = quoted(&hidden);
            self.report.remarks.push(format!("{name}: hidden sheets, which are not read: {names}"));
        }
        let seen = others.iter().filter(|it| !it.is_hidden && !self.comparing);
        self.report.ignored_files.extend(seen.map(|it| format!("{name}/{}", it.name)));
        let place = format!("{name}/{}", all[taken]);
        let rows = book.rows(all[taken], usize::MAX).map_err(fail)?;
        drop(book);
        let mut table = FileTable::of_sheet(place.clone(), rows);
        match table.header(shapes)? {
            Ok(layout) => self.table(format, &place, &mut table, &layout).await?,
            Err((header, mismatch)) => return Ok(Some((place, header, mismatch))),
        }
        Ok(None)
    }

    async fn table<F: FormatReader>(
        &mut self,
        format: &mut F,
        name: &str,
        table: &mut FileTable<'_>,
        layout: &Layout,
    ) -> Result<(), ImportError> {
        if let Some(objection) = format.objection(layout.names()) {
            let mend = "take the column out of the file, and load it then";
            return Err(ImportError::file(FilePlace::line(name, 1), objection, mend));
        }
        if let Some((one, other)) = &layout.doubled {
            let problem = format!("has two columns of one name: {one:?} and {other:?}");
            let mend = "rename the one that is not meant, or take it out";
            return Err(ImportError::file(FilePlace::file(name), problem, mend));
        }
        self.claims.begin(name);
        format.begin();
        if self.comparing {
            return self.compare(format, table, layout);
        }
        self.report.unknown_columns.extend(layout.unknown.iter().cloned());
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let meaning = match table.row(layout) {
                Ok(None) => break,
                Ok(Some(row)) => format.read(&row).and_then(|it| self.judged(format, &row, it)),
                Err(RowProblem::Row(refusal)) => Err(refusal),
                Err(RowProblem::File(error)) => return Err(error),
            };
            self.report.rows_read += 1;
            match meaning {
                Ok(RowMeaning::Take(record)) => batch.push(record),
                Ok(RowMeaning::Skip) => self.report.skipped += 1,
                Ok(RowMeaning::LeaveOut(reason)) => self.report.note(reason),
                Err(refusal) => self.refuse(name, format.fills(layout.shape), &refusal)?,
            }
            if batch.len() == BATCH {
                format.write(self, std::mem::take(&mut batch)).await?;
                self.check_contradiction(name)?;
                batch.reserve(BATCH);
                let rows = self.report.rows_read;
                let seconds = self.progress.elapsed().as_secs().max(1);
                self.progress.set_message(format!("{rows} rows, {}/s", rows / seconds));
            }
        }
        if !batch.is_empty() {
            format.write(self, batch).await?;
            self.check_contradiction(name)?;
        }
        Ok(())
    }

    fn remark_encoding(&mut self, name: &str, encoding: TextEncoding) {
        if let Some(encoding) = encoding.name().filter(|_| !self.comparing) {
            self.report.remarks.push(format!("{name} is read as {encoding}"));
        }
    }

    /// Reads the rows of a table for what they say. What is wrong with a row is said when it is read again.
    fn compare<F: FormatReader>(
        &mut self,
        format: &mut F,
        table: &mut FileTable<'_>,
        layout: &Layout,
    ) -> Result<(), ImportError> {
        loop {
            let row = match table.row(layout) {
                Ok(None) => return Ok(()),
                Ok(Some(row)) => row,
                Err(RowProblem::Row(_)) => continue,
                Err(RowProblem::File(error)) => return Err(error),
            };
            if let Ok(RowMeaning::Take(record)) = format.read(&row) {
                for claim in format.claims(&record) {
                    self.claims.note(&claim, row.line);
                }
            }
        }
    }

    /// What a row means, when it is held against the other rows of the load.
    fn judged<F: FormatReader>(
        &self,
        format: &F,
        row: &FileRow<'_>,
        meaning: RowMeaning<F::Record>,
    ) -> Result<RowMeaning<F::Record>, RowRefusal> {
        let RowMeaning::Take(record) = &meaning else { return Ok(meaning) };
        for claim in format.claims(record) {
            match self.claims.verdict(&claim, row.line) {
                ClaimVerdict::Stands => {}
                ClaimVerdict::Replaced => {
                    return Ok(RowMeaning::LeaveOut(
                        "rows that a newer row of the same load replaces, left out",
                    ));
                }
                ClaimVerdict::Contradicted { file, line } => {
                    let thing = claim.thing;
                    let reason = format!(
                        "says something else of the {thing} than {file}, line {line}: neither row is taken"
                    );
                    return Err(row.refuse(claim.field, reason));
                }
            }
        }
        Ok(meaning)
    }

    /// Notes that two rows, which were not known to be about the same thing before, contradict each other: the load
    /// ends.
    pub(crate) fn contradict(&mut self, what: String) {
        self.contradiction.get_or_insert(what);
    }

    fn check_contradiction(&mut self, name: &str) -> Result<(), ImportError> {
        match self.contradiction.take() {
            None => Ok(()),
            Some(what) => {
                let mend =
                    "take out the rows that are wrong, or load files of different days one by one";
                Err(ImportError::file(FilePlace::file(name), what, mend))
            }
        }
    }

    fn refuse(
        &mut self,
        name: &str,
        table: &'static str,
        refusal: &RowRefusal,
    ) -> Result<(), ImportError> {
        self.report.refused += 1;
        self.report.tally(table).refused += 1;
        self.rejects.add(name, refusal)?;
        // A number of rows is exceeded for good; a share may still be made up for.
        if let MaxRejects::Count(_) = self.max_rejects {
            self.rejects_flushed_check()?;
        }
        Ok(())
    }

    fn rejects_flushed_check(&mut self) -> Result<(), ImportError> {
        if self.max_rejects.exceeded(self.report.refused, self.considered()) {
            self.rejects.end()?;
            return self.check_refused();
        }
        Ok(())
    }

    fn considered(&self) -> u64 {
        self.report.rows_read.max(self.report.refused) - self.report.skipped
    }

    fn check_refused(&self) -> Result<(), ImportError> {
        if !self.max_rejects.exceeded(self.report.refused, self.considered()) {
            return Ok(());
        }
        let listed: Vec<String> =
            self.rejects.written.iter().map(|path| path.display().to_string()).collect();
        Err(ImportError::TooManyRefused {
            refused: self.report.refused,
            considered: self.considered(),
            limit: self.max_rejects.to_string(),
            listed: listed.join(", "),
            first: self.rejects.first.clone().unwrap_or_default(),
        })
    }

    fn wrong_header<F: FormatReader>(
        &self,
        format: &F,
        name: &str,
        header: &[String],
        mismatch: &Mismatch,
    ) -> ImportError {
        if let Some(objection) = format.objection(header) {
            let mend = "take the column out of the file, and load it then";
            return ImportError::file(FilePlace::line(name, mismatch.line), objection, mend);
        }
        let found: Vec<&str> = header.iter().take(12).map(|column| column.trim()).collect();
        let more = if header.len() > 12 { ", ..." } else { "" };
        let problem = format!(
            "is not {}: it lacks the column{} {} (it has {}{more})",
            self.report.format,
            if mismatch.missing.len() == 1 { "" } else { "s" },
            mismatch.missing.join(", "),
            found.join(", "),
        );
        let mend = match super::resembling(header).filter(|it| *it != self.report.format) {
            Some(other) => format!("it looks like {other}: try `cops-graphql import {other}`"),
            None => {
                "check which file it is; `cops-graphql import --help` lists the formats".to_owned()
            }
        };
        ImportError::file(FilePlace::line(name, mismatch.line), problem, mend)
    }

    /// Counts how something was found, and says so where it was asked for.
    pub(crate) fn matched(&mut self, way: FoundBy, what: impl FnOnce() -> String) {
        *self.report.matches.entry(way).or_default() += 1;
        if self.explain {
            self.report.explanations.push(format!("{way}: {}", what()));
        }
    }

    /// Counts a recipient that several agencies fit, so that it is none of them.
    pub(crate) fn ambiguous(&mut self, what: impl FnOnce() -> String) {
        self.report.note_example(
            "recipients that several agencies fit, kept as organizations: `import --review FILE` lists them",
            what,
        );
    }

    /// Ends the load: commits it, unless it was a trial or had nothing to do.
    pub(crate) async fn end(mut self) -> Result<ImportReport, DbErr> {
        self.report.explanations.sort();
        if self.has_work() && !self.report.dry_run {
            let revision: revision::Model = self.load.commit(self.report.counts()).await?;
            self.report.revision = Some(revision.id);
        }
        Ok(self.report)
    }
}

/// The workbook in a gzip, where that is what it holds.
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
    // What is cut off is told where it is read.
    let is_read = text.take(4).read_to_end(&mut start).is_ok();
    if !is_read || !(start.starts_with(b"PK") || start.starts_with(b"\xD0\xCF\x11\xE0")) {
        return Ok(None);
    }
    let mut text = input::stream(Container::Gzip, bytes, input.reader(&hidden)?);
    input::unpacked(&mut text).map(Some)
}
