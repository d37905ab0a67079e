//! Awards and transactions of USAspending.

use std::io::Write as _;

use cops_graphql::ingest::{Format, FoundBy, Listings, MaxRejects};
use entity::{grant, obligation, organization};
use flate2::{Compression, write::GzEncoder};
use zip::write::SimpleFileOptions;

use super::{NAMES, Place, SUMMARIES, TRANSACTIONS, csv, request};

const SPOKANE: &[(&str, &str)] = &[
    ("assistance_award_unique_key", "ASST_NON_15JCOPS24GG03715UHPX_015"),
    ("award_id_fain", "15JCOPS24GG03715UHPX"),
    ("recipient_uei", "AAAAAAAAAAA1"),
    ("recipient_name", "CITY OF SPOKANE VALLEY"),
    ("recipient_city_name", "SPOKANE VALLEY"),
    ("recipient_state_code", "WA"),
    ("period_of_performance_start_date", "2024-10-01"),
    ("assistance_type_code", "04"),
    ("business_types_description", "CITY OR TOWNSHIP GOVERNMENT"),
    (
        "prime_award_base_transaction_description",
        "THE COPS HIRING PROGRAM (CHP)\nPAYS OFFICERS, \"ENTRY-LEVEL\"",
    ),
];

fn row(
    base: &'static [(&'static str, &'static str)],
    own: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    own.iter()
        .chain(base.iter().filter(|(name, _)| !own.iter().any(|(n, _)| n == name)))
        .copied()
        .collect()
}

fn transaction(
    key: &'static str,
    modification: &'static str,
    day: &'static str,
    amount: &'static str,
    end: &'static str,
) -> Vec<(&'static str, &'static str)> {
    row(
        SPOKANE,
        &[
            ("assistance_transaction_unique_key", key),
            ("modification_number", modification),
            ("action_date", day),
            ("federal_action_obligation", amount),
            ("period_of_performance_current_end_date", end),
            ("cfda_number", "16.710"),
            ("outlayed_amount_from_COVID-19_supplementals_for_overall_award", "1.00"),
        ],
    )
}

