//! `cops-graphql fetch`: real data in one command.

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
    fetch::{self, API, FIRST_DAY, KeptFile, Options, Pace},
    ingest::{self, COPS_LISTINGS, Format, ImportReport, ImportRequest, Listings, Origin},
};

/// The exit code of a command that was interrupted.
const INTERRUPTED: u8 = 130;
/// Who publishes what is fetched.
const PUBLISHER: &str = "USAspending.gov";

const EXAMPLES: &str = "\
The API makes files to order, which takes it some minutes. They are kept in the folder, with
what was asked for (downloads.json) and their digests (SHA256SUMS), and are then imported in
one load. What is there already is not fetched again. A fetch that broke off or was
interrupted goes on where it was when the same command is run again.

USAspending has awards from October 2000 on. Of what is before October 2007, it gives only
the transactions of the whole Department of Justice, a file a fiscal year: the import picks
the listings.

The amount of an award is the sum of its transactions. Of an award of which --from leaves
some out, it is the total that the files state, and the report says so.

Examples:
  cops-graphql fetch usaspending
  cops-graphql fetch usaspending --from 2020-10-01 --to recent --no-import
  cops-graphql fetch usaspending --listing 16.710
  (cd usaspending && sha256sum --check SHA256SUMS)

Exit codes: 0 done, 1 the API or the database failed, 2 what was asked for or what came is
wrong, 3 done, and the report could not be written, 130 interrupted. At 1 and 2 nothing was
imported.";

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct FetchArgs {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Awards and transactions, from the API of USAspending.
    #[command(after_help = EXAMPLES)]
    Usaspending(UsaspendingArgs),
}

#[derive(Debug, clap::Args)]
struct UsaspendingArgs {
    /// Assistance listings.
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_values = COPS_LISTINGS,
        value_parser = import::listing
    )]
    listing: Vec<String>,
    /// The first day.
    #[arg(long, value_name = "YYYY-MM-DD", default_value_t = FIRST_DAY, value_parser = first_day)]
    from: NaiveDate,
    /// The last day [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
    /// The folder that keeps the files.
    #[arg(long, value_name = "DIR", default_value = "usaspending")]
    to: PathBuf,
    /// Only fetch.
    #[arg(long)]
    no_import: bool,
    /// Fetch what is there already, too.
    #[arg(long)]
    again: bool,
    /// Where the API is.
    #[arg(long, value_name = "URL", default_value = API, value_parser = address)]
    url: String,
    /// How often one thing is tried again, more and more slowly, before it is given up.
    #[arg(long, value_name = "TIMES", default_value_t = Pace::default().retries)]
    retries: u32,
    /// How long the API may take to make a file.
    #[arg(
        long,
        value_name = "MINUTES",
        default_value_t = 120,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    wait: u32,
}

/// Reads the address of the API. It would be shown, and credentials in it would not be sent.
fn address(text: &str) -> Result<String, String> {
    match text.contains('@') {
        true => Err("the API takes no user and no password: write https://HOST".to_owned()),
        false => Ok(text.to_owned()),
    }
}

fn first_day(text: &str) -> Result<NaiveDate, String> {
    let day = text.parse().map_err(|_| "write it as 2020-10-01".to_owned())?;
    if day < FIRST_DAY {
        return Err(format!("USAspending has nothing from before {FIRST_DAY}"));
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
            // The load may have been committed a moment ago.
            super::fail(if is_loading.load(Ordering::Relaxed) {
                "interrupted while the files were loaded, which is done as a whole or not at all: run the command \
                 again, and what was loaded is not loaded twice"
            } else {
                "interrupted; what was fetched is kept: run the command again to go on"
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
        return Ok(output.end_after(&format!("{} files were fetched and are kept", files.len())));
    }
    is_loading.store(true, Ordering::Relaxed);
    let report = load(&options, files, database)
        .await
        .map_err(|error| (import::words(&error, database), error.exit_code()))?;
    output.write(&report.to_string());
    Ok(output.end_after(&import::done(&report)))
}

/// Loads all files at once, each as a source of its own.
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
