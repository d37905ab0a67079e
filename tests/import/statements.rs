//! The number of statements of a load: it grows with the rows of a file, in any order, and not faster.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use cops_graphql::ingest::Format;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::Place;

const AGENCIES: usize = 400;
const YEARS: usize = 10;
/// The outcomes of a row: people, officers, civilians.
const OF_EACH: usize = 3;
/// The rows that a load writes together.
const BATCH: usize = 2_000;
/// The statements of a load before its first row and after its last one.
const AROUND: usize = 70;

/// A file of employees: all agencies, year by year, or in no order, with so many more officers of each.
fn employees(in_order: bool, more: usize) -> String {
    let mut text = "data_year,ori,population,officer_ct,civilian_ct\n".to_owned();
    let all = AGENCIES * YEARS;
    for at in 0..all {
        // A step that shares no factor with the number of rows comes by each of them.
        let at = if in_order { at } else { at * 1_733 % all };
        let (agency, year) = (at % AGENCIES, 2000 + at / AGENCIES);
        writeln!(text, "{year},CA{agency:05}00,{},{},8", 9_000 + at, 20 + more).unwrap();
    }
    text
}

/// What a load sends.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<Statement>>>);

impl Sent {
    /// What was sent since it was last asked.
    fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn a_load_sends_as_much_as_it_has_rows_in_whatever_order() {
    for mut place in Place::each("a_load_sends_as_much_as_it_has_rows").await {
        let log = Sent::default();
        let noted = log.clone();
        place.db.set_metric_callback(move |it| noted.0.lock().unwrap().push(it.statement.clone()));
        let rows = AGENCIES * YEARS;
        let batches = rows.div_ceil(BATCH);
        // A chunk of rows is a statement.
        let chunks = rows * OF_EACH / 1_000 + 2 * batches;
        let of = |sent: &[Statement], begin: &str| {
            sent.iter().filter(|it| it.sql.starts_with(begin)).count()
        };
        for (name, in_order, more, changed) in [
            ("first.csv", true, 0, 0),
            ("same.csv", false, 0, 0),
            ("changed.csv", false, 1, rows),
            ("again.csv", true, 2, rows),
        ] {
            let is_first = name == "first.csv";
            let file = place.file(name, employees(in_order, more));
            let report = place.load(Format::FbiEmployees, &[&file]).await.unwrap();
            let tally = report.tables["outcomes"];
            let added = if is_first { rows * OF_EACH } else { 0 };
            assert_eq!((tally.added, tally.changed), (added as u64, changed as u64), "{name}");
            let sent = log.take();
            let most = AROUND + chunks + if changed > 0 { chunks } else { 0 };
            assert!(sent.len() < most, "{name}: {} statements, {most} at most", sent.len());
            let (changing, keeping) =
                (of(&sent, "UPDATE outcomes "), of(&sent, "INSERT INTO \"outcomes_history\""));
            if changed == 0 {
                assert_eq!((changing, keeping), (0, 0), "{name}");
            } else {
                assert!(changing > 0 && changing <= chunks && keeping > 0, "{name}: {changing}");
            }
            // Nothing is read but what a batch is compared with.
            let looked: Vec<_> =
                sent.iter().filter(|it| it.sql.starts_with("SELECT \"outcomes\".\"id\"")).collect();
            assert_eq!(looked.len(), if is_first { 0 } else { batches }, "{name}");
            for statement in looked {
                let read = place.db.query_all_raw(statement.clone()).await.unwrap().len();
                assert_eq!(read, BATCH * OF_EACH, "{name}");
            }
            // The indexes of SQLite are made anew only where most rows are.
            let suspends = sent.iter().any(|it| it.sql.contains("FROM sqlite_master"));
            let is_sqlite = place.db.get_database_backend() == DbBackend::Sqlite;
            assert_eq!(suspends, is_first && is_sqlite, "{name}");
            // What was asked here is none of the next load.
            log.take();
        }
    }
}
