//! A database that becomes another one under a running server: a backup is restored, a file is moved or copied over it,
//! or is deleted.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use cops_graphql::database::{self, load::Load};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    serve::Running,
    support::{TestDatabase, binary},
};

/// How long a server may take to notice, with some room for a busy machine.
const NOTICED: Duration = Duration::from_secs(10);
const QUERY: &str = "{ dataset { revision revisionToken identity } agencies { totalCount } \
                     search: agencies(search: \"later\") { totalCount } }";

/// Waits for an answer that fits, and gives it.
async fn until(server: &Running, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let data = server.data(QUERY).await;
        if fits(&data) {
            return data;
        }
        assert!(began.elapsed() < NOTICED, "{what}: {data}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn ready(server: &Running) -> (u16, Value) {
    let response = reqwest::get(format!("{}/health/ready", server.url)).await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn until_ready_says(server: &Running, status: u16, word: &str) {
    let began = Instant::now();
    loop {
        let found = ready(server).await;
        if found.0 == status && found.1.to_string().contains(word) {
            return;
        }
        assert!(began.elapsed() < NOTICED, "{status} {word}: {found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Imports an agency whose name says that it came later.
fn import(url: &str, number: u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agencies.csv");
    let rows = format!(
        "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n\
         AK{number:05}00,City,,Later {number},,\n"
    );
    std::fs::write(&path, rows).unwrap();
    let output = Command::new(binary())
        .args(["import", "--database", url, "fbi-agencies"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn revision(data: &Value) -> Option<i64> {
    data["dataset"]["revision"].as_i64()
}

/// A database, and a file with what it was before a load.
async fn before_and_after() -> (TestDatabase, tempfile::TempDir, i64) {
    let test = TestDatabase::sqlite().await;
    let writer = test.writer().await;
    fixture::load(&writer, SMALL).await;
    let load = Load::begin(&writer, "more", false).await.unwrap();
    load.commit(<_>::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup.db");
    let sql = format!("VACUUM INTO '{}'", backup.display());
    writer.execute_unprepared(&sql).await.unwrap();
    database::finish(writer).await.unwrap();
    import(&test.url, 1);
    (test, folder, 24)
}

#[tokio::test]
async fn a_file_that_is_moved_or_copied_over_the_database_is_opened() {
    for by in ["mv", "cp"] {
        let (test, folder, agencies) = before_and_after().await;
        let path = test.url.strip_prefix("sqlite://").unwrap().to_owned();
        let server = Running::start(&test.url, &[]);
        let after = until(&server, by, |data| data["search"]["totalCount"] == 1).await;
        assert_eq!(after["agencies"]["totalCount"], agencies + 1, "{by}");
        // The second file is of the same revision as the first, and has another load in its place.
        let other = folder.path().join("other.db");
        std::fs::copy(folder.path().join("backup.db"), &other).unwrap();
        import(&format!("sqlite://{}", other.display()), 2);
        import(&format!("sqlite://{}", other.display()), 3);
        for (file, revisions, later) in [("backup.db", 2, 0), ("other.db", 4, 2)] {
            let file = folder.path().join(file);
            let moved = Command::new(by).args([&file, Path::new(&path)]).status().unwrap();
            assert!(moved.success());
            let data = until(&server, by, |data| revision(data) == Some(revisions)).await;
            assert_eq!(data["search"]["totalCount"], later, "{by}: {data}");
            assert_eq!(data["agencies"]["totalCount"], agencies + later, "{by}: {data}");
            assert_eq!(data["dataset"]["identity"], after["dataset"]["identity"], "{by}");
            assert_ne!(data["dataset"]["revisionToken"], after["dataset"]["revisionToken"], "{by}");
            until_ready_says(&server, 200, "true").await;
        }
    }
}

#[tokio::test]
async fn a_file_that_is_deleted_or_of_another_version_is_told_of() {
    let (test, folder, _) = before_and_after().await;
    let path = test.url.strip_prefix("sqlite://").unwrap().to_owned();
    let server = Running::start(&test.url, &["--cache-size", "0", "--row-cache-size", "0"]);
    until(&server, "start", |data| data["search"]["totalCount"] == 1).await;
    let aside = folder.path().join("aside.db");
    std::fs::rename(&path, &aside).unwrap();
    until_ready_says(&server, 503, "the database file is gone").await;
    assert_eq!(server.data(QUERY).await, Value::Null);
    std::fs::rename(&aside, &path).unwrap();
    until(&server, "back", |data| data["search"]["totalCount"] == 1).await;
    until_ready_says(&server, 200, "true").await;
    // Of a newer program.
    let newer = folder.path().join("newer.db");
    std::fs::copy(folder.path().join("backup.db"), &newer).unwrap();
    let writer = database::writer(&format!("sqlite://{}", newer.display())).await.unwrap();
    let sql = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_x', 0)";
    writer.execute_unprepared(sql).await.unwrap();
    database::finish(writer).await.unwrap();
    std::fs::rename(&newer, &path).unwrap();
    until_ready_says(&server, 503, "newer version").await;
    let refused = Command::new(binary())
        .args(["--listen", "127.0.0.1:0", "--database", &test.url])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("newer version") && said.contains("m29991231_000001_x"), "{said}");
    std::fs::rename(folder.path().join("backup.db"), &path).unwrap();
    until_ready_says(&server, 200, "true").await;
    assert_eq!(server.data(QUERY).await["search"]["totalCount"], 0);
}

#[tokio::test]
async fn a_number_that_comes_again_is_another_revision() {
    for test in TestDatabase::each("a_number_that_comes_again_is_another_revision").await {
        let writer = test.writer().await;
        fixture::load(&writer, SMALL).await;
        let load = Load::begin(&writer, "more", false).await.unwrap();
        load.commit(<_>::default()).await.unwrap();
        let server = Running::start(&test.url, &["--cache-size", "10000000"]);
        let before = until(&server, "start", |data| revision(data) == Some(2)).await;
        // As a backup does it that is restored in place: the last load is gone, and another has its number.
        let token = "UPDATE revisions SET token = 4242 WHERE id = 2";
        let gone = "DELETE FROM trainees WHERE id = 1";
        for sql in [gone, token] {
            writer.execute_unprepared(sql).await.unwrap();
        }
        let after =
            until(&server, "after", |data| data["dataset"]["revisionToken"] == "0000000000001092");
        let after = after.await;
        assert_eq!(revision(&after), Some(2));
        assert_eq!(before["dataset"]["identity"], after["dataset"]["identity"]);
        let client = reqwest::Client::new();
        let pinned = async |pin: String| {
            let request = client.post(format!("{}/graphql", server.url));
            let body = json!({ "query": "{ agencies { totalCount } }", "extensions": { "revision": pin } });
            let response = request.json(&body).send().await.unwrap();
            let header = response.headers()["x-dataset-revision"].to_str().unwrap().to_owned();
            (response.status().as_u16(), header, response.text().await.unwrap())
        };
        let (status, header, said) = pinned("2-0000000000001092".to_owned()).await;
        assert_eq!((status, header.as_str()), (200, "2-0000000000001092"), "{said}");
        let was = before["dataset"]["revisionToken"].as_str().unwrap();
        let (status, _, said) = pinned(format!("2-{was}")).await;
        assert!(
            status == 409 && said.contains("REVISION_GONE") && said.contains("backup"),
            "{said}"
        );
        // Back to an earlier one, whose row is the last again: ids are not given out anew.
        writer.execute_unprepared("DELETE FROM table_loads WHERE revision_id = 2").await.unwrap();
        writer.execute_unprepared("DELETE FROM revisions WHERE id = 2").await.unwrap();
        until(&server, "back", |data| revision(data) == Some(1)).await;
        let load = Load::begin(&writer, "more", false).await.unwrap();
        assert_eq!(load.revision(), 3, "an id is given out once");
        load.commit(<_>::default()).await.unwrap();
        until(&server, "on", |data| revision(data) == Some(3)).await;
        writer.close().await.unwrap();
    }
}

#[tokio::test]
async fn made_up_rows_and_real_ones_are_different_datasets() {
    let test = TestDatabase::sqlite().await;
    let made = Command::new(binary())
        .args(["demo", "--scale", "0.01", "--database", &test.url])
        .status()
        .unwrap();
    assert!(made.success());
    let identities = async || {
        let writer = test.writer().await;
        let rows = writer
            .query_all_raw(sea_orm::Statement::from_string(
                writer.get_database_backend(),
                "SELECT dataset FROM revisions ORDER BY id",
            ))
            .await
            .unwrap();
        rows.iter().map(|row| row.try_get_by_index::<i64>(0).unwrap()).collect::<Vec<_>>()
    };
    import(&test.url, 1);
    import(&test.url, 2);
    let found = identities().await;
    let [.., made, first, second] = found[..] else { panic!("{found:?}") };
    assert_ne!(made, first, "{found:?}");
    assert_eq!(first, second, "{found:?}");
    let forced = Command::new(binary())
        .args(["demo", "--force", "--scale", "0.01", "--database", &test.url])
        .status()
        .unwrap();
    assert!(forced.success());
    let found = identities().await;
    assert_ne!(found[found.len() - 1], second, "{found:?}");
}

/// What a server answers about all rows, by rows and by the copy in memory.
const ALL: &str = "{ dataset { revisionToken } agencies { totalCount totals { count } } \
                   trainees { totals { count } groups(by: [ROLE]) { nodes { count } } } }";

#[tokio::test]
async fn a_file_that_is_copied_over_slowly_is_opened_when_it_is_whole() {
    use std::io::{Seek as _, Write as _};
    let (test, folder, agencies) = before_and_after().await;
    let path = test.url.strip_prefix("sqlite://").unwrap();
    // The same dataset with another load and fewer trainees, so that each half of it is plausible.
    let other = folder.path().join("other.db");
    std::fs::copy(folder.path().join("backup.db"), &other).unwrap();
    import(&format!("sqlite://{}", other.display()), 2);
    let writer = database::writer(&format!("sqlite://{}", other.display())).await.unwrap();
    writer.execute_unprepared("DELETE FROM trainees WHERE id > 20").await.unwrap();
    database::finish(writer).await.unwrap();
    let server = Running::start(&test.url, &[]);
    let before = until(&server, "start", |data| data["search"]["totalCount"] == 1).await;
    let whole = server.data(ALL).await;
    let bytes = std::fs::read(&other).unwrap();
    let mut file = std::fs::File::options().write(true).open(path).unwrap();
    let pages: Vec<_> = bytes.chunks(4096).collect();
    // The last pages first: the page that says what the dataset is changes after most others.
    for (number, page) in pages.iter().enumerate().rev() {
        file.seek(std::io::SeekFrom::Start(4096 * number as u64)).unwrap();
        file.write_all(page).unwrap();
        file.flush().unwrap();
        tokio::time::sleep(Duration::from_millis(2_500) / u32::try_from(pages.len()).unwrap())
            .await;
        server.data(ALL).await;
    }
    file.set_len(bytes.len() as u64).unwrap();
    drop(file);
    let after = until(&server, "after", |data| {
        data["dataset"]["revisionToken"] != before["dataset"]["revisionToken"]
            && data["search"]["totalCount"] == 1
    });
    after.await;
    until_ready_says(&server, 200, "true").await;
    let found = server.data(ALL).await;
    assert_eq!(found["agencies"]["totals"]["count"], agencies + 1, "{found}");
    assert_eq!(found["trainees"]["totals"]["count"], 20, "{found}");
    let truth = Running::start(&format!("sqlite://{}", other.display()), &[]);
    assert_eq!(found, truth.data(ALL).await);
    assert_ne!(found, whole);
}

#[tokio::test]
async fn a_backup_that_is_half_restored_is_not_answered_from() {
    let Some(test) = TestDatabase::postgres("a_backup_that_is_half_restored").await else { return };
    let writer = test.writer().await;
    fixture::load(&writer, SMALL).await;
    let server = Running::start(&test.url, &[]);
    let before = until(&server, "start", |data| revision(data) == Some(1)).await;
    let whole = server.data(ALL).await;
    let run = async |sql: &str| writer.execute_unprepared(sql).await.unwrap();
    // As a plain restore does it: a transaction for each step, keys last.
    let saved = "CREATE SCHEMA saved; CREATE TABLE saved.trainees AS TABLE trainees; \
                 CREATE TABLE saved.revisions AS TABLE revisions";
    run(saved).await;
    let made = "ALTER TABLE trainees RENAME TO trainees_of_before; \
                ALTER TABLE trainees_of_before SET SCHEMA saved; \
                CREATE TABLE trainees (LIKE saved.trainees_of_before INCLUDING DEFAULTS)";
    run(made).await;
    let restored = "DELETE FROM revisions; INSERT INTO revisions TABLE saved.revisions";
    run("ALTER TABLE sources DROP CONSTRAINT IF EXISTS fk_sources_revision_id").await;
    run(&format!("SET session_replication_role = replica; {restored}")).await;
    // The same dataset, with the same token, and no trainees: nothing is said, but that it is restored.
    for _ in 0..40 {
        let found = server.data(ALL).await;
        assert!(found == Value::Null || found == whole, "{found}");
        let fresh = server.data(&ALL.replace("totals { count }", "totals { total: count }")).await;
        let counted = fresh["trainees"]["totals"]["total"].as_i64();
        assert!(counted.is_none_or(|count| count == 60), "{fresh}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    until_ready_says(&server, 503, "restored").await;
    run("INSERT INTO trainees TABLE saved.trainees; ALTER TABLE trainees ADD PRIMARY KEY (id)")
        .await;
    let after = until(&server, "after", |data| revision(data) == Some(1)).await;
    assert_eq!(before, after);
    until_ready_says(&server, 200, "true").await;
    assert_eq!(server.data(ALL).await, whole);
    writer.close().await.unwrap();
}

#[tokio::test]
async fn a_database_of_another_program_or_version_is_not_touched() {
    let refused = |url: &str, words: &str| {
        let load: &[&str] = &["import", "--database", url, "fbi-agencies", "agencies.csv"];
        let demo: &[&str] = &["demo", "--scale", "0.01", "--database", url];
        let serve: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--database", url];
        for arguments in [load, demo, serve] {
            let output = Command::new(binary())
                .args(arguments)
                .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && said.contains(words), "{arguments:?}: {said}");
        }
        let doctor = Command::new(binary()).args(["doctor", "--database", url]).output().unwrap();
        let said = String::from_utf8_lossy(&doctor.stdout);
        assert!(!doctor.status.success() && said.contains("problem  migrations"), "{said}");
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let url = format!("sqlite://{}", path.display());
    // As programs without a write-ahead log make them.
    let make = async |sql: &str| {
        let mut options = sea_orm::ConnectOptions::new(format!("{url}?mode=rwc"));
        options.max_connections(1);
        let db = sea_orm::Database::connect(options).await.unwrap();
        db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    };
    make("PRAGMA journal_mode = delete; CREATE TABLE customers (id INTEGER PRIMARY KEY)").await;
    let before = std::fs::read(&path).unwrap();
    refused(&url, "it has tables (such as `customers`)");
    assert!(std::fs::read(&path).unwrap() == before, "the file was changed");
    let newer = "DROP TABLE customers; \
                 CREATE TABLE seaql_migrations (version TEXT PRIMARY KEY, applied_at INTEGER); \
                 INSERT INTO seaql_migrations VALUES ('m20261121_000001_tables', 0), ('m29991231_000001_x', 0)";
    make(newer).await;
    let before = std::fs::read(&path).unwrap();
    refused(&url, "newer version");
    assert!(std::fs::read(&path).unwrap() == before, "the file was changed");
    let Some(test) = TestDatabase::empty_postgres("a_database_of_another_program", "").await else {
        return;
    };
    let writer = test.writer().await;
    writer.execute_unprepared("CREATE TABLE customers (id int)").await.unwrap();
    refused(&test.url, "it has tables (such as `customers`)");
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let statement = sea_orm::Statement::from_string(writer.get_database_backend(), tables);
    let row = writer.query_one_raw(statement).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 1);
    writer.close().await.unwrap();
}
