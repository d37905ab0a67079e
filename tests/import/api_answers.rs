//! Answers of the USAspending API: each kind is recognized and read.

use cops_graphql::{
    ingest::{self, Format, Listings},
    reference,
};
use serde_json::json;

use super::{Place, TRANSACTIONS, csv, request};
use crate::support::TestDatabase;

const SEARCHED: &str = r#"{"limit": 2, "results": [
    {"Award ID": "15JCOPS24GG00001UHPX", "Mod": "0", "Recipient Name": "CITY OF EXAMPLE", "Action Date": "2024-09-20",
     "Transaction Amount": 125000.0, "Recipient Location": {"state_code": "CA", "city_name": "EXAMPLE"},
     "Assistance Listing": {"cfda_number": "16.710", "cfda_title": "X"},
     "Transaction Description": "COPS HIRING PROGRAM",
     "generated_internal_id": "ASST_NON_15JCOPS24GG00001UHPX_015"},
    {"Award ID": "15JCOPS24GG00001UHPX", "Mod": "1", "Recipient Name": "CITY OF EXAMPLE", "Action Date": "2025-02-01",
     "Transaction Amount": -25000.0, "Recipient Location": {"state_code": "CA", "city_name": "EXAMPLE"},
     "Assistance Listing": {"cfda_number": "16.710", "cfda_title": "X"},
     "generated_internal_id": "ASST_NON_15JCOPS24GG00001UHPX_015"}],
    "page_metadata": {"page": 1, "hasNext": false}}"#;