fn transactions(rows: &[Vec<(&str, &str)>]) -> String {
    csv(TRANSACTIONS, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

const GRANT: &str = "SELECT award_number || '|' || COALESCE(program_id, 0) || '|' || fiscal_year || \
    '|' || federal_share || '|' || period_end || '|' || COALESCE(original_period_end, '-') || '|' || \
    obligated_on || '|' || (agency_id IS NOT NULL) || '|' || revision_id AS line FROM grants \
    ORDER BY award_key";

#[tokio::test]
async fn an_award_is_the_sum_of_its_transactions_and_the_latest_describes_it() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    // Later rows first: the order of a file means nothing.
    let rows = [
        transaction("K2", "2", "2025-06-01", "-250000.5", "2030-03-31"),
        transaction("K0", "0", "2024-09-27", "1250000", "2029-09-30"),
    ];
    let file = place.file("one.csv", transactions(&rows));
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!(report.matches[&FoundBy::AgencyByPlace], 1);
    assert_eq!(report.tables["grants"].added, 1);
    assert_eq!(report.tables["obligations"].added, 2);
    let line = "15JCOPS24GG03715UHPX|1|2024|99999950|2030-03-31|2029-09-30|2024-09-27|1|3";
    assert_eq!(place.rows(GRANT).await, [line]);
    let title = place.rows("SELECT title FROM grants").await;
    assert_eq!(title, ["THE COPS HIRING PROGRAM (CHP) PAYS OFFICERS, \"ENTRY-LEVEL\""]);

    // The same bytes change nothing, whatever the name of the file.
    let copy = place.file("copy.csv", transactions(&rows));
    let report = place.load(Format::Usaspending, &[&copy]).await.unwrap();
    assert_eq!((report.revision, report.files[0].already), (None, Some(3)));

    // Read again, every row is found the same and keeps its revision.
    let mut again = request(Format::Usaspending, &[&file]);
    again.again = true;
    let report = place.run(&again).await.unwrap();
    assert_eq!((report.tables["grants"].unchanged, report.tables["obligations"].unchanged), (1, 2));
    assert_eq!(place.rows(GRANT).await, [line]);

    // A newer download corrects one, deletes one, and adds one.
    let mut corrected = transaction("K0", "0", "2024-09-27", "1000000", "2029-09-30");
    corrected.push(("correction_delete_indicator_code", "C"));
    let mut deleted = transaction("K2", "2", "2025-06-01", "-250000.5", "2030-03-31");
    deleted.push(("correction_delete_indicator_code", "D"));
    let added = transaction("K3", "3", "2025-07-01", "10.01", "2030-06-30");
    let newer = place.file("newer.csv", transactions(&[corrected, deleted, added]));
    let report = place.load(Format::Usaspending, &[&newer]).await.unwrap();
    let tally = report.tables["obligations"];
    assert_eq!((tally.added, tally.changed, tally.removed), (1, 1, 1));
    assert_eq!(report.tables["grants"].changed, 1);
    let line = "15JCOPS24GG03715UHPX|1|2024|100001001|2030-06-30|2029-09-30|2024-09-27|1|5";
    assert_eq!(place.rows(GRANT).await, [line]);

    // An award whose last transaction is deleted goes with it.
    let gone = ["K0", "K3"].map(|key| {
        let mut row = transaction(key, "0", "2024-09-27", "0", "2029-09-30");
        row.push(("correction_delete_indicator_code", "D"));
        row
    });
    let last = place.file("last.csv", transactions(&gone));
    let report = place.load(Format::Usaspending, &[&last]).await.unwrap();
    assert_eq!(report.tables["grants"].removed, 1);
    assert_eq!(place.count(grant::Entity).await, 0);
    assert_eq!(place.count(obligation::Entity).await, 0);
}

fn summaries() -> String {
    let listing = ("cfda_numbers_and_titles", "16.710: PUBLIC SAFETY PARTNERSHIP");
    let spokane = row(SPOKANE, &[("total_obligated_amount", "1250000.00"), listing]);
    let dallas = row(
        SPOKANE,
        &[
            ("assistance_award_unique_key", "ASST_NON_15JCOPS25GG01001MUMU_015"),
            ("award_id_fain", "15JCOPS25GG01001MUMU"),
            ("recipient_uei", "BBBBBBBBBBB2"),
            ("recipient_name", "DALLAS, CITY OF"),
            ("recipient_state_code", "TX"),
            ("total_obligated_amount", "6250000"),
            ("total_non_federal_funding_amount", "12261650"),
            ("total_funding_amount", "18511650"),
            ("cfda_numbers_and_titles", "16.068: COPS HIRING PROGRAM"),
            ("prime_award_base_transaction_description", ""),
        ],
    );
    let school = row(
        SPOKANE,
        &[
            ("assistance_award_unique_key", "ASST_NON_15JCOPS25GG01291SSIX_015"),
            ("award_id_fain", "15JCOPS25GG01291SSIX"),
            ("recipient_uei", "CCCCCCCCCCC3"),
            ("recipient_name", "BIRMINGHAM COMMUNITY CHARTER HIGH SCHOOL"),
            ("recipient_state_code", "CA"),
            ("business_types_description", "INDEPENDENT SCHOOL DISTRICT"),
            ("total_obligated_amount", "500000"),
            ("cfda_numbers_and_titles", "16.071: SVPP"),
            ("prime_award_base_transaction_description", ""),
        ],
    );
    let other = row(
        SPOKANE,
        &[
            ("assistance_award_unique_key", "ASST_NON_2105CA5MAP_7530"),
            ("award_id_fain", "2105CA5MAP"),
            ("cfda_numbers_and_titles", "93.778: MEDICAID"),
        ],
    );
    csv(SUMMARIES, &[&spokane, &dallas, &school, &other])
}

#[tokio::test]
async fn summaries_come_zipped_and_other_listings_are_skipped() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, text) in [
        ("Assistance_PrimeAwardSummaries_1.csv", summaries()),
        ("readme.txt", "Thank you for downloading.\n".to_owned()),
        ("Data_Dictionary.xlsx", "PK".to_owned()),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    let file = place.file("download.zip", archive.finish().unwrap().into_inner());
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.skipped, report.refused), (4, 1, 0));
    assert_eq!(report.ignored_files, ["Data_Dictionary.xlsx", "readme.txt"]);
    assert!(report.unknown_columns.contains("outlayed_amount_from_COVID-19_supplementals"));
    let rows = place
        .rows(
            "SELECT award_key || '|' || p.code || '|' || federal_share || '|' || \
             COALESCE(local_match, 0) || '|' || COALESCE(project_total, 0) || '|' || \
             COALESCE(a.ori9, o.name || ' ' || o.kind) AS line FROM grants g \
             LEFT JOIN programs p ON p.id = program_id LEFT JOIN agencies a ON a.id = agency_id \
             LEFT JOIN organizations o ON o.id = organization_id ORDER BY award_key",
        )
        .await;
    assert_eq!(
        rows,
        [
            "15JCOPS24GG03715UHPX|CHP|125000000|0|0|WA0320400",
            "15JCOPS25GG01001MUMU|CHP|625000000|1226165000|1851165000|TXDPD0000",
            "15JCOPS25GG01291SSIX|SVPP|50000000|0|0|BIRMINGHAM COMMUNITY CHARTER HIGH SCHOOL \
             SCHOOL_DISTRICT",
        ]
    );

    // All listings: the same file again, for what was left out of it.
    let mut all = request(Format::Usaspending, &[&file]);
    all.listings = Listings::All;
    all.again = true;
    let report = place.run(&all).await.unwrap();
    assert_eq!((report.rows_read, report.skipped), (4, 0));
}

