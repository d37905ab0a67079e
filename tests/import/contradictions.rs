//! Rows that contradict themselves or each other: none is loaded, and each is reported.

use std::path::Path;

use cops_graphql::{
    ingest::{self, Format, ImportRequest},
    reference,
};
use entity::{agency, grant, obligation, outcome, training};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use super::{Place, SUMMARIES, TRANSACTIONS, csv, request};
use crate::support::TestDatabase;

/// Loads one file into a dataset of its own, whatever is refused, and tells the lines of its rejects and the database.
async fn load(format: Format, text: &str) -> (Place, Vec<String>) {
    let place = Place::new().await;
    let mut load =
        cops_graphql::database::load::Load::begin(&place.db, "fixture", false).await.unwrap();
    reference::reset(&mut load).await.unwrap();
    load.commit(cops_graphql::database::load::LoadCounts::default()).await.unwrap();
    let file = place.file("a.csv", text);
    place.run(&lenient(format, &[&file])).await.unwrap();
    let rejected = rejected(&place.path("a.csv.rejected.csv"));
    (place, rejected)
}

fn lenient(format: Format, paths: &[&Path]) -> ImportRequest {
    let mut wanted = request(format, paths);
    wanted.max_rejects = "100%".parse().unwrap();
    wanted
}

fn rejected(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().skip(1).map(str::to_owned).collect()
}

const ESTIMATES: &str = "year,state_abbr,state_name,population,violent_crime,homicide,rape_legacy,rape_revised,robbery,\
    aggravated_assault,property_crime,burglary,larceny,motor_vehicle_theft,caveats\n";

#[tokio::test]
async fn a_state_that_is_named_twice_is_one_state_on_both() {
    let text = format!(
        "{ESTIMATES}\
        2022,,United States Total,333287557,1295605,21781,,140384,223511,909929,6578281,908900,4721262,948119,\n\
        2022,NC,     North Carolina,10698973,43361,871,,3345,5850,33295,221436,39702,160447,21287,\n\
        2022,NC,     North Dakota,779261,2226,29,,464,215,1518,15646,2806,10836,2004,\n\
        2022,,South Dakota,909824,3437,37,,550,202,2648,15540,2478,11106,1956,\n\
        2022,VT,Vermont3,647064,1436,22,,260,58,1096,10871,1100,9100,671,\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("estimates.csv");
    std::fs::write(&path, text).unwrap();
    let query = "{ outcomes(filter: { measure: { code: { eq: \"violent_crime\" } } }) {
        nodes { state level value } } }";
    let mut answers = Vec::new();
    for database in TestDatabase::each("a_state_that_is_named_twice").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        let report = ingest::run(&db, &lenient(Format::FbiEstimates, &[&path])).await.unwrap();
        assert_eq!((report.rows_read, report.refused), (5, 2));
        answers.push(database.client().await.data(query).await);
        let lines = rejected(&folder.path().join("estimates.csv.rejected.csv"));
        assert!(
            lines[0].starts_with(
                "estimates.csv,4,state_name,North Dakota,\"contradicts state_abbr, which is NC"
            ),
            "{lines:?}"
        );
        assert!(lines[1].starts_with("estimates.csv,5,state_name,South Dakota,"), "{lines:?}");
    }
    let text = answers[0].to_string();
    for words in ["43361", "1295605", "1436"] {
        assert!(text.contains(words), "{text}");
    }
    assert!(!text.contains("2226") && !text.contains("3437"), "{text}");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn of_two_rows_of_a_year_that_differ_none_is_taken() {
    let alaska = "2022,AK,Alaska,733583,5567,70,,985,573,3939,13124,1759,9500,1865,\n";
    let rows = [alaska, &alaska.replace(",AK,Alaska,", ",AZ,Arizona,"), alaska].concat();
    let (place, lines) = load(Format::FbiEstimates, &format!("{ESTIMATES}{rows}")).await;
    assert_eq!(
        (lines.len(), place.count(outcome::Entity).await),
        (0, 20),
        "what is said twice is no contradiction"
    );

    // In another file of the same load, and in two batches.
    let other = place.file("b.csv", format!("{ESTIMATES}{}", alaska.replace("5567", "5568")));
    let mut wanted = lenient(Format::FbiEstimates, &[&place.path("a.csv"), &other]);
    wanted.again = true;
    let report = place.run(&wanted).await.unwrap();
    assert_eq!(report.refused, 3);
    let lines = rejected(&place.path("b.csv.rejected.csv"));
    assert!(
        lines[0].starts_with(
            "b.csv,2,state_abbr,AK,\"contradicts a.csv, line 2, about the same state and year"
        ),
        "{lines:?}"
    );
    let lines = rejected(&place.path("a.csv.rejected.csv"));
    assert!(lines[0].contains("contradicts b.csv, line 2"), "{lines:?}");

    // By itself it is a correction.
    let mut wanted = request(Format::FbiEstimates, &[&other]);
    wanted.again = true;
    let report = place.run(&wanted).await.unwrap();
    assert_eq!(report.tables["outcomes"].changed, 1);
}

