//! Loads real-world files: one reader per format, and what the readers share.
//!
//! A load is a stream. Each file is opened ([`input`]), split into rows ([`table`]) and read by its format into
//! records. Records are written in batches, a few statements each, and then dropped. Memory grows only with the number
//! of distinct awards, recipients and years in a load (a few bytes each), not with the number of rows.
//!
//! Every file is read once before anything is written, and the rows are compared ([`claims`]). Rows that contradict
//! each other are all refused.
//!
//! A load is all or nothing: it is one [`Load`], and so one transaction. Existing rows are found by key and compared.
//! An unchanged row keeps its source and revision, so the dataset always knows which file a value came from.
//!
//! A file's columns show its format ([`recognize()`]), so a folder can be loaded without naming formats.
//!
//! A file is identified by its SHA-256 digest. A file that was loaded before is skipped.

mod agencies;
mod archive;
mod award_list;
mod award_money;
mod awards;
mod claims;
mod delimited;
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
mod lines;
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

/// Declares the formats: name, reader and description. Besides its own file, this is all that a format needs.
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

            /// A description of its files, for help texts.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$format => $about,)+ }
            }

            /// A template file, for the formats that need one.
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

        /// The format whose distinctive columns a header has, if exactly one matches.
        fn resembling(header: &[String]) -> Option<&'static str> {
            let formats = [$(($name, <$reader>::TELLING)),+];
            let mut told = formats.into_iter().filter(|(_, it)| layout::has_any(header, it));
            // Several matches are ambiguous.
            told.next().filter(|_| told.next().is_none()).map(|(name, _)| name)
        }

        /// The formats that fit the first rows of a table, each with the number of its columns found. `open` is called
        /// for each format, with or without comments.
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
    Usaspending = "usaspending", usaspending::Usaspending, "award summaries, transactions and API responses \
        (search/spending_by_award, search/spending_by_transaction, awards/ID)";
    FbiAgencies = "fbi-agencies", fbi_agencies::FbiAgencies, "agency_name_edits.csv and icpsr_2012_ori_zip_latlng.csv, \
        joined by ORI";
    Leaic = "leaic", leaic::Leaic, "the Law Enforcement Agency Identifiers Crosswalk (you provide the file)";
    FbiEmployees = "fbi-employees", fbi_employees::FbiEmployees, "officers, civilians and population served, by agency \
        and year (lee_1960_YYYY.csv)";
    FbiOffenses = "fbi-offenses", fbi_offenses::FbiOffenses, "offenses known and cleared, by agency and year, in the \
        column layout of J. Kaplan's files";
    FbiEstimates = "fbi-estimates", fbi_estimates::FbiEstimates, "offenses by state or nation and year \
        (estimated_crimes_1979_YYYY.csv)";
    AwardList = "award-list", award_list::AwardList, "a list of awards with officers; you declare its columns";
    Matches = "matches", matches::Matches, "the edited file of --review: which agency each recipient is";
    Trainings = "trainings", trainings::Trainings, "courses";
    Trainees = "trainees", trainees::Trainees, "training sessions and their trainees, never a person's name";
}

/// A request to load files.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The format of the files.
    pub format: Format,
    /// The files; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// The assistance listings to load. Only for `usaspending`.
    pub listings: Listings,
    /// The file that declares the columns; the default is one beside the files. Only for `award-list`.
    pub mapping_file: Option<PathBuf>,
    /// Column declarations that override the file's. Only for `award-list`.
    pub mapping: Mapping,
    /// The sheet of a workbook to read, by name or number; the default is the only sheet that fits the format.
    pub sheet: Option<String>,
    /// A file of program names that overrides the built-in ones. Only for `usaspending` and `award-list`.
    pub programs_file: Option<PathBuf>,
    /// How many rows the load may refuse.
    pub max_rejects: MaxRejects,
    /// Does everything except write.
    pub dry_run: bool,
    /// Reports how each recipient was found.
    pub explain: bool,
    /// The file to write recipients to that match no agency.
    pub review: Option<PathBuf>,
    /// Reads a file even if it was loaded before.
    pub again: bool,
    /// Where the files came from, if known.
    pub origins: Vec<Origin>,
}

/// Which assistance listings to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listings {
    /// Those of the COPS Office.
    Usual,
    /// These. They also apply to tables that do not state their listing.
    Declared(Vec<String>),
    /// All listings.
    All,
}

/// Where a file came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The SHA-256 digest of the file, in hexadecimal.
    pub sha256: String,
    /// Who published it.
    pub publisher: String,
    /// The day it was published.
    pub published_on: NaiveDate,
    /// Its URL.
    pub url: String,
}

impl ImportRequest {
    /// A request to load files of a format, with the defaults of the command line.
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

/// The assistance listings of the COPS Office: 16.710, which covers most programs, and since fiscal year 2025 16.068
/// (CHP) and 16.071 (SVPP).
pub const COPS_LISTINGS: [&str; 3] = ["16.710", "16.068", "16.071"];

/// Loads files into a database whose schema is up to date.
///
/// # Errors
/// [`ImportError`] says why. The database is then unchanged.
pub async fn run(db: &impl Begins, request: &ImportRequest) -> Result<ImportReport, ImportError> {
    let began = Instant::now();
    if let Some(path) = &request.review {
        review::check(path)?;
    }
    let mut inputs: Vec<InputFile> = Vec::new();
    for path in &request.paths {
        let input = InputFile::open(path)?;
        // A file named twice is loaded once.
        if !inputs.iter().any(|other| other.sha256 == input.sha256) {
            inputs.push(input);
        }
    }
    let load = Load::begin(db, request.format.name(), false).await?;
    let mut job = Job::new(load, request, inputs).await?;
    if job.has_work() {
        // Synthetic rows are removed first: synthetic and real data never mix.
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
