//! How recipients are matched to agencies, what reviewers decide, and two sources for one award.

use std::path::Path;

use cops_graphql::{
    database::load::TableTally,
    ingest::{self, Format, FoundBy},
    reference,
};
use entity::review;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Place, SUMMARIES, TRANSACTIONS, csv, request};
use crate::support::TestDatabase;

const AGENCIES: &str = include_str!("../fixtures/recipient_agencies.csv");

/// A row of an award summary.
fn award<'a>(number: &'a str, recipient: &'a str, state: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("award_id_fain", number),
        ("recipient_name", recipient),
        ("recipient_state_code", state),
        ("total_obligated_amount", "250000"),
        ("cfda_numbers_and_titles", "16.710"),
    ]
}

fn summaries(rows: &[Vec<(&str, &str)>]) -> String {
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    csv(SUMMARIES, &rows)
}

const LINES: &str = "SELECT award_number || ' ' || COALESCE(a.ori9, o.name) || ' ' || matched_by AS line FROM grants g \
     LEFT JOIN agencies a ON a.id = agency_id LEFT JOIN organizations o ON o.id = organization_id \
     ORDER BY award_number";

#[tokio::test]
async fn every_match_can_be_asked_for() {
    let place = Place::new().await;
    let agencies = place.file("agencies.csv", AGENCIES);
    place.load(Format::FbiAgencies, &[&agencies]).await.unwrap();
    let mut rows = vec![
        award("A1", "FEDERAL WAY, CITY OF", "WA"),
        award("A2", "COUNTY OF SPOKANE", "WA"),
        award("A3", "Tukwila P.D.", "WA"),
        award("A4", "COUNTY OF FAIRFAX", "VA"),
        award("A5", "EXAMPLE UNIVERSITY", "WA"),
        award("A6", "CITY OF SPOKANE VALLEY", "WA"),
    ];
    rows[4].push(("recipient_uei", "UEI000000001"));
    // A body that says that it is a nonprofit organization is no city.
    rows[5].push(("business_types_description", "NONPROFIT WITH 501(C)(3) STATUS"));
    let file = place.file("awards.csv", summaries(&rows));
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    let lines = [
        "A1 WA0173600 MUNICIPALITY",
        "A2 WA0320000 COUNTY",
        "A3 WA0172300 NAME",
        "A4 COUNTY OF FAIRFAX NAME",
        "A5 EXAMPLE UNIVERSITY UEI",
        "A6 CITY OF SPOKANE VALLEY NAME",
    ];
    assert_eq!(place.rows(LINES).await, lines);
    assert_eq!(
        (report.matches[&FoundBy::AgencyByPlace], report.matches[&FoundBy::AgencyByCounty]),
        (1, 1)
    );
    let text = report.to_string();
    assert!(text.contains("recipients that fit no agency, kept as organizations: 2"), "{text}");
    assert!(
        text.contains("recipients that fit several agencies")
            && text.contains("COUNTY OF FAIRFAX, VA: 2 agencies"),
        "{text}"
    );
    let ask = "SELECT recipient_name FROM grants WHERE matched_by = 'MUNICIPALITY'";
    assert_eq!(place.rows(ask).await, ["FEDERAL WAY, CITY OF"]);
    // Nothing changes by loading it again, whatever was added by the first load.
    let mut again = request(Format::Usaspending, &[&file]);
    again.again = true;
    assert_eq!(place.run(&again).await.unwrap().tables["grants"].unchanged, 6);
}

/// Loads agencies and awards into a database.
async fn load(db: &DatabaseConnection, folder: &TempDir, rows: &[Vec<(&str, &str)>]) {
    let agencies = folder.path().join("agencies.csv");
    std::fs::write(&agencies, AGENCIES).unwrap();
    ingest::run(db, &request(Format::FbiAgencies, &[&agencies])).await.unwrap();
    let awards = folder.path().join("awards.csv");
    std::fs::write(&awards, summaries(rows)).unwrap();
    ingest::run(db, &request(Format::Usaspending, &[&awards])).await.unwrap();
}

