//! Format detection, dry runs that change nothing, and reports in JSON.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use cops_graphql::{
    database::{self, load::Load},
    ingest::{Format, Recognition, recognize},
    reference,
};
use serde_json::Value;

use super::{NAMES, PLACES, Place, SUMMARIES, csv};
use crate::support::{TestDatabase, binary};

const AWARD: &[(&str, &str)] = &[
    ("assistance_award_unique_key", "ASST_NON_15JCOPS24GG03715UHPX_015"),
    ("award_id_fain", "15JCOPS24GG03715UHPX"),
    ("recipient_name", "CITY OF SPOKANE VALLEY"),
    ("recipient_state_code", "WA"),
    ("total_obligated_amount", "1"),
    ("cfda_numbers_and_titles", "16.710"),
];
const EMPLOYEES: &str = "data_year,ori,pub_agency_name,agency_type_name,state_abbr,population,officer_ct,civilian_ct\n\
    2024,WA0320400,Spokane Valley,City,WA,90000,100,20\n";

/// A folder with a file of each kind, and what is none.
fn folder(place: &Place) -> std::path::PathBuf {
    let folder = place.path("files");
    fs::create_dir_all(folder.join("more")).unwrap();
    for (name, text) in [
        ("a-employees.csv", EMPLOYEES),
        ("b-awards.csv", &csv(SUMMARIES, &[AWARD])),
        ("list.csv", "Department,State,Positions\nSpokane Valley Police Department,WA,2\n"),
        (
            "list.toml",
            "[columns]\nrecipient = \"Department\"\nstate = \"State\"\nofficers = \"Positions\"\n",
        ),
        ("more/z-names.csv", NAMES),
        ("more/places.csv", PLACES),
        ("notes.txt", "Nothing that anybody could load.\n"),
        ("b-awards.csv.rejected.csv", "file,line,column,value,reason\n"),
        (".hidden.csv", NAMES),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.env("DATABASE_URL", url).arg("import").args(arguments);
    command
}

fn run(url: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(url, arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn files_are_recognized_and_ordered() {
    let place = Place::new().await;
    let files = recognize(&[folder(&place)]).unwrap();
    let told: Vec<(String, &Recognition)> = files
        .iter()
        .map(|file| {
            (file.path.file_name().unwrap().to_string_lossy().into_owned(), &file.recognition)
        })
        .collect();
    let of = |name: &str| &told.iter().find(|(other, _)| other == name).unwrap().1;
    let order: Vec<&str> = told.iter().take(5).map(|(name, _)| name.as_str()).collect();
    assert_eq!(order, ["places.csv", "z-names.csv", "b-awards.csv", "list.csv", "a-employees.csv"]);
    assert_eq!(**of("a-employees.csv"), Recognition::Of(Format::FbiEmployees));
    assert_eq!(**of("list.csv"), Recognition::Of(Format::AwardList));
    assert!(matches!(of("list.toml"), Recognition::PassedOver(_)));
    assert!(matches!(of("b-awards.csv.rejected.csv"), Recognition::PassedOver(_)));
    assert!(matches!(of("notes.txt"), Recognition::Unknown(_)));
    assert_eq!(told.len(), 8, "{told:?}");
    // What cannot be read at all is named, and keeps none of the others from being recognized.
    #[cfg(unix)]
    {
        let beside = place.path("files");
        std::os::unix::fs::symlink(beside.join("gone.csv"), beside.join("dangling.csv")).unwrap();
        let pipe = std::process::Command::new("mkfifo").arg(beside.join("pipe.csv")).status();
        assert!(pipe.unwrap().success());
        let files = recognize(std::slice::from_ref(&beside)).unwrap();
        let unknown = files.iter().filter(|it| matches!(it.recognition, Recognition::Unknown(_)));
        let names: Vec<_> = unknown.map(|it| it.path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["dangling.csv", "notes.txt", "pipe.csv"]);
        assert_eq!(files.len(), 10);
    }
    // What changes an archive comes after it.
    let summary = csv(SUMMARIES, &[&[("recipient_state_code", "CA")]]);
    let names =
        ["FY(All)_015_Assistance_Delta_20250606.csv", "FY2024_015_Assistance_Full_20250106.csv"];
    let archives = names.map(|name| place.file(name, summary.clone()));
    let found: Vec<_> = recognize(&archives).unwrap().into_iter().map(|file| file.path).collect();
    assert_eq!(found, [archives[1].clone(), archives[0].clone()]);
    for format in [Format::Trainees, Format::Trainings] {
        let file = place.file("template.csv", format.template().unwrap());
        let found = recognize(&[file]).unwrap();
        assert_eq!(found[0].recognition, Recognition::Of(format));
    }
}

/// A page of an answer, with an award of its own.
fn page(number: u32, has_next: bool) -> String {
    format!(
        r#"{{"results": [{{"Award ID": "15JCOPS24GG0{number:04}UHPX", "Recipient Name": "CITY OF EXAMPLE", "Award Amount": 1.0,
            "recipient_location_state_code": "CA", "generated_internal_id": "ASST_NON_15JCOPS24GG0{number:04}UHPX_015",
            "Assistance Listings": [{{"cfda_number": "16.710", "cfda_program_title": "X"}}]}}],
            "page_metadata": {{"page": {number}, "hasNext": {has_next}}}}}"#
    )
}

