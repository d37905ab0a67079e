//! A part of an answer that cannot be read: which fields become null, and which errors are reported.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::{
    fixture::{self, SMALL},
    support::{Client, TestDatabase},
};

/// The data of an answer, and its errors: each code with its path.
async fn ask(client: &Client, query: &str) -> (Value, Vec<(String, Value)>) {
    let response = client.answer(query, Value::Null).await.response;
    let errors = response.errors.iter().map(|error| {
        let code = error.extensions.as_ref().and_then(|it| it.get("code")).cloned();
        assert!(error.locations[0].line > 0, "{error:?}");
        let path = serde_json::to_value(&error.path).unwrap();
        (code.unwrap().to_string().trim_matches('"').to_owned(), path)
    });
    let errors = errors.collect();
    (response.data.into_json().unwrap(), errors)
}

#[tokio::test]
async fn what_cannot_be_read_is_null_as_far_up_as_it_must_be() {
    for database in TestDatabase::each("what_cannot_be_read_is_null_as_far_up_as_it_must_be").await
    {
        let writer = database.writer().await;
        fixture::load(&writer, SMALL).await;
        for client in [database.client().await, database.client_in_sql().await] {
            let query = "{ grants(first: 6) { totalCount edges { n: node { awardNumber program { name } agency { id } } } } \
                again: dataset { synthetic } }";
            let (before, errors) = ask(&client, query).await;
            assert_eq!(errors, []);
            writer.execute_unprepared("ALTER TABLE programs RENAME TO gone").await.unwrap();
            let (after, errors) = ask(&client, query).await;
            let mut expected = before.clone();
            let mut paths = Vec::new();
            let edges = expected["grants"]["edges"].as_array_mut().unwrap();
            for (index, edge) in edges.iter_mut().enumerate() {
                let program = &mut edge["n"]["program"];
                // What leads nowhere has not failed.
                if !program.is_null() {
                    *program = Value::Null;
                    paths.push(json!(["grants", "edges", index, "n", "program"]));
                }
            }
            assert!(
                !paths.is_empty() && paths.len() < edges.len(),
                "some have a program, and not all"
            );
            assert_eq!(after, expected);
            let all = paths.into_iter().map(|path| ("UNAVAILABLE".to_owned(), path));
            assert_eq!(errors, all.collect::<Vec<_>>());
            writer.execute_unprepared("ALTER TABLE gone RENAME TO programs").await.unwrap();

            // Where there must be a value, what it is in goes: a trainee has a session.
            writer
                .execute_unprepared("ALTER TABLE training_sessions RENAME TO gone")
                .await
                .unwrap();
            let trainees = "trainees(first: 3) { nodes { role session { code } } }";
            let one = |field: &str| {
                format!(
                    "{{ agency(by: {{ id: \"QWdlbmN5OjI\" }}) {{ name {field} }} dataset {{ revision }} }}"
                )
            };
            let (data, errors) = ask(&client, &one(trainees)).await;
            assert_eq!(data, json!({ "agency": null, "dataset": { "revision": 1 } }));
            let path = json!(["agency", "trainees", "nodes", 0, "session"]);
            assert_eq!(errors, [("UNAVAILABLE".to_owned(), path)]);
            let (data, errors) =
                ask(&client, &format!("{{ dataset {{ revision }} {trainees} }}")).await;
            assert_eq!(data, Value::Null);
            let path = json!(["trainees", "nodes", 0, "session"]);
            assert_eq!(errors, [("UNAVAILABLE".to_owned(), path)]);
            // A key that is a row, and items that may be null by themselves.
            let groups = "{ trainees { groups(by: [SESSION]) { nodes { key { session { code } } count } } } }";
            let (data, errors) = ask(&client, groups).await;
            let nodes = data["trainees"]["groups"]["nodes"].as_array().unwrap();
            assert!(nodes.len() > 3 && nodes.iter().all(|node| node["key"]["session"].is_null()));
            assert_eq!(errors.len(), nodes.len());
            assert_eq!(errors[1].1, json!(["trainees", "groups", "nodes", 1, "key", "session"]));
            let ids = "{ nodes(ids: [\"VHJhaW5lZTox\", \"QWdlbmN5OjI\"]) { id ... on Trainee { session { code } } } }";
            let (data, errors) = ask(&client, ids).await;
            assert_eq!(data, json!({ "nodes": [null, { "id": "QWdlbmN5OjI" }] }));
            assert_eq!(errors, [("UNAVAILABLE".to_owned(), json!(["nodes", 0, "session"]))]);
            writer
                .execute_unprepared("ALTER TABLE gone RENAME TO training_sessions")
                .await
                .unwrap();
            assert_eq!(ask(&client, query).await.0, before);
        }
    }
}

#[tokio::test]
async fn a_bad_argument_refuses_the_request_wherever_it_stands() {
    let database = TestDatabase::sqlite().await;
    fixture::load(&database.writer().await, SMALL).await;
    let client = database.client().await;
    for (query, code) in [
        (
            "{ agencies { nodes { name grants(after: \"bad\") { totalCount } } } dataset { revision } }",
            "INVALID_CURSOR",
        ),
        (
            "{ agency(by: { id: \"QWdlbmN5Ojk5OTk5OQ\" }) { grants(first: -1) { totalCount } } }",
            "BAD_ARGUMENT",
        ),
        (
            "{ agency(by: { id: \"QWdlbmN5OjI\" }) { outcomes { totals { years { p: percentile(p: 2) } } } } }",
            "BAD_ARGUMENT",
        ),
        ("{ dataset { revision sources(first: 101) { totalCount } } }", "PAGE_TOO_LARGE"),
        ("{ node(id: 12) { id } dataset { revision } }", "INVALID_ID"),
        // The program knows the prices of the year, and this database does not.
        (
            "{ agency(by: { id: \"QWdlbmN5OjI\" }) { grants { totals { federalShare(inDollarsOf: 2023) { sum } } } } }",
            "BAD_ARGUMENT",
        ),
    ] {
        let (data, errors) = ask(&client, query).await;
        assert_eq!(data, Value::Null, "{query}");
        assert_eq!(errors, [(code.to_owned(), json!([]))], "{query}");
    }
}