#[tokio::test]
async fn every_format_refuses_rows_that_differ() {
    let employees = "data_year,ori,state_abbr,population,officer_ct,civilian_ct\n\
        2020,NB0010100,NB,1000,9,1\n2020,NB0010100,NB,1000,8,1\n2020,NB0010200,AK,1000,9,1\n2021,NB0010100,NE,1000,9,1\n";
    let (place, lines) = load(Format::FbiEmployees, employees).await;
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[2].contains("contradicts the state, which is AK")
            && lines[2].contains("an ORI of NE"),
        "{lines:?}"
    );
    assert_eq!(place.count(outcome::Entity).await, 3);

    let offenses = "ori,ori9,state,state_abb,year,number_of_months_reported,population,actual_murder\n\
        AK00101,AK0010100,alaska,AK,2020,12,1000,1\nAK00101,AK0010100,alaska,AK,2020,12,1000,2\n\
        AK00101,AZ0010100,alaska,AK,2019,12,1000,2\nAK00101,AK0010100,arizona,AK,2018,12,1000,2\n\
        AK00101,AK0010100,alaska,AK,2017,12,1000,2\n";
    let (place, lines) = load(Format::FbiOffenses, offenses).await;
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(place.count(outcome::Entity).await, 2);

    // So do those that tell the months otherwise, or not at all.
    for (months, murder) in
        [("number_of_months_missing", "actual_murder"), ("months", "act_murder")]
    {
        let offenses = format!(
            "ori,state,state_abb,year,{months},population,{murder}\n\
            AK00101,alaska,AK,2020,0,1000,1\nAK00101,alaska,AK,2020,0,1000,2\n\
            AK00101,arizona,AK,2019,0,1000,1\nAK00101,alaska,AK,2018,0,1000,1\n"
        );
        let (place, lines) = load(Format::FbiOffenses, &offenses).await;
        assert_eq!((lines.len(), place.count(outcome::Entity).await), (3, 2), "{lines:?}");
        assert!(lines[2].starts_with("a.csv,4,state,arizona,"), "{lines:?}");
    }

    let names = "ori,agency_type_name,edited_flag,edited_name,pub_agency_name,icpsr_name\n\
        WA0320400,City,,A,A,A\nWA0320400,City,,B,B,B\nWA0320500,City,,C,C,C\nWA0320500,City,,C,C,C\n";
    let (place, lines) = load(Format::FbiAgencies, names).await;
    assert_eq!((lines.len(), place.count(agency::Entity).await), (2, 1), "{lines:?}");

    let crosswalk = "ORI9,ORI7,NAME,STATENAME,FIPS,FIPS_ST,FIPS_COUNTY\n\
        AL0010000,AL00100,ONE,ALABAMA,01001,01,001\nAL0010000,AL00100,TWO,ALABAMA,01001,01,001\n\
        AL0020000,AL00200,THREE,ALASKA,01001,01,001\nAL0030000,AL00300,FOUR,ALABAMA,01003,01,001\n\
        -1,-1,FIVE,ALABAMA,01003,01,003\n-1,-1,FIVE,ALABAMA,01005,01,005\nAL0040000,AL00400,SIX,ALABAMA,1005,1,5\n";
    let (place, lines) = load(Format::Leaic, crosswalk).await;
    assert_eq!((lines.len(), place.count(agency::Entity).await), (4, 3), "{lines:?}");

    let courses = "title,provider,hours\nCourse A,P,8\ncourse a,P,9\nCourse B,P,8\n";
    let (place, lines) = load(Format::Trainings, courses).await;
    // The course of the reference data stands beside them.
    let title = "SELECT title FROM trainings WHERE title LIKE '%ourse%' ORDER BY title";
    assert_eq!(
        (lines.len(), place.rows(title).await),
        (2, vec!["Course B".to_owned()]),
        "{lines:?}"
    );
    assert!(place.count(training::Entity).await > 1);

    let list = "award_number,recipient,state,ori,officers,officer_kind,federal_share\n\
        1,A,CA,,2,NEW_HIRE,100\n1,A,CA,,3,REHIRED_AFTER_LAYOFF,100\n2,A,CA,,2,,100\n2,A,CA,,2,,101\n3,A,CA,TX0010000,2,,100\n";
    let (place, lines) =
        load(Format::AwardList, &list.replace("NEW_HIRE", "").replace("REHIRED_AFTER_LAYOFF", ""))
            .await;
    assert_eq!(lines.len(), 5, "two numbers of officers of one kind: {lines:?}");
    assert_eq!(place.count(grant::Entity).await, 0);
}