fn downloaded() -> String {
    let row = |key: &'static str, number: &'static str, day: &'static str, amount: &'static str| {
        vec![
            ("assistance_transaction_unique_key", key),
            ("assistance_award_unique_key", "ASST_NON_15JCOPS24GG00001UHPX_015"),
            ("award_id_fain", "15JCOPS24GG00001UHPX"),
            ("modification_number", number),
            ("recipient_name", "CITY OF EXAMPLE"),
            ("recipient_state_code", "CA"),
            ("federal_action_obligation", amount),
            ("action_date", day),
            ("cfda_number", "16.710"),
        ]
    };
    let rows = [
        row("1524_15JCOPS24GG00001UHPX_-NONE-_16.710_00", "00", "2024-09-20", "125000"),
        row("1524_15JCOPS24GG00001UHPX_-NONE-_16.710_01", "01", "2025-02-01", "-25000"),
        row("1524_15JCOPS24GG00001UHPX_-NONE-_16.710_02", "02", "2025-03-01", "1"),
    ];
    csv(TRANSACTIONS, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

#[tokio::test]
async fn transactions_of_a_search_are_those_of_a_download_on_both() {
    let folder = tempfile::tempdir().unwrap();
    let (answer, download) = (folder.path().join("answer.json"), folder.path().join("d.csv"));
    std::fs::write(&answer, SEARCHED).unwrap();
    std::fs::write(&download, downloaded()).unwrap();
    let query = "{ grants { nodes { awardNumber federalShare obligatedOn program { code } } }
        obligations { nodes { amount modificationNumber } } }";
    for database in TestDatabase::each("transactions_of_a_search").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        let run = async |path| {
            let mut wanted = request(Format::Usaspending, &[path]);
            wanted.again = true;
            ingest::run(&db, &wanted).await.unwrap()
        };
        let report = run(answer.as_path()).await;
        assert_eq!((report.rows_read, report.refused), (2, 0));
        assert_eq!((report.tables["grants"].added, report.tables["obligations"].added), (1, 2));
        let data = database.client().await.data(query).await;
        let grant = json!({ "awardNumber": "15JCOPS24GG00001UHPX", "federalShare": 100_000, "obligatedOn": "2024-09-20",
            "program": { "code": "CHP" } });
        assert_eq!(data["grants"]["nodes"], json!([grant]));
        assert_eq!(data["obligations"]["nodes"][1]["amount"], json!(-25_000));
        let report = run(answer.as_path()).await;
        assert_eq!(report.tables["obligations"].unchanged, 2);
        // The download has keys, and one more: nothing is counted twice, in either order.
        let report = run(download.as_path()).await;
        let tally = report.tables["obligations"];
        assert_eq!((tally.added, tally.changed), (1, 2));
        let report = run(answer.as_path()).await;
        assert_eq!(report.tables["obligations"].added, 0);
        let data = database.client().await.data(query).await;
        assert_eq!(data["grants"]["nodes"][0]["federalShare"], json!(100_001));
        assert_eq!(data["obligations"]["nodes"].as_array().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn the_page_of_one_award_is_an_award() {
    let place = Place::new().await;
    let page = json!({
        "id": 1, "generated_unique_award_id": "ASST_NON_15JCOPS24GG00001UHPX_015", "fain": "15JCOPS24GG00001UHPX",
        "uri": null, "category": "grant", "type": "04", "type_description": "PROJECT GRANT (B)",
        "description": "THE COPS HIRING PROGRAM (CHP)", "total_obligation": 125_000.25, "total_outlay": 10.0,
        "non_federal_funding": 41_666.75, "total_funding": 166_667.0, "date_signed": "2024-09-20",
        "cfda_info": [{ "cfda_number": "16.710", "cfda_title": "PUBLIC SAFETY PARTNERSHIP; COMMUNITY POLICING" }],
        "recipient": { "recipient_name": "CITY OF EXAMPLE", "recipient_uei": "AAAAAAAAAAA1",
            "location": { "state_code": "CA", "state_name": "CALIFORNIA", "city_name": "EXAMPLE" },
            "business_categories": ["Government", "Local Government"] },
        "period_of_performance": { "start_date": "2024-10-01", "end_date": "2029-09-30", "last_modified_date": "2024-10-02" },
    });
    let file = place.file("award.json", page.to_string());
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (1, 0));
    let sql = "SELECT award_key || ' ' || federal_share || ' ' || local_match || ' ' || project_total || ' ' || outlayed || \
        ' ' || period_end || ' ' || instrument || ' ' || program_id || ' ' || assistance_listing AS line FROM grants";
    let line =
        "15JCOPS24GG00001UHPX 12500025 4166675 16666700 1000 2029-09-30 PROJECT_GRANT 1 16.710";
    assert_eq!(place.rows(sql).await, [line]);
}

#[tokio::test]
async fn two_modifications_of_one_number_are_refused() {
    let place = Place::new().await;
    let file = place.file("answer.json", SEARCHED.replace("\"Mod\": \"1\"", "\"Mod\": \"00\""));
    let error = place.load(Format::Usaspending, &[&file]).await.unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("2 of 2 rows"), "{error}");
}

/// An answer as the API gives it where listings were not among the fields.
fn without_listings() -> String {
    json!({ "results": [
        { "Award ID": "15JCOPS24GG00001UHPX", "Award Amount": 125_000.0, "Recipient Name": "CITY OF EXAMPLE",
            "Recipient State Code": "CA", "generated_internal_id": "ASST_NON_15JCOPS24GG00001UHPX_015" },
        { "Award ID": "15JCOPS24GG00002UHPX", "Award Amount": 1.0, "Recipient Name": "CITY OF OTHER",
            "Recipient State Code": "CA", "Assistance Listings": null,
            "generated_internal_id": "ASST_NON_15JCOPS24GG00002UHPX_015" },
    ] })
    .to_string()
}

#[tokio::test]
async fn an_answer_without_listings_is_taken_where_they_are_declared() {
    let of_grants = "SELECT award_key || ' ' || COALESCE(assistance_listing, '-') AS line FROM grants ORDER BY 1";
    let keys = ["15JCOPS24GG00001UHPX", "15JCOPS24GG00002UHPX"];
    let declared =
        |listings: &[&str]| Listings::Declared(listings.iter().map(ToString::to_string).collect());
    for (listings, expected) in [
        (declared(&["16.710"]), "16.710"),
        (declared(&["16.710", "16.068"]), "-"),
        (Listings::All, "-"),
    ] {
        let place = Place::new().await;
        let file = place.file("answer.json", without_listings());
        let usual = request(Format::Usaspending, &[&file]);
        let error = place.run(&usual).await.unwrap_err();
        assert_eq!(error.exit_code(), 2);
        for words in
            ["does not state the assistance listings", "--listing 16.710", "--all-listings"]
        {
            assert!(error.to_string().contains(words), "{error}");
        }
        assert_eq!(place.count(entity::grant::Entity).await, 0);
        let mut wanted = usual;
        wanted.listings = listings;
        let report = place.run(&wanted).await.unwrap();
        assert_eq!((report.rows_read, report.skipped, report.refused), (2, 0, 0));
        assert_eq!(place.rows(of_grants).await, keys.map(|key| format!("{key} {expected}")));
    }
    // What says its listings is held against those that were declared.
    let place = Place::new().await;
    let file = place.file("answer.json", without_listings().replace("null", "\"16.710: X\""));
    let mut wanted = request(Format::Usaspending, &[&file]);
    wanted.listings = declared(&["16.071"]);
    let error = place.run(&wanted).await.unwrap_err().to_string();
    assert!(error.contains("1 of 1 row was refused") && error.contains("is empty"), "{error}");
}

#[tokio::test]
async fn an_aggregate_can_be_asked_for_by_its_uri_and_by_its_key_on_both() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answer.json");
    let answer = json!({ "results": [
        { "Award ID": "SVPP-24-06", "Award Amount": 120.0, "Recipient Name": "MULTIPLE RECIPIENTS",
            "Recipient State Code": "CA", "CFDA Number": "16.710",
            "generated_internal_id": "ASST_AGG_SVPP-24-06_015" },
    ] });
    std::fs::write(&file, answer.to_string()).unwrap();
    for database in TestDatabase::each("an_aggregate_can_be_asked_for").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        ingest::run(&db, &request(Format::Usaspending, &[&file])).await.unwrap();
        let grant = json!({ "awardNumber": "SVPP-24-06", "usaspendingKey": "ASST_AGG_SVPP-24-06_015",
            "fiscalYear": null, "program": null, "federalShare": 120 });
        for by in ["usaspendingKey: \"asst_agg_svpp-24-06_015\"", "awardNumber: \"SVPP-24-06\""] {
            let fields = "awardNumber usaspendingKey fiscalYear program { code } federalShare";
            let query = format!("{{ grant(by: {{ {by} }}) {{ {fields} }} }}");
            assert_eq!(database.client().await.data(&query).await["grant"], grant, "{by}");
        }
    }
}

