//! A load that is killed halfway leaves no rows and no history.

#![cfg(unix)]

use std::{
    fmt::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use crate::{
    serve::Running,
    support::{TestDatabase, binary},
};

const AGENCIES: u32 = 20_000;

fn file(folder: &Path, name: &str) -> std::path::PathBuf {
    let mut rows = String::new();
    for n in 0..AGENCIES {
        let title = format!("{name} of a rather long name that takes room {n}");
        writeln!(rows, "AK{n:05}00,City,,{title},Agency {n},").unwrap();
    }
    let file = folder.join(format!("{name}.csv"));
    let header = "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name";
    std::fs::write(&file, format!("{header}\n{rows}")).unwrap();
    file
}

fn import(url: &str, file: &Path) -> Child {
    Command::new(binary())
        .args(["import", "--database", url, "fbi-agencies"])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn count(db: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Whether the load has written to the history, which nobody sees yet.
async fn has_written(test: &TestDatabase, db: &DatabaseConnection) -> bool {
    if let Some(path) = test.url.strip_prefix("sqlite://") {
        // What a transaction changes is in the log, once it is more than a connection keeps in memory.
        return std::fs::metadata(format!("{path}-wal")).is_ok_and(|log| log.len() > 3 << 20);
    }
    let sql = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'agencies_history'::regclass \
               AND mode = 'RowExclusiveLock'";
    count(db, sql).await > 0
}

#[tokio::test]
async fn a_load_that_is_killed_leaves_no_history() {
    for test in TestDatabase::each("a_load_that_is_killed_leaves_no_history").await {
        assert_eq!(Running::start(&test.url, &["--empty"]).stop(), Some(0));
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["Department", "Office"].map(|name| file(folder.path(), name));
        assert!(import(&test.url, &first).wait().unwrap().success());
        let db = test.writer().await;
        let revision = count(&db, "SELECT CAST(MAX(id) AS BIGINT) FROM revisions").await;
        let mut killed = import(&test.url, &second);
        let began = Instant::now();
        while !has_written(&test, &db).await {
            assert!(killed.try_wait().unwrap().is_none(), "the load ended before it was killed");
            assert!(began.elapsed() < Duration::from_mins(2));
            tokio::task::yield_now().await;
        }
        // SIGKILL.
        killed.kill().unwrap();
        assert!(!killed.wait().unwrap().success());
        let now = "SELECT CAST(MAX(id) AS BIGINT) FROM revisions";
        assert_eq!(count(&db, now).await, revision);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM agencies_history").await, 0);
        let changed = "SELECT COUNT(*) FROM agencies WHERE name LIKE 'Office%'";
        assert_eq!(count(&db, changed).await, 0);
        // The next load is as if nothing had been.
        assert!(import(&test.url, &second).wait().unwrap().success());
        assert_eq!(count(&db, now).await, revision + 1);
        assert_eq!(count(&db, changed).await, i64::from(AGENCIES));
        let ended = "SELECT COUNT(*) FROM agencies_history WHERE ended_by = ";
        let ended = count(&db, &format!("{ended}{}", revision + 1)).await;
        assert_eq!(ended, i64::from(AGENCIES));
        db.close().await.unwrap();
    }
}