/// The review of a database, as rows of cells with the header before them.
async fn review_of(db: &DatabaseConnection, path: &Path) -> Vec<Vec<String>> {
    let mut wanted = request(Format::Matches, &[]);
    wanted.review = Some(path.to_owned());
    let report = ingest::run(db, &wanted).await.unwrap();
    assert_eq!(report.revision, None);
    let text = std::fs::read_to_string(path).unwrap();
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

/// Writes a review with decisions: what the rows are by which a person says yes.
fn decide(path: &Path, rows: &[Vec<String>], is_it: impl Fn(&[String]) -> bool) {
    let mut writer = ::csv::Writer::from_path(path).unwrap();
    for (at, row) in rows.iter().enumerate() {
        let (last, cells) = row.split_last().unwrap();
        let last = if at > 0 && is_it(cells) { "yes" } else { last };
        writer.write_record(cells.iter().map(String::as_str).chain([last])).unwrap();
    }
    writer.flush().unwrap();
}

const MATCHED: &str = "{ grants(orderBy: [{ field: AWARD_NUMBER }]) { nodes { awardNumber matchedBy recipientName \
     agency { ori9 } organization { name } } } }";

/// The awards as they are matched, a line each.
async fn matched(database: &TestDatabase) -> Vec<String> {
    let data = database.client().await.data(MATCHED).await;
    let nodes = data["grants"]["nodes"].as_array().unwrap().iter();
    let line = |node: &Value| {
        let recipient = node["agency"]["ori9"].as_str().or(node["organization"]["name"].as_str());
        let (number, by) = (&node["awardNumber"], &node["matchedBy"]);
        format!("{} {} {}", number.as_str().unwrap(), recipient.unwrap(), by.as_str().unwrap())
    };
    nodes.map(line).collect()
}

#[tokio::test]
async fn what_a_person_decides_moves_awards_and_holds_for_later_loads() {
    for database in
        TestDatabase::each("what_a_person_decides_moves_awards_and_holds_for_later_loads").await
    {
        let (db, folder) = (database.writer().await, tempfile::tempdir().unwrap());
        let rows = [
            award("A1", "COUNTY OF FAIRFAX", "VA"),
            award("A2", "FAIRFAX, COUNTY OF", "VA"),
            award("A3", "NASHVILLE METROPOLITAN PD", "TN"),
            award("A4", "METRO GOVERNMENT OF NASHVILLE", "TN"),
            award("A5", "EXAMPLE INSTITUTE", "TN"),
            award("A6", "FAIRFAX COUNTY POLICE DEPARTMENT", "VA"),
        ];
        load(&db, &folder, &rows).await;
        let path = folder.path().join("review.csv");
        let review = review_of(&db, &path).await;
        let told: Vec<_> = review
            .iter()
            .map(|row| [0, 1, 4, 5, 6, 8, 11].map(|at| row[at].as_str()).join("|"))
            .collect();
        assert_eq!(
            told,
            [
                "recipient|state|awards|federal_share|found|ori|score",
                "COUNTY OF FAIRFAX|VA|2|500000.00|AMBIGUOUS|VA0290000|100",
                "COUNTY OF FAIRFAX|VA|2|500000.00|AMBIGUOUS|VA0290100|100",
                "COUNTY OF FAIRFAX|VA|2|500000.00|AMBIGUOUS|VA1075000|100",
                "COUNTY OF FAIRFAX|VA|2|500000.00|AMBIGUOUS|VA330SP00|66",
                "COUNTY OF FAIRFAX|VA|2|500000.00|AMBIGUOUS||",
                "EXAMPLE INSTITUTE|TN|1|250000.00|NOT_FOUND||",
                "METRO GOVERNMENT OF NASHVILLE|TN|1|250000.00|NOT_FOUND|TN0190100|50",
                "METRO GOVERNMENT OF NASHVILLE|TN|1|250000.00|NOT_FOUND||",
            ]
        );
        // A review is not written over: it may contain decisions.
        let mut again = request(Format::Matches, &[]);
        again.review = Some(path.clone());
        let refused = ingest::run(&db, &again).await.unwrap_err().to_string();
        assert!(refused.contains("may contain decisions"), "{refused}");

        let is_it = |cells: &[String]| {
            cells[8] == "VA0290100"
                || cells[8] == "TN0190100"
                || (cells[0] == "EXAMPLE INSTITUTE" && cells[7].is_empty())
        };
        let decided = folder.path().join("matches.csv");
        decide(&decided, &review, is_it);
        let report = ingest::run(&db, &request(Format::Matches, &[&decided])).await.unwrap();
        assert_eq!((report.tables["reviews"].added, report.tables["grants"].changed), (3, 4));
        let lines = [
            "A1 VA0290100 REVIEWED",
            "A2 VA0290100 REVIEWED",
            "A3 TN0190100 NAME",
            "A4 TN0190100 REVIEWED",
            "A5 EXAMPLE INSTITUTE REVIEWED",
            "A6 VA0290100 NAME",
        ];
        assert_eq!(matched(&database).await, lines);
        // Everything is decided, so that nothing is left to review.
        let left = review_of(&db, &folder.path().join("left.csv")).await;
        assert_eq!(left.len(), 1, "{left:?}");

        // A later load holds to it, whatever it comes upon again.
        let mut rows = rows.to_vec();
        rows.push(award("A7", "Fairfax, County of", "VA"));
        rows.push(award("A8", "COUNTY OF FAIRFAX", "IA"));
        let later = folder.path().join("later.csv");
        std::fs::write(&later, summaries(&rows)).unwrap();
        let report = ingest::run(&db, &request(Format::Usaspending, &[&later])).await.unwrap();
        assert_eq!(report.matches[&FoundBy::AgencyByReview], 4);
        assert_eq!((report.tables["grants"].unchanged, report.tables["grants"].added), (6, 2));
        let now = matched(&database).await;
        assert_eq!(now[..6], lines);
        assert_eq!(now[6..], ["A7 VA0290100 REVIEWED", "A8 COUNTY OF FAIRFAX NAME"]);

        // Who decides otherwise moves all of them back.
        decide(&decided, &review, |cells| cells[0] == "COUNTY OF FAIRFAX" && cells[7].is_empty());
        let report = ingest::run(&db, &request(Format::Matches, &[&decided])).await.unwrap();
        assert_eq!((report.tables["reviews"].changed, report.tables["grants"].changed), (1, 3));
        let now = matched(&database).await;
        assert_eq!(now[0], "A1 COUNTY OF FAIRFAX REVIEWED");
        assert_eq!(now[5], "A6 VA0290100 NAME", "its name is its own");
        db.close().await.unwrap();
    }
}

#[tokio::test]
async fn decisions_that_cannot_be_right_are_refused_and_change_nothing() {
    let place = Place::new().await;
    let agencies = place.file("agencies.csv", AGENCIES);
    place.load(Format::FbiAgencies, &[&agencies]).await.unwrap();
    let awards = [award("A1", "COUNTY OF FAIRFAX", "VA")];
    let file = place.file("awards.csv", summaries(&awards));
    place.load(Format::Usaspending, &[&file]).await.unwrap();
    let header = "recipient,state,uei,agency_id,ori,agency,decision\n";
    for (rows, reason) in [
        ("COUNTY OF FAIRFAX,VA,,,VA9999999,,yes\n", "is not the ORI of an agency"),
        ("COUNTY OF FAIRFAX,VA,,999999,,Some Police,yes\n", "is not the id of an agency"),
        ("COUNTY OF FAIRFAX,VA,,1,,Some Police,yes\n", "is not the agency with this id"),
        ("COUNTY OF FAIRFAX,VA,,1,VA0290000,,yes\n", "contradicts the agency id"),
        ("COUNTY OF FAIRFAX,VA,,,VA0290000,,maybe\n", "is not yes, no or withdraw"),
        (",VA,,,VA0290000,,yes\n", "is empty"),
        (
            "COUNTY OF FAIRFAX,VA,,,VA0290000,,yes\n\"Fairfax, County of\",VA,,,VA0290100,,Yes\n",
            "neither row is loaded",
        ),
    ] {
        let file = place.file("matches.csv", format!("{header}{rows}"));
        let refused = place.load(Format::Matches, &[&file]).await.unwrap_err().to_string();
        assert!(refused.contains(reason), "{rows}: {refused}");
    }
    assert_eq!(place.count(review::Entity).await, 0);
    let lines = place.rows(LINES).await;
    assert_eq!(lines, ["A1 COUNTY OF FAIRFAX NAME"]);
}

const CLAIMS: &str = "{ grants(orderBy: [{ field: AWARD_NUMBER }]) { nodes { awardNumber fiscalYear federalShare title matchedBy \
     agency { ori9 } program { code } claims(filter: { or: [{ differs: { eq: true } }, { field: { eq: RECIPIENT } }] }, \
     orderBy: [{ field: FIELD }, { field: ORIGIN }]) { totalCount nodes { field origin value shown differs source { title } } } } } }";

/// A claim of two sources, as a line.
fn told(node: &Value) -> Vec<String> {
    let claims = node["claims"]["nodes"].as_array().unwrap().iter();
    let line = |claim: &Value| {
        let text = |field: &str| claim[field].as_str().unwrap();
        let is =
            |field: &str| if claim[field] == true { format!(" {field}") } else { String::new() };
        let (shown, differs) = (is("shown"), is("differs"));
        let (field, origin, value) = (text("field"), text("origin"), text("value"));
        format!(
            "{field} {origin} {value}{shown}{differs} {}",
            claim["source"]["title"].as_str().unwrap()
        )
    };
    claims.map(line).collect()
}

#[tokio::test]
async fn what_two_sources_say_of_one_award_is_kept_and_trust_decides() {
    let name = "what_two_sources_say_of_one_award_is_kept_and_trust_decides";
    let list = "award_number,recipient,state,officers,federal_share,program,fiscal_year,title\n\
                2020UMWX0001,Dallas Police Department,TX,50,6000000,CHRP,2021,Hiring\n\
                2020UMWX0002,Tukwila Police Department,WA,2,250000,,2020,\n\
                2020UMWX0003,Reading Police Department,PA,1,125000,,2020,\n";
    let row = |number, recipient, state, amount| {
        vec![
            ("assistance_award_unique_key", number),
            ("award_id_fain", number),
            ("recipient_name", recipient),
            ("recipient_state_code", state),
            ("total_obligated_amount", amount),
            ("cfda_numbers_and_titles", "16.710"),
            ("prime_award_base_transaction_description", "COPS HIRING PROGRAM"),
        ]
    };
    let awards = summaries(&[
        row("2020UMWX0001", "CITY OF DALLAS", "TX", "6250000"),
        row("2020UMWX0002", "TUKWILA, CITY OF", "WA", "250000"),
    ]);
    for list_first in [false, true] {
        for database in TestDatabase::each(name).await {
            let (db, folder) = (database.writer().await, tempfile::tempdir().unwrap());
            reference::ensure(&db).await.unwrap();
            load(&db, &folder, &[]).await;
            let file = |name: &str, text: &str| {
                let path = folder.path().join(name);
                std::fs::write(&path, text).unwrap();
                path
            };
            let list = (Format::AwardList, file("list.csv", list));
            let awards = (Format::Usaspending, file("usaspending.csv", &awards));
            let order = if list_first { [&list, &awards] } else { [&awards, &list] };
            ingest::run(&db, &request(order[0].0, &[&order[0].1])).await.unwrap();
            let report = ingest::run(&db, &request(order[1].0, &[&order[1].1])).await.unwrap();
            let text = report.to_string();
            for part in [
                "warning: values on which sources of an award differ: the award shows the more trusted one: 4",
                "2020UMWX0001: FEDERAL_SHARE is 6250000.00 (USASPENDING, shown) and 6000000.00 (AWARD_LIST)",
                "2020UMWX0001: FISCAL_YEAR is 2021 (AWARD_LIST, shown) and 2020 (USASPENDING)",
                "2020UMWX0001: PROGRAM is CHRP (AWARD_LIST, shown) and CHP (USASPENDING)",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
            let data = database.client().await.data(CLAIMS).await;
            let nodes = data["grants"]["nodes"].as_array().unwrap();
            let shown = |node: &Value| {
                let mut node = node.clone();
                node.as_object_mut().unwrap().remove("claims");
                node
            };
            let expected = json!({
                "awardNumber": "2020UMWX0001", "fiscalYear": 2021, "federalShare": 6_250_000, "matchedBy": "NAME",
                "title": "COPS HIRING PROGRAM", "agency": { "ori9": "TXDPD0000" }, "program": { "code": "CHRP" },
            });
            assert_eq!(shown(&nodes[0]), expected);
            assert_eq!(
                told(&nodes[0]),
                [
                    "FEDERAL_SHARE AWARD_LIST 6000000.00 differs list.csv",
                    "FEDERAL_SHARE USASPENDING 6250000.00 shown differs usaspending.csv",
                    "FISCAL_YEAR AWARD_LIST 2021 shown differs list.csv",
                    "FISCAL_YEAR USASPENDING 2020 differs usaspending.csv",
                    "PROGRAM AWARD_LIST CHRP shown differs list.csv",
                    "PROGRAM USASPENDING CHP differs usaspending.csv",
                    "RECIPIENT AWARD_LIST Dallas Police Department shown list.csv",
                    "RECIPIENT USASPENDING CITY OF DALLAS usaspending.csv",
                    "TITLE AWARD_LIST Hiring differs list.csv",
                    "TITLE USASPENDING COPS HIRING PROGRAM shown differs usaspending.csv",
                ]
            );
            // Names of one recipient that are only written differently do not differ, and one source makes no claims.
            let recipients = [
                "RECIPIENT AWARD_LIST Tukwila Police Department shown list.csv",
                "RECIPIENT USASPENDING TUKWILA, CITY OF usaspending.csv",
            ];
            assert_eq!(told(&nodes[1]), recipients);
            assert_eq!(nodes[2]["claims"]["totalCount"], 0);
            // Loading both again changes nothing.
            for (format, path) in order {
                let mut again = request(*format, &[path]);
                again.again = true;
                let report = ingest::run(&db, &again).await.unwrap();
                assert_eq!(report.tables["claims"], TableTally::default(), "{report}");
                assert_eq!(report.tables["grants"].changed, 0, "{report}");
            }
            db.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_money_of_transactions_is_a_claim_that_comes_and_goes() {
    let place = Place::new().await;
    let list = "award_number,recipient,state,federal_share\n2020UMWX0001,Example Police,TX,100\n";
    let list = place.file("list.csv", list);
    place.load(Format::AwardList, &[&list]).await.unwrap();
    let row = |key, amount, deleted| {
        vec![
            ("assistance_transaction_unique_key", key),
            ("assistance_award_unique_key", "ASST_NON_2020UMWX0001_015"),
            ("award_id_fain", "2020UMWX0001"),
            ("recipient_name", "EXAMPLE CITY"),
            ("recipient_state_code", "TX"),
            ("action_date", "2020-09-20"),
            ("federal_action_obligation", amount),
            ("cfda_number", "16.710"),
            ("correction_delete_indicator_code", deleted),
        ]
    };
    let (one, two) = (row("A", "150", ""), row("B", "-30", ""));
    let file = place.file("first.csv", csv(TRANSACTIONS, &[&one, &two]));
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!(report.warnings.values().next().unwrap().0, 1, "{report}");
    let claims = "SELECT origin || ' ' || value || ' ' || shown AS line FROM claims WHERE field = 'FEDERAL_SHARE' ORDER BY 1";
    let share = "SELECT federal_share FROM grants";
    assert_eq!(place.rows(claims).await, ["AWARD_LIST 100.00 0", "USASPENDING 120.00 1"]);
    assert_eq!(place.rows(share).await, ["12000"]);
    // One transaction more, and the sum is another.
    let more = row("C", "5", "");
    let file = place.file("more.csv", csv(TRANSACTIONS, &[&more]));
    place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!(place.rows(claims).await, ["AWARD_LIST 100.00 0", "USASPENDING 125.00 1"]);
    // All are deleted: the list still has its word, and the award is there.
    let gone = [row("A", "0", "D"), row("B", "0", "D"), row("C", "0", "D")];
    let gone: Vec<&[(&str, &str)]> = gone.iter().map(Vec::as_slice).collect();
    let file = place.file("gone.csv", csv(TRANSACTIONS, &gone));
    place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!(place.rows(claims).await, ["AWARD_LIST 100.00 1"]);
    assert_eq!(place.rows(share).await, ["10000"]);
}

#[tokio::test]
async fn decisions_that_change_nothing_are_named_and_can_be_withdrawn() {
    for place in Place::each("decisions_that_change_nothing_are_named").await {
        let agencies = place.file("agencies.csv", AGENCIES);
        place.load(Format::FbiAgencies, &[&agencies]).await.unwrap();
        let awards =
            [award("A1", "COUNTY OF FAIRFAX", "VA"), award("A2", "CITY OF FEDERAL WAY", "WA")];
        let file = place.file("awards.csv", summaries(&awards));
        place.load(Format::Usaspending, &[&file]).await.unwrap();
        let header = "recipient,state,uei,agency_id,ori,agency,decision\n";
        let load = async |rows: &str| {
            let file = place.file("matches.csv", format!("{header}{rows}"));
            place.load(Format::Matches, &[&file]).await
        };
        let rows = "COUNTY OF FAIRFAX,VA,,,VA0290100,,yes\nCOUNTY OF FAIR FAX,VA,,,VA0290100,,yes\nCITY OF FEDERAL WAY,WA,,,VA0290100,,yes\n";
        let report = load(rows).await.unwrap().to_string();
        for words in [
            "warning: decisions about recipients without any award, kept for later loads: check the name, the state \
             and the UEI: 1\n    such as COUNTY OF FAIR FAX, VA\n",
            "warning: decisions for an agency in another state than the recipient: check the ORI: 1\n    such as CITY OF FEDERAL WAY, WA: ",
        ] {
            assert!(report.contains(words), "{report}");
        }
        assert_eq!(place.rows(LINES).await, ["A1 VA0290100 REVIEWED", "A2 VA0290100 REVIEWED"]);
        // What was decided is taken back, and the awards go where they would have gone.
        let rows =
            "COUNTY OF FAIRFAX,VA,,,,,withdraw\nCITY OF FEDERAL WAY,WA,,,VA0290100,,withdraw\n";
        let report = load(rows).await.unwrap();
        assert_eq!(
            (report.tables["reviews"].removed, report.tables["grants"].changed),
            (2, 2),
            "{report}"
        );
        assert_eq!(
            place.rows(LINES).await,
            ["A1 COUNTY OF FAIRFAX NAME", "A2 WA0173600 MUNICIPALITY"]
        );
        assert_eq!(place.count(review::Entity).await, 1);
        let refused =
            load("COUNTY OF FAIRFAX,VA,UEI1,,,,withdraw\n").await.unwrap_err().to_string();
        assert!(refused.contains("withdraws a decision that does not exist"), "{refused}");
    }
}
