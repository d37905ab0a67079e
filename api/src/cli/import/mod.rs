//! `cops-graphql import`: loads files.

mod auto;
mod loading;
mod report;

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use clap::{ValueEnum, builder::PossibleValue};

use self::loading::Loading;
use super::{doctor::ReportFormat, output::Output};
use crate::{
    database::{self, DatabaseUrl},
    error::counted,
    ingest::{
        self, Format, ImportError, ImportReport, ImportRequest, Listings, Mapping, MaxRejects,
    },
    reference::ReferenceError,
};

const EXAMPLES: &str = "\
A load is all or nothing, and a file that was loaded before changes nothing. Load agencies \
first, so that awards find their agencies. Refused rows are written to PATH.rejected.csv. \
The command prints a report of each load.

`import auto` recognizes each file by its columns, including files in folders, and loads them \
one by one in the right order: agencies, awards, reported outcomes, training. It names files \
that fail or are not recognized, and loads the others; fix those files and run it again.

`--dry-run` reports what a load would do, and neither changes nor creates the database. \
`--format json` prints one line of JSON per load, and nothing else on standard output.

Exit codes: 0 done, 1 the database failed, 2 the input is wrong and nothing changed (`auto`: a \
file failed or was not recognized, and the others were loaded), 3 done, but the report could \
not be written.

