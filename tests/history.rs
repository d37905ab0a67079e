//! Every revision is kept: whatever later loads do, queries as of it get the same answer.

use std::{collections::BTreeMap, path::Path, process::Command};

use cops_graphql::database::{self, load::Load};
use entity::{
    agency, grant, obligation, officers_funded, outcome, program, search::Searched, trainee,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait as _,
    ExprTrait as _, PaginatorTrait as _, QueryOrder as _, Statement,
};
use serde_json::{Value, json};

use crate::{
    changes::Compared,
    fixture::{self, SMALL},
    serve::Running,
    support::{TestDatabase, binary, documents},
};

/// Numbers that look like chance, and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// A load that adds, changes and removes rows by chance, some of them twice.
pub(crate) async fn load(db: &DatabaseConnection, seed: u64) {
    let mut chance = Chance(seed);
    let load = Load::begin(db, "chance", false).await.unwrap();
    let (revision_id, transaction) = (load.revision(), load.transaction());
    let mut agencies =
        agency::Entity::find().order_by_asc(agency::Column::Id).all(transaction).await.unwrap();
    for row in &mut agencies {
        if chance.one_in(3) {
            row.name = Some(format!("Renamed {} in {revision_id}", row.id));
            row.sworn_officers = row
                .sworn_officers
                .map_or(Some(7), |count| Some(count + 1))
                .filter(|count| count % 5 != 0);
            row.search = row.searched();
            row.revision_id = revision_id;
            load.change::<agency::Entity>(vec![row.clone()]).await.unwrap();
        }
    }
    let mut next = load.next_id::<agency::Entity>().await.unwrap();
    let mut new = agencies[usize::try_from(chance.below(9)).unwrap()].clone();
    (new.id, new.ori9, new.ori7) = (next, None, None);
    (new.name, new.revision_id) = (Some(format!("Founded {next}")), revision_id);
    new.search = new.searched();
    load.insert::<agency::Entity>(std::slice::from_ref(&new)).await.unwrap();
    next += 1;
    // Changed again, and one that comes and goes.
    new.name = Some("Founded anew".to_owned());
    load.change::<agency::Entity>(vec![new.clone()]).await.unwrap();
    let gone = agency::Model { id: next, name: Some("Never seen".to_owned()), ..new.clone() };
    load.insert::<agency::Entity>(&[gone]).await.unwrap();
    let removed = load.remove::<agency::Entity>(agency::Column::Id.eq(next)).await.unwrap();
    assert_eq!(removed, 1);
    let mut grants = Vec::new();
    for mut row in
        grant::Entity::find().order_by_asc(grant::Column::Id).all(transaction).await.unwrap()
    {
        if chance.one_in(4) {
            row.federal_share = row.federal_share.filter(|_| !chance.one_in(5));
            row.title = Some(format!("Title {}", chance.below(9)));
            if row.agency_id.is_some() && chance.one_in(2) {
                row.agency_id = Some(new.id);
            }
            row.search = row.searched();
            row.revision_id = revision_id;
            grants.push(row);
        }
    }
    load.change::<grant::Entity>(grants.clone()).await.unwrap();
    // The same rows once more.
    load.change::<grant::Entity>(grants.into_iter().take(3).collect()).await.unwrap();
    let number = |chance: &mut Chance| i32::try_from(chance.below(7)).unwrap();
    let part = number(&mut chance);
    load.remove::<obligation::Entity>(
        obligation::Column::Id.gt(20).and(obligation::Column::GrantId.eq(part)),
    )
    .await
    .unwrap();
    load.remove::<officers_funded::Entity>(officers_funded::Column::GrantId.eq(part + 3))
        .await
        .unwrap();
    load.remove::<outcome::Entity>(outcome::Column::AgencyId.eq(part + 1)).await.unwrap();
    let trainees =
        trainee::Entity::find().order_by_asc(trainee::Column::Id).all(transaction).await.unwrap();
    let mut next = load.next_id::<trainee::Entity>().await.unwrap();
    for row in trainees.into_iter().filter(|_| chance.one_in(5)) {
        load.remove::<trainee::Entity>(trainee::Column::Id.eq(row.id)).await.unwrap();
        load.insert::<trainee::Entity>(&[trainee::Model { id: next, revision_id, ..row }])
            .await
            .unwrap();
        next += 1;
    }
    if let Some(mut row) =
        program::Entity::find().order_by_asc(program::Column::Id).one(transaction).await.unwrap()
    {
        row.name = format!("Program of {revision_id}");
        (row.search, row.revision_id) = (row.searched(), revision_id);
        load.change::<program::Entity>(vec![row]).await.unwrap();
    }
    load.commit(<_>::default()).await.unwrap();
}