#[tokio::test]
async fn the_pages_of_an_answer_in_a_folder_are_one_load() {
    let place = Place::new().await;
    let (folder, other) = (place.path("pages"), place.path("other"));
    for folder in [&folder, &other] {
        fs::create_dir_all(folder).unwrap();
    }
    for number in 1..=3 {
        fs::write(folder.join(format!("page{number}.json")), page(number, number < 3)).unwrap();
    }
    // Whole by itself; and a folder that lacks the page in between.
    fs::write(folder.join("alone.json"), page(1, false).replace("GG00001", "GG00009")).unwrap();
    for number in [1, 3] {
        let text = page(number, number < 3).replace("24GG0", "25GG0");
        fs::write(other.join(format!("{number}.json")), text).unwrap();
    }
    for database in TestDatabase::each("the_pages_of_an_answer_in_a_folder").await {
        let (code, said, errors) = run(&database.url, &["auto", folder.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{said}{errors}");
        assert!(said.contains("page3.json: usaspending\n"), "{said}");
        assert!(said.contains("4 files loaded, 0 changed nothing, 0 failed"), "{said}");
        let client = database.client().await;
        let data = client.data("{ grants { totalCount } revisions { totalCount } }").await;
        // The reference data, the pages, and what stands alone.
        assert_eq!(
            (&data["grants"]["totalCount"], &data["revisions"]["totalCount"]),
            (&4.into(), &3.into())
        );
        let (code, said, errors) = run(&database.url, &["auto", other.to_str().unwrap()]);
        assert_eq!(code, Some(2), "{said}{errors}");
        assert!(
            errors.contains("1.json: is page 1 of a response whose page 2 is not among the files"),
            "{errors}"
        );
        assert!(said.contains("0 files loaded, 0 changed nothing, 2 failed"), "{said}");
    }
}

#[tokio::test]
async fn a_folder_is_loaded_file_by_file_on_both_and_what_failed_can_be_run_again() {
    let place = Place::new().await;
    let folder = folder(&place);
    let path = folder.to_str().unwrap();
    let broken =
        csv(SUMMARIES, &[&[("recipient_state_code", "XX"), ("cfda_numbers_and_titles", "16.710")]]);
    for database in TestDatabase::each("a_folder_is_loaded_file_by_file").await {
        fs::write(folder.join("broken.csv"), &broken).unwrap();
        let (code, said, errors) = run(&database.url, &["auto", path]);
        assert_eq!(code, Some(2), "{said}{errors}");
        assert!(
            said.contains("5 files loaded, 0 changed nothing, 1 failed, 1 not recognized"),
            "{said}"
        );
        assert!(errors.contains("notes.txt: not recognized"), "{errors}");
        assert!(errors.contains("1 of 1 row was refused; --max-rejects 0.1% allows 0"), "{errors}");
        let data = database
            .client()
            .await
            .data("{ grants { nodes { federalShare agency { ori9 officers: swornOfficers } } } revisions { totalCount } }")
            .await;
        assert_eq!(data["grants"]["nodes"][0]["agency"]["ori9"], "WA0320400", "{data}");
        assert_eq!(data["grants"]["nodes"][0]["agency"]["officers"], 100, "{data}");
        // The reference data, and a load for each file.
        assert_eq!(data["revisions"]["totalCount"], 6);
        fs::remove_file(folder.join("broken.csv")).unwrap();
        fs::rename(folder.join("notes.txt"), place.path("notes.txt")).unwrap();
        let (code, said, errors) = run(&database.url, &["auto", path, "--format", "json"]);
        assert_eq!(code, Some(0), "{said}{errors}");
        let lines: Vec<Value> =
            said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 5);
        assert!(lines.iter().all(|line| line["outcome"] == "unchanged"), "{said}");
        fs::rename(place.path("notes.txt"), folder.join("notes.txt")).unwrap();
    }
    let (code, said, errors) = run(&place.url(), &["auto", path, "--sheet", "1"]);
    assert_eq!(code, Some(2), "{said}{errors}");
    assert!(errors.contains("--sheet needs files of one format"), "{errors}");
    let (code, _, errors) =
        run(&place.url(), &["auto", place.path("files/notes.txt").to_str().unwrap()]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("no file was recognized"), "{errors}");
    let (code, _, errors) = run(&place.url(), &["auto", "no/such/folder"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("the file does not exist"), "{errors}");
}

#[tokio::test]
async fn reports_for_machines_have_the_same_fields_whatever_happened() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    let wrong = place.file("wrong.csv", "a,b\n1,2\n");
    let mut documents = BTreeMap::new();
    for (file, arguments, outcome, code) in [
        (&names, &["--dry-run"][..], "tried", 0),
        (&names, &[], "loaded", 0),
        (&names, &[], "unchanged", 0),
        (&wrong, &[], "failed", 2),
    ] {
        let all =
            [&["fbi-agencies", file.to_str().unwrap(), "--format", "json"], arguments].concat();
        let (exit, said, _) = run(&place.url(), &all);
        assert_eq!(exit, Some(code), "{said}");
        let document: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(document["outcome"], outcome);
        documents.insert(outcome, document);
    }
    let (_, said, _) = run(&place.url(), &["auto", wrong.to_str().unwrap(), "--format", "json"]);
    documents.insert("unrecognized", serde_json::from_str(&said).unwrap());
    let fields = |document: &Value| -> Vec<String> {
        document.as_object().unwrap().keys().cloned().collect()
    };
    let expected = fields(&documents["loaded"]);
    for field in ["format", "files", "revision", "rowsRead", "tables", "notes", "error", "seconds"]
    {
        assert!(expected.contains(&field.to_owned()), "{field}");
    }
    assert!(documents.values().all(|document| fields(document) == expected), "{documents:?}");
    let loaded = &documents["loaded"];
    assert_eq!((&loaded["rowsRead"], &loaded["tables"][0]["added"]), (&7.into(), &7.into()));
    assert_eq!(loaded["revision"], 2, "{loaded}");
    assert_eq!(
        (&documents["tried"]["revision"], &documents["tried"]["tables"]),
        (&Value::Null, &loaded["tables"])
    );
    assert_eq!(documents["failed"]["error"]["exitCode"], 2);
    assert!(
        documents["failed"]["error"]["message"]
            .as_str()
            .unwrap()
            .contains("are missing (it has a, b)")
    );
}

/// All files of a folder, with their bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file());
    files
        .map(|path| {
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())
        })
        .collect()
}

