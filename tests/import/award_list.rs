//! Lists of awards with columns of their own.

use cops_graphql::ingest::{Format, FoundBy};
use entity::{grant, officers_funded};

use super::{NAMES, Place, SUMMARIES, csv, request};

const LIST: &str = "\
COPS Hiring Program,,,\n\
2020 awards,,,\n\
Agency,ST,Officers,Amount\n\
\"Dallas Police Department\",TX,50,\"$6,250,000\"\n\
\"Perry Police Dept\",PA,2,\"$250,000.00\"\n\
\"Township of Perry\",Pennsylvania,1.5,\"$125,000.00\"\n";
const MAPPING: &str = "\
[columns]\nrecipient = \"Agency\"\nstate = \"ST\"\nofficers = \"Officers\"\nfederal_share = \"Amount\"\n\
[constants]\nprogram = \"CHP\"\nfiscal_year = 2020\n";

#[tokio::test]
async fn a_list_is_read_by_the_mapping_beside_it() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    let list = place.file("chp.csv", LIST);
    place.file("chp.csv.toml", MAPPING);
    let report = place.load(Format::AwardList, &[&list]).await.unwrap();
    assert_eq!((report.rows_read, report.refused), (3, 0));
    assert_eq!((report.tables["grants"].added, report.tables["officers_funded"].added), (3, 3));
    let sql = "SELECT a.ori9 || ' ' || funded || ' ' || federal_share || ' ' || fiscal_year AS line \
               FROM officers_funded f JOIN grants g ON g.id = grant_id \
               JOIN agencies a ON a.id = agency_id ORDER BY ori9";
    assert_eq!(
        place.rows(sql).await,
        [
            "PA0010100 20 25000000 2020",
            "PA0010200 15 12500000 2020",
            "TXDPD0000 500 625000000 2020"
        ]
    );
    // A corrected list changes what it corrects and doubles nothing.
    let newer = place.file("chp2.csv", LIST.replace(",2,", ",3,"));
    place.file("chp2.toml", MAPPING);
    let report = place.load(Format::AwardList, &[&newer]).await.unwrap();
    assert_eq!(report.tables["grants"].unchanged, 3);
    let tally = report.tables["officers_funded"];
    assert_eq!((tally.added, tally.changed, tally.unchanged), (0, 1, 2));
}

#[tokio::test]
async fn officers_of_a_list_go_to_the_award_that_is_there() {
    let place = Place::new().await;
    let row = [
        ("assistance_award_unique_key", "ASST_NON_2020UMWX0001_1550"),
        ("award_id_fain", "2020UMWX0001"),
        ("recipient_name", "CITY OF DALLAS"),
        ("recipient_state_code", "TX"),
        ("total_obligated_amount", "6250000"),
        ("cfda_numbers_and_titles", "16.710"),
    ];
    let awards = place.file("awards.csv", csv(SUMMARIES, &[&row]));
    place.load(Format::Usaspending, &[&awards]).await.unwrap();
    let list = place
        .file("list.csv", "recipient,state,officers,federal_share\nCity of Dallas,TX,50,6250000\n");
    let mut wanted = request(Format::AwardList, &[&list]);
    for (field, value) in [("program", "CHP"), ("fiscal_year", "2020")] {
        wanted.mapping.constants.insert(field.to_owned(), value.into());
    }
    let report = place.run(&wanted).await.unwrap();
    assert_eq!(report.matches[&FoundBy::AwardByRecipient], 1);
    assert_eq!(
        (place.count(grant::Entity).await, place.count(officers_funded::Entity).await),
        (1, 1)
    );

    // By number, with hyphens or without.
    let list = place.file(
        "numbers.csv",
        "award_number,recipient,state,officers\n2020-UM-WX-0001,City of Dallas,TX,51\n",
    );
    let report = place.load(Format::AwardList, &[&list]).await.unwrap();
    assert_eq!(report.tables["officers_funded"].changed, 1);
    assert_eq!(place.rows("SELECT funded FROM officers_funded").await, ["510"]);
}

#[tokio::test]
async fn a_mapping_that_names_no_field_or_column_is_explained() {
    let place = Place::new().await;
    let list = place.file("list.csv", LIST);
    let mut wanted = request(Format::AwardList, &[&list]);
    wanted.mapping.columns.insert("cops".to_owned(), "Officers".to_owned());
    let text = place.run(&wanted).await.unwrap_err().to_string();
    assert!(text.contains("\"cops\" is no field") && text.contains("officers"), "{text}");
    wanted.mapping.columns = [("recipient", "Agency"), ("officers", "Positions")]
        .map(|(field, column)| (field.to_owned(), column.to_owned()))
        .into();
    let text = place.run(&wanted).await.unwrap_err().to_string();
    assert!(text.contains("lacks the column Positions"), "{text}");
}

#[tokio::test]
async fn an_ori_of_the_other_length_completes_the_agency_of_that_name() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    let rows = "award_number,recipient,state,ori\n1,Dallas Police Dept,TX,TXDPD00\n\
                2,Dallas Police Dept,TX,TX0000001\n";
    let list = place.file("list.csv", rows);
    let report = place.load(Format::AwardList, &[&list]).await.unwrap();
    // The second has another ORI of the same length, so it is another agency.
    assert_eq!(
        (report.matches[&FoundBy::AgencyByName], report.matches[&FoundBy::AgencyAdded]),
        (1, 1)
    );
    let tally = report.tables["agencies"];
    assert_eq!((tally.added, tally.changed), (1, 1));
    let sql = "SELECT ori9 || ' ' || COALESCE(ori7, '-') AS line FROM agencies \
               WHERE name LIKE 'Dallas%' ORDER BY ori9";
    assert_eq!(place.rows(sql).await, ["TX0000001 -", "TXDPD0000 TXDPD00"]);
}