/// A copy of a database as it is, under another name.
async fn copy(test: &TestDatabase, number: usize) -> String {
    let writer = test.writer().await;
    if let Some(path) = test.url.strip_prefix("sqlite://") {
        let copy = format!("{path}.{number}");
        writer.execute_unprepared(&format!("VACUUM INTO '{copy}'")).await.unwrap();
        writer.close().await.unwrap();
        return format!("sqlite://{copy}");
    }
    writer.close().await.unwrap();
    let (server, name) = test.url.rsplit_once('/').unwrap();
    let admin = database::writer(&format!("{server}/postgres")).await.unwrap();
    let sql = format!("CREATE DATABASE {name}_{number} TEMPLATE {name}");
    admin.execute_unprepared(&sql).await.unwrap();
    admin.close().await.unwrap();
    format!("{}_{number}", test.url)
}

/// What a server answers, of the current revision or of another one.
pub(crate) async fn answer(
    server: &Running,
    document: &str,
    variables: &Value,
    revision: Option<usize>,
) -> Value {
    let body = json!({ "query": document, "variables": variables, "extensions": { "revision": revision } });
    let request = reqwest::Client::new().post(format!("{}/graphql", server.url));
    let response = request.json(&body).send().await.unwrap();
    let mut answer: Value = response.json().await.unwrap();
    // It tells of prices and tables of the server, and of nothing of the dataset.
    if let Some(extensions) = answer["extensions"].as_object_mut() {
        extensions.retain(|name, _| name == "dataset");
    }
    answer
}

async fn file(server: &Running, name: &str, revision: Option<usize>) -> (u16, Vec<u8>) {
    let pin = revision.map_or_else(String::new, |revision| format!("?revision={revision}"));
    let response = reqwest::get(format!("{}/export/{name}{pin}", server.url)).await.unwrap();
    (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
}

/// Queries that look at everything.
pub(crate) fn questions() -> Vec<(String, String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let mut questions: Vec<_> = documents(&folder)
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let first = text.lines().next().and_then(|line| line.strip_prefix("# "));
            let variables = first.and_then(|line| serde_json::from_str(line).ok());
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                text,
                variables.unwrap_or(Value::Null),
            )
        })
        .collect();
    for text in [
        "{ dataset { revision revisionToken identity loadedAt } revisions { nodes { id format rowsRead } } }",
        "{ agencies(search: \"renamed\", first: 9) { totalCount nodes { id name swornOfficers } } }",
        "{ agencies(search: \"founded an\") { totalCount nodes { name } } programs(search: \"of 3\") { nodes { name } } }",
        "{ agencies(orderBy: [{ field: NAME, direction: DESC }], last: 7) { pageInfo { startCursor hasPreviousPage } \
         nodes { name state grants(first: 2, orderBy: [{ field: FEDERAL_SHARE }]) { totalCount nodes { title federalShare } } } } }",
        "{ grants(filter: { agency: { name: { startsWith: \"Renamed\" } } }) { totalCount totals { federalShare { sum avg } } \
         groups(by: [PROGRAM, FISCAL_YEAR]) { nodes { key { program { code name } fiscalYear } count federalShare { sum } } } } }",
        "{ trainees(first: 30) { totalCount nodes { id hours role session { id training { title } } } \
         groups(by: [ROLE, AGENCY_STATE]) { nodes { key { role agencyState } count hours { sum } } } } }",
    ] {
        questions.push((text.chars().take(40).collect(), text.to_owned(), Value::Null));
    }
    questions
}

