//! Courses, sessions and trainees.

use cops_graphql::ingest::Format;
use entity::{trainee, training, training_session};

use super::{NAMES, Place};

#[tokio::test]
async fn the_templates_can_be_loaded() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES.replace("TXDPD0000", "CA0194200"));
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    let courses = place.file("courses.csv", Format::Trainings.template().unwrap());
    let report = place.load(Format::Trainings, &[&courses]).await.unwrap();
    assert_eq!((report.tables["trainings"].added, report.tables["organizations"].added), (2, 1));
    let sessions = place.file("sessions.csv", Format::Trainees.template().unwrap());
    let report = place.load(Format::Trainees, &[&sessions]).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (2, 0));
    assert_eq!(place.count(training::Entity).await, 2);
    assert_eq!(place.count(training_session::Entity).await, 1);
    let sql = "SELECT role || ' ' || hours || ' ' || (agency_id IS NULL) AS line FROM trainees ORDER BY id";
    assert_eq!(place.rows(sql).await, ["LAW_ENFORCEMENT 160 0", "COMMUNITY_MEMBER 75 1"]);
}

const HEADER: &str = "session_code,training_title,session_start,role,agency_ori,hours";

#[tokio::test]
async fn a_session_is_replaced_whole() {
    let place = Place::new().await;
    let row = "A,Course,2024-01-02,COMMUNITY_MEMBER,,1\n";
    let other = "B,Course,2024-01-03,government leader,,2\n";
    let first = place.file("1.csv", format!("{HEADER}\n{row}{row}{other}"));
    place.load(Format::Trainees, &[&first]).await.unwrap();
    let second = place.file("2.csv", format!("{HEADER}\n{row}"));
    let report = place.load(Format::Trainees, &[&second]).await.unwrap();
    let tally = report.tables["trainees"];
    assert_eq!((tally.added, tally.unchanged, tally.removed), (0, 1, 1));
    assert_eq!(report.tables["training_sessions"].unchanged, 1);
    assert_eq!(place.count(trainee::Entity).await, 2);
}

#[tokio::test]
async fn a_file_that_tells_who_people_are_is_not_read() {
    let place = Place::new().await;
    let rows = "Jane Doe,A,Course,2024-01-02,COMMUNITY_MEMBER,,1\n";
    let file = place.file("people.csv", format!("Full Name,{HEADER}\n{rows}"));
    let error = place.load(Format::Trainees, &[&file]).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.exit_code(), 2);
    assert!(text.contains("\"Full Name\" identifies a person"), "{text}");
    assert!(!text.contains("Jane"), "{text}");
    assert_eq!(place.count(trainee::Entity).await, 0);
    assert!(!place.path("people.csv.rejected.csv").exists());
}

#[tokio::test]
async fn rows_of_one_session_agree_and_agencies_are_known() {
    let place = Place::new().await;
    let rows = "A,Course,2024-01-02,COMMUNITY_MEMBER,,1\nA,Other,2024-01-02,COMMUNITY_MEMBER,,1\n\
                A,Course,2024-01-02,LAW_ENFORCEMENT,ZZ0000000,1\n";
    let file = place.file("rows.csv", format!("{HEADER}\n{rows}"));
    place.load(Format::Trainees, &[&file]).await.unwrap_err();
    let rejected = std::fs::read_to_string(place.path("rows.csv.rejected.csv")).unwrap();
    // Nobody knows which of them is right.
    for line in [
        "rows.csv,2,session_code,A,\"contradicts rows.csv, line 3, about the same session",
        "rows.csv,3,session_code,A,\"contradicts rows.csv, line 2, about the same session",
    ] {
        assert!(rejected.contains(line), "{rejected}");
    }
    assert!(rejected.contains("rows.csv,4,agency_ori,ZZ0000000,\"is not the ORI of an agency"));
}
