//! Loading real-world files: one reader a format, and what they share.
//!
//! A load is a stream. Each file is opened ([`input`]), cut into rows ([`table`]) and read by its
//! format into records; a batch of records goes to the database in a few statements, and is
//! forgotten. So the memory of a load does not grow with the size of its rows, only with the number
//! of distinct awards, recipients and years that it has seen: a few bytes of each.
//!
//! All files are read once before anything is written, and what their rows say is compared ([`claims`]): of rows that
//! contradict each other none is taken.
//!
//! A load is all or nothing: it is one [`Load`], so one transaction. What is in the dataset already
//! is found by its key and compared. A row that is found the same keeps its source and revision, so
//! the dataset can always say which file a value came from.
//!
//! Which format a file is of, its columns tell ([`recognize()`]), so that a folder of files can be loaded without naming
//! any.
//!
//! A file is known by its SHA-256 digest: a file that was loaded before is left alone.

mod agencies;
mod archive;
mod award_list;
mod award_money;
mod awards;
mod claims;
mod encoding;
mod error;
mod fbi_agencies;
mod fbi_employees;
mod fbi_estimates;
mod fbi_offenses;
mod grant_claims;
mod input;
mod job;
mod json;
mod layout;
mod leaic;
mod listed_officers;
mod mapping;
mod matches;
mod matching;
mod meeting;
mod names;
mod obligations;
mod outcomes;
mod programs;
mod recipients;
mod recognize;
mod rejects;
mod report;
mod reporters;
mod review;
mod row;
mod sources;
mod table;
mod totals;
mod trainees;
mod trainings;
mod unnumbered;
mod usaspending;
mod values;
mod withdrawals;
mod workbook;

use std::{path::PathBuf, time::Instant};

use chrono::NaiveDate;
use clap::ValueEnum;
use migration::Begins;

pub(crate) use self::{
    archive::{check as check_archive, digest},
    values::listing,
};
pub use self::{
    error::{FilePlace, ImportError},
    mapping::Mapping,
    recognize::{Recognition, RecognizedFile, recognize},
    rejects::MaxRejects,
    report::{FileReport, FoundBy, ImportReport},
};
use self::{
    input::InputFile,
    job::{FormatReader, Job},
    table::FileTable,
};
use crate::{database::load::Load, demo};

/// Declares the formats: the name of each, what reads it, and which files it is of. This is all that a format needs beside its file.
macro_rules! formats {
    ($($format:ident = $name:literal, $reader:ty, $about:literal;)+) => {
        /// A format that can be loaded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
        pub enum Format {
            $(#[doc = concat!("The format `", $name, "`.")] #[value(name = $name)] $format,)+
        }

        impl Format {
            /// The name of the format on the command line and in a revision.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$format => $name,)+ }
            }

            /// Which files it is of, for people.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$format => $about,)+ }
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

        /// The format whose distinctive columns a header has, where there is exactly one.
        fn resembling(header: &[String]) -> Option<&'static str> {
            let formats = [$(($name, <$reader>::TELLING)),+];
            let mut told = formats.into_iter().filter(|(_, it)| layout::has_any(header, it));
            // Of several nobody knows which.
            told.next().filter(|_| told.next().is_none()).map(|(name, _)| name)
        }

        /// The formats of which a table is by its first rows, each with how many of its columns are there. The table is
        /// opened for each of them, with or without comments.
        fn beginnings<'a>(
            open: &dyn Fn(bool) -> Result<FileTable<'a>, ImportError>,
        ) -> Result<Vec<(Format, usize)>, ImportError> {
            let mut found = Vec::new();
            $({
                let layout = open(<$reader>::COMMENTS)?.header(&<$reader>::known_shapes())?;
                if let Ok(layout) = layout
                    && layout::has_any(layout.names(), <$reader>::TELLING)
                {
                    found.push((Format::$format, layout.index.len()));
                }
            })+
            Ok(found)
        }
    };
}

formats! {
    Usaspending = "usaspending", usaspending::Usaspending, "award summaries, transactions, answers of the API (search/spending_by_award, search/spending_by_transaction, awards/ID)";
    FbiAgencies = "fbi-agencies", fbi_agencies::FbiAgencies, "agency_name_edits.csv and icpsr_2012_ori_zip_latlng.csv, joined by ORI";
    Leaic = "leaic", leaic::Leaic, "the Law Enforcement Agency Identifiers Crosswalk (bring your own)";
    FbiEmployees = "fbi-employees", fbi_employees::FbiEmployees, "officers, civilians and people served, by agency and year (lee_1960_YYYY.csv)";
    FbiOffenses = "fbi-offenses", fbi_offenses::FbiOffenses, "offenses known and cleared, by agency and year, in the columns of J. Kaplan's files";
    FbiEstimates = "fbi-estimates", fbi_estimates::FbiEstimates, "offenses by state and nation and year (estimated_crimes_1979_YYYY.csv)";
    AwardList = "award-list", award_list::AwardList, "a list of awards with officers; its columns are declared";
    Matches = "matches", matches::Matches, "the file of --review, edited: which agencies recipients are";
    Trainings = "trainings", trainings::Trainings, "courses";
    Trainees = "trainees", trainees::Trainees, "training sessions and their trainees, never a person's name";
}

/// What to load, and how.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The format of the files.
    pub format: Format,
    /// The files; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// The assistance listings to take. Of `usaspending` only.
    pub listings: Listings,
    /// The file that says what the columns mean; by default one beside the files. Of `award-list`
    /// only.
    pub mapping_file: Option<PathBuf>,
    /// What the columns mean, over what the file says. Of `award-list` only.
    pub mapping: Mapping,
    /// The sheet to read of a workbook, by its name or its number; by default the only one that is of the format.
    pub sheet: Option<String>,
    /// The file that names programs, over what is known of their names. Of `usaspending` and
    /// `award-list` only.
    pub programs_file: Option<PathBuf>,
    /// How many rows may be refused.
    pub max_rejects: MaxRejects,
    /// Do all but write.
    pub dry_run: bool,
    /// Tell of every recipient how it was found.
    pub explain: bool,
    /// The file to which the recipients go that are no agency.
    pub review: Option<PathBuf>,
    /// Read a file even where it was loaded before.
    pub again: bool,
    /// Where files came from, as far as that is known.
    pub origins: Vec<Origin>,
}

/// Which assistance listings of awards to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listings {
    /// Those of the COPS Office.
    Usual,
    /// These. They are the listings of tables that do not tell theirs, too.
    Declared(Vec<String>),
    /// All.
    All,
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
            listings: Listings::Usual,
            mapping_file: None,
            mapping: Mapping::default(),
            sheet: None,
            programs_file: None,
            max_rejects: MaxRejects::default(),
            dry_run: false,
            explain: false,
            review: None,
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
pub async fn run(db: &impl Begins, request: &ImportRequest) -> Result<ImportReport, ImportError> {
    let began = Instant::now();
    if let Some(path) = &request.review {
        review::check(path)?;
    }
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
        for (table, made_up) in demo::remove(&mut job.load).await? {
            job.report.tally(table).removed += made_up.removed;
        }
        job.add_sources().await?;
        request.format.load(&mut job, request).await?;
    }
    if let Some(path) = &request.review {
        let count = review::write(&job, path).await?;
        job.report.review = Some((path.clone(), count));
    }
    let mut report = job.end().await?;
    report.elapsed = began.elapsed();
    Ok(report)
}
