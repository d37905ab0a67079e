//! Fetches the awards and transactions of the COPS Office from the API of USAspending.
//!
//! The API generates downloads on request, according to its published contracts (`api_contracts/contracts/v2/download/`
//! and `bulk_download/` in the repository `fedspendingtransparency/usaspending-api`). It responds to a request with the
//! name of a file that does not exist yet. The client polls the file's status until it is finished, and downloads the
//! ZIP from the URL in the status. [`contract`] defines the requests; no other module knows the API.
//!
//! - [`plan`] decides which requests cover the wanted days. The API counts first, and ranges with more rows than a
//!   download may have are halved.
//! - [`client`] sends requests and retries temporary failures with growing delays.
//! - [`transfer`] downloads a file, and continues an interrupted transfer.
//! - [`folder`] keeps the files and their descriptions. A file gets its name only when it is complete: all promised
//!   bytes, a valid ZIP, and every checksum in it correct. So the command can be interrupted at any time and run again.

mod answer;
pub(crate) mod client;
mod contract;
mod error;
mod folder;
mod plan;
mod transfer;

use std::{path::PathBuf, time::Duration};

use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressStyle};

use self::{
    client::FetchClient,
    contract::{FileState, Piece},
    folder::Folder,
};
pub use self::{
    error::FetchError,
    folder::{FILE_LIST, KeptFile, SUMS},
};
use crate::ingest;

/// The URL of the USAspending API.
pub const API: &str = "https://api.usaspending.gov";
/// The longest pause between two status requests.
const LONGEST_POLL: Duration = Duration::from_secs(10);
/// The first day with awards in USAspending.
pub const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2000, 10, 1).expect("it is a day");

/// What to fetch, from where, and how patiently.
#[derive(Clone, Debug)]
pub struct Options {
    /// The URL of the API, without a contract's path.
    pub api: String,
    /// The folder for the files; created if missing.
    pub folder: PathBuf,
    /// The assistance listings.
    pub listings: Vec<String>,
    /// The first action date.
    pub from: NaiveDate,
    /// The last action date.
    pub until: NaiveDate,
    /// Requests files again that already exist.
    pub again: bool,
    /// Retries and timeouts.
    pub pace: Pace,
}

/// Retries and timeouts for a slow or failing API.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The number of retries before giving up. A transfer that makes progress starts counting again.
    pub retries: u32,
    /// The first pause before a retry. It doubles each time.
    pub pause: Duration,
    /// The longest pause. If the API asks for a longer one, the fetch fails.
    pub longest_pause: Duration,
    /// The first pause between two status requests. It doubles each time, up to ten seconds.
    pub poll: Duration,
    /// How long the API may take to generate a file.
    pub making: Duration,
    /// How long a response, or its next bytes, may take.
    pub silence: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            retries: 6,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(10),
            poll: Duration::from_millis(500),
            making: Duration::from_hours(2),
            silence: Duration::from_mins(1),
        }
    }
}

/// Fetches the files that are missing, and returns all requested files.
///
/// # Errors
/// [`FetchError`] says why not everything could be fetched. What was fetched is kept, and the next run continues there.
pub async fn run(options: &Options, progress: &ProgressBar) -> Result<Vec<KeptFile>, FetchError> {
    if options.from > options.until {
        let (from, until) = (options.from, options.until);
        return Err(FetchError::Request(format!(
            "{from} is after {until}: check --from and --until"
        )));
    }
    if options.listings.is_empty() {
        return Err(FetchError::Request("name a listing, such as --listing 16.710".to_owned()));
    }
    let client = FetchClient::new(&options.api, options.pace, progress.clone())?;
    let mut folder = Folder::open(&options.folder)?;
    progress.set_style(words());
    let pieces = plan::plan(&client, options).await?;
    // Request all files before waiting for the first: the API generates them in the meantime.
    let mut missing = Vec::new();
    for piece in &pieces {
        progress.set_message(format!("requesting {piece}"));
        if options.again {
            folder.forget(piece)?;
        }
        if folder.kept(piece)?.is_none() {
            order(&client, &mut folder, piece, false).await?;
            missing.push(piece);
        }
    }
    for piece in missing {
        bring(&client, &mut folder, piece).await?;
    }
    let kept = pieces.iter().map(|piece| folder.kept(piece));
    kept.filter_map(Result::transpose).collect()
}