#[tokio::test]
async fn older_files_have_no_uei_and_gzip_is_read() {
    let place = Place::new().await;
    let old = SUMMARIES.replace("recipient_uei,", "").replace("prime_award_summary_", "");
    let mut row = row(
        SPOKANE,
        &[
            ("award_id_fain", "2009RKWX0400"),
            ("assistance_award_unique_key", "ASST_NON_2009RKWX0400_1550"),
            ("prime_award_base_transaction_description", ""),
            ("recipient_duns", "123456789"),
            ("total_obligated_amount", "-0.01"),
            ("cfda_numbers_and_titles", "16.71"),
        ],
    );
    row.retain(|(name, _)| *name != "recipient_uei");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(csv(&old, &[&row]).as_bytes()).unwrap();
    let file = place.file("old.csv.gz", gzip.finish().unwrap());
    place.load(Format::Usaspending, &[&file]).await.unwrap();
    let sql = "SELECT assistance_listing || ' ' || program_id || ' ' || federal_share AS line FROM grants";
    assert_eq!(place.rows(sql).await, ["16.710 2 -1"]);

    // The same body with an identifier is the same body.
    let file = place.file("new.csv", summaries());
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!(report.matches[&FoundBy::OrganizationByName], 1);
    assert_eq!(report.tables["organizations"].changed, 1);
    assert_eq!(place.count(organization::Entity).await, 3);
}

#[tokio::test]
async fn answers_of_the_api_are_read() {
    let place = Place::new().await;
    let answer = r#"{"limit": 10, "results": [
        {"internal_id": 1, "Award ID": "15JCOPS25GG01001MUMU", "Recipient Name": "City of Dallas",
         "Award Amount": 6250000.07, "generated_internal_id": "ASST_NON_15JCOPS25GG01001MUMU_015",
         "Start Date": "2025-10-01", "End Date": "2030-09-30", "Base Obligation Date": "2025-09-20",
         "Assistance Listings": [{"cfda_number": "16.068", "cfda_program_title": "COPS Hiring"}],
         "Recipient UEI": "bbbbbbbbbbb2", "Description": null, "Award Type": "PROJECT GRANT (B)"},
        {"Award ID": "X", "Recipient Name": "Y", "Award Amount": 1, "CFDA Number": "93.778"}],
        "page_metadata": {"page": 1, "hasNext": false}}"#;
    let file = place.file("answer.json", answer);
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.skipped), (2, 1));
    let sql = "SELECT award_key || ' ' || federal_share || ' ' || period_end || ' ' || instrument AS \
               line FROM grants";
    assert_eq!(place.rows(sql).await, ["15JCOPS25GG01001MUMU 625000007 2030-09-30 PROJECT_GRANT"]);
}

