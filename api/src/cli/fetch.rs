//! `cops-graphql fetch`: downloads and loads real data in one command.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use chrono::{NaiveDate, Utc};
use clap::Subcommand;
use indicatif::ProgressBar;

use super::{import, output::Output};
use crate::{
    database::DatabaseUrl,
    error::counted,
    fetch::{self, API, FIRST_DAY, KeptFile, Options, Pace},
    ingest::{self, COPS_LISTINGS, Format, ImportReport, ImportRequest, Listings, Origin},
};

/// The exit code after an interruption.
const INTERRUPTED: u8 = 130;
/// The publisher of the downloaded files.
const PUBLISHER: &str = "USAspending.gov";

const EXAMPLES: &str = "\
The API generates the files on request, which takes some minutes. They stay in the folder, \
with the requests (downloads.json) and their digests (SHA256SUMS), and are imported in one \
load. Files that are already there are not downloaded again. To continue after a failure or \
an interruption, run the same command again. It prints each file and the report of the load.

USAspending has awards from October 2000 on. For the time before October 2007 it has only the \
transactions of the whole Department of Justice, one file per fiscal year; the import selects \
the listings.

The amount of an award is the sum of its transactions. If --from excludes some transactions of \
an award, its amount is the total that the files state, and the report says so.

Exit codes: 0 done, 1 the API or the database failed, 2 the options or the files are wrong, \
3 done, but the report could not be written, 130 interrupted. After 1 and 2 nothing was \
imported.

Examples:
  cops-graphql fetch usaspending
  cops-graphql fetch usaspending --from 2020-10-01 --to recent --no-import
  cops-graphql fetch usaspending --listing 16.710
  (cd usaspending && sha256sum --check SHA256SUMS)";

/// The end of the help of `fetch` itself.
pub(super) const HELP: &str = "\
Examples:
  cops-graphql fetch usaspending
  cops-graphql fetch usaspending --from 2020-10-01 --no-import";

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct FetchArgs {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Awards and transactions from the API of USAspending.
    #[command(after_help = EXAMPLES)]
    Usaspending(UsaspendingArgs),
}

#[derive(Debug, clap::Args)]
struct UsaspendingArgs {
    /// The assistance listings to download.
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_values = COPS_LISTINGS,
        value_parser = import::listing
    )]
    listing: Vec<String>,
    /// The first day of the transactions.
    #[arg(long, value_name = "YYYY-MM-DD", default_value_t = FIRST_DAY, value_parser = first_day)]
    from: NaiveDate,
    /// The last day of the transactions [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
    /// The folder for the files.
    #[arg(long, value_name = "DIR", default_value = "usaspending")]
    to: PathBuf,
    /// Download the files, and do not import them.
    #[arg(long)]
    no_import: bool,
    /// Download files again that are already there.
    #[arg(long)]
    again: bool,
    /// The address of the API.
    #[arg(long, value_name = "URL", default_value = API, value_parser = address)]
    url: String,
    /// How often to retry each request, with growing delays.
    #[arg(long, value_name = "TIMES", default_value_t = Pace::default().retries)]
    retries: u32,
    /// How long to wait for the API to generate a file.
    #[arg(
        long,
        value_name = "MINUTES",
        default_value_t = 120,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    wait: u32,
}

/// Parses the address of the API. Credentials in it are refused: they would be shown, and would not be sent.
fn address(text: &str) -> Result<String, String> {
    match text.contains('@') {
        true => Err("the API takes no user and no password: write https://HOST".to_owned()),
        false => Ok(text.to_owned()),
    }
}

fn first_day(text: &str) -> Result<NaiveDate, String> {
    let day = text.parse().map_err(|_| "write it as 2020-10-01".to_owned())?;
    if day < FIRST_DAY {
        return Err(format!("USAspending has no data from before {FIRST_DAY}"));
    }
    Ok(day)
}

pub(crate) async fn run(args: &FetchArgs, database: &DatabaseUrl) -> ExitCode {
    super::log::start_notices();
    let From::Usaspending(args) = &args.from;
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(200));
    let is_loading = AtomicBool::new(false);
    let done = tokio::select! {
        done = all(args, database, &bar, &is_loading) => done,
        _ = tokio::signal::ctrl_c() => {
            bar.finish_and_clear();
            // The load may just have been committed.
            super::fail(if is_loading.load(Ordering::Relaxed) {
                "interrupted during the load, which is all or nothing: run the command again; files that were loaded \
                 are not loaded twice"
            } else {
                "interrupted; the downloaded files are kept: run the command again to continue"
            });
            return ExitCode::from(INTERRUPTED);
        }
    };
    bar.finish_and_clear();
    match done {
        Ok(code) => code,
        Err((message, code)) => {
            super::fail(&message);
            ExitCode::from(code)
        }
    }
}

async fn all(
    args: &UsaspendingArgs,
    database: &DatabaseUrl,
    bar: &ProgressBar,
    is_loading: &AtomicBool,
) -> Result<ExitCode, (String, u8)> {
    let options = Options {
        api: args.url.clone(),
        folder: args.to.clone(),
        listings: args.listing.clone(),
        from: args.from,
        until: args.until.unwrap_or_else(|| Utc::now().date_naive()),
        again: args.again,
        pace: Pace {
            retries: args.retries,
            making: Duration::from_secs(60 * u64::from(args.wait)),
            ..Pace::default()
        },
    };
    let files =
        fetch::run(&options, bar).await.map_err(|error| (error.to_string(), error.exit_code()))?;
    bar.finish_and_clear();
    let mut output = Output::default();
    for file in &files {
        let (path, bytes, sha256) = (file.path.display(), file.bytes, &file.sha256);
        output.write(&format!("{path}  {bytes} bytes, SHA-256 {sha256}\n"));
    }
    if args.no_import {
        let done = format!("downloaded and kept {}", counted(files.len(), "file"));
        return Ok(output.end_after(&done));
    }
    is_loading.store(true, Ordering::Relaxed);
    let report = load(&options, files, database)
        .await
        .map_err(|error| (import::words(&error, database), error.exit_code()))?;
    output.write(&report.to_string());
    Ok(output.end_after(&import::done(&report)))
}

/// Loads all files in one load, each as its own source.
async fn load(
    options: &Options,
    files: Vec<KeptFile>,
    database: &DatabaseUrl,
) -> Result<ImportReport, ingest::ImportError> {
    let paths = files.iter().map(|file| file.path.clone()).collect();
    let origins = files.into_iter().map(|file| Origin {
        sha256: file.sha256,
        publisher: PUBLISHER.to_owned(),
        published_on: file.fetched.date_naive(),
        url: file.endpoint,
    });
    let request = ImportRequest {
        listings: Listings::Declared(options.listings.clone()),
        origins: origins.collect(),
        ..ImportRequest::new(Format::Usaspending, paths)
    };
    import::load_into(database, &request).await
}