#[tokio::test]
async fn a_trial_leaves_every_byte_of_a_file_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = tempfile::tempdir().unwrap();
    let names = data.path().join("names.csv");
    fs::write(&names, NAMES).unwrap();
    let names = names.to_str().unwrap();
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    let try_it = |remark: &str| {
        let before = bytes(folder.path());
        let (code, said, errors) = run(&url, &["fbi-agencies", names, "--dry-run"]);
        assert_eq!(code, Some(0), "{said}{errors}");
        assert!(said.contains("nothing was written (--dry-run)"), "{said}");
        assert!(said.contains("agencies                  7          0"), "{said}");
        assert_eq!(said.contains("note: there is no database yet"), remark == "none", "{said}");
        assert_eq!(said.contains("of an older version"), remark == "older", "{said}");
        assert!(bytes(folder.path()) == before, "{remark}: something was written");
    };
    // There is none; one of an older version, in another journal mode; and one of today.
    try_it("none");
    let path = folder.path().join("test.db");
    older(&path).await;
    try_it("older");
    fs::remove_file(&path).unwrap();
    let db = database::writer(&url).await.unwrap();
    migration::run(&db).await.unwrap();
    reference::ensure(&db).await.unwrap();
    database::finish(db).await.unwrap();
    try_it("today");
    // A log with something in it, as a program leaves it that was killed: it is not moved into the file.
    let db = database::writer(&url).await.unwrap();
    let load = Load::begin(&db, "another", false).await.unwrap();
    load.commit(cops_graphql::database::load::LoadCounts::default()).await.unwrap();
    let kept = bytes(folder.path());
    assert!(!kept["test.db-wal"].is_empty());
    database::finish(db).await.unwrap();
    for (name, bytes) in &kept {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let before = fs::read(&path).unwrap();
    let (code, said, errors) = run(&url, &["fbi-agencies", names, "--dry-run"]);
    assert_eq!(code, Some(0), "{said}{errors}");
    assert!(fs::read(&path).unwrap() == before);
    let (code, ..) = run(&url, &["auto", names, "--dry-run"]);
    assert_eq!(code, Some(0));
}