#[tokio::test]
async fn tables_of_other_things_in_a_download_are_passed_over_by_name() {
    let contracts = "contract_transaction_unique_key,contract_award_unique_key,award_id_piid,federal_action_obligation,\
                     action_date,recipient_name,recipient_state_code\r\n";
    let accounts = "submission_period,owning_agency_name,federal_account_symbol,assistance_award_unique_key,award_id_fain,\
                    transaction_obligated_amount\r\nFY2024P12,Justice,015-0406,A,A,1.00\r\n";
    let subawards =
        "prime_award_unique_key,recipient_name,subaward_number,subaward_amount\r\nA,B,1,2\r\n";
    let assistance = transactions(&[transaction("K0", "0", "2024-09-27", "1250000", "2029-09-30")]);
    let zip = |parts: &[(&str, &str)]| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in parts {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let place = Place::new().await;
    let full = format!("{contracts}X,Y,Z,1,2024-01-01,A,CA\r\n");
    let file = place.file(
        "all.zip",
        zip(&[
            ("Contracts_1.csv", &full),
            ("Contracts_2.csv", contracts),
            ("Assistance_1.csv", &assistance),
            ("FederalAccountFunding_1.csv", accounts),
            ("Subawards_1.csv", subawards),
        ]),
    );
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!((report.rows_read, report.refused, report.tables["obligations"].added), (1, 0, 1));
    assert_eq!(
        report.ignored_files,
        ["Contracts_1.csv", "Contracts_2.csv", "FederalAccountFunding_1.csv", "Subawards_1.csv"]
    );
    // An assistance table that lacks a column is not passed over, and one of contracts alone is no download of awards.
    let lacking = assistance.replace("recipient_name,", "recipient_names,");
    let file = place.file("lacking.zip", zip(&[("A_1.csv", &assistance), ("A_2.csv", &lacking)]));
    let text = place.load(Format::Usaspending, &[&file]).await.unwrap_err().to_string();
    assert!(text.contains("lacking.zip/A_2.csv") && text.contains("recipient_name"), "{text}");
    for (name, table) in [("contracts.csv", full.as_str()), ("accounts.csv", accounts)] {
        let file = place.file(name, table);
        for format in [Format::Usaspending, Format::AwardList, Format::FbiAgencies] {
            let text = place.load(format, &[&file]).await.unwrap_err().to_string();
            assert!(!text.contains("it looks like"), "{text}");
        }
    }
}

#[tokio::test]
async fn recipients_are_matched_however_their_names_are_spelled() {
    let names = "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n\
        HI0040000,City,,Kauaʻi Police Department,,\nCO0220100,City,,Cañon City Police Department,,\n";
    let place = Place::new().await;
    let agencies = place.file("names.csv", names);
    place.load(Format::FbiAgencies, &[&agencies]).await.unwrap();
    let award = |key, name, state| {
        row(
            SPOKANE,
            &[
                ("assistance_transaction_unique_key", key),
                ("assistance_award_unique_key", key),
                ("award_id_fain", key),
                ("recipient_uei", ""),
                ("recipient_name", name),
                ("recipient_state_code", state),
                ("action_date", "2024-09-20"),
                ("federal_action_obligation", "100"),
                ("cfda_number", "16.710"),
            ],
        )
    };
    let rows = [
        award("A", "KAUAI POLICE DEPARTMENT", "HI"),
        award("B", "Kaua’i Police Dept", "HI"),
        award("C", "CANON CITY POLICE DEPARTMENT", "CO"),
        award("D", "Can\u{303}on City P.D.", "CO"),
    ];
    let awards = place.file("awards.csv", transactions(&rows));
    place.load(Format::Usaspending, &[&awards]).await.unwrap();
    let found = "SELECT award_number || ' ' || COALESCE(ori9, '-') FROM grants \
        LEFT JOIN agencies ON agencies.id = agency_id ORDER BY award_number";
    let expected = ["A HI0040000", "B HI0040000", "C CO0220100", "D CO0220100"];
    assert_eq!(place.rows(found).await, expected);
}

#[tokio::test]
async fn an_aggregate_is_known_by_its_uri() {
    let place = Place::new().await;
    let row = |transaction, uri, amount| {
        [
            ("assistance_transaction_unique_key", transaction),
            ("assistance_award_unique_key", "ASST_AGG_SVPP-24-06_1524"),
            ("award_id_uri", uri),
            ("recipient_name", "MULTIPLE RECIPIENTS"),
            ("recipient_state_code", "CA"),
            ("action_date", "2024-09-20"),
            ("federal_action_obligation", amount),
            ("cfda_number", "16.710"),
        ]
    };
    let rows = [
        row("1524_-NONE-_SVPP-24-06_16.710_0", "SVPP-24-06", "100"),
        row("1524_-NONE-_SVPP-24-06_16.710_1", "SVPP-24-06", "20"),
        row("1524_-NONE-_SVPP-24-06_16.710_2", "SVPP-24-07", "3"),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(<[_; 8]>::as_slice).collect();
    let file = place.file("aggregates.csv", csv(TRANSACTIONS, &rows));
    let mut wanted = request(Format::Usaspending, &[&file]);
    wanted.max_rejects = MaxRejects::Count(1);
    let report = place.run(&wanted).await.unwrap();
    // The last one has the key of another.
    assert_eq!((report.rows_read, report.refused), (3, 1));
    let sql = "SELECT award_number || ' ' || award_key || ' ' || usaspending_key || ' ' || federal_share || ' ' || \
        COALESCE(fiscal_year, '-') || ' ' || COALESCE(program_id, '-') AS line FROM grants";
    let expected = "SVPP-24-06 SVPP2406 ASST_AGG_SVPP-24-06_1524 12000 - -";
    assert_eq!(place.rows(sql).await, [expected]);
}
