//! The report of a load, for the person who ran it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
    time::Duration,
};

use serde::Serialize;
use serde_json::{Value, json};

use crate::database::load::{LoadCounts, TableTally, Tallies};

/// How a recipient, provider or agency of a file was found in the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FoundBy {
    /// An agency by its ORI.
    AgencyByOri,
    /// The only agency of that name in the state.
    AgencyByName,
    /// The only police department of the municipality.
    AgencyByPlace,
    /// The only sheriff, or the only police, of the county.
    AgencyByCounty,
    /// An agency, decided by a person.
    AgencyByReview,
    /// An agency that the load added: the file gives its ORI.
    AgencyAdded,
    /// An organization by its unique entity identifier.
    OrganizationByUei,
    /// An organization by its name and state.
    OrganizationByName,
    /// An organization that the load added.
    OrganizationAdded,
    /// An award of an award list, found by recipient, program, year and amount.
    AwardByRecipient,
}

impl fmt::Display for FoundBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AgencyByOri => "agency by ORI",
            Self::AgencyByName => "agency by name and state",
            Self::AgencyByPlace => "agency by municipality and state",
            Self::AgencyByCounty => "agency by county and state",
            Self::AgencyByReview => "agency by review",
            Self::AgencyAdded => "agency added by ORI",
            Self::OrganizationByUei => "organization by UEI",
            Self::OrganizationByName => "organization by name and state",
            Self::OrganizationAdded => "organization added",
            Self::AwardByRecipient => "award by recipient, program, year and amount",
        })
    }
}

/// A file of the load.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// Its SHA-256 digest. None if it was not read.
    pub sha256: Option<String>,
    /// The earlier load that read this file, if it was skipped for that reason.
    pub already: Option<i32>,
}

/// The result of a load.
#[derive(Clone, Debug, Default)]
pub struct ImportReport {
    /// The format.
    pub format: &'static str,
    /// The files.
    pub files: Vec<FileReport>,
    /// Rows read.
    pub rows_read: u64,
    /// Rows skipped because they are of another assistance listing than those requested.
    pub skipped: u64,
    /// Refused rows.
    pub refused: u64,
    /// The counts of each table.
    pub tables: Tallies,
    /// How recipients were found. Counts distinct recipients, not rows.
    pub matches: BTreeMap<FoundBy, u64>,
    /// How each recipient was found, one line each; only if requested.
    pub explanations: Vec<String>,
    /// Columns that the format does not read.
    pub unknown_columns: BTreeSet<String>,
    /// Files in archives that hold no rows of the format.
    pub ignored_files: Vec<String>,
    /// Other things worth knowing, and how often each happened.
    pub notes: BTreeMap<&'static str, u64>,
    /// How files were read if not in the usual way: one sentence each.
    pub remarks: Vec<String>,
    /// Examples for the notes.
    pub examples: BTreeMap<&'static str, Vec<String>>,
    /// Things to check, how often it happened, and examples.
    pub warnings: BTreeMap<&'static str, (u64, Vec<String>)>,
    /// The file of recipients that match no agency, and their number.
    pub review: Option<(PathBuf, u64)>,
    /// The files that list refused rows.
    pub rejected: Vec<PathBuf>,
    /// How long the load took.
    pub elapsed: Duration,
    /// The revision that the load created. None if nothing was written.
    pub revision: Option<i32>,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// Whether no row was loaded, so nothing changed.
    pub is_empty: bool,
}

impl ImportReport {
    /// The tally of a table.
    pub(crate) fn tally(&mut self, table: &'static str) -> &mut TableTally {
        self.tables.entry(table).or_default()
    }

    /// Counts an occurrence of a note.
    pub(crate) fn note(&mut self, text: &'static str) {
        *self.notes.entry(text).or_default() += 1;
    }

    /// Counts an occurrence of a note, and keeps the first few as examples.
    pub(crate) fn note_example(&mut self, text: &'static str, example: impl FnOnce() -> String) {
        self.note(text);
        let examples = self.examples.entry(text).or_default();
        if examples.len() < 5 {
            examples.push(example());
        }
    }

    /// Sets the count and examples of a note.
    pub(crate) fn note_with_examples(
        &mut self,
        text: &'static str,
        count: u64,
        examples: Vec<String>,
    ) {
        if count > 0 {
            self.notes.insert(text, count);
            self.examples.insert(text, examples);
        }
    }

    /// Sets the count and examples of a warning.
    pub(crate) fn warn(&mut self, text: &'static str, count: u64, examples: Vec<String>) {
        if count > 0 {
            self.warnings.insert(text, (count, examples));
        }
    }

    /// The report of a load that has not started.
    #[must_use]
    pub fn of_files(format: &'static str, paths: &[PathBuf]) -> Self {
        let files = paths.iter().map(|path| FileReport {
            name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            sha256: None,
            already: None,
        });
        Self { format, files: files.collect(), ..Self::default() }
    }