fn summary(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut row = vec![
        ("assistance_award_unique_key", "ASST_NON_2019UMWX0001_015"),
        ("award_id_fain", "2019UMWX0001"),
        ("recipient_name", "CITY OF A"),
        ("recipient_state_code", "CA"),
        ("recipient_state_name", "CALIFORNIA"),
        ("total_obligated_amount", "1"),
        ("award_base_action_date", "2019-10-01"),
        ("award_base_action_date_fiscal_year", "2020"),
        ("cfda_numbers_and_titles", "16.710"),
    ];
    row.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    row.extend(changes);
    row
}

#[tokio::test]
async fn columns_of_an_award_that_say_the_same_are_compared() {
    let other = ("assistance_award_unique_key", "ASST_NON_2019UMWX0002_015");
    let number = ("award_id_fain", "2019UMWX0002");
    let rows = [
        summary(&[]),
        summary(&[("recipient_state_name", "COLORADO")]),
        summary(&[other]),
        summary(&[("award_base_action_date_fiscal_year", "2019")]),
        // Two awards of one key; and the same award as it was on another day.
        summary(&[other, number]),
        summary(&[other, number, ("total_obligated_amount", "2")]),
        summary(&[("award_latest_action_date", "2020-01-01"), ("total_obligated_amount", "3")]),
    ];
    let text = csv(SUMMARIES, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let (place, lines) = load(Format::Usaspending, &text).await;
    let starts = [
        "a.csv,3,recipient_state_name,COLORADO,",
        "a.csv,4,assistance_award_unique_key,ASST_NON_2019UMWX0002_015,",
        "a.csv,5,award_base_action_date_fiscal_year,2019,",
        "a.csv,6,assistance_award_unique_key,",
        "a.csv,7,assistance_award_unique_key,",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{start}: {line}");
    }
    assert_eq!(place.rows("SELECT federal_share FROM grants").await, ["300"]);
}

#[tokio::test]
async fn a_correction_replaces_wherever_it_stands_and_two_that_differ_are_refused() {
    fn row(
        key: &'static str,
        amount: &'static str,
        correction: &'static str,
        modified: &'static str,
    ) -> Vec<(&'static str, &'static str)> {
        vec![
            ("assistance_transaction_unique_key", key),
            ("assistance_award_unique_key", "ASST_NON_2019UMWX0001_015"),
            ("award_id_fain", "2019UMWX0001"),
            ("modification_number", "0"),
            ("recipient_name", "CITY OF A"),
            ("recipient_state_code", "CA"),
            ("federal_action_obligation", amount),
            ("action_date", "2019-10-01"),
            ("action_date_fiscal_year", "2020"),
            ("correction_delete_indicator_code", correction),
            ("last_modified_date", modified),
            ("cfda_number", "16.710"),
        ]
    }
    let rows = [
        row("K1", "2", "C", "2020-01-01"),
        row("K1", "1", "", "2020-01-01"),
        row("K2", "1", "", "2020-01-01"),
        row("K2", "2", "", "2020-01-01"),
        row("K3", "1", "D", "2020-01-02"),
        row("K3", "1", "", "2020-01-01"),
        row("K4", "5", "", "2020-01-03"),
        row("K4", "4", "C", "2020-01-01"),
        row("1524_2019UMWX0009_-NONE-_16.710_0", "4", "", "2020-01-01"),
    ];
    let text = csv(TRANSACTIONS, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let (place, lines) = load(Format::Usaspending, &text).await;
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[2].contains("contradicts the award number, 2019UMWX0001"), "{lines:?}");
    assert_eq!(
        place.rows("SELECT amount FROM obligations ORDER BY transaction_key").await,
        ["200", "500"]
    );
    assert_eq!(place.rows("SELECT federal_share FROM grants").await, ["700"]);
}

#[tokio::test]
async fn a_nul_refuses_its_row_on_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nul.csv");
    let text = csv(SUMMARIES, &[&summary(&[]), &summary(&[("recipient_name", "CITY\0 OF B")])]);
    std::fs::write(&path, text).unwrap();
    for database in TestDatabase::each("a_nul_refuses_its_row").await {
        let db = database.writer().await;
        reference::ensure(&db).await.unwrap();
        let report = ingest::run(&db, &lenient(Format::Usaspending, &[&path])).await.unwrap();
        assert_eq!((report.rows_read, report.refused), (2, 1));
        assert_eq!(grant::Entity::find().count(&db).await.unwrap(), 1);
        assert_eq!(obligation::Entity::find().count(&db).await.unwrap(), 0);
        let lines = rejected(&folder.path().join("nul.csv.rejected.csv"));
        assert!(lines[0].starts_with("nul.csv,3,recipient_name,CITY\u{2400} OF B,"), "{lines:?}");
    }
}
