//! The same files make the same dataset in SQLite and in PostgreSQL, as seen by clients.

use cops_graphql::{ingest, reference};
use serde_json::{Value, json};

use super::{NAMES, PLACES, TRANSACTIONS, csv, request};
use crate::support::TestDatabase;
use cops_graphql::ingest::Format;

/// Everything that the files below bring, as GraphQL tells it.
const QUERY: &str = "{
  agencies { totalCount nodes { ori9 name kind state zip latitude source { title } revision { format } } }
  organizations(filter: { source: { kind: { eq: FILE } } }) { nodes { name kind state uei } }
  grants { nodes { awardNumber assistanceListing fiscalYear federalShare obligatedOn periodEnd program { code }
    recipient { ... on Agency { agency: name } ... on Organization { organization: name } }
    obligations(orderBy: [{ field: OBLIGATED_ON }]) { totalCount nodes { amount obligatedOn description } } } }
  revisions(last: 2) { nodes { format rowsRead added changed unchanged removed refused } }
}";

#[tokio::test]
async fn the_same_files_make_the_same_dataset_on_both() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let transaction = |key, day, amount, listing| {
        [
            ("assistance_transaction_unique_key", key),
            ("assistance_award_unique_key", "ASST_NON_15JCOPS24GG03715UHPX_015"),
            ("award_id_fain", "15JCOPS24GG03715UHPX"),
            ("recipient_name", "CITY OF SPOKANE VALLEY"),
            ("recipient_state_code", "WA"),
            ("action_date", day),
            ("federal_action_obligation", amount),
            ("cfda_number", listing),
            ("transaction_description", "FIRST LINE\nSECOND, \"QUOTED\" LINE"),
        ]
    };
    let rows = [
        transaction("A", "2024-09-20", "1250000.05", "16.710"),
        transaction("B", "2025-03-01", "-0.10", "16.710"),
        transaction("C", "2025-03-02", "99", "10.001"),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(<[_; 9]>::as_slice).collect();
    let awards = file("transactions.csv", &csv(TRANSACTIONS, &rows));
    let agencies = [file("names.csv", NAMES), file("places.csv", PLACES)];
    let mut answers: Vec<Value> = Vec::new();
    for database in TestDatabase::each("the_same_files_make_the_same_dataset_on_both").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        let paths: Vec<_> = agencies.iter().map(std::path::PathBuf::as_path).collect();
        ingest::run(&db, &request(Format::FbiAgencies, &paths)).await.unwrap();
        ingest::run(&db, &request(Format::Usaspending, &[&awards])).await.unwrap();
        let again = ingest::run(&db, &request(Format::Usaspending, &[&awards])).await.unwrap();
        assert_eq!(again.revision, None, "the same file again is no load");
        answers.push(database.client().await.data(QUERY).await);
    }
    let grant = &answers[0]["grants"]["nodes"][0];
    assert_eq!(
        grant["federalShare"],
        json!(1_249_999.95),
        "the sum of its transactions, to the cent"
    );
    assert_eq!(grant["obligations"]["totalCount"], 2, "the other listing was left out");
    assert!(answers[0]["agencies"]["totalCount"].as_u64().unwrap() > 0);
    if let [sqlite, postgres] = &answers[..] {
        assert_eq!(sqlite, postgres);
    }
}
