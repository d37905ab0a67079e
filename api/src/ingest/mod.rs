//! Loading real-world files: one reader a format, and what they share.
//!
//! A load is a stream. Each file is opened ([`input`]), cut into rows ([`table`]) and read by its
//! format into records; a batch of records goes to the database in a few statements, and is
//! forgotten. So the memory of a load does not grow with the size of its files, only with the number
//! of distinct awards and recipients that it has seen.
//!
//! A load is all or nothing: it is one [`Load`], so one transaction. What is in the dataset already
//! is found by its key and compared. A row that is found the same keeps its source and revision, so
//! the dataset can always say which file a value came from.
//!
//! A file is known by its SHA-256 digest: a file that was loaded before is left alone.

mod agencies;
mod archive;
mod award_list;
mod awards;
mod error;
mod fbi_agencies;
mod fbi_employees;
mod fbi_estimates;
mod fbi_offenses;
mod input;
mod job;
mod json;
mod leaic;
mod mapping;
mod names;
mod obligations;
mod outcomes;
mod programs;
mod recipients;
mod rejects;
mod report;
mod reporters;
mod table;
mod trainees;
mod trainings;
mod usaspending;
mod values;

use std::{path::PathBuf, time::Instant};

use chrono::NaiveDate;
use clap::ValueEnum;
use sea_orm::DatabaseConnection;

pub(crate) use self::{
    archive::{check as check_archive, digest},
    values::listing,
};
pub use self::{
    error::{FilePlace, ImportError},
    mapping::Mapping,
    rejects::MaxRejects,
    report::{FileReport, FoundBy, ImportReport},
};
use self::{
    input::InputFile,
    job::{FormatReader, Job},
};
use crate::{database::load::Load, demo};

/// Declares the formats: what each is, its name, and what reads it. This is all that a format needs beside its file.
macro_rules! formats {
    ($($(#[doc = $doc:literal])+ $format:ident = $name:literal, $reader:ty;)+) => {
        /// A format that can be loaded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
        pub enum Format {
            $($(#[doc = $doc])+ #[value(name = $name)] $format,)+
        }

        impl Format {
            /// The name of the format on the command line and in a revision.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$format => $name,)+ }
            }

            /// A file to begin with, for the formats that need one.
            #[must_use]
            pub fn template(self) -> Option<&'static str> {
                match self { $(Self::$format => <$reader>::TEMPLATE,)+ }
            }

            /// Reads the files of a load.
            async fn load(self, job: &mut Job, request: &ImportRequest) -> Result<(), ImportError> {
                match self {
                    $(Self::$format => {
                        let mut reader = <$reader>::open(job, request).await?;
                        job.run(&mut reader).await
                    })+
                }
            }
        }

        /// The format that a header looks like.
        fn resembling(header: &[String]) -> Option<&'static str> {
            let has = |name: &&str| {
                header.iter().any(|column| column.trim().eq_ignore_ascii_case(name))
            };
            let formats = [$(($name, <$reader>::TELLING)),+];
            let is_told = |(_, telling): &(_, &[&[&str]])| {
                telling.iter().any(|columns| columns.iter().all(has))
            };
            formats.into_iter().find(is_told).map(|(name, _)| name)
        }
    };
}

formats! {
    /// Awards and their transactions, as USAspending gives them: CSV downloads or API answers.
    Usaspending = "usaspending", usaspending::Usaspending;
    /// Agencies with names and places: the FBI's two open files, joined by ORI.
    FbiAgencies = "fbi-agencies", fbi_agencies::FbiAgencies;
    /// Agencies: the Law Enforcement Agency Identifiers Crosswalk.
    Leaic = "leaic", leaic::Leaic;
    /// Officers, civilians and people served of agencies, year by year.
    FbiEmployees = "fbi-employees", fbi_employees::FbiEmployees;
    /// Offenses known to agencies and cleared by them, year by year.
    FbiOffenses = "fbi-offenses", fbi_offenses::FbiOffenses;
    /// Offenses estimated for states and the nation, year by year.
    FbiEstimates = "fbi-estimates", fbi_estimates::FbiEstimates;
    /// A list of awards with columns of your own naming, officers among them.
    AwardList = "award-list", award_list::AwardList;
    /// Courses, in columns of ours (see --template trainings).
    Trainings = "trainings", trainings::Trainings;
    /// Training sessions and who went to them, in columns of ours (see --template trainees).
    Trainees = "trainees", trainees::Trainees;
}

/// What to load, and how.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The format of the files.
    pub format: Format,
    /// The files; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// The assistance listings to take; all where there are none. Of `usaspending` only.
    pub listings: Vec<String>,
    /// The file that says what the columns mean; by default one beside the files. Of `award-list`
    /// only.
    pub mapping_file: Option<PathBuf>,
    /// What the columns mean, over what the file says. Of `award-list` only.
    pub mapping: Mapping,
    /// How many rows may be refused.
    pub max_rejects: MaxRejects,
    /// Do all but write.
    pub dry_run: bool,
    /// Tell of every recipient how it was found.
    pub explain: bool,
    /// Read a file even where it was loaded before.
    pub again: bool,
    /// Where files came from, as far as that is known.
    pub origins: Vec<Origin>,
}

/// Where a file came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The SHA-256 digest of the file, in hexadecimal.
    pub sha256: String,
    /// Who published it.
    pub publisher: String,
    /// The day on which it was published.
    pub published_on: NaiveDate,
    /// Where it can be had.
    pub url: String,
}

impl ImportRequest {
    /// A request to load files of a format, as the command line makes it without any option.
    #[must_use]
    pub fn new(format: Format, paths: Vec<PathBuf>) -> Self {
        Self {
            format,
            paths,
            listings: COPS_LISTINGS.iter().map(|listing| (*listing).to_owned()).collect(),
            mapping_file: None,
            mapping: Mapping::default(),
            max_rejects: MaxRejects::default(),
            dry_run: false,
            explain: false,
            again: false,
            origins: Vec::new(),
        }
    }
}

/// The assistance listings of the COPS Office: the umbrella, and since fiscal year 2025 hiring (CHP)
/// and school violence prevention (SVPP).
pub const COPS_LISTINGS: [&str; 3] = ["16.710", "16.068", "16.071"];

/// Loads files into a database whose schema is up to date.
///
/// # Errors
/// [`ImportError`] says why; the database is then as it was.
pub async fn run(
    db: &DatabaseConnection,
    request: &ImportRequest,
) -> Result<ImportReport, ImportError> {
    let began = Instant::now();
    let mut inputs: Vec<InputFile> = Vec::new();
    for path in &request.paths {
        let input = InputFile::open(path)?;
        // The same file named twice is one file.
        if !inputs.iter().any(|other| other.sha256 == input.sha256) {
            inputs.push(input);
        }
    }
    let load = Load::begin(db, request.format.name(), false).await?;
    let mut job = Job::new(load, request, inputs).await?;
    if job.has_work() {
        // Made-up rows make room for real ones: the two never mix.
        for (table, made_up) in demo::remove(&job.load).await? {
            job.report.tally(table).removed += made_up.removed;
        }
        job.add_sources().await?;
        request.format.load(&mut job, request).await?;
    }
    let mut report = job.end().await?;
    report.elapsed = began.elapsed();
    Ok(report)
}
