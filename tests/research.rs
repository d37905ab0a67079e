//! Research questions: each file of `queries/research/` is a query, next to the same question in SQL, written by hand
//! for SQLite. Both executors on both databases give the same answer as the SQL, over a synthetic dataset.
//!
//! The first line of the SQL gives the path of its rows in the answer (`-- at: grants.groups.nodes`). A row has the
//! values of an object in the order of the query; a list within it adds a row for each item. SQLite has no square root
//! here, so a column whose name ends in `_squared` has the square of the value, with its sign.

use std::path::Path;

use async_graphql::Value as GraphQl;
use cops_graphql::{database::load::Load, demo};
use entity::{
    grant, kind::GrantStatus, obligation, officers_funded, scalar::Dollars, trainee,
    training_session,
};
use indicatif::ProgressBar;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement,
};
use serde_json::Value;

use crate::{
    fixture::{self, SMALL},
    support::{TestDatabase, documents},
};

/// How large the dataset is: some hundred awards, and ten thousand people trained.
const SCALE: f64 = 0.02;
/// How far a float of SQL may be from ours, which is divided once.
const NEAR: f64 = 1e-9;

#[tokio::test(flavor = "multi_thread")]
async fn research_questions_are_answered_as_in_sql() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/research");
    let files = documents(&folder);
    assert!(files.len() >= 26, "the research questions are gone");
    let databases = TestDatabase::each_layout("research_questions_are_answered_as_in_sql").await;
    for database in &databases {
        let bar = ProgressBar::hidden();
        demo::load(&database.writer().await, SCALE, demo::DEFAULT_SEED, &bar).await.unwrap();
    }
    let sqlite = databases[0].writer().await;
    let earlier = databases[0].url.trim_start_matches("sqlite://").to_owned() + ".earlier";
    sqlite.execute_unprepared(&format!("VACUUM INTO '{earlier}'")).await.unwrap();
    for database in &databases {
        change_some(&database.writer().await).await;
    }
    let attach = format!("ATTACH DATABASE '{earlier}' AS earlier");
    sqlite.execute_unprepared(&attach).await.unwrap();
    let mut clients = Vec::new();
    for database in &databases {
        clients.push(database.client().await);
        clients.push(database.client_in_sql().await);
    }
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let query = std::fs::read_to_string(file).unwrap();
        let sql = std::fs::read_to_string(file.with_extension("sql")).unwrap();
        let at = sql.lines().next().and_then(|line| line.strip_prefix("-- at: "));
        let at = at.unwrap_or_else(|| panic!("{name}: the SQL does not say where its rows stand"));
        let (expected, squared) = rows_of_sql(&sqlite, &sql).await;
        assert!(!expected.is_empty(), "{name}: the SQL has no rows");
        for client in &clients {
            let answer = client.answer(&query, Value::Null).await.response;
            assert!(answer.errors.is_empty(), "{name}: {:?}", answer.errors);
            let found = at.split('.').fold(&answer.data, |value, field| match value {
                GraphQl::Object(fields) => &fields[field],
                _ => panic!("{name}: there is no {field}"),
            });
            let mut found = rows(found);
            for row in &mut found {
                for (value, _) in row.iter_mut().zip(&squared).filter(|(_, squared)| **squared) {
                    *value = value.as_f64().map_or(Value::Null, |it| Value::from(it * it.abs()));
                }
            }
            if let Some(difference) = differ(&found, &expected) {
                wrong.push(format!("{name}: {difference}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A load that adds an award, changes some, and removes some.
pub(crate) async fn change_some(db: &DatabaseConnection) {
    let load = Load::begin(db, "changes", false).await.unwrap();
    let revision_id = load.revision();
    let all = grant::Entity::find().order_by_asc(grant::Column::Id);
    let all = all.limit(400).all(load.transaction()).await.unwrap();
    let changed = all.iter().filter(|row| row.id % 9 == 0).map(|row| grant::Model {
        federal_share: row
            .federal_share
            .map(|share| Dollars(share.0 + 12_345))
            .filter(|_| row.id % 2 == 0),
        status: Some(GrantStatus::Withdrawn),
        revision_id,
        ..row.clone()
    });
    load.change::<grant::Entity>(changed.collect()).await.unwrap();
    let (id, number) = (load.next_id::<grant::Entity>().await.unwrap(), "2031-XX-ZZ-0001");
    let added = grant::Model {
        id,
        award_number: Some(number.to_owned()),
        award_key: Some(number.replace('-', "")),
        usaspending_key: None,
        federal_share: Some(Dollars(1)),
        revision_id,
        ..all[3].clone()
    };
    load.insert::<grant::Entity>(&[added]).await.unwrap();
    let awards = all.iter().filter(|row| row.id % 31 == 0).map(|row| row.id);
    let awards: Vec<i32> = awards.collect();
    assert!(awards.len() > 3, "too few awards to remove");
    let of_awards = officers_funded::Column::GrantId.is_in(awards.clone());
    load.remove::<officers_funded::Entity>(of_awards).await.unwrap();
    let of_awards = obligation::Column::GrantId.is_in(awards.clone());
    load.remove::<obligation::Entity>(of_awards).await.unwrap();
    let sessions = training_session::Entity::find();
    let sessions = sessions.filter(training_session::Column::GrantId.is_in(awards.clone()));
    let sessions = sessions.all(load.transaction()).await.unwrap();
    let sessions: Vec<i32> = sessions.into_iter().map(|row| row.id).collect();
    let of_sessions = trainee::Column::SessionId.is_in(sessions);
    load.remove::<trainee::Entity>(of_sessions).await.unwrap();
    let of_awards = training_session::Column::GrantId.is_in(awards.clone());
    load.remove::<training_session::Entity>(of_awards).await.unwrap();
    load.remove::<grant::Entity>(grant::Column::Id.is_in(awards)).await.unwrap();
    load.commit(<_>::default()).await.unwrap();
}

/// The rows of a statement, each value as JSON has it, and which columns are squares.
async fn rows_of_sql(db: &DatabaseConnection, sql: &str) -> (Vec<Vec<Value>>, Vec<bool>) {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    let value = |row: &sea_orm::QueryResult, index: usize| {
        if let Ok(whole) = row.try_get_by_index::<Option<i64>>(index) {
            return Value::from(whole);
        }
        if let Ok(real) = row.try_get_by_index::<Option<f64>>(index) {
            return Value::from(real);
        }
        Value::from(row.try_get_by_index::<Option<String>>(index).unwrap())
    };
    let row = |row: &sea_orm::QueryResult| {
        (0..row.column_names().len()).map(|index| value(row, index)).collect()
    };
    let names = rows.first().map(sea_orm::QueryResult::column_names).unwrap_or_default();
    let squared = names.iter().map(|name| name.ends_with("_squared")).collect();
    (rows.iter().map(row).collect(), squared)
}

/// The rows of an answer.
fn rows(value: &GraphQl) -> Vec<Vec<Value>> {
    match value {
        GraphQl::List(items) => items.iter().flat_map(rows).collect(),
        value => {
            let (mut cells, mut lists) = (Vec::new(), Vec::new());
            take_apart(value, &mut cells, &mut lists);
            if lists.is_empty() {
                return vec![cells];
            }
            let within = lists.iter().flat_map(|list| list.iter().flat_map(rows));
            within.map(|row| cells.iter().cloned().chain(row).collect()).collect()
        }
    }
}

/// The values of an object, but for those of lists, and the lists.
fn take_apart<'v>(value: &'v GraphQl, cells: &mut Vec<Value>, lists: &mut Vec<&'v [GraphQl]>) {
    match value {
        GraphQl::Object(fields) => {
            fields.values().for_each(|value| take_apart(value, cells, lists));
        }
        GraphQl::List(items) => lists.push(items),
        cell => cells.push(cell.clone().into_json().unwrap()),
    }
}

/// In what two answers differ.
fn differ(found: &[Vec<Value>], expected: &[Vec<Value>]) -> Option<String> {
    if found.len() != expected.len() {
        return Some(format!("{} rows, and {} in SQL", found.len(), expected.len()));
    }
    let mut pairs = found.iter().zip(expected);
    let differs = |(found, expected): &(&Vec<Value>, &Vec<Value>)| {
        found.len() != expected.len() || !found.iter().zip(*expected).all(|(a, b)| are_same(a, b))
    };
    pairs.find(differs).map(|(found, expected)| format!("{found:?}, and in SQL {expected:?}"))
}

fn are_same(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => {
            (found - expected).abs() <= NEAR * found.abs().max(expected.abs()).max(1.0)
        }
        _ => found == expected,
    }
}

/// The cookbook shows the queries of the files, which run above. `docs` runs all that it shows.
#[test]
fn the_cookbook_shows_queries_that_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cookbook = std::fs::read_to_string(root.join("../docs/cookbook.md")).unwrap();
    let blocks = cookbook.split("```graphql\n").skip(1);
    let queries: Vec<&str> = blocks.map(|block| block.split("```").next().unwrap()).collect();
    for file in documents(&root.join("queries/research")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let (_, query) = text.split_once('\n').unwrap();
        assert!(queries.contains(&query), "the cookbook lacks {}", file.display());
    }
}

/// Agencies in the order of their money of one program, and what each has; a page of them.
fn agencies_by_money(arguments: &str) -> String {
    format!(
        "{{ agencies({arguments}, orderBy: [{{ grants: {{ measure: FEDERAL_SHARE, where: {{ fiscalYear: {{ gte: 2018 }} }} }}, \
         direction: DESC, nulls: FIRST }}, {{ field: STATE }}]) {{ edges {{ cursor node {{ id state \
         grants(filter: {{ fiscalYear: {{ gte: 2018 }} }}) {{ totals {{ count federalShare {{ sum missing }} }} }} }} }} \
         pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_ordered_by_what_they_add_up_to() {
    for database in TestDatabase::each_layout("rows_are_ordered_by_what_they_add_up_to").await {
        fixture::load(&database.writer().await, SMALL).await;
        let client = database.client().await;
        let data = client.data(&agencies_by_money("first: 100")).await;
        let all = data["agencies"]["edges"].as_array().unwrap().clone();
        let place = |edge: &Value| {
            let totals = &edge["node"]["grants"]["totals"];
            let unknown =
                totals["federalShare"]["missing"] != 0 && totals["federalShare"]["sum"].is_null();
            // An agency without such awards has nothing, and one of which nothing is known comes first.
            let sum = totals["federalShare"]["sum"].as_f64().unwrap_or(0.0);
            (!unknown, -sum)
        };
        assert!(all.len() > 10 && all.windows(2).all(|pair| place(&pair[0]) <= place(&pair[1])));
        assert!(all.iter().any(|edge| edge["node"]["grants"]["totals"]["count"] == 0));

        // Pages put together are the whole, from both ends.
        for (size, place, turn) in [("first", "after", false), ("last", "before", true)] {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let arguments = format!("{size}: 3{cursor}");
                let data = client.data(&agencies_by_money(&arguments)).await;
                let page = &data["agencies"];
                let mut edges = page["edges"].as_array().unwrap().clone();
                if turn {
                    edges.reverse();
                }
                found.extend(edges);
                let (end, more) = match turn {
                    false => (&page["pageInfo"]["endCursor"], &page["pageInfo"]["hasNextPage"]),
                    true => {
                        (&page["pageInfo"]["startCursor"], &page["pageInfo"]["hasPreviousPage"])
                    }
                };
                cursor = format!(", {place}: {end}");
                if *more == false {
                    break;
                }
            }
            if turn {
                found.reverse();
            }
            assert_eq!(found, all, "{size}");
        }
        let other = client.error(&agencies_by_money("first: 1, after: \"WyJ4Il0\"")).await;
        assert_eq!(other.1, "INVALID_CURSOR", "{}", other.0);
    }
}

/// Whoever is kept by what related rows come to is kept in all that hangs on the list.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_kept_by_what_their_related_rows_come_to() {
    for database in
        TestDatabase::each_layout("rows_are_kept_by_what_their_related_rows_come_to").await
    {
        fixture::load(&database.writer().await, SMALL).await;
        for client in [database.client().await, database.client_in_sql().await] {
            let all = client
                .data("{ agencies(first: 100) { nodes { id grants { totalCount } } } }")
                .await;
            let all = all["agencies"]["nodes"].as_array().unwrap();
            for (test, keeps) in [
                ("gte: 3", (|count| count >= 3) as fn(i64) -> bool),
                ("lt: 3", |count| count < 3),
                ("eq: 0", |count| count == 0),
                ("ne: 0", |count| count != 0),
            ] {
                let query = format!(
                    "{{ agencies(first: 100, having: {{ grants: {{ count: {{ {test} }} }} }}) {{ totalCount nodes {{ id grants {{ totalCount }} }} \
                     totals {{ grants {{ known }} }} groups(by: []) {{ nodes {{ count }} }} facets(by: [STATE]) {{ others values {{ count }} }} }} }}"
                );
                let data = client.data(&query).await;
                let kept = |node: &&Value| keeps(node["grants"]["totalCount"].as_i64().unwrap());
                let expected: Vec<&Value> = all.iter().filter(kept).collect();
                let list = &data["agencies"];
                let found: Vec<&Value> = list["nodes"].as_array().unwrap().iter().collect();
                assert_eq!(found, expected, "{test}");
                let count = serde_json::json!(expected.len());
                assert_eq!(list["totalCount"], count, "{test}");
                assert_eq!(list["totals"]["grants"]["known"], count, "{test}");
                assert_eq!(list["groups"]["nodes"][0]["count"], count, "{test}");
                let values = list["facets"][0]["values"].as_array().unwrap().iter();
                let counted: i64 = values.map(|value| value["count"].as_i64().unwrap()).sum();
                let counted = counted + list["facets"][0]["others"].as_i64().unwrap();
                assert_eq!(serde_json::json!(counted), count, "{test}");
            }
        }
    }
}