/// A database without the last migration, as it is after a backup: in no write-ahead logging.
async fn older(path: &Path) {
    use migration::MigratorTrait as _;
    let url = format!("sqlite://{}", path.with_extension("old").display());
    let db = database::writer(&url).await.unwrap();
    let steps = u32::try_from(migration::Migrator::migrations().len()).unwrap() - 1;
    migration::Migrator::up(&db, Some(steps)).await.unwrap();
    let sql = format!("VACUUM INTO '{}'", path.display());
    sea_orm::ConnectionTrait::execute_unprepared(&db, &sql).await.unwrap();
    database::finish(db).await.unwrap();
    fs::remove_file(path.with_extension("old")).unwrap();
}

#[tokio::test]
async fn who_writes_to_a_file_is_not_told_to_open_it_for_reading() {
    let folder = tempfile::tempdir().unwrap();
    let names = folder.path().join("names.csv");
    fs::write(&names, NAMES).unwrap();
    let url = format!("sqlite://{}", folder.path().join("cops.db").display());
    let arguments = ["fbi-agencies", names.to_str().unwrap()];
    assert_eq!(run(&url, &arguments).0, Some(0));
    for parameters in ["mode=ro", "mode=ro&immutable=true"] {
        let again = [&arguments[..], &["--again"]].concat();
        let (code, said, errors) = run(&format!("{url}?{parameters}"), &again);
        assert_eq!(code, Some(1), "{said}{errors}");
        assert!(errors.contains("for reading only: omit mode=ro"), "{errors}");
    }
}

#[tokio::test]
async fn a_trial_on_postgres_leaves_an_empty_database_empty() {
    let Some(database) = TestDatabase::empty_postgres("a_trial_on_postgres", "").await else {
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let names = data.path().join("names.csv");
    fs::write(&names, NAMES).unwrap();
    let (code, said, errors) =
        run(&database.url, &["fbi-agencies", names.to_str().unwrap(), "--dry-run"]);
    assert_eq!(code, Some(0), "{said}{errors}");
    assert!(said.contains("the database is empty: an import creates its tables first"), "{said}");
    let db = database.writer().await;
    let sql = "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'";
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
    let row = sea_orm::ConnectionTrait::query_one_raw(&db, statement).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0);
}

