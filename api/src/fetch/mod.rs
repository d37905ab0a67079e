//! Fetching the awards and transactions of the COPS Office from the API of USAspending.
//!
//! The API makes downloads to order, by its published contracts (`api_contracts/contracts/v2/download/` and
//! `bulk_download/` of the repository `fedspendingtransparency/usaspending-api`). A request is answered by
//! the name of a file that does not exist yet; one asks for its status until it is finished, and fetches the
//! ZIP from where the status says. What is asked for is in [`contract`], and nothing else knows the API.
//!
//! - [`plan`] says which requests cover the days that are wanted. The API counts first, and days that hold
//!   more rows than one download may are cut in halves.
//! - [`client`] sends a request until it is answered: what may pass is tried again, more and more slowly.
//! - [`transfer`] brings a file, and goes on where a transfer broke off.
//! - [`folder`] keeps the files, and what is known of each. A file has its name only when it is whole: all
//!   that was promised, a ZIP, and every checksum in it right. So the command can be stopped at any moment,
//!   and run again.

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

/// The API of USAspending.
pub const API: &str = "https://api.usaspending.gov";
/// The longest pause between two questions whether a file is finished.
const LONGEST_POLL: Duration = Duration::from_secs(10);
/// The first day of which USAspending has awards.
pub const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2000, 10, 1).expect("it is a day");

/// What to fetch, from where, and how patiently.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the API is, without the path of a contract.
    pub api: String,
    /// The folder that keeps the files; it is made where it is not there.
    pub folder: PathBuf,
    /// The assistance listings.
    pub listings: Vec<String>,
    /// The first day of actions.
    pub from: NaiveDate,
    /// The last day of actions.
    pub until: NaiveDate,
    /// Ask for files anew that are there already.
    pub again: bool,
    /// How patient to be.
    pub pace: Pace,
}

/// How patient to be with an API that is slow or fails.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How often one thing is tried again before it is given up; a transfer that moves begins to count anew.
    pub retries: u32,
    /// The first pause before something is tried again. Each next one is twice as long.
    pub pause: Duration,
    /// The longest pause, also where the API asks for a longer one: then it is given up.
    pub longest_pause: Duration,
    /// The first pause between two questions whether a file is finished. Each next one is twice as long, up to
    /// ten seconds.
    pub poll: Duration,
    /// How long the API may take to make a file.
    pub making: Duration,
    /// How long an answer, or the next bytes of it, may take.
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

/// Fetches what is not there yet, and says what the folder has then of what was asked for.
///
/// # Errors
/// [`FetchError`] says why not all could be fetched. What could be is kept, and the next time begins there.
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
    // All are asked for before the first one is waited for: the API makes them meanwhile.
    let mut missing = Vec::new();
    for piece in &pieces {
        progress.set_message(format!("asking for {piece}"));
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

/// Asks for a file, unless that was done before and the answer still holds.
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

/// Waits for a file and fetches it. What was asked for at another time may be gone, and what a server sends
/// may be no ZIP: once, that is mended by asking anew.
async fn bring(client: &FetchClient, folder: &mut Folder, piece: &Piece) -> Result<(), FetchError> {
    let first = deliver(client, folder, piece).await;
    match first {
        Err(error) if error.is_of_this_file() => {
            folder.discard(piece)?;
            order(client, folder, piece, true).await?;
            let second = deliver(client, folder, piece).await;
            if second.as_ref().is_err_and(FetchError::is_of_this_file) {
                // The next time, too, begins anew.
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

/// Asks for the status of a file until it is finished, and says where it is.
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
            // The API knows of a file for a while only.
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
                let message = error::readable(status.message.as_deref().unwrap_or("for no reason"));
                return Err(FetchError::Failed { what: piece.to_string(), message });
            }
            FileState::Ready | FileState::Running => {}
        }
        let waited = began.elapsed();
        if waited > client.pace.making {
            return Err(FetchError::TooSlow { what: piece.to_string(), waited });
        }
        client.progress.set_message(format!("{piece}: being made for {} s", waited.as_secs()));
        tokio::time::sleep(poll).await;
        poll = (poll * 2).min(LONGEST_POLL);
    }
}

/// A line of words, while there is nothing to count.
fn words() -> ProgressStyle {
    style("{spinner} {msg}")
}

/// A bar of bytes.
fn bytes() -> ProgressStyle {
    style("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
