//! Every row leads to its source and its load, and every load records what it did.

use cops_graphql::{
    demo,
    ingest::{self, Format},
    reference,
};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    import::{NAMES, TRANSACTIONS, csv, request},
    support::TestDatabase,
};

const LOADS: &str = "{ dataset { revision loads { nodes {
    number loadedAt format rowsRead added changed unchanged removed refused
    sources { nodes { title sha256 bytes } }
    tables(orderBy: [{ field: TABLE_NAME }]) { nodes { tableName added changed unchanged removed refused } }
} } counts { table rows } } }";

/// The loads, after it is seen that each adds up to what it did to the tables, and all to what is there.
fn whole(data: &Value) -> Vec<Value> {
    let loads = data["dataset"]["loads"]["nodes"].as_array().unwrap().clone();
    for load in &loads {
        for part in ["added", "changed", "unchanged", "removed", "refused"] {
            let tables = load["tables"]["nodes"].as_array().unwrap().iter();
            let sum: i64 = tables.map(|table| table[part].as_i64().unwrap()).sum();
            assert_eq!(load[part], sum, "{part} of {load}");
        }
    }
    for count in data["dataset"]["counts"].as_array().unwrap() {
        let table = count["table"].as_str().unwrap();
        // What tells of loads, and where from, is written beside their rows.
        if matches!(table, "revisions" | "tableLoads" | "sources") {
            continue;
        }
        let tables = loads.iter().flat_map(|load| load["tables"]["nodes"].as_array().unwrap());
        let of_table = tables.filter(|it| it["tableName"] == table);
        let left: i64 = of_table
            .map(|it| it["added"].as_i64().unwrap() - it["removed"].as_i64().unwrap())
            .sum();
        assert_eq!(count["rows"], left, "{table}");
    }
    loads
}

#[tokio::test]
async fn every_load_says_what_it_did_to_every_table() {
    let row = |key: &'static str, amount: &'static str| {
        vec![
            ("assistance_transaction_unique_key", key),
            ("assistance_award_unique_key", "ASST_NON_15JCOPS24GG03715UHPX_015"),
            ("award_id_fain", "15JCOPS24GG03715UHPX"),
            ("recipient_name", "CITY OF SPOKANE VALLEY"),
            ("recipient_state_code", "WA"),
            ("action_date", "2024-09-20"),
            ("federal_action_obligation", amount),
            ("cfda_number", "16.710"),
        ]
    };
    let rows = [row("A", "1250000.05"), row("B", "not money"), row("C", "-0.10")];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let text = csv(TRANSACTIONS, &rows);
    let folder = tempfile::tempdir().unwrap();
    let (names, awards) = (folder.path().join("names.csv"), folder.path().join("awards.csv"));
    std::fs::write(&names, NAMES).unwrap();
    std::fs::write(&awards, &text).unwrap();
    for database in TestDatabase::each("every_load_says_what_it_did_to_every_table").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        let made = demo::load(&db, 0.01, 1, &ProgressBar::hidden()).await.unwrap();
        let client = database.client().await;
        let loads = whole(&database.client().await.data(LOADS).await);
        let table = |load: &Value, name: &str| {
            let tables = load["tables"]["nodes"].as_array().unwrap();
            tables.iter().find(|table| table["tableName"] == name).cloned().unwrap_or_default()
        };
        assert_eq!(
            table(&loads[1], "grants"),
            json!({
                "tableName": "grants", "added": made.grants, "changed": 0, "unchanged": 0, "removed": 0, "refused": 0,
            })
        );
        ingest::run(&db, &request(Format::FbiAgencies, &[&names])).await.unwrap();
        let mut wanted = request(Format::Usaspending, &[&awards]);
        wanted.max_rejects = "1".parse().unwrap();
        ingest::run(&db, &wanted).await.unwrap();
        let loads = whole(&database.client().await.data(LOADS).await);
        let numbers: Vec<_> = loads.iter().map(|load| load["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
        // The first real rows take the place of those that were made up.
        assert_eq!(table(&loads[2], "trainees")["removed"], made.trainees);
        let last = &loads[3];
        assert_eq!((&last["format"], &last["rowsRead"]), (&json!("usaspending"), &json!(3)));
        assert_eq!(table(last, "obligations")["added"], 2);
        assert_eq!(table(last, "obligations")["refused"], 1);
        assert_eq!(table(last, "grants")["added"], 1);
        assert_eq!(table(last, "outcomes"), Value::Null);
        let file = json!({
            "title": "awards.csv",
            "sha256": format!("{:x}", Sha256::digest(&text)),
            "bytes": text.len(),
        });
        assert_eq!(last["sources"]["nodes"], json!([file]));
        // And back: from a row to its file and its load.
        let query = "{ obligations(first: 1) { nodes { source { title sha256 bytes } revision { number } } }
            revisions(filter: { number: { gt: 3 } }) { nodes { format } }
            tableLoads(filter: { refused: { gt: 0 } }) { nodes { tableName revision { number } } } }";
        let data = client.data(query).await;
        assert_eq!(
            data["obligations"]["nodes"][0],
            json!({ "source": file, "revision": { "number": 4 } })
        );
        assert_eq!(data["revisions"]["nodes"], json!([{ "format": "usaspending" }]));
        let refused = json!([{ "tableName": "obligations", "revision": { "number": 4 } }]);
        assert_eq!(data["tableLoads"]["nodes"], refused);
    }
}

#[tokio::test]
async fn every_row_of_data_leads_to_its_source_and_its_load() {
    let client = TestDatabase::sqlite().await.client().await;
    let data = client
        .data("{ __schema { types { name interfaces { name } fields { name type { kind ofType { name } } } } } }")
        .await;
    let mut types = 0;
    for kind in data["__schema"]["types"].as_array().unwrap() {
        let is_row = kind["interfaces"].as_array().is_some_and(|found| !found.is_empty());
        let name = kind["name"].as_str().unwrap();
        // These tell of it themselves.
        if !is_row || matches!(name, "Revision" | "Source" | "TableLoad") {
            continue;
        }
        for (field, of) in [("source", "Source"), ("revision", "Revision")] {
            let fields = kind["fields"].as_array().unwrap();
            let found = fields.iter().find(|it| it["name"] == field);
            let found = found.unwrap_or_else(|| panic!("{name} has no {field}"));
            assert_eq!(found["type"], json!({ "kind": "NON_NULL", "ofType": { "name": of } }));
        }
        types += 1;
    }
    assert!(types >= 15, "{types}");
}
