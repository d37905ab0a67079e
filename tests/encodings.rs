//! A database whose encoding is not UTF-8 is refused by every command that writes.

use std::process::{Command, Output, Stdio};

use sea_orm::{ConnectionTrait as _, Database};

use crate::support::{TestDatabase, binary};

fn run(url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).env("DATABASE_URL", url).stdin(Stdio::null()).output().unwrap()
}

/// Tries everything that writes, which must say what is wrong.
fn is_refused(url: &str, encoding: &str, mend: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agencies.csv");
    let agencies = "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n\
                    AK0010100,City,,A,A,\n";
    std::fs::write(&file, agencies).unwrap();
    let file = file.display().to_string();
    let commands: [&[&str]; 4] = [
        &["import", "fbi-agencies", &file],
        &["demo", "--scale", "0.01"],
        &["demo", "--scale", "0.01", "--force"],
        &["serve", "--empty", "--listen", "127.0.0.1:0"],
    ];
    for arguments in commands {
        let output = run(url, arguments);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(&format!("it stores text as {encoding}")), "{arguments:?}: {said}");
        assert!(said.contains(mend), "{arguments:?}: {said}");
    }
    let output = run(url, &["doctor", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("the encoding of the database is {encoding}")), "{said}");
}

#[tokio::test]
async fn postgresql_has_to_keep_utf8() {
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let options =
            format!("ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        let test = TestDatabase::empty_postgres("postgresql_has_to_keep_utf8", &options).await;
        let Some(test) = test else { return };
        is_refused(&test.url, encoding, "createdb --encoding=UTF8 --template=template0");
        // Nothing was made in it.
        let writer = test.writer().await;
        let table = writer.query_one_raw(sea_orm::Statement::from_string(
            sea_orm::DbBackend::Postgres,
            "SELECT 1 FROM pg_tables WHERE schemaname = 'public'",
        ));
        assert!(table.await.unwrap().is_none(), "{encoding}");
    }
}

#[tokio::test]
async fn sqlite_has_to_keep_utf_8() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("wide.db").display());
    let db = Database::connect(format!("{url}?mode=rwc")).await.unwrap();
    for statement in ["PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (a)"] {
        db.execute_unprepared(statement).await.unwrap();
    }
    db.close().await.unwrap();
    is_refused(&url, "UTF-16le", "name a new file");
}
