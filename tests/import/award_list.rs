//! Award lists with custom columns.

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
    assert!(text.contains("\"cops\" is not a field") && text.contains("officers"), "{text}");
    wanted.mapping.columns = [("recipient", "Agency"), ("officers", "Positions")]
        .map(|(field, column)| (field.to_owned(), column.to_owned()))
        .into();
    let text = place.run(&wanted).await.unwrap_err().to_string();
    assert!(text.contains("the column Positions is missing"), "{text}");
}

#[tokio::test]
async fn an_ori_of_the_other_length_completes_its_agency() {
    let place = Place::new().await;
    let names = place.file("names.csv", NAMES);
    place.load(Format::FbiAgencies, &[&names]).await.unwrap();
    let rows = "award_number,recipient,state,ori\n1,Dallas Police Dept,TX,TXDPD00\n\
                2,Dallas Police Dept,TX,TX0000001\n";
    let list = place.file("list.csv", rows);
    let report = place.load(Format::AwardList, &[&list]).await.unwrap();
    // The first is the shorter one of the agency's. The second has another ORI of the same length, so it is another agency.
    assert_eq!(
        (report.matches[&FoundBy::AgencyByOri], report.matches[&FoundBy::AgencyAdded]),
        (1, 1)
    );
    let tally = report.tables["agencies"];
    assert_eq!((tally.added, tally.changed), (1, 1));
    let sql = "SELECT ori9 || ' ' || COALESCE(ori7, '-') AS line FROM agencies \
               WHERE name LIKE 'Dallas%' ORDER BY ori9";
    assert_eq!(place.rows(sql).await, ["TX0000001 -", "TXDPD0000 TXDPD00"]);
}

fn listed(place: &Place, text: &str) -> cops_graphql::ingest::ImportRequest {
    let file = place.file("list.csv", text);
    let mut wanted = request(Format::AwardList, &[&file]);
    wanted.mapping.columns = [
        ("recipient", "Agency"),
        ("state", "State"),
        ("officers", "Officers"),
        ("federal_share", "Award"),
    ]
    .map(|(field, column)| (field.to_owned(), column.to_owned()))
    .into();
    wanted
}

const SUM: &str = "SELECT COUNT(*) || ' ' || SUM(federal_share) AS line FROM grants";

#[tokio::test]
async fn totals_of_a_list_are_no_awards() {
    let place = Place::new().await;
    let text = "State,Agency,Officers,Award\n\
        CA,\"Example, City of\",2,\"$250,000.00\"\n\
        CA,Other Police Department,1,\"$125,000.00\"\n\
        CA,Subtotal,3,\"$375,000.00\"\n\
        TX,Sample Police Department,1.5,\"$125,000\"\n\
        TX,Total Community Action,0.5,\"$1,000\"\n\
        ,Total of Crime Bill money,,\"$126,000\"\n\
        Texas Total,,2,\"$126,000\"\n\
        ,Total (4 agencies),,\"$501,000\"\n\
        ,Grand Total,5,\"$501,000.00\"\n";
    let report = place.run(&listed(&place, text)).await.unwrap();
    assert_eq!((report.rows_read, report.refused, report.skipped), (9, 0, 0));
    assert_eq!(report.notes["totals that agree with the rows above them (left out)"], 5);
    assert!(report.to_string().contains("totals that agree with the rows above them"), "{report}");
    assert_eq!(place.rows(SUM).await, ["4 50100000"]);
}

#[tokio::test]
async fn what_looks_like_a_total_and_is_none_is_refused() {
    let place = Place::new().await;
    let text = "State,Agency,Officers,Award\n\
        CA,Example,2,\"$250,000.00\"\n\
        TX,Sample,1,\"$100,000.00\"\n\
        ,CA Total,3,\"$350,000.00\"\n\
        ,Grand Total,3,\"$350,000.01\"\n\
        ,Grand Total,4,\"$350,000.00\"\n\
        ,Total,,\n\
        ,,3,\"$350,000.00\"\n\
        ,* Subject to change.,,\n";
    let mut wanted = listed(&place, text);
    wanted.max_rejects = "6".parse().unwrap();
    let report = place.run(&wanted).await.unwrap();
    assert_eq!(report.refused, 6);
    assert_eq!(report.rows_read, 8);
    assert_eq!(place.rows(SUM).await, ["2 35000000"]);
    let rejected = std::fs::read_to_string(place.path("list.csv.rejected.csv")).unwrap();
    for line in 4..=7 {
        assert!(rejected.contains(&format!("list.csv,{line},Agency,")), "{line}: {rejected}");
    }
    assert!(
        rejected.contains("list.csv,8,Agency,,is empty: an award needs a recipient"),
        "{rejected}"
    );
}

#[tokio::test]
async fn numbers_of_officers_are_numbers_of_officers() {
    let place = Place::new().await;
    let text = "State,Agency,Officers,Award\n\
        CA,A,-2,100000\n\
        CA,B,1.25,100000\n\
        CA,C,\"$100,000\",100000\n\
        CA,D,\"125,000.00\",100000\n\
        CA,E,2500,2500\n\
        CA,F,(1),100000\n\
        CA,G,1.50,100000\n\
        CA,H,25000,250000\n\
        ,,,\n";
    let mut wanted = listed(&place, text);
    wanted.max_rejects = "7".parse().unwrap();
    let report = place.run(&wanted).await.unwrap();
    assert_eq!(report.refused, 7);
    assert_eq!(place.rows("SELECT funded FROM officers_funded").await, ["15"]);
    let rejected = std::fs::read_to_string(place.path("list.csv.rejected.csv")).unwrap();
    for line in [
        "list.csv,2,Officers,-2,is negative",
        "list.csv,3,Officers,1.25,has more decimals",
        "list.csv,4,Officers,\"$100,000\",\"is an amount of money",
        "list.csv,5,Officers,\"125,000.00\",\"is more than 50000.0",
        "list.csv,6,Officers,2500,\"is an amount of money",
        "list.csv,9,Officers,25000,\"is an amount of money",
        "list.csv,7,Officers,(1),is negative",
    ] {
        assert!(rejected.contains(line), "{line}: {rejected}");
    }
}
