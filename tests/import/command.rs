//! The `import` command: its exit codes, standard input, and being killed.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use entity::{grant, kind::SourceKind, obligation, source};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};

use super::{NAMES, Place, SUMMARIES, TRANSACTIONS, csv};
use crate::support::binary;

fn command(place: &Place) -> Command {
    let mut command = Command::new(binary());
    command.env("DATABASE_URL", place.url()).current_dir(place.folder.path()).arg("import");
    command
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn standard_input_is_a_file_like_any_other() {
    let place = Place::new().await;
    for expected in ["Loaded fbi-agencies as revision 2", "already loaded as revision 2"] {
        let mut child = command(&place)
            .args(["fbi-agencies", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(NAMES.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
}

#[tokio::test]
async fn a_folder_that_cannot_keep_standard_input_is_named() {
    let place = Place::new().await;
    let mut child = command(&place)
        .args(["fbi-agencies", "-"])
        .env("TMPDIR", "/no/such/folder")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended before it has read all of this.
    let _ = child.stdin.take().unwrap().write_all(NAMES.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("cannot be copied to /no/such/folder"), "{}", said(&output));
    assert!(said(&output).contains("TMPDIR"), "{}", said(&output));
}

#[tokio::test]
async fn a_review_is_written_edited_and_read_back() {
    let place = Place::new().await;
    place.file("agencies.csv", NAMES);
    let row = [
        ("award_id_fain", "A1"),
        ("recipient_name", "METRO GOVERNMENT OF DALLAS"),
        ("recipient_state_code", "TX"),
        ("cfda_numbers_and_titles", "16.710"),
    ];
    place.file("awards.csv", csv(SUMMARIES, &[&row]));
    let run = |arguments: &[&str], code: i32| {
        let output = command(&place).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        said(&output)
    };
    run(&["fbi-agencies", "agencies.csv"], 0);
    // What would be left to review is known before anything is written.
    let text = run(&["usaspending", "awards.csv", "--dry-run", "--review", "trial.csv"], 0);
    assert!(text.contains("trial.csv: 1 recipient that matches no agency"), "{text}");
    run(&["usaspending", "awards.csv"], 0);
    let text = run(&["--review", "matches.csv"], 0);
    assert!(text.contains("matches.csv: 1 recipient ") && text.contains("Nothing to do"), "{text}");
    let review = std::fs::read_to_string(place.path("matches.csv")).unwrap();
    assert_eq!(review, std::fs::read_to_string(place.path("trial.csv")).unwrap());
    let text = run(&["--review", "matches.csv"], 2);
    assert!(text.contains("may contain decisions"), "{text}");
    let edited = review.replace("MUNICIPAL_POLICE,66,", "MUNICIPAL_POLICE,66,yes");
    assert_ne!(edited, review);
    place.file("matches.csv", edited);
    let text = run(&["--matches", "matches.csv"], 0);
    assert!(text.contains("Loaded matches as revision"), "{text}");
    let matched = "SELECT matched_by || ' ' || ori9 AS line FROM grants g JOIN agencies a ON a.id = agency_id";
    assert_eq!(place.rows(matched).await, ["REVIEWED TXDPD0000"]);
    let text = run(&["usaspending", "--review", "other.csv"], 2);
    assert!(text.contains("name the files to load"), "{text}");
}

#[tokio::test]
async fn a_listing_that_is_none_is_refused() {
    let place = Place::new().await;
    place.file("agencies.csv", NAMES);
    let arguments = ["usaspending", "agencies.csv", "--listing", "16710"];
    let output = command(&place).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("write it as 16.710"), "{}", said(&output));
}

#[tokio::test]
async fn a_sheet_is_chosen_of_a_workbook_only() {
    let place = Place::new().await;
    place.file("agencies.csv", NAMES);
    let arguments = ["fbi-agencies", "agencies.csv", "--sheet", "1"];
    let output = command(&place).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("has no sheets"), "{}", said(&output));
}

#[tokio::test]
async fn exit_codes_tell_wrong_input_from_a_failed_database() {
    let place = Place::new().await;
    place.file("agencies.csv", NAMES);
    let output = command(&place).args(["usaspending", "agencies.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("it looks like fbi-agencies"), "{}", said(&output));
    let output = command(&place).args(["usaspending", "missing.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("the file does not exist"), "{}", said(&output));
    let output = command(&place).args(["nonsense", "agencies.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = command(&place)
        .env("DATABASE_URL", "sqlite:///nowhere/at/all.db")
        .args(["fbi-agencies", "agencies.csv"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let output = command(&place).args(["--template", "trainees"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("session_code,training_title"));
}

#[tokio::test]
async fn made_up_rows_make_room_for_real_ones() {
    let place = Place::new().await;
    let row = [
        ("assistance_award_unique_key", "ASST_NON_A_015"),
        ("award_id_fain", "A"),
        ("recipient_name", "CITY OF A"),
        ("recipient_state_code", "CA"),
        ("cfda_numbers_and_titles", "16.710"),
    ];
    place.file("made-up.csv", csv(SUMMARIES, &[&row]));
    let output = command(&place).args(["usaspending", "made-up.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let file = source::Entity::find_by_id(2);
    let mut file = file.one(&place.db).await.unwrap().unwrap().into_active_model();
    file.kind = sea_orm::Set(SourceKind::Synthetic);
    file.update(&place.db).await.unwrap();
    place.file("agencies.csv", NAMES);
    let output = command(&place).args(["fbi-agencies", "agencies.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(place.count(grant::Entity).await, 0);
    assert_eq!(place.rows("SELECT kind FROM sources ORDER BY id").await, ["PUBLICATION", "FILE"]);
}

#[tokio::test]
async fn a_load_that_is_killed_leaves_nothing_and_can_be_run_again() {
    let place = Place::new().await;
    let keys: Vec<[String; 3]> = (0..40_000)
        .map(|n| [format!("T{n}"), format!("ASST_NON_F{n}_015"), format!("F{n}")])
        .collect();
    let rows: Vec<Vec<(&str, &str)>> = keys
        .iter()
        .map(|[transaction, award, number]| {
            vec![
                ("assistance_transaction_unique_key", transaction.as_str()),
                ("assistance_award_unique_key", award),
                ("award_id_fain", number),
                ("federal_action_obligation", "100"),
                ("action_date", "2020-01-01"),
                ("recipient_name", number),
                ("recipient_state_code", "CA"),
                ("cfda_number", "16.710"),
            ]
        })
        .collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    place.file("big.csv", csv(TRANSACTIONS, &rows));
    let wal = place.path("test.db-wal");
    let size = || std::fs::metadata(&wal).map_or(0, |file| file.len());
    let before = size();
    let mut child = command(&place)
        .args(["usaspending", "big.csv"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // In the middle: rows are on the disk, and it is not done.
    let began = Instant::now();
    while size() < before + (1 << 20) && child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < Duration::from_mins(1), "nothing was ever written");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(!status.success(), "the load was over before it could be killed");
    assert_eq!(place.count(grant::Entity).await, 0);
    assert_eq!(place.count(source::Entity).await, 1);
    assert_eq!(place.rows("SELECT COUNT(*) AS n FROM revisions").await, ["1"]);
    let output = command(&place).args(["usaspending", "big.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(place.count(obligation::Entity).await, 40_000);
    assert_eq!(place.rows("PRAGMA integrity_check").await, ["ok"]);
}
