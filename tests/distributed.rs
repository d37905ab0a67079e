//! A database on several machines: no answer mixes rows of two revisions, whatever is committed meanwhile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cops_graphql::{
    catalog::dataset::Dataset,
    database::{
        Readers,
        distributed::{distribute, mark, mend},
        load::{Load, LoadCounts},
    },
    server::{AggregatesBy, Server, Settings},
};
use entity::{grant, scalar::Hours, table::tables, trainee};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait, Iterable as _,
    PrimaryKeyToColumn as _, QueryOrder as _, Statement,
};
use serde_json::{Value, json};

use crate::{
    during_load::definitions,
    fixture::{self, SMALL},
    history,
    serve::Running,
    support::TestDatabase,
};

/// Loads that are committed while others read; `TEST_LOADS` says another number.
const LOADS: usize = 40;
const READERS: usize = 3;
const QUERY: &str = "{ trainees { groups(by: [ROLE]) { nodes { hours { min max } } } } }";

/// Writes its own number into every trainee, on whatever machine.
async fn load(test: &TestDatabase) -> i32 {
    let writer = test.writer().await;
    let load = Load::begin(&writer, "numbers", false).await.unwrap();
    let revision = load.revision();
    let rows = trainee::Entity::find().all(load.transaction()).await.unwrap();
    let changed = rows.into_iter().map(|row| trainee::Model {
        hours: Some(Hours(revision * 10)),
        revision_id: revision,
        ..row
    });
    load.change::<trainee::Entity>(changed.collect()).await.unwrap();
    load.commit(LoadCounts::default()).await.unwrap();
    revision
}

/// The revisions that an answer has numbers of, the one that it tells among them.
fn revisions(answer: &Value) -> Vec<i64> {
    let told = &answer["extensions"]["dataset"]["revision"];
    let groups = answer["data"]["trainees"]["groups"]["nodes"].as_array().unwrap();
    assert!(!groups.is_empty(), "there are no trainees");
    let hours = groups.iter().flat_map(|group| [&group["hours"]["min"], &group["hours"]["max"]]);
    let mut found: Vec<i64> = hours.map(|hours| hours.as_i64().unwrap()).collect();
    found.push(told.as_i64().unwrap());
    found.sort_unstable();
    found.dedup();
    found
}

/// Asks a server, which keeps no answers.
async fn ask(server: &str) -> Value {
    let query = json!({ "query": QUERY });
    let answer = reqwest::Client::new().post(server).json(&query).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    if !answer["errors"].is_null() {
        let ready = reqwest::get(server.replace("graphql", "health/ready")).await.unwrap();
        panic!("{answer}: {}", ready.text().await.unwrap());
    }
    answer
}