#[tokio::test]
async fn a_page_of_an_answer_is_not_the_answer() {
    for place in Place::each("a_page_of_an_answer_is_not_the_answer").await {
        let page = |number: u32, is_last: bool| {
            let text = SEARCHED.replace("00001UHPX", &format!("0000{number}UHPX"));
            let has_next = format!("\"page\": {number}, \"hasNext\": {}", !is_last);
            place.file(
                &format!("page{number}.json"),
                text.replace("\"page\": 1, \"hasNext\": false", &has_next),
            )
        };
        let (one, two, three) = (page(1, false), page(2, false), page(3, true));
        for (files, words) in [
            (
                &[&one][..],
                "page1.json: is page 1 of a response whose page 2 is not among the files",
            ),
            (&[&one, &two], "page2.json: is page 2 of a response whose page 3 is not"),
            (&[&one, &three], "page1.json: is page 1 of a response whose page 2 is not"),
            (&[&three, &two], "page2.json: is page 2 of a response whose page 1 is not"),
            (&[&three], "page3.json: is page 3 of a response whose page 2 is not"),
        ] {
            let files: Vec<&std::path::Path> = files.iter().map(|path| path.as_path()).collect();
            let refused = place.load(Format::Usaspending, &files).await.unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
        let report = place.load(Format::Usaspending, &[&two, &three, &one]).await.unwrap();
        assert_eq!(report.tables["grants"].added, 3, "{report}");
    }
}

#[tokio::test]
async fn an_answer_that_its_parser_would_read_otherwise_is_refused() {
    let place = Place::new().await;
    for (from, to, words) in [
        (
            "\"Transaction Amount\": 125000.0",
            "\"Transaction Amount\": 1, \"Transaction Amount\": 2",
            "answer.json, line 3: contains results[0].Transaction Amount twice",
        ),
        (
            "125000.0",
            "12345678901234567.89",
            "results[0].Transaction Amount is 12345678901234567.89",
        ),
    ] {
        let file = place.file("answer.json", SEARCHED.replace(from, to));
        let refused = place.load(Format::Usaspending, &[&file]).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
}
