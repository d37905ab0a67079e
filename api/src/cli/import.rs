//! `cops-graphql import`: loads files.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use clap::ValueEnum as _;

use super::output::Output;
use crate::{
    database::{self, DatabaseUrl},
    ingest::{
        self, Format, ImportError, ImportReport, ImportRequest, Listings, Mapping, MaxRejects,
    },
    reference::{self, ReferenceError},
};

const EXAMPLES: &str = "\
A load is all or nothing, and a file that was loaded before changes nothing. Load agencies
first: then awards find their agencies. Rows that cannot be taken are listed in
PATH.rejected.csv.

Examples:
  cops-graphql import fbi-agencies agency_name_edits.csv icpsr_2012_ori_zip_latlng.csv
  cops-graphql import fbi-employees lee_1960_2024.csv
  cops-graphql import fbi-offenses offenses/*.csv
  cops-graphql import usaspending Assistance_PrimeTransactions.zip
  cops-graphql import usaspending FY*.csv.gz --dry-run --explain
  cops-graphql import award-list chp2020.csv --map officers=\"Positions Awarded\" --set program=CHP
  cops-graphql import award-list awards.xlsx --sheet 2024 --mapping awards.toml
  cops-graphql import usaspending awards.csv --programs our-programs.csv
  cops-graphql import --template trainees > sessions.csv
  curl -s https://example.org/awards.csv | cops-graphql import usaspending -

Exit codes: 0 done, 1 the database failed, 2 the input is wrong and nothing was changed, 3 done,
and the report could not be written.";

/// The formats, a line each.
fn formats() -> String {
    let mut text =
        "Formats (CSV, XLSX, XLS or ODS, also in gzip or ZIP; a file's first bytes say which):\n"
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
    /// The format of the files.
    #[arg(required_unless_present = "template", hide_possible_values = true)]
    format: Option<Format>,
    /// The files, all of one load; - is standard input.
    #[arg(required_unless_present = "template", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Assistance listings to take, those of files that do not tell theirs among them (usaspending) [default: those
    /// of the COPS Office, of files that do].
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = listing)]
    listing: Vec<String>,
    /// Take awards of every assistance listing (usaspending).
    #[arg(long, conflicts_with = "listing")]
    all_listings: bool,
    /// What the columns mean, a TOML or JSON file (award-list) [default: PATH.toml, if it is there].
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The column of a field, over the mapping (award-list); may be repeated.
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = pair)]
    map: Vec<(String, String)>,
    /// The value of a field for all rows that have none (award-list); may be repeated.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// The sheet to read of a workbook, by its name or its number [default: the only one of the format].
    #[arg(long, value_name = "NAME|N")]
    sheet: Option<String>,
    /// A CSV that says by what programs are known (program,kind,text), over what is known of them (usaspending,
    /// award-list).
    #[arg(long, value_name = "FILE")]
    programs: Option<PathBuf>,
    /// Rows that may be refused before the load ends: a number, or a percentage of those looked at.
    #[arg(long, value_name = "N|P%", default_value = "0.1%")]
    max_rejects: MaxRejects,
    /// Do everything but write.
    #[arg(long)]
    dry_run: bool,
    /// Say of every recipient how it was found.
    #[arg(long)]
    explain: bool,
    /// Read files that were loaded before, such as for other listings or after loading agencies.
    #[arg(long)]
    again: bool,
    /// Print a file to begin with, for a format whose columns are ours.
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

pub(crate) async fn run(args: &ImportArgs, database: &DatabaseUrl) -> ExitCode {
    let mut output = Output::default();
    if let Some(format) = args.template {
        return if let Some(text) = format.template() {
            output.write(text);
            output.end(0)
        } else {
            super::fail(&format!(
                "{} has columns of its publisher, so there is no template",
                format.name()
            ));
            ExitCode::from(2)
        };
    }
    match load(args, database).await {
        Ok(report) => {
            output.write(&report.to_string());
            output.end_after(&done(&report))
        }
        Err(error) => {
            super::fail(&words(&error, database));
            ExitCode::from(error.exit_code())
        }
    }
}

async fn load(args: &ImportArgs, database: &DatabaseUrl) -> Result<ImportReport, ImportError> {
    load_into(database, &request(args)?).await
}

/// What a load did, in a few words.
pub(super) fn done(report: &ImportReport) -> String {
    let ImportReport { rows_read, refused, .. } = report;
    match report.revision {
        Some(revision) => format!(
            "revision {revision} was committed, of {rows_read} rows read and {refused} refused"
        ),
        None => "nothing was to be committed".to_owned(),
    }
}

/// Why nothing was loaded.
pub(super) fn words(error: &ImportError, database: &DatabaseUrl) -> String {
    match error {
        ImportError::Database(error) | ImportError::Reference(ReferenceError::Database(error)) => {
            let said = database::explain(database, error);
            format!("the database failed, and nothing was changed: {said}")
        }
        error => error.to_string(),
    }
}

/// Loads files into a database, which is made ready for them.
pub(super) async fn load_into(
    database: &DatabaseUrl,
    request: &ImportRequest,
) -> Result<ImportReport, ImportError> {
    let db = database::writer(database).await?;
    migration::run(&db).await?;
    // Awards are matched to programs that are there.
    reference::ensure(&db).await?;
    let report = ingest::run(&db, request).await;
    // What the database says on the way out cannot undo what was committed.
    let _ = database::finish(db).await;
    report
}

/// Reads the number of an assistance listing.
pub(super) fn listing(text: &str) -> Result<String, String> {
    ingest::listing(text).ok_or_else(|| "write it as 16.710".to_owned())
}

fn request(args: &ImportArgs) -> Result<ImportRequest, ImportError> {
    let Some(format) = args.format.or_else(|| Format::value_variants().first().copied()) else {
        return Err(ImportError::Request("name a format".to_owned()));
    };
    let listings = match args.listing.as_slice() {
        _ if args.all_listings => Listings::All,
        [] => Listings::Usual,
        listings => Listings::Declared(listings.to_vec()),
    };
    let text = |value: &String| serde_json::Value::String(value.clone());
    Ok(ImportRequest {
        listings,
        mapping_file: args.mapping.clone(),
        mapping: Mapping {
            columns: args.map.iter().cloned().collect(),
            constants: args.set.iter().map(|(field, value)| (field.clone(), text(value))).collect(),
        },
        sheet: args.sheet.clone(),
        programs_file: args.programs.clone(),
        max_rejects: args.max_rejects,
        dry_run: args.dry_run,
        explain: args.explain,
        again: args.again,
        ..ImportRequest::new(format, args.paths.clone())
    })
}