/// Requests a file, unless an earlier request is still valid.
async fn order(
    client: &FetchClient,
    folder: &mut Folder,
    piece: &Piece,
    anew: bool,
) -> Result<(), FetchError> {
    if anew || folder.entry(piece).and_then(|entry| entry.job.as_ref()).is_none() {
        let answer = client.post::<contract::Ordered>(piece.path(), &piece.order()).await?;
        folder.ordered(piece, client.base(), answer.file_name)?;
    }
    Ok(())
}

/// Waits for a file and downloads it. An earlier request may have expired, and the download may be damaged: in these
/// cases the file is requested again once.
async fn bring(client: &FetchClient, folder: &mut Folder, piece: &Piece) -> Result<(), FetchError> {
    let first = deliver(client, folder, piece).await;
    match first {
        Err(error) if error.is_of_this_file() => {
            folder.discard(piece)?;
            order(client, folder, piece, true).await?;
            let second = deliver(client, folder, piece).await;
            if second.as_ref().is_err_and(FetchError::is_of_this_file) {
                // The next run also starts over.
                folder.forget(piece)?;
            }
            second
        }
        other => other,
    }
}

async fn deliver(
    client: &FetchClient,
    folder: &mut Folder,
    piece: &Piece,
) -> Result<(), FetchError> {
    let url = finished(client, folder, piece).await?;
    transfer::transfer(client, folder, piece, &url).await?;
    client.progress.set_message(format!("checking {piece}"));
    let part = folder.part(piece);
    let checked = tokio::task::spawn_blocking(move || ingest::check_archive(&part)).await;
    match checked.map_err(|error| FetchError::Request(error.to_string()))? {
        Ok((sha256, bytes)) => folder.keep(piece, sha256, bytes),
        Err(ingest::ImportError::File { problem, .. }) => {
            folder.discard(piece)?;
            Err(FetchError::Damaged { what: piece.to_string(), problem })
        }
        Err(error) => Err(FetchError::Request(error.to_string())),
    }
}

/// Polls the status of a file until it is finished, and returns its URL.
async fn finished(
    client: &FetchClient,
    folder: &Folder,
    piece: &Piece,
) -> Result<String, FetchError> {
    let job = folder.entry(piece).and_then(|entry| entry.job.clone()).unwrap_or_default();
    let path = contract::status(&job);
    let began = tokio::time::Instant::now();
    let mut poll = client.pace.poll;
    loop {
        let status = match client.get::<contract::FileStatus>(&path).await {
            // The API forgets a file after some time.
            Err(FetchError::Refused { url, .. }) => return Err(FetchError::Gone { url }),
            other => other?,
        };
        match status.state {
            FileState::Finished => match status.file_url {
                Some(url) => return Ok(url),
                None => {
                    return Err(FetchError::contract(client.base(), &path, "file_url is missing"));
                }
            },
            FileState::Failed => {
                let message =
                    error::readable(status.message.as_deref().unwrap_or("no reason given"));
                return Err(FetchError::Failed { what: piece.to_string(), message });
            }
            FileState::Ready | FileState::Running => {}
        }
        let waited = began.elapsed();
        if waited > client.pace.making {
            return Err(FetchError::TooSlow { what: piece.to_string(), waited });
        }
        client
            .progress
            .set_message(format!("{piece}: waiting for the API for {} s", waited.as_secs()));
        tokio::time::sleep(poll).await;
        poll = (poll * 2).min(LONGEST_POLL);
    }
}

/// A line of text, while there is nothing to count.
fn words() -> ProgressStyle {
    style("{spinner} {msg}")
}

/// A progress bar of bytes.
fn bytes() -> ProgressStyle {
    style("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