Examples:
  cops-graphql import auto downloads/ --dry-run
  cops-graphql import fbi-agencies agency_name_edits.csv icpsr_2012_ori_zip_latlng.csv
  cops-graphql import fbi-employees lee_1960_2024.csv
  cops-graphql import fbi-offenses offenses/*.csv
  cops-graphql import usaspending Assistance_PrimeTransactions.zip
  cops-graphql import usaspending FY*.csv.gz --dry-run --explain
  cops-graphql import award-list chp2020.csv --map officers=\"Positions Awarded\" --set program=CHP
  cops-graphql import award-list awards.xlsx --sheet 2024 --mapping awards.toml
  cops-graphql import usaspending awards.csv --programs our-programs.csv
  cops-graphql import --review matches.csv
  cops-graphql import --matches matches.csv
  cops-graphql import --template trainees > sessions.csv
  curl -s https://example.org/awards.csv | cops-graphql import usaspending -";

/// The formats, one per line.
fn formats() -> String {
    let mut text =
        "Formats (as CSV, XLSX, XLS or ODS, also within gzip or ZIP, recognized by content):\n"
            .to_owned();
    for format in Format::value_variants() {
        let template = format.template().map(|_| format!(" (--template {})", format.name()));
        let (name, about) = (format.name(), format.about());
        let _ = writeln!(text, "  {name:<14} {about}{}", template.unwrap_or_default());
    }
    text
}

/// Arguments of the command.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{}\n{EXAMPLES}", formats()))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct ImportArgs {
    /// The format of the files; auto recognizes each file.
    #[arg(required_unless_present_any = ["template", "review", "matches"], hide_possible_values = true)]
    format: Option<FileFormat>,
    /// The files of one load; - is standard input. With auto, also folders: each file is its own load, except that the
    /// pages of one answer of an API are one load.
    #[arg(required_unless_present_any = ["template", "review", "matches"], value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Assistance listings to load (usaspending) [default: those of the COPS Office]. If named, they also apply to
    /// files that state no listing.
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = listing)]
    listing: Vec<String>,
    /// Load awards of every assistance listing (usaspending).
    #[arg(long, conflicts_with = "listing")]
    all_listings: bool,
    /// A TOML or JSON file that maps fields to columns (award-list) [default: PATH.toml, if it exists].
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The column of a field, which overrides the mapping file (award-list); may be repeated.
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = pair)]
    map: Vec<(String, String)>,
    /// The value of a field for rows without one (award-list); may be repeated.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// The sheet of a workbook, by name or number [default: the only sheet that has the format].
    #[arg(long, value_name = "NAME|N")]
    sheet: Option<String>,
    /// A CSV file of rules that recognize programs (program,kind,text), which override the built-in rules (usaspending,
    /// award-list).
    #[arg(long, value_name = "FILE")]
    programs: Option<PathBuf>,
    /// How many rows may be refused before the load fails: a number, or a percentage of the rows read.
    #[arg(long, value_name = "N|P%", default_value = "0.1%")]
    max_rejects: MaxRejects,
    /// Report what an import would do, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The format of the report; json is one line per load.
    #[arg(long = "format", value_name = "OUTPUT", default_value = "human")]
    report: ReportFormat,
    /// Explain for every recipient how it was matched.
    #[arg(long)]
    explain: bool,
    /// Write the recipients without an agency to a new CSV file, with the agencies that they may be. Without a format,
    /// it covers the data in the database.
    #[arg(long, value_name = "FILE")]
    review: Option<PathBuf>,
    /// Load the edited file of --review, which says which agencies recipients are. Later loads use it, too.
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    matches: Option<PathBuf>,
    /// Load files again, for example for other listings or after loading agencies.
    #[arg(long)]
    again: bool,
    /// Print a template for a format whose columns this program defines.
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    template: Option<Format>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(field, value)| (field.trim(), value.trim()));
    match pair {
        Some((field, value)) if !field.is_empty() && !value.is_empty() => {
            Ok((field.to_owned(), value.trim_matches('"').to_owned()))
        }
        _ => Err("expected a field, an equals sign, and a column or value".to_owned()),
    }
}

/// How to read files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileFormat {
    /// Recognize each file.
    Auto,
    /// Read all files in this format.
    Named(Format),
}

impl ValueEnum for FileFormat {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: std::sync::LazyLock<Vec<FileFormat>> = std::sync::LazyLock::new(|| {
            let named = Format::value_variants().iter().copied().map(FileFormat::Named);
            [FileFormat::Auto].into_iter().chain(named).collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Auto => Some(PossibleValue::new("auto")),
            Self::Named(format) => format.to_possible_value(),
        }
    }
}

impl ImportArgs {
    /// The first given option that makes sense only for files of one format.
    fn of_one_format(&self) -> Option<&'static str> {
        let options = [
            (self.sheet.is_some(), "--sheet"),
            (self.mapping.is_some(), "--mapping"),
            (!self.map.is_empty(), "--map"),
            (!self.set.is_empty(), "--set"),
            (self.review.is_some(), "--review"),
        ];
        options.into_iter().find(|(is_there, _)| *is_there).map(|(_, option)| option)
    }

    fn request(&self, format: Format, paths: Vec<PathBuf>) -> ImportRequest {
        let listings = match self.listing.as_slice() {
            _ if self.all_listings => Listings::All,
            [] => Listings::Usual,
            listings => Listings::Declared(listings.to_vec()),
        };
        let text = |value: &String| serde_json::Value::String(value.clone());
        let constants = self.set.iter().map(|(field, value)| (field.clone(), text(value)));
        ImportRequest {
            listings,
            mapping_file: self.mapping.clone(),
            mapping: Mapping {
                columns: self.map.iter().cloned().collect(),
                constants: constants.collect(),
            },
            sheet: self.sheet.clone(),
            programs_file: self.programs.clone(),
            max_rejects: self.max_rejects,
            dry_run: self.dry_run,
            explain: self.explain,
            review: self.review.clone(),
            again: self.again,
            ..ImportRequest::new(format, paths)
        }
    }
}

pub(crate) async fn run(args: &ImportArgs, database: &DatabaseUrl) -> ExitCode {
    super::log::start_notices();
    let mut output = Output::default();
    if let Some(format) = args.template {
        return if let Some(text) = format.template() {
            output.write(text);
            output.end(0)
        } else {
            super::fail(&format!(
                "{} has no template, because its publisher defines its columns",
                format.name()
            ));
            ExitCode::from(2)
        };
    }
    let (format, paths) = match (&args.matches, args.format) {
        (Some(file), _) => (Format::Matches, vec![file.clone()]),
        (None, Some(_)) if args.paths.is_empty() => {
            super::fail("name the files to load");
            return ExitCode::from(2);
        }
        (None, Some(FileFormat::Auto)) => return auto::run(args, database).await,
        (None, Some(FileFormat::Named(format))) => (format, args.paths.clone()),
        // --review without a format.
        (None, None) => (Format::Matches, Vec::new()),
    };
    let is_json = args.report == ReportFormat::Json;
    match load_into(database, &args.request(format, paths.clone())).await {
        Ok(report) => {
            output.write(&if is_json { report::of_load(&report) } else { report.to_string() });
            output.end_after(&done(&report))
        }
        Err(error) => {
            let words = words(&error, database);
            if is_json {
                output.write(&report::of_failure(Some(format), &paths, &error, &words));
            }
            super::fail(&words);
            output.end(error.exit_code())
        }
    }
}

/// A short description of what a load did.
pub(super) fn done(report: &ImportReport) -> String {
    let ImportReport { rows_read, refused, .. } = report;
    match report.revision {
        Some(revision) => {
            let read = counted(*rows_read, "row");
            format!("revision {revision} was committed: {read} read, {refused} refused")
        }
        None => "there was nothing to commit".to_owned(),
    }
}

/// Explains why nothing was loaded.
pub(super) fn words(error: &ImportError, database: &DatabaseUrl) -> String {
    match error {
        ImportError::Database(error) | ImportError::Reference(ReferenceError::Database(error)) => {
            let said = database::explain_write(database, error);
            format!("the database failed, and nothing changed: {said}")
        }
        error => error.to_string(),
    }
}

/// Prepares a database and loads files into it.
pub(super) async fn load_into(
    database: &DatabaseUrl,
    request: &ImportRequest,
) -> Result<ImportReport, ImportError> {
    let loading = Loading::begin(database, request.dry_run).await?;
    let report = loading.load(request).await;
    loading.end().await;
    report
}

/// Parses the number of an assistance listing.
pub(super) fn listing(text: &str) -> Result<String, String> {
    ingest::listing(text).ok_or_else(|| "write it as 16.710".to_owned())
}
