//! Fetching from the API of USAspending, against a stand-in that follows its contracts.

mod command;
mod failures;
mod stand_in;

use std::{collections::BTreeSet, path::Path, time::Duration};

use cops_graphql::fetch::{self, FILE_LIST, FetchError, KeptFile, Options, Pace, SUMS};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use self::stand_in::{Fault, StandIn};

/// The listings of the office, and days of which some are older than the search reaches.
fn options(api: &StandIn, folder: &Path) -> Options {
    Options {
        api: api.url.clone(),
        folder: folder.to_owned(),
        listings: ["16.710", "16.068", "16.071"].map(str::to_owned).to_vec(),
        from: "2006-10-01".parse().unwrap(),
        until: "2009-12-31".parse().unwrap(),
        again: false,
        pace: Pace {
            retries: 2,
            pause: Duration::from_millis(20),
            longest_pause: Duration::from_secs(3),
            poll: Duration::from_millis(5),
            making: Duration::from_secs(5),
            silence: Duration::from_millis(400),
        },
    }
}

/// One file only: the transactions of the days that the search reaches, which is what most failures need.
struct One {
    api: StandIn,
    folder: TempDir,
}

impl One {
    async fn new() -> Self {
        Self { api: StandIn::start().await, folder: tempfile::tempdir().unwrap() }
    }

    fn options(&self) -> Options {
        let mut options = options(&self.api, self.folder.path());
        options.until = "2006-12-31".parse().unwrap();
        options
    }

    async fn fetch(&self) -> Result<KeptFile, FetchError> {
        let files = run(&self.options()).await?;
        assert_eq!(files.len(), 1);
        Ok(files.into_iter().next().unwrap())
    }

    /// The whole file is there, as it should be, and nothing half-written beside it.
    fn check(&self, kept: &KeptFile) {
        let bytes = std::fs::read(&kept.path).unwrap();
        assert_eq!(bytes.len() as u64, kept.bytes);
        assert_eq!(format!("{:x}", Sha256::digest(&bytes)), kept.sha256);
        zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let name = kept.path.file_name().unwrap().to_str().unwrap();
        assert_eq!(
            names(self.folder.path()),
            BTreeSet::from([FILE_LIST, SUMS, name].map(String::from))
        );
    }
}

async fn run(options: &Options) -> Result<Vec<KeptFile>, FetchError> {
    fetch::run(options, &ProgressBar::hidden()).await
}

/// What is in the folder, but for the lock.
fn names(folder: &Path) -> BTreeSet<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != ".lock").collect()
}

#[tokio::test]
async fn all_days_are_asked_for_as_the_contracts_want_it() {
    let api = StandIn::start().await;
    let folder = tempfile::tempdir().unwrap();
    let files = run(&options(&api, folder.path())).await.unwrap();
    let expected = [
        "justice_transactions_2006-10-01_2007-09-30.zip",
        "transactions_16.068_16.071_16.710_2007-10-01_2009-12-31.zip",
        "awards_16.068_16.071_16.710_2007-10-01_2009-12-31.zip",
    ];
    let found: Vec<_> = files.iter().map(|file| file.path.file_name().unwrap()).collect();
    assert_eq!(found, expected);
    let types = ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"];
    let bulk = json!({
        "filters": {
            "agencies": [{ "type": "awarding", "tier": "toptier", "name": "Department of Justice" }],
            "prime_award_types": types,
            "date_range": { "start_date": "2006-10-01", "end_date": "2007-09-30" },
            "date_type": "action_date",
        },
        "file_format": "csv",
    });
    let search = json!({
        "filters": {
            "program_numbers": ["16.068", "16.071", "16.710"],
            "award_type_codes": types,
            "time_period": [{ "start_date": "2007-10-01", "end_date": "2009-12-31" }],
        },
        "file_format": "csv",
    });
    let orders = [
        ("/api/v2/bulk_download/awards/", bulk),
        ("/api/v2/download/transactions/", search.clone()),
        ("/api/v2/download/awards/", search),
    ];
    assert_eq!(api.orders(), orders.map(|(path, body)| (path.to_owned(), body)));
    // The list says what was asked for, and the digests are those of the files.
    let list = std::fs::read(folder.path().join(FILE_LIST)).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    let entry = &list[expected[1]];
    assert_eq!(entry["endpoint"], format!("{}/api/v2/download/transactions/", api.url));
    assert_eq!(entry["sha256"], files[1].sha256);
    let sums = std::fs::read_to_string(folder.path().join(SUMS)).unwrap();
    assert_eq!(sums.lines().count(), 3);
    for file in &files {
        let name = file.path.file_name().unwrap().to_str().unwrap();
        assert!(sums.contains(&format!("{}  {name}\n", file.sha256)), "{sums}");
    }
}

#[tokio::test]
async fn every_day_of_old_years_is_in_one_file() {
    let api = StandIn::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&api, folder.path());
    options.from = fetch::FIRST_DAY;
    options.until = "2007-09-30".parse().unwrap();
    assert_eq!(run(&options).await.unwrap().len(), 7);
    let ranges: Vec<_> = api
        .orders()
        .iter()
        .map(|(_, body)| body["filters"]["date_range"].clone())
        .map(|range| format!("{} {}", range["start_date"], range["end_date"]).replace('"', ""))
        .collect();
    let years = (2001..=2007).map(|year| format!("{}-10-01 {year}-09-30", year - 1));
    assert_eq!(ranges, years.collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_there_is_not_fetched_again() {
    let one = One::new().await;
    let first = one.fetch().await.unwrap();
    one.api.log();
    assert_eq!(one.fetch().await.unwrap(), first);
    assert_eq!(one.api.log(), Vec::<String>::new());
    // Somebody has changed it: it is not what came.
    std::fs::write(&first.path, "changed").unwrap();
    let second = one.fetch().await.unwrap();
    assert_eq!(second.sha256, first.sha256);
    one.check(&second);
    // And it is fetched where that is asked for.
    one.api.log();
    run(&Options { again: true, ..one.options() }).await.unwrap();
    assert_eq!(one.api.count_of("order"), 1);
}

#[tokio::test]
async fn days_with_too_many_rows_are_cut() {
    let api = StandIn::start().await;
    let folder = tempfile::tempdir().unwrap();
    api.limit(1);
    let mut options = options(&api, folder.path());
    options.from = "2007-10-01".parse().unwrap();
    let files = run(&options).await.unwrap();
    assert!(files.len() > 4, "{files:?}");
    let mut keys = Vec::new();
    for file in files.iter().filter(|file| file.endpoint.ends_with("/transactions/")) {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(&file.path).unwrap()).unwrap();
        let table = csv::Reader::from_reader(archive.by_index(0).unwrap());
        let rows = table.into_records().map(|row| row.unwrap()[0].to_owned());
        keys.extend(rows.collect::<Vec<_>>());
    }
    assert_eq!(keys, ["T2", "T3", "T4", "T5"]);
    // A day cannot be cut.
    api.limit(0);
    options.again = true;
    let error = run(&options).await.unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("this day has more"), "{error}");
}
