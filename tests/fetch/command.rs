//! The `fetch` command, and the dataset after it.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use entity::{grant, obligation};

use super::{Fault, names, stand_in::StandIn};
use crate::{import::Place, support::binary};

fn command(place: &Place, api: &StandIn, more: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .env("DATABASE_URL", place.url())
        .current_dir(place.folder.path())
        .args(["fetch", "usaspending", "--url", &api.url, "--from", "2006-10-01"])
        .args(["--until", "2009-12-31"])
        .args(more);
    command
}

async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// How many files have the name of a whole one.
fn whole(names: &BTreeSet<String>) -> usize {
    names.iter().filter(|name| Path::new(name).extension().is_some_and(|end| end == "zip")).count()
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn one_command_loads_all_awards_and_transactions() {
    let (place, api) = (Place::new().await, StandIn::start().await);
    let first = output(command(&place, &api, &[])).await;
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let grants = "SELECT award_number || ' ' || federal_share || ' ' || COALESCE(outlayed, '') FROM \
                  grants ORDER BY award_number";
    // Cents; those of the listings only, from before and after the search reaches.
    let expected = ["NEW0 25000 700", "NEW1 40000 700", "NEW2 50000 700", "OLD0 10000 "];
    assert_eq!(place.rows(grants).await, expected);
    assert_eq!(place.count(obligation::Entity).await, 5);
    let sources = "SELECT publisher || ' ' || title || ' ' || url FROM sources WHERE kind = 'FILE' \
                   ORDER BY id";
    let sources = place.rows(sources).await;
    assert_eq!(sources.len(), 3);
    let expected = format!(
        "USAspending.gov justice_transactions_2006-10-01_2007-09-30.zip {}/api/v2/bulk_download/awards/",
        api.url
    );
    assert_eq!(sources[0], expected);
    // All is there, in the folder and in the dataset.
    let second = output(command(&place, &api, &[])).await;
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
    assert!(said(&second).contains("already loaded as revision"), "{}", said(&second));
    assert_eq!(api.orders().len(), 3);
}

#[tokio::test]
async fn files_can_be_fetched_alone() {
    let (place, api) = (Place::new().await, StandIn::start().await);
    let more = ["--no-import", "--to", "elsewhere/new", "--listing", "16.71,16.068"];
    let fetched = output(command(&place, &api, &more)).await;
    assert_eq!(fetched.status.code(), Some(0), "{}", said(&fetched));
    assert_eq!(place.count(grant::Entity).await, 0);
    let names = names(&place.path("elsewhere/new"));
    let expected = "transactions_16.068_16.710_2007-10-01_2009-12-31.zip";
    assert!(names.contains(expected), "{names:?}");
    assert!(said(&fetched).contains(&format!("elsewhere/new/{expected}  ")), "{}", said(&fetched));
}

#[tokio::test]
async fn exit_codes_tell_what_is_wrong_from_what_failed() {
    let (place, api) = (Place::new().await, StandIn::start().await);
    let wrong = [
        &["--from", "1999-01-01"][..],
        &["--listing", "COPS"],
        &["--from", "2006-10-01", "--until", "2001-01-01"],
    ];
    for wrong in wrong {
        let mut command = Command::new(binary());
        command.current_dir(place.folder.path()).args(["fetch", "usaspending", "--url", &api.url]);
        command.args(wrong);
        let output = output(command).await;
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {}", said(&output));
    }
    assert_eq!(api.log(), Vec::<String>::new());
    api.fail("order", [Fault::Answer(503, None, "")]);
    let failed = output(command(&place, &api, &["--retries", "0"])).await;
    assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
    assert!(said(&failed).contains("503"), "{}", said(&failed));
    assert_eq!(place.count(grant::Entity).await, 0);
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_fetch_can_be_gone_on_with() {
    let (place, api) = (Place::new().await, StandIn::start().await);
    api.fail("file", [Fault::StandAt(100)]);
    let child = command(&place, &api, &["--no-import"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let part = place.path("usaspending/justice_transactions_2006-10-01_2007-09-30.zip.part");
    let began = Instant::now();
    while std::fs::metadata(&part).map_or(0, |file| file.len()) < 100 {
        assert!(began.elapsed() < Duration::from_mins(1), "the transfer never began");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let stopped = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(stopped.status.code(), Some(130), "{}", said(&stopped));
    assert!(said(&stopped).contains("run the command again to continue"), "{}", said(&stopped));
    let left = names(&place.path("usaspending"));
    assert_eq!(whole(&left), 0, "{left:?}");
    api.log();
    let done = output(command(&place, &api, &["--no-import"])).await;
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let log = api.log();
    assert!(log.contains(&"file bytes=100- \"v0\"".to_owned()), "{log:?}");
    assert!(!log.iter().any(|line| line.starts_with("order")), "{log:?}");
    let left = names(&place.path("usaspending"));
    assert_eq!(whole(&left), 3, "{left:?}");
}
