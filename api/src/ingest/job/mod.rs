//! Runs one load, the same way for every format.
//!
//! [`files`] finds the tables of a file, [`rows`] reads their rows and has the format ([`FormatReader`]) write them,
//! and [`refused`] handles refusals.

mod files;
mod reader;
mod refused;
mod rows;

use entity::{kind::SourceKind, revision, scalar::BigInt, source};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use self::files::KeptTables;
pub(crate) use self::reader::{FormatReader, RowMeaning};
use super::{
    ImportRequest, MaxRejects, Origin,
    claims::Claims,
    error::ImportError,
    input::InputFile,
    json::AnswerPage,
    rejects::Rejects,
    report::{FileReport, FoundBy, ImportReport},
};
use crate::database::load::Load;

/// A load in progress.
pub(crate) struct Job {
    /// The load.
    pub(crate) load: Load,
    /// The report so far.
    pub(crate) report: ImportReport,
    /// The source of the current batch.
    pub(crate) source_id: i32,
    inputs: Vec<(InputFile, Option<i32>)>,
    rejects: Rejects,
    max_rejects: MaxRejects,
    sheet: Option<String>,
    explain: bool,
    origins: Vec<Origin>,
    claims: Claims,
    /// Whether this is the first pass, which only compares rows.
    comparing: bool,
    /// A contradiction that was found only while writing.
    contradiction: Option<String>,
    /// The pages of API responses among the files.
    pages: Vec<(String, AnswerPage)>,
    /// The number of records read.
    taken: u64,
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
                // A file that was loaded as another format was a different load, or will be refused now.
                already = revision::Entity::find_by_id(source.revision_id)
                    .filter(revision::Column::Format.eq(request.format.name()))
                    .one(transaction)
                    .await?;
            }
            report.files.push(FileReport {
                name: input.name.clone(),
                sha256: Some(input.sha256.clone()),
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
            pages: Vec::new(),
            taken: 0,
            progress,
        })
    }

    /// Whether any file must be read.
    pub(crate) fn has_work(&self) -> bool {
        self.report.files.iter().any(|file| file.already.is_none())
    }

    /// Creates a source for every new file.
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

    /// Reads all files and writes their content.
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
        let mut kept = Vec::with_capacity(inputs.len());
        for (input, _) in &mut inputs {
            let mut tables = KeptTables::default();
            let pages = self.pages.len();
            let read = self.file(format, &shapes, input, &mut tables).await;
            read.map_err(|error| error.with_path(&input.name, &input.path))?;
            for (place, _) in &mut self.pages[pages..] {
                *place = place.replacen(&input.name, &input.path, 1);
            }
            kept.push(tables);
        }
        self.comparing = false;
        self.check_pages()?;
        for ((mut input, source_id), mut tables) in inputs.into_iter().zip(kept) {
            self.source_id = source_id.unwrap_or_default();
            self.rejects.begin(&input.rejected)?;
            let read = self.file(format, &shapes, &mut input, &mut tables).await;
            read.map_err(|error| error.with_path(&input.name, &input.path))?;
            input.check_unchanged()?;
        }
        // The comparison is finished, and the database needs memory for its indexes.
        self.claims = Claims::default();
        self.rejects.end()?;
        self.report.rejected.clone_from(&self.rejects.written);
        self.check_refused()?;
        self.progress.set_message("finishing");
        format.finish(self).await?;
        self.progress.finish_and_clear();
        Ok(())
    }

    /// Counts how something was found, and explains it if requested.
    pub(crate) fn matched(&mut self, way: FoundBy, what: impl FnOnce() -> String) {
        *self.report.matches.entry(way).or_default() += 1;
        if self.explain {
            self.report.explanations.push(format!("{way}: {}", what()));
        }
    }

    /// Counts a recipient that several agencies fit, and that is therefore matched to none.
    pub(crate) fn ambiguous(&mut self, what: impl FnOnce() -> String) {
        self.report.note_example(
            "recipients that fit several agencies, kept as organizations: `import --review FILE` lists them",
            what,
        );
    }

    /// Ends the load: commits it, unless it was a dry run or had nothing to do. A load without rows removes nothing.
    pub(crate) async fn end(mut self) -> Result<ImportReport, DbErr> {
        self.report.explanations.sort();
        self.report.is_empty = self.has_work() && self.taken == 0;
        if self.report.is_empty {
            for tally in self.report.tables.values_mut() {
                tally.removed = 0;
            }
        } else if self.has_work() && !self.report.dry_run {
            let revision: revision::Model = self.load.commit(self.report.counts()).await?;
            self.report.revision = Some(revision.id);
        }
        Ok(self.report)
    }
}
