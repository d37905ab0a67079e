//! Values that a publisher has withdrawn: the newer file has the column, with an empty cell.

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

const AGENCY: &str = "SELECT ori9 || ' ' || COALESCE(name, '-') || ' ' || COALESCE(kind, '-') || ' ' || COALESCE(county_name, '-') || ' ' || \
     COALESCE(county_fips, '-') || ' ' || COALESCE(zip, '-') || ' ' || COALESCE(CAST(latitude AS TEXT), '-') || ' ' || \
     COALESCE(CAST(population AS TEXT), '-') AS line FROM agencies ORDER BY ori9";

#[tokio::test]
async fn what_a_newer_table_of_agencies_leaves_empty_is_withdrawn_and_what_others_say_stays() {
    for place in Place::each("what_a_newer_table_of_agencies_leaves_empty").await {
        let explorer = "ori,agency_name,agency_type_name,state_abbr,counties,latitude,longitude\n";
        let places = "ori,zip,lat,lng\n";
        let of = |rows: &str| format!("{explorer}{rows}");
        load(&place, Format::FbiAgencies, &format!("{places}CA0010100,90001,34.5,-118.5\n")).await;
        load(
            &place,
            Format::FbiAgencies,
            &of("CA0010100,Quarry,City,CA,QUILL,,\nCA0010200,Ferry,City,CA,QUILL,35.5,-118.5\n"),
        )
        .await;
        let both = [
            "CA0010100 Quarry MUNICIPAL_POLICE QUILL - 90001 34.5 -",
            "CA0010200 Ferry MUNICIPAL_POLICE QUILL - - 35.5 -",
        ];
        assert_eq!(place.rows(AGENCY).await, both, "the places are of another table");
        // A table without the columns says nothing.
        let some = "ori,agency_name,agency_type_name,state_abbr\nCA0010200,Ferry,City,CA\n";
        load(&place, Format::FbiAgencies, some).await;
        assert_eq!(place.rows(AGENCY).await, both);
        let report = load(
            &place,
            Format::FbiAgencies,
            &of("CA0010100,Quarry,City,CA,,,\nCA0010200,Ferry,,CA,QUILL,,\n"),
        )
        .await;
        assert_eq!(report.tables["agencies"].changed, 2, "{report}");
        assert_eq!(report.notes.values().sum::<u64>(), 3, "{:?}", report.notes);
        assert_eq!(
            place.rows(AGENCY).await,
            [
                "CA0010100 Quarry MUNICIPAL_POLICE - - 90001 34.5 -",
                "CA0010200 Ferry - QUILL - - - -"
            ]
        );
        // The place of the first is withdrawn by the table that gave it, and the earlier revision still has it.
        load(&place, Format::FbiAgencies, &format!("{places}CA0010100,90001,-9,-9\n")).await;
        assert_eq!(place.rows(AGENCY).await[0], "CA0010100 Quarry MUNICIPAL_POLICE - - 90001 - -");
        let before = "SELECT CAST(latitude AS TEXT) AS line FROM agencies_history WHERE ori9 = 'CA0010100' ORDER BY revision_id DESC LIMIT 1";
        assert_eq!(place.rows(before).await, ["34.5"]);
    }
}

#[tokio::test]
async fn what_a_newer_crosswalk_leaves_empty_is_withdrawn() {
    for place in Place::each("what_a_newer_crosswalk_leaves_empty").await {
        let crosswalk = |cells: &str| {
            let header = "ORI9,ORI7,NAME,STATENAME,AGCYTYPE,FIPS,COUNTYNAME,ADDRESS_ZIP,U_TPOP\n";
            format!("{header}CA0010100,CA00101,QUARRY,CALIFORNIA,{cells}\n")
        };
        let local = "(000) Local police department";
        load(&place, Format::Leaic, &crosswalk(&format!("{local},06001,QUILL,90001,5000"))).await;
        let names =
            "ori,agency_type_name,edited_name,pub_agency_name\nCA0010100,City,,Quarry Police\n";
        load(&place, Format::FbiAgencies, names).await;
        let first = "CA0010100 Quarry Police MUNICIPAL_POLICE QUILL 06001 90001 - 5000";
        assert_eq!(place.rows(AGENCY).await, [first]);
        let employees =
            "data_year,ori,population,officer_ct,civilian_ct\n2020,CA0010100,4000,50,9\n";
        load(&place, Format::FbiEmployees, employees).await;
        load(&place, Format::Leaic, &crosswalk(&format!("{local},06001,QUILL,90001,6000"))).await;
        // `-1` is none. The people are those that were counted last.
        load(&place, Format::Leaic, &crosswalk(&format!("{local},-1,QUILL,-1,888888888"))).await;
        let rest = "CA0010100 Quarry Police MUNICIPAL_POLICE QUILL - - - 4000";
        assert_eq!(place.rows(AGENCY).await, [rest]);
        // A name of the FBI's is none of the crosswalk, and one of a year none of another.
        let of_year = |year: i32, county: &str| {
            format!(
                "data_year,ori,pub_agency_name,pub_agency_unit,state_postal_abbr,county_name,agency_type_name,nibrs_participated\n\
                 {year},CA0010200,Ferry,,CA,{county},City,Y\n"
            )
        };
        load(&place, Format::FbiAgencies, &of_year(2020, "QUILL")).await;
        load(&place, Format::FbiAgencies, &of_year(2019, "")).await;
        let ferry = |county: &str| format!("CA0010200 Ferry MUNICIPAL_POLICE {county} - - - -");
        assert_eq!(place.rows(AGENCY).await[1], ferry("QUILL"));
        load(&place, Format::FbiAgencies, &of_year(2020, "NULL")).await;
        assert_eq!(place.rows(AGENCY).await[1], ferry("-"));
    }
}

#[tokio::test]
async fn what_nobody_knows_the_giver_of_any_more_stays_and_is_counted() {
    for place in Place::each("what_nobody_knows_the_giver_of_any_more").await {
        let places = |zip: &str| format!("ori,zip,lat,lng\nCA0010100,{zip},34.5,-118.5\n");
        load(&place, Format::FbiAgencies, &places("90001")).await;
        let names =
            "ori,agency_type_name,edited_name,pub_agency_name\nCA0010100,City,,Quarry Police\n";
        load(&place, Format::FbiAgencies, names).await;
        let (_, current) = cops_graphql::database::forget::kept(&place.db).await.unwrap();
        cops_graphql::database::forget::forget(&place.db, current, false).await.unwrap();
        let report = load(&place, Format::FbiAgencies, &places("")).await;
        assert!(report.notes.keys().any(|it| it.contains("it is no longer known")), "{report}");
        let kept = "CA0010100 Quarry Police MUNICIPAL_POLICE - - 90001 34.5 -";
        assert_eq!(place.rows(AGENCY).await, [kept]);
        // What comes after that is known again.
        load(&place, Format::FbiAgencies, &places("90002")).await;
        load(&place, Format::FbiAgencies, &places("NULL")).await;
        assert_eq!(place.rows(AGENCY).await, [kept.replace("90001", "-")]);
    }
}