#[tokio::test]
async fn an_import_that_waits_for_another_says_so_on_both() {
    let data = tempfile::tempdir().unwrap();
    let names = data.path().join("names.csv");
    fs::write(&names, NAMES).unwrap();
    for database in TestDatabase::each("an_import_that_waits").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        let load = Load::begin(&db, "another", false).await.unwrap();
        let log = data.path().join("log");
        let mut child = command(&database.url, &["fbi-agencies", names.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while !fs::read_to_string(&log).unwrap().contains("waiting until it is done") {
            assert!(began.elapsed() < Duration::from_mins(1), "nothing was said");
            assert!(child.try_wait().unwrap().is_none(), "it did not wait");
            tokio::task::yield_now().await;
        }
        drop(load);
        // The connection takes back what the load began when it is used again.
        reference::edition(&db).await.unwrap();
        assert!(child.wait().unwrap().success());
    }
}

#[tokio::test]
async fn an_import_that_waits_twice_says_so_once() {
    let Some(database) = TestDatabase::postgres("an_import_that_waits_twice").await else { return };
    let data = tempfile::tempdir().unwrap();
    let names = data.path().join("names.csv");
    fs::write(&names, NAMES).unwrap();
    let (db, other) = (database.writer().await, database.writer().await);
    reference::ensure(&db).await.unwrap();
    let waiting = async |count: &str| {
        let sql = "SELECT CAST(count(*) AS TEXT) FROM pg_locks JOIN pg_database d ON d.oid = database \
                   WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()";
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
        let began = Instant::now();
        loop {
            let row = sea_orm::ConnectionTrait::query_one_raw(&db, statement.clone()).await;
            if row.unwrap().unwrap().try_get_by_index::<String>(0).unwrap() == count {
                break;
            }
            assert!(began.elapsed() < Duration::from_mins(1), "nobody waits");
        }
    };
    let first = Load::begin(&other, "another", false).await.unwrap();
    let log = data.path().join("log");
    let mut child = command(&database.url, &["fbi-agencies", names.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    waiting("1").await;
    // Who comes after it gets the lock between its two waits.
    let third = database.writer().await;
    let second = tokio::spawn(async move {
        let load = Load::begin(&third, "another", false).await.unwrap();
        (load, third)
    });
    waiting("2").await;
    drop(first);
    reference::edition(&other).await.unwrap();
    let (second, third) = second.await.unwrap();
    waiting("1").await;
    drop(second);
    reference::edition(&third).await.unwrap();
    assert!(child.wait().unwrap().success());
    let said = fs::read_to_string(&log).unwrap();
    assert_eq!(said.matches("waiting until it is done").count(), 1, "{said}");
}

#[tokio::test]
async fn an_answer_beside_a_list_of_its_name_is_no_mapping() {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("chp.csv"), "recipient,officers\nA PD,1\n").unwrap();
    fs::write(data.path().join("chp.json"), r#"{"fain": "X", "generated_unique_award_id": "Y"}"#)
        .unwrap();
    fs::write(data.path().join("uhp.csv"), "Agency,officers\nB PD,1\n").unwrap();
    fs::write(data.path().join("uhp.json"), r#"{"columns": {"recipient": "Agency"}}"#).unwrap();
    let place = Place::new().await;
    for name in ["chp.csv", "uhp.csv"] {
        let path = data.path().join(name);
        let (code, said, errors) = run(&place.url(), &["award-list", path.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{said}{errors}");
    }
    let (code, said, errors) = run(&place.url(), &["auto", data.path().to_str().unwrap()]);
    assert_eq!(code, Some(2), "{said}{errors}");
    assert!(said.contains("uhp.json: skipped, the mapping of a list"), "{said}");
    assert!(errors.contains("chp.json: is the page of an award"), "{errors}");
}