/// A server of a database, whose aggregates the database answers.
async fn serve(url: &str) -> String {
    let readers = Readers::open(url, 4).await.unwrap();
    let dataset = Dataset::read(readers.spare()).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/graphql", listener.local_addr().unwrap());
    let settings = Settings { cache_bytes: 0, ..Settings::default() };
    let router = Server::new(readers, dataset, AggregatesBy::Sql).router_with(settings);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// The rows of a table, by their keys.
async fn rows_of<E: EntityTrait>(db: &DatabaseConnection) -> Value {
    let key = E::PrimaryKey::iter().next().expect("a primary key").into_column();
    E::find().order_by_asc(key).into_json().all(db).await.unwrap().into()
}

/// What slows a move down is dropped meanwhile, and rows that have moved are not kept.
#[tokio::test]
async fn a_loaded_database_is_distributed_with_its_indexes_and_keys() {
    let name = "a_loaded_database_is_distributed_with_its_indexes_and_keys";
    let Some(database) = TestDatabase::coordinator(name).await else { return };
    let writer = database.writer().await;
    fixture::load(&writer, SMALL).await;
    let tables: Vec<&str> = tables().iter().map(|table| table.name).collect();
    let mut before = Vec::new();
    for table in &tables {
        before.extend(definitions(&writer, table).await);
    }
    let rows = [rows_of::<grant::Entity>(&writer).await, rows_of::<trainee::Entity>(&writer).await];
    assert!(rows.iter().all(|rows| *rows != json!([])), "a table is empty");

    let done = distribute(&writer, Some(4), |_| ()).await.unwrap();
    assert_eq!(done.loosened, ["outcomes_of_agency", "outcomes_of_state"]);
    let mut after = Vec::new();
    for table in &tables {
        after.extend(definitions(&writer, table).await);
    }
    for index in &done.loosened {
        let unique = format!("CREATE UNIQUE INDEX {index} ");
        let loosened = before.iter_mut().find(|it| it.starts_with(&unique)).expect("it was unique");
        *loosened = loosened.replacen("UNIQUE ", "", 1);
    }
    before.sort_unstable();
    after.sort_unstable();
    assert_eq!(after, before);
    let moved =
        [rows_of::<grant::Entity>(&writer).await, rows_of::<trainee::Entity>(&writer).await];
    assert_eq!(moved, rows);
    let sql =
        "SELECT logicalrelid::text FROM pg_dist_partition WHERE pg_relation_size(logicalrelid) > 0";
    let left =
        writer.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    assert!(left.is_empty(), "rows were left behind: {left:?}");
}

async fn on_several_machines(test: &str) -> Vec<TestDatabase> {
    let mut databases = Vec::new();
    databases.extend(TestDatabase::divided(test).await);
    databases.extend(TestDatabase::citus(test).await);
    databases
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_mixes_two_revisions() {
    let loads = std::env::var("TEST_LOADS").map_or(LOADS, |loads| loads.parse().unwrap());
    for test in on_several_machines("no_answer_mixes_two_revisions").await {
        fixture::load(&test.writer().await, SMALL).await;
        let first = load(&test).await;
        let mut servers = Vec::new();
        for url in &test.urls {
            servers.push(serve(url).await);
        }
        let done = Arc::new(AtomicBool::new(false));
        let mut readers = Vec::new();
        for reader in 0..READERS {
            let (server, done) = (servers[reader % servers.len()].clone(), Arc::clone(&done));
            readers.push(tokio::spawn(async move {
                let mut seen = std::collections::BTreeMap::<i64, usize>::new();
                while !done.load(Ordering::Relaxed) {
                    let answer = ask(&server).await;
                    let of = revisions(&answer);
                    assert_eq!(of.len(), 1, "an answer is of several revisions: {answer}");
                    *seen.entry(of[0]).or_default() += 1;
                }
                seen
            }));
        }
        let mut last = first;
        for _ in 0..loads {
            last = load(&test).await;
        }
        done.store(true, Ordering::Relaxed);
        let mut answers = 0;
        let mut seen = Vec::new();
        for reader in readers {
            let found = reader.await.unwrap();
            answers += found.values().sum::<usize>();
            seen.extend(found.into_keys());
        }
        seen.sort_unstable();
        seen.dedup();
        eprintln!(
            "{answers} answers of {} revisions while {loads} loads were committed",
            seen.len()
        );
        assert!(seen.len() > 2, "the readers saw no load come in between");
        for server in &servers {
            assert_eq!(revisions(&ask(server).await), [i64::from(last)]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_answered_while_a_load_is_committed() {
    for test in on_several_machines("nothing_is_answered_while_a_load_is_committed").await {
        let writer = test.writer().await;
        fixture::load(&writer, SMALL).await;
        load(&test).await;
        let client = Arc::new(test.client_in_sql().await);
        let before = client.data(QUERY).await;
        assert_eq!(mark(&writer).await.unwrap().map(|mark| mark % 2), Some(0));
        let raise = "UPDATE commit_marks SET value = value + 1";
        writer.execute_unprepared(raise).await.unwrap();
        let waits = tokio::spawn({
            let client = Arc::clone(&client);
            async move { client.data(QUERY).await }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waits.is_finished(), "it is answered while a load is committed");
        writer.execute_unprepared(raise).await.unwrap();
        assert_eq!(waits.await.unwrap(), before);
        // A load that was cut off is looked after by whoever writes next.
        writer.execute_unprepared(raise).await.unwrap();
        let error = client.error(QUERY).await;
        assert_eq!(error.1, "UNAVAILABLE", "{error:?}");
        mend(&writer).await.unwrap();
        assert_eq!(test.client_in_sql().await.data(QUERY).await, before);
        writer.execute_unprepared(raise).await.unwrap();
        let last = load(&test).await;
        let now = test.client_in_sql().await.data(QUERY).await;
        assert_eq!(now["trainees"]["groups"]["nodes"][0]["hours"]["max"], json!(last));
    }
}

/// Where all on one machine is held by tests of its own (`history.rs`), it says what several have to answer.
#[tokio::test(flavor = "multi_thread")]
async fn every_revision_is_answered_of_as_on_one_machine() {
    let name = "every_revision_is_answered_of_as_on_one_machine";
    let databases = on_several_machines(name).await;
    if databases.is_empty() {
        return;
    }
    let one = TestDatabase::sqlite().await;
    for test in databases.iter().chain([&one]) {
        let writer = test.writer().await;
        fixture::load(&writer, SMALL).await;
        for seed in 2..=4 {
            history::load(&writer, seed).await;
        }
        writer.close().await.unwrap();
    }
    let options = ["--aggregates", "sql"];
    let truth = Running::start(&one.url, &options);
    for test in &databases {
        let server = Running::start(&test.url, &options);
        // Each database has tokens and a time of its own.
        for (name, text, variables) in
            history::questions().iter().filter(|(_, text, _)| !text.contains("loadedAt"))
        {
            for revision in [1, 2, 3, 4] {
                let found = history::answer(&server, text, variables, Some(revision)).await;
                let wanted = history::answer(&truth, text, variables, Some(revision)).await;
                assert_eq!(found["data"], wanted["data"], "revision {revision}: {name}: {found}");
                assert_eq!(found["errors"], wanted["errors"], "revision {revision}: {name}");
            }
        }
    }
}