#[tokio::test(flavor = "multi_thread")]
async fn every_revision_is_answered_of_as_it_was() {
    for test in TestDatabase::each("every_revision_is_answered_of_as_it_was").await {
        let writer = test.writer().await;
        fixture::load(&writer, SMALL).await;
        writer.close().await.unwrap();
        let mut copies = vec![copy(&test, 1).await];
        for number in 2..=4 {
            let writer = test.writer().await;
            load(&writer, number as u64).await;
            writer.close().await.unwrap();
            copies.push(copy(&test, number).await);
        }
        let questions = questions();
        for executor in ["memory", "sql"] {
            let options = ["--aggregates", executor];
            let server = Running::start(&test.url, &options);
            for (number, url) in (1..).zip(&copies) {
                let then = Running::start(url, &options);
                let (mut asked, mut differs_from_now) = (0, 0);
                for (name, text, variables) in &questions {
                    let past = answer(&server, text, variables, Some(number)).await;
                    let truth = answer(&then, text, variables, None).await;
                    assert_eq!(past, truth, "{executor}, revision {number}: {name}");
                    assert_eq!(past["extensions"]["dataset"]["revision"], number, "{past}");
                    asked += 1;
                    let now = answer(&server, text, variables, None).await;
                    differs_from_now += u32::from(now["data"] != past["data"]);
                }
                assert!(asked > 25 && (number == 4 || differs_from_now > 10), "{differs_from_now}");
                for name in
                    ["agencies.csv", "grants.ndjson", "trainees.csv", "outcomes.csv", "sources.csv"]
                {
                    let (past, truth) =
                        (file(&server, name, Some(number)).await, file(&then, name, None).await);
                    assert!(
                        past.0 == 200 && past == truth,
                        "{executor}, revision {number}: {name}"
                    );
                }
            }
        }
        changes_are_the_differences(&test, &copies).await;
        history_holds_what_was_seen(&test).await;
    }
}

/// What `diff` lists is what differs between the copies of two revisions.
async fn changes_are_the_differences(test: &TestDatabase, copies: &[String]) {
    const TABLES: [&str; 7] =
        ["agencies", "grants", "obligations", "officersFunded", "outcomes", "programs", "trainees"];
    let mut all = Vec::new();
    for url in copies {
        let server = Running::start(url, &[]);
        let mut rows = BTreeMap::new();
        for table in TABLES {
            let (status, bytes) = file(&server, &format!("{table}.csv"), None).await;
            assert_eq!(status, 200, "{table}");
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let header = reader.headers().unwrap().clone();
            for record in reader.records().map(Result::unwrap) {
                let cells = header.iter().zip(&record).filter(|(name, _)| *name != "revision.id");
                let cells: Vec<_> = cells.map(|(_, cell)| cell.to_owned()).collect();
                rows.insert((table, cells[0].clone()), cells);
            }
        }
        all.push(rows);
    }
    let diff = |from: usize, to: usize, format: &str| {
        let output = Command::new(binary())
            .args(["diff", "--database", &test.url, "--format", format])
            .args([from.to_string(), to.to_string()])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), said, String::from_utf8(output.stderr).unwrap())
    };
    let server = Running::start(&test.url, &[]);
    for (from, to) in [(1, 2), (2, 3), (1, 4), (3, 4)] {
        let (before, after) = (&all[from - 1], &all[to - 1]);
        let mut wanted = BTreeMap::new();
        for key in before.keys().chain(after.keys()) {
            let kind = match (before.get(key), after.get(key)) {
                (Some(before), Some(after)) if before == after => continue,
                (Some(_), Some(_)) => "CHANGED",
                (Some(_), None) => "REMOVED",
                _ => "ADDED",
            };
            wanted.insert((key.0.to_owned(), key.1.clone()), kind.to_owned());
        }
        let (exit, said, error) = diff(from, to, "json");
        assert_eq!(exit, 1, "{error}");
        let mut found = BTreeMap::new();
        for line in said.lines() {
            let change: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| change[name].as_str().unwrap().to_owned();
            if TABLES.contains(&text("table").as_str()) {
                assert!(!change["fields"].as_array().unwrap().is_empty(), "{line}");
                found.insert((text("table"), text("id")), text("kind"));
            }
        }
        assert!(wanted.len() > 20);
        assert_eq!(found, wanted, "from {from} to {to}");
        let [before, after] = [from, to].map(|number| Running::start(&copies[number - 1], &[]));
        let (before, after) = (&before, &after);
        Compared { server: &server, before, after, from, to }.are_answered(&wanted, &TABLES).await;
        let (exit, words, _) = diff(from, to, "human");
        assert!(exit == 1 && words.contains("agencies: "), "{words}");
        let (exit, table, _) = diff(from, to, "csv");
        assert!(
            exit == 1 && table.starts_with("table,kind,id,field,before,after\nagencies,"),
            "{table}"
        );
    }
    assert_eq!(diff(3, 3, "human").0, 0);
    let (exit, _, error) = diff(2, 9, "human");
    assert!(
        exit == 2
            && error.contains("Revision 9 does not exist. The available revisions are 1 to 4"),
        "{error}"
    );
    assert_eq!(diff(4, 2, "csv").0, 2);
}

