//! Values that a publisher has withdrawn: the newer file has their column, and nothing in it.

use cops_graphql::ingest::{Format, ImportReport};

use super::{Place, SUMMARIES, csv};

async fn load(place: &Place, format: Format, text: &str) -> ImportReport {
    let number = std::fs::read_dir(place.folder.path()).unwrap().count();
    let file = place.file(&format!("{number}.csv"), text);
    place.load(format, &[&file]).await.unwrap()
}

fn summary(own: &[(&str, &str)], without: &str) -> String {
    let mut row = vec![
        ("award_id_fain", "2020UMWX0001"),
        ("recipient_name", "CITY OF EXAMPLE"),
        ("recipient_state_code", "CA"),
        ("cfda_numbers_and_titles", "16.710"),
        ("award_latest_action_date", "2021-01-05"),
    ];
    row.extend(own);
    let header = match without {
        "" => SUMMARIES.to_owned(),
        column => SUMMARIES.replace(&format!("{column},"), ""),
    };
    csv(&header, &[&row])
}

const GRANT: &str = "SELECT COALESCE(CAST(federal_share AS TEXT), '-') || ' ' || COALESCE(CAST(period_end AS TEXT), '-') || ' ' || \
     COALESCE(title, '-') || ' ' || COALESCE(CAST(local_match AS TEXT), '-') AS line FROM grants";

#[tokio::test]
async fn a_value_that_is_not_in_a_newer_summary_is_withdrawn() {
    for place in Place::each("a_value_that_is_not_in_a_newer_summary").await {
        let end = ("period_of_performance_current_end_date", "2025-09-30");
        let (share, title) = (
            ("total_obligated_amount", "100"),
            ("prime_award_base_transaction_description", "HIRING"),
        );
        let local = ("total_non_federal_funding_amount", "25");
        load(&place, Format::Usaspending, &summary(&[end, share, title, local], "")).await;
        assert_eq!(place.rows(GRANT).await, ["10000 2025-09-30 HIRING 2500"]);
        // A column that is not there says nothing.
        load(
            &place,
            Format::Usaspending,
            &summary(&[share, local], "period_of_performance_current_end_date"),
        )
        .await;
        assert_eq!(place.rows(GRANT).await, ["10000 2025-09-30 - 2500"]);
        // Nor does an older row, nor a list.
        load(&place, Format::AwardList, "award_number,recipient,state,local_match,period_end\n2020UMWX0001,City of Example,CA,,2026-01-01\n").await;
        assert_eq!(place.rows(GRANT).await, ["10000 2025-09-30 - 2500"]);
        // What the list says is shown where USAspending says nothing any more.
        let report = load(&place, Format::Usaspending, &summary(&[share], "")).await;
        assert_eq!(report.tables["grants"].changed, 1, "{report}");
        assert_eq!(place.rows(GRANT).await, ["10000 2026-01-01 - -"]);
        let claims = "SELECT origin || ' ' || value AS line FROM claims WHERE field IN ('PERIOD_END', 'LOCAL_MATCH', 'TITLE')";
        assert_eq!(place.rows(claims).await, ["AWARD_LIST 2026-01-01"]);
        // A list takes back its own words.
        load(
            &place,
            Format::AwardList,
            "award_number,recipient,state,period_end\n2020UMWX0001,City of Example,CA,\n",
        )
        .await;
        assert_eq!(place.rows(GRANT).await, ["10000 - - -"]);
    }
}

#[tokio::test]
async fn officers_that_a_newer_list_does_not_count_are_withdrawn() {
    for place in Place::each("officers_that_a_newer_list_does_not_count").await {
        let list = |columns: &str, cells: &str| {
            format!("award_number,recipient,state{columns}\n2020UMWX0001,Example PD,CA{cells}\n")
        };
        load(&place, Format::AwardList, &list(",officers,hired", ",5,3")).await;
        let officers = "SELECT COALESCE(CAST(funded AS TEXT), '-') || ' ' || COALESCE(CAST(hired AS TEXT), '-') AS line FROM officers_funded";
        load(&place, Format::AwardList, &list(",officers", ",6")).await;
        assert_eq!(place.rows(officers).await, ["60 30"]);
        load(&place, Format::AwardList, &list(",officers,hired", ",6,")).await;
        assert_eq!(place.rows(officers).await, ["60 -"]);
        let report = load(&place, Format::AwardList, &list(",hired,officers", ",,")).await;
        assert_eq!(report.tables["officers_funded"].removed, 1, "{report}");
        assert!(place.rows(officers).await.is_empty());
        // No officers are no row.
        load(&place, Format::AwardList, &list(",officers,hired,retained", ",,,")).await;
        assert!(place.rows(officers).await.is_empty());
    }
}

#[tokio::test]
async fn outcomes_that_a_newer_file_does_not_have_are_withdrawn() {
    for place in Place::each("outcomes_that_a_newer_file_does_not_have").await {
        let employees =
            |rows: &str| format!("data_year,ori,population,officer_ct,civilian_ct\n{rows}");
        load(
            &place,
            Format::FbiEmployees,
            &employees("2019,CA0010100,900,40,8\n2020,CA0010100,1000,50,9\n"),
        )
        .await;
        let offenses =
            "ori9,year,number_of_months_reported,population,actual_murder,actual_robbery_total\n";
        load(&place, Format::FbiOffenses, &format!("{offenses}CA0010100,2020,12,1000,1,7\n")).await;
        let outcomes = "SELECT m.code || ' ' || o.year || ' ' || o.value AS line FROM outcomes o JOIN measures m ON m.id = measure_id \
                        WHERE o.year = 2020 ORDER BY 1";
        let agency = "SELECT COALESCE(CAST(population AS TEXT), '-') || ' ' || COALESCE(CAST(sworn_officers AS TEXT), '-') AS line FROM agencies";
        assert_eq!(place.rows(agency).await, ["1000 50"]);
        let report =
            load(&place, Format::FbiEmployees, &employees("2020,CA0010100,1000,NULL,9\n")).await;
        assert_eq!(report.tables["outcomes"].removed, 1, "{report}");
        let rest = ["civilians 2020 9", "murder 2020 1", "population 2020 1000", "robbery 2020 7"];
        assert_eq!(place.rows(outcomes).await, rest);
        // The officers are those of the last year of which they are known.
        assert_eq!(place.rows(agency).await, ["1000 40"]);
        // What the file of employees says of people stays, whatever another format leaves out.
        load(&place, Format::FbiOffenses, &format!("{offenses}CA0010100,2020,12,NULL,,7\n")).await;
        assert_eq!(
            place.rows(outcomes).await,
            ["civilians 2020 9", "population 2020 1000", "robbery 2020 7"]
        );
        let report =
            load(&place, Format::FbiOffenses, &format!("{offenses}CA0010100,2020,0,1000,,0\n"))
                .await;
        assert_eq!(report.tables["outcomes"].removed, 1, "{report}");
        assert_eq!(place.rows(outcomes).await, ["civilians 2020 9", "population 2020 1000"]);
    }
}