    /// The report as JSON. Programs read it: field names do not change.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let files = self.files.iter().map(|file| {
            json!({ "name": file.name, "sha256": file.sha256, "alreadyRevision": file.already })
        });
        let tables = self.tables.iter().map(|(table, tally)| {
            json!({
                "table": table, "added": tally.added, "changed": tally.changed,
                "unchanged": tally.unchanged, "removed": tally.removed, "refused": tally.refused,
            })
        });
        let matches =
            self.matches.iter().map(|(way, count)| json!({ "foundBy": way, "count": count }));
        let notes = self.notes.iter().map(|(note, count)| {
            json!({ "note": note, "count": count, "examples": self.examples.get(note).cloned().unwrap_or_default() })
        });
        let warnings = self.warnings.iter().map(|(warning, (count, examples))| {
            json!({ "warning": warning, "count": count, "examples": examples })
        });
        json!({
            "format": self.format,
            "files": files.collect::<Vec<_>>(),
            "revision": self.revision,
            "dryRun": self.dry_run,
            "rowsRead": self.rows_read,
            "rowsSkipped": self.skipped,
            "rowsRefused": self.refused,
            "tables": tables.collect::<Vec<_>>(),
            "matches": matches.collect::<Vec<_>>(),
            "explanations": self.explanations,
            "remarks": self.remarks,
            "notes": notes.collect::<Vec<_>>(),
            "warnings": warnings.collect::<Vec<_>>(),
            "unknownColumns": self.unknown_columns,
            "ignoredFiles": self.ignored_files,
            "rejected": self.rejected,
            "seconds": self.elapsed.as_secs_f64(),
        })
    }

    /// The counts that the revision records.
    #[must_use]
    pub fn counts(&self) -> LoadCounts {
        LoadCounts { rows_read: self.rows_read, tables: self.tables.clone() }
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            if let Some(revision) = file.already {
                writeln!(
                    f,
                    "{}: already loaded as revision {revision} (same SHA-256), skipped; --again reads it anyway",
                    file.name
                )?;
            }
        }
        if let Some((path, count)) = &self.review {
            let path = path.display();
            writeln!(
                f,
                "{path}: {}, to be decided by a person",
                match count {
                    1 => "1 recipient that matches no agency".to_owned(),
                    _ => format!("{count} recipients that match no agency"),
                }
            )?;
        }
        if self.files.iter().all(|file| file.already.is_some()) {
            return writeln!(f, "Nothing to do: the dataset is unchanged.");
        }
        match self.revision {
            None if self.is_empty => {
                writeln!(
                    f,
                    "No row was loaded: the dataset is unchanged, and the files do not count as loaded."
                )?;
            }
            Some(revision) => writeln!(f, "Loaded {} as revision {revision}.", self.format)?,
            None => writeln!(f, "Dry run of {}: nothing was written (--dry-run).", self.format)?,
        }
        writeln!(f, "  rows read        {:>10}", self.rows_read)?;
        let why = match self.skipped {
            0 => "",
            _ => "  (other assistance listings: --listing or --all-listings takes them)",
        };
        writeln!(f, "  rows skipped     {:>10}{why}", self.skipped)?;
        writeln!(f, "  rows refused     {:>10}", self.refused)?;
        for path in &self.rejected {
            writeln!(f, "    listed in {}", path.display())?;
        }
        if !self.tables.is_empty() {
            let head = ["added", "changed", "unchanged", "removed", "refused"];
            writeln!(
                f,
                "  {:<16} {:>10} {:>10} {:>10} {:>10} {:>10}",
                "", head[0], head[1], head[2], head[3], head[4]
            )?;
        }
        for (table, tally) in &self.tables {
            writeln!(
                f,
                "  {table:<16} {:>10} {:>10} {:>10} {:>10} {:>10}",
                tally.added, tally.changed, tally.unchanged, tally.removed, tally.refused
            )?;
        }
        if !self.matches.is_empty() {
            writeln!(f, "  matched")?;
        }
        for (way, count) in &self.matches {
            writeln!(f, "    {:<44} {count:>8}", way.to_string())?;
        }
        for line in &self.explanations {
            writeln!(f, "    {line}")?;
        }
        for remark in &self.remarks {
            writeln!(f, "  note: {remark}")?;
        }
        for (warning, (count, examples)) in &self.warnings {
            writeln!(f, "  warning: {warning}: {count}")?;
            for example in examples {
                writeln!(f, "    such as {example}")?;
            }
        }
        for (note, count) in &self.notes {
            writeln!(f, "  note: {note}: {count}")?;
            let examples = self.examples.get(note);
            for example in examples.into_iter().flatten() {
                writeln!(f, "    such as {example}")?;
            }
        }
        if !self.unknown_columns.is_empty() {
            writeln!(f, "  unknown columns ignored: {}", self.unknown_columns.len())?;
        }
        if !self.ignored_files.is_empty() {
            writeln!(f, "  files ignored: {}", self.ignored_files.join(", "))?;
        }
        writeln!(f, "  seconds          {:>10.1}", self.elapsed.as_secs_f64())
    }
}