/// What was never seen, or did not change, is not in the history; what was is there once for each revision that ended it.
async fn history_holds_what_was_seen(test: &TestDatabase) {
    let db = test.writer().await;
    let count = async |sql: &str| {
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0).unwrap()
    };
    for table in entity::table::tables().into_iter().filter(entity::table::EntityTable::has_history)
    {
        let (name, history) = (table.name, table.history());
        assert_eq!(
            count(&format!("SELECT COUNT(*) FROM {history} WHERE revision_id >= ended_by")).await,
            0
        );
        let key = if table.has("id") { "id" } else { "year" };
        let twice = format!(
            "SELECT COUNT(*) FROM (SELECT {key} FROM {history} GROUP BY {key}, ended_by HAVING COUNT(*) > 1) AS twice"
        );
        assert_eq!(count(&twice).await, 0, "{name}");
    }
    assert_eq!(count("SELECT COUNT(*) FROM agencies_history WHERE name = 'Never seen'").await, 0);
    assert!(count("SELECT COUNT(*) FROM agencies_history").await > 5);
    assert!(count("SELECT COUNT(*) FROM trainees_history").await > 5);
    let all = outcome::Entity::find().count(&db).await.unwrap();
    assert!(all > 0);
    if db.get_database_backend() == DbBackend::Sqlite {
        assert_eq!(count("SELECT COUNT(*) FROM pragma_foreign_key_check").await, 0);
    }
    db.close().await.unwrap();
}

/// What writes past a load would leave no history, and ids that are given out twice.
#[test]
fn rows_are_written_by_loads_alone() {
    /// What sends a statement that may write.
    const WRITES: [&str; 7] = [
        "execute_unprepared(",
        "execute_raw(",
        ".exec(",
        ".exec_without_returning(",
        "delete_many()",
        "update_many()",
        "insert_many(",
    ];
    /// Loads, with the indexes they drop and the counters they raise; what marks their commits, and moves rows to other
    /// machines; what forgets; the folding of words, which is no change of data; settings of connections, how a
    /// statement is stopped, and whether the database refuses to be written.
    const MAY: [&str; 10] = [
        "database/counters.rs",
        "database/suspended.rs",
        "database/distributed/layout.rs",
        "database/distributed/mod.rs",
        "database/forget.rs",
        "database/load.rs",
        "database/refold.rs",
        "database/mod.rs",
        "database/readers/connection.rs",
        "cli/doctor/database.rs",
    ];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    let (mut folders, mut found, mut files) = (vec![source.clone()], Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let name = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            if WRITES.iter().any(|word| code.contains(word)) {
                found.push(name);
            }
        }
    }
    found.sort();
    let mut may = MAY.map(str::to_owned).to_vec();
    may.sort();
    assert!(files > 100, "the sources are not where they were");
    assert_eq!(found, may, "rows are written by `database::load::Load` alone");
}
